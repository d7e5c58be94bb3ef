"""The map beside pyqtgraph's own scatter plot: paint, recolour, pan, point.

Run as ``python -m tests.benchmarks.bench_map``. Medians, offscreen, 900 x 620 pixels.
Repainting is a whole paint of the widget in each case.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.scatter import ScatterPlot

COUNTS = (10_000, 100_000, 1_000_000)
OTHER_UP_TO = 100_000
CLUSTERS = 12
TASKS = ("first paint", "recolour + repaint", "pan + repaint", "pick")
Tasks = dict[str, Callable[[], object]]


def clouds(n: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return points in round clusters, and the cluster of each."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLUSTERS, n).astype(np.int32)
    centres = rng.normal(size=(CLUSTERS, 2)) * 4
    return (centres[labels] + rng.normal(size=(n, 2))).astype(np.float32), labels


def shown(widget: QWidget) -> None:
    """Wait until the widget is on the screen: before, nothing would be painted."""
    widget.resize(900, 620)
    widget.show()
    QTest.qWaitForWindowExposed(widget)


def ours(positions: NDArray[np.float32], labels: NDArray[np.int32]) -> Tasks:
    plot = ScatterPlot()
    plot.set_dark(True)
    shown(plot)
    plot.viewport().repaint()
    rng = np.random.default_rng(1)

    def first() -> None:
        plot.set_positions(positions[:0])
        plot.set_positions(positions)
        plot.set_labels(labels)
        plot.viewport().repaint()

    def recolour() -> None:
        plot.set_labels(rng.permutation(CLUSTERS).astype(np.int32)[labels])
        plot.viewport().repaint()

    def pan() -> None:
        plot._box.translateBy((0.01, 0.0))
        plot.viewport().repaint()

    def pick() -> int:
        return plot.index_at(QPointF(*rng.uniform(100, 500, 2)))

    return dict(zip(TASKS, (first, recolour, pan, pick), strict=True))


def theirs(positions: NDArray[np.float32], labels: NDArray[np.int32]) -> Tasks:
    plot = pg.PlotWidget()
    item = pg.ScatterPlotItem(pxMode=True, size=5, pen=None)
    plot.addItem(item)
    shown(plot)
    plot.viewport().repaint()
    brushes = np.array([pg.mkBrush(*row) for row in palette.table(CLUSTERS, True)])
    rng = np.random.default_rng(1)

    def first() -> None:
        item.setData(pos=positions, brush=brushes[labels])
        plot.viewport().repaint()

    def recolour() -> None:
        item.setBrush(brushes[rng.permutation(CLUSTERS)[labels]])
        plot.viewport().repaint()

    def pan() -> None:
        plot.getViewBox().translateBy((0.01, 0.0))
        plot.viewport().repaint()

    def pick() -> object:
        place = plot.getViewBox().mapSceneToView(QPointF(*rng.uniform(100, 500, 2)))
        return item.pointsAt(place)

    return dict(zip(TASKS, (first, recolour, pan, pick), strict=True))


def median_ms(task: Callable[[], object], seconds: float = 1.5) -> float:
    """Run a task once, then up to 25 times within a time: the median in ms."""
    task()
    took: list[float] = []
    while len(took) < 3 or (len(took) < 25 and sum(took) < seconds):
        start = time.perf_counter()
        task()
        took.append(time.perf_counter() - start)
    return 1000 * float(np.median(took))


def main() -> None:
    """Print the table."""
    _app = QApplication.instance() or QApplication([])
    print("The map beside pyqtgraph.ScatterPlotItem, median milliseconds")
    print(f"{'points':>9}  {'':<20}{'map':>9}{'ScatterPlotItem':>17}{'ratio':>8}")
    for n in COUNTS:
        positions, labels = clouds(n)
        fast = {name: median_ms(task) for name, task in ours(positions, labels).items()}
        slow = {}
        if n <= OTHER_UP_TO:
            slow = theirs(positions, labels)
            slow = {name: median_ms(task) for name, task in slow.items()}
        for name in TASKS:
            other = f"{slow[name]:17.2f}{slow[name] / fast[name]:7.1f}x" if slow else ""
            print(f"{n:9,}  {name:<20}{fast[name]:9.2f}{other or '     not measured'}")
    print(
        f"ScatterPlotItem is left out above {OTHER_UP_TO:,} points: too slow to wait."
    )


if __name__ == "__main__":
    main()
