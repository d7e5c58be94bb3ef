"""A step of the cut through the whole window, beside fcluster and ScatterPlotItem.

Run as ``python -m tests.benchmarks.bench_cut [LEAVES ...]``. The window is the real
one, offscreen, 1280 x 800, with a collection that exists on paper. A hand drags the
line across the tree, 200 steps from 2 to 201 clusters, one merge each; a step ends when
all that follows has been painted. Then the same with the whole window painted, also
what has not changed, and 200 jumps between any cuts of the tree. "Own" is the time that
the window's thread has worked: what another program takes is not in it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scipy.cluster.hierarchy import fcluster

from audioclust_gui.app import Application, build
from audioclust_gui.plots import palette
from audioclust_gui.sound.playback import Playback
from audioclust_gui.sound.sink import SilentSink
from engine.projects.project import Project
from tests.gui import on_paper

LEAVES = (2_800, 10_000, 20_000, 50_000)
STEPS = 200
PARTED = 50
THEIRS = 20
REST = "menus, docks and the rest"
Times = list[tuple[float, float]]  # seconds by the clock, and of the thread


class TimedEvents(QApplication):
    """Knows what parts of a window do with their events, less what is done within."""

    def __init__(self) -> None:
        super().__init__([])
        self.parts: dict[QObject, str] = {}
        self.spent: dict[str, float] = {}
        self._inner = [0.0]

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        if not self.parts:
            return super().notify(receiver, event)
        part: QObject | None = receiver
        while part is not None and part not in self.parts:
            part = part.parent()
        self._inner.append(0.0)
        began = time.thread_time()
        done = super().notify(receiver, event)
        took = time.thread_time() - began
        self.spent[self.parts.get(part, REST)] += took - self._inner.pop()
        self._inner[-1] += took
        return done


def main() -> None:
    """Print the tables."""
    qInstallMessageHandler(lambda *_: None)
    qt = TimedEvents()
    steps: dict[int, dict[str, Times]] = {}
    parts: dict[int, dict[str, float]] = {}
    for n in tuple(int(n) for n in sys.argv[1:]) or LEAVES:
        project = on_paper.collection(n)
        with opened(qt, project) as app:
            drag = range(2, 2 + STEPS)
            jumps = np.geomspace(2, n, STEPS).astype(int)
            jumps = np.random.default_rng(0).permutation(jumps).tolist()
            whole = app.window.repaint
            steps[n] = {
                "a step of a drag": [step(app, k, qt.processEvents) for k in drag],
                "the whole window painted": [step(app, k, whole) for k in drag],
                "a jump to any cut": [step(app, k, qt.processEvents) for k in jumps],
            }
            parts[n] = split(qt, app)
        steps[n]["fcluster, ScatterPlotItem"] = theirs(project)
    print(f"A step of the cut, {STEPS} steps, milliseconds")
    print(f"{'':34}{'by the clock':>24}{'own':>16}")
    columns = ("median", "95 %", "worst", "median", "worst", "budget", "ratio")
    print(f"{'leaves':>7}{'':27}" + "".join(f"{words:>8}" for words in columns))
    for n, rows in steps.items():
        budget, first = 16 if n <= 10_000 else 33, np.nan
        for name, took in rows.items():
            clock, own = 1e3 * np.array(took).T
            median = float(np.median(clock))
            first = median if np.isnan(first) else first
            shown = (median, np.percentile(clock, 95), clock.max(), np.median(own))
            numbers = "".join(f"{value:8.1f}" for value in (*shown, own.max()))
            print(f"{n:7,}  {name:25}{numbers}{budget:8}{median / first:7.1f}x")
    print(f"\nThe parts of a step, own, mean of {PARTED}, milliseconds")
    print(f"{'leaves':34}" + "".join(f"{n:>9,}" for n in parts))
    for name in next(iter(parts.values())):
        numbers = "".join(f"{1e3 * found[name]:9.2f}" for found in parts.values())
        print(f"{name:34}{numbers}")


@contextmanager
def opened(qt: QApplication, project: Project) -> Iterator[Application]:
    """Show a project in the application, and take it apart afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AUDIOCLUST_DATA"] = f"{folder}/data"
        os.environ["AUDIOCLUST_CACHE"] = f"{folder}/cache"
        app = build(qt, "dark", Playback(sink=SilentSink()))
        app.jobs.close()  # there are no features: every question is cancelled at once
        app.window.resize(1280, 800)
        app.window.show()
        QTest.qWaitForWindowExposed(app.window)
        app.document.open(project, Path(folder, "on paper.audioclust"))
        on_paper.know(app)
        QTest.qWait(500)
        yield app
        app.window.close()
        app.window.deleteLater()
        QTest.qWait(0)


def step(app: Application, k: int, paint: Callable[[], object]) -> tuple[float, float]:
    """Move the line to a cut, as the plot does under a hand."""
    tree = app.document.project.grouping.hierarchy
    height = float(np.mean(tree.height_interval(k)))
    clock, own = time.perf_counter(), time.thread_time()
    app.window.tree.plot.line_dragged.emit(height)
    paint()
    return time.perf_counter() - clock, time.thread_time() - own


def split(qt: TimedEvents, app: Application) -> dict[str, float]:
    """Return what every part of a step takes, its painting included: seconds."""
    window, document = app.window, app.document
    follow = {
        "tree, strip and their numbers": (window.tree, window.tree._on_changed),
        "map, its colours and legend": (window.map, app.colouring._on_changed),
        "table of clips": (window.dataset, window.dataset._on_changed),
        "list of clusters": (window.clusters, window.clusters._on_changed),
        "scores": (window.results, lambda *_: window.results._show()),
        "number of clusters in the panel": (window.cut, lambda *_: window.cut._show()),
        "pipeline": (window.pipeline, window.pipeline._on_changed),
    }
    labels = "labels of clips and nodes"
    took = qt.spent = dict.fromkeys((labels, *follow, REST), 0.0)
    for k in range(2, 2 + PARTED):
        began = time.thread_time()
        old = document.project
        with QSignalBlocker(document):
            document.preview(old.with_n_clusters(k))
        new = document.project
        _ = new.labels, new.cuts.node_labels_at(k), new.clusters
        took[labels] += time.thread_time() - began
        for name, (_, changed) in follow.items():
            began = time.thread_time()
            changed(old, new)
            took[name] += time.thread_time() - began
        qt.parts = {view: name for name, (view, _) in follow.items()}
        qt.processEvents()
        qt.parts = {}
    return {name: seconds / PARTED for name, seconds in took.items()}


def theirs(project: Project) -> Times:
    """Do the same with fcluster and a scatter plot of pyqtgraph's."""
    plot = pg.PlotWidget()
    item = pg.ScatterPlotItem(
        pos=project.layout.positions, pxMode=True, size=5, pen=None
    )
    plot.addItem(item)
    plot.resize(690, 400)
    plot.show()
    QTest.qWaitForWindowExposed(plot)
    tree = project.grouping.hierarchy
    brushes = np.array([pg.mkBrush(*row) for row in palette.table(STEPS + 1, True)])
    took: Times = []
    for k in range(2, 2 + STEPS, STEPS // THEIRS):
        height = tree.height_interval(k)[0]
        clock, own = time.perf_counter(), time.thread_time()
        labels = fcluster(tree.linkage, height, "distance")
        item.setBrush(brushes[labels - 1])
        plot.viewport().repaint()
        took.append((time.perf_counter() - clock, time.thread_time() - own))
    plot.close()
    return took


if __name__ == "__main__":
    main()
