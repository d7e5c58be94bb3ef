"""The map beside pyqtgraph's own scatter plot: paint, recolour, pan, point, choose.

Run as ``python -m tests.benchmarks.bench_map``. Medians, offscreen, 900 x 620 pixels;
ScatterPlotItem does each thing once where points are a million. Repainting is a whole
paint of the widget in each case.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.outline import in_box, in_outline
from audioclust_gui.plots.scatter import ScatterPlot

COUNTS = (10_000, 100_000, 1_000_000)
ONCE_FROM = 1_000_000
CLUSTERS = 12
RAMP = 256
CORNERS = 300
TARGETS = {
    ("recolour", 100_000): 16,
    ("recolour", 1_000_000): 33,
    ("recolour by a ramp", 100_000): 16,
    ("recolour by a ramp", 1_000_000): 33,
    ("pan", 1_000_000): 100,
    ("pan, zoomed in", 1_000_000): 100,
    ("pick", 1_000_000): 16,
    ("box", 1_000_000): 500,
    ("outline", 1_000_000): 500,
}
"""Milliseconds, with the repaint."""
Tasks = dict[str, Callable[[], object]]


def clouds(n: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return points in round clusters, and the cluster of each."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLUSTERS, n).astype(np.int32)
    centres = rng.normal(size=(CLUSTERS, 2)) * 4
    return (centres[labels] + rng.normal(size=(n, 2))).astype(np.float32), labels


def ramp() -> NDArray[np.uint8]:
    """Return a ramp of colours that grow more opaque: uint8 (RAMP, 4)."""
    along = np.linspace(0, 255, RAMP)
    return np.stack([along, along, 255 - along, along], 1).astype(np.uint8)


def outline() -> NDArray[np.float64]:
    """Return a closed line by an unsteady hand, about half of the points."""
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    radius = 4 + 0.3 * np.sin(9 * angle)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def shown(widget: QWidget) -> None:
    """Wait until the widget is on the screen: before, nothing would be painted."""
    widget.resize(900, 620)
    widget.show()
    QTest.qWaitForWindowExposed(widget)


def ours(positions: NDArray[np.float32], labels: NDArray[np.int32]) -> Tasks:
    """Return what is measured of the map."""
    plot = ScatterPlot()
    plot.set_dark(True)
    shown(plot)
    plot.viewport().repaint()
    rng = np.random.default_rng(1)
    n, colours, corners = len(positions), ramp(), outline()
    rows = rng.integers(-1, RAMP, n).astype(np.int32)
    orders = [rng.permutation(CLUSTERS).astype(np.int32)[labels] for _ in range(2)]
    half = np.flatnonzero(rng.random(n) < 0.5)
    turn = iter(range(10**9))

    def painted(change: Callable[..., object], *what: object) -> Callable[[], None]:
        """Change something to one thing and another by turns, and repaint."""

        def task() -> None:
            change(what[next(turn) % len(what)])
            plot.viewport().repaint()

        return task

    def first() -> None:
        plot.set_positions(positions[:0])
        plot.set_positions(positions)
        plot.set_labels(labels)
        plot.viewport().repaint()

    def pick() -> int:
        return plot.index_at(QPointF(*rng.uniform(100, 500, 2)))

    def hover(_: object) -> None:
        plot.set_hovered(int(rng.integers(n)))

    hidden = rng.random(n) < 0.5
    return {
        "first paint": first,
        "recolour": painted(plot.set_labels, *orders),
        "recolour by a ramp": painted(
            lambda rows: plot.set_paint(rows, colours), rows, rows[::-1].copy()
        ),
        "pan": painted(lambda by: plot.pan(by, 0), 3, -3),
        "pick": pick,
        "hover": painted(hover, None),
        "box": lambda: in_box(plot.shown.drawn, (-4, -4, 4, 4)),
        "outline": lambda: in_outline(plot.shown.drawn, corners),
        "hide half": painted(plot.set_hidden, hidden, None),
        "light half": painted(plot.set_lit, half, None),
        "select half": painted(plot.set_selection, half, half[: n // 4]),
        "pan, zoomed in": painted(lambda by: zoomed(plot).pan(by, 0), 3, -3),
    }


def zoomed(plot: ScatterPlot) -> ScatterPlot:
    """Return the plot with a small part of its points in view."""
    if plot.shown.bounds[2] - plot.shown.bounds[0] < 20 * plot._box.viewRect().width():
        return plot
    plot.zoom(0.04)
    return plot


def theirs(positions: NDArray[np.float32], labels: NDArray[np.int32]) -> Tasks:
    """Return the same of pyqtgraph, what it can do of it."""
    plot = pg.PlotWidget()
    item = pg.ScatterPlotItem(pxMode=True, size=5, pen=None)
    plot.addItem(item)
    shown(plot)
    plot.viewport().repaint()
    brushes = np.array([pg.mkBrush(*row) for row in palette.table(CLUSTERS, True)])
    ramps = np.array([pg.mkBrush(*row) for row in ramp()])
    rng = np.random.default_rng(1)
    rows = rng.integers(-1, RAMP, len(positions))

    def first() -> None:
        item.setData(pos=positions, brush=brushes[labels])
        plot.viewport().repaint()

    def recolour() -> None:
        item.setBrush(brushes[rng.permutation(CLUSTERS)[labels]])
        plot.viewport().repaint()

    def recolour_by_ramp() -> None:
        item.setBrush(ramps[rows])
        plot.viewport().repaint()

    def pan() -> None:
        plot.getViewBox().translateBy((0.01, 0.0))
        plot.viewport().repaint()

    def pick() -> object:
        place = plot.getViewBox().mapSceneToView(QPointF(*rng.uniform(100, 500, 2)))
        return item.pointsAt(place)

    return {
        "first paint": first,
        "recolour": recolour,
        "recolour by a ramp": recolour_by_ramp,
        "pan": pan,
        "pick": pick,
        "box": lambda: item.pointsAt(QRectF(-4, -4, 8, 8)),
    }


def median_ms(task: Callable[[], object], seconds: float = 1.0) -> float:
    """Run a task once, then up to 25 times within a time: the median in ms."""
    task()
    took: list[float] = []
    while len(took) < 3 or (len(took) < 25 and sum(took) < seconds):
        took.append(once_ms(task))
    return float(np.median(took))


def once_ms(task: Callable[[], object]) -> float:
    """Run a task once: milliseconds."""
    start = time.perf_counter()
    task()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Print the table."""
    _app = QApplication.instance() or QApplication([])
    print("The map beside pyqtgraph.ScatterPlotItem, median milliseconds")
    heads = "map", "target", "ScatterPlotItem", "ratio"
    print(f"{'points':>9}  {'':<20}" + "{:>9}{:>9}{:>17}{:>11}".format(*heads))
    for n in COUNTS:
        positions, labels = clouds(n)
        fast = {name: median_ms(task) for name, task in ours(positions, labels).items()}
        measure = once_ms if n >= ONCE_FROM else median_ms
        slow = {name: measure(task) for name, task in theirs(positions, labels).items()}
        for name, ms in fast.items():
            target = TARGETS.get((name, n), "")
            other = (
                f"{slow[name]:17.2f}{slow[name] / ms:10,.1f}x" if name in slow else ""
            )
            print(f"{n:9,}  {name:<20}{ms:9.2f}{target:>9}{other}".rstrip())


if __name__ == "__main__":
    main()
