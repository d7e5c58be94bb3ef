"""Learning curves beside pyqtgraph's own: what it costs that one run goes on.

Run as ``python -m tests.benchmarks.bench_curves``. Offscreen, 900 x 480 pixels, runs of
10 000 epochs with five curves; an update is an epoch more and a whole paint. The first
picture comes in slices, of which the longest is what the window waits for. PlotWidget
is told to thin its curves out, and draws lines a pixel wide without smoothing.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication

from audioclust_gui.plots.curve_runs import RunCurves
from audioclust_gui.plots.curves import CurvesPlot

EPOCHS, UPDATES = 10_000, 40
COUNTS = (1, 10, 100)
TARGET = 10  # milliseconds of an update


def run(number: int, planned: int = 0) -> RunCurves:
    """Return a run whose losses fall, with much noise."""
    rng = np.random.default_rng(number)
    epochs = np.arange(1, EPOCHS + 1)
    falling = 0.05 + np.exp(-epochs / (600.0 + 20 * number))
    values = {
        "train": falling * np.exp(0.1 * rng.standard_normal(EPOCHS)),
        "validation": 1.2 * falling * np.exp(0.1 * rng.standard_normal(EPOCHS)),
        "rate": 1e-6 + 1e-3 * np.sin(np.pi * epochs / (EPOCHS + 1)),
    }
    for name in "nmi", "silhouette":
        values[name] = np.where(epochs % 20 == 0, rng.random(EPOCHS), np.nan)
    kept = tuple(range(500, EPOCHS + 1, 500))
    return RunCurves(
        f"{number}", f"Run {number}", number, epochs, values, kept, planned=planned
    )


def until(whole: RunCurves, n: int) -> RunCurves:
    """Return a run as it was after `n` epochs."""
    values = {name: values[:n] for name, values in whole.values.items()}
    kept = tuple(epoch for epoch in whole.kept if epoch <= n)
    return replace(whole, epochs=whole.epochs[:n], values=values, kept=kept)


def ours(runs: list[RunCurves]) -> tuple[float, float, list[float]]:
    """Return milliseconds: all slices of the first picture, the longest, updates."""
    plot = CurvesPlot()
    plot.resize(900, 480)
    live = replace(runs[0], planned=EPOCHS)
    plot.set_runs([until(live, EPOCHS - UPDATES - 1), *runs[1:]])
    slices = [_ms(plot.grab)]
    while not plot.finished:
        slices.append(_ms(plot.grab))

    def update(n: int) -> None:
        plot.set_run(until(live, n))
        plot.grab()

    update(EPOCHS - UPDATES)  # from here on it is drawn alone
    while not plot.finished:
        plot.grab()
    counts = range(EPOCHS - UPDATES + 1, EPOCHS + 1)
    return sum(slices), max(slices), [_ms(update, n) for n in counts]


def theirs(runs: list[RunCurves]) -> tuple[float, list[float]]:
    """Return milliseconds of the first picture and of updates."""
    plot = pg.PlotWidget()
    plot.resize(900, 480)
    plot.setDownsampling(auto=True, mode="peak")
    curves = [
        plot.plot(run.epochs, values, pen=pg.intColor(run.colour), connect="finite")
        for run in runs
        for values in run.values.values()
    ]

    def update(n: int) -> None:
        now = until(runs[0], n)
        for curve, values in zip(curves, now.values.values(), strict=False):
            curve.setData(now.epochs, values)
        plot.grab()

    first = _ms(plot.grab)
    return first, [_ms(update, n) for n in range(EPOCHS - 4, EPOCHS + 1)]


def _ms(task, *args) -> float:
    start = time.perf_counter()
    task(*args)
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Print the table."""
    _app = QApplication.instance() or QApplication([])
    print(
        f"Learning curves of {EPOCHS:,} epochs, milliseconds (update: at most {TARGET})"
    )
    heads = "update", "worst 5%", "first", "its longest", "PlotWidget", "first", "ratio"
    print(f"{'runs':>5}" + "".join(f"{head:>13}" for head in heads))
    for count in COUNTS:
        runs = [run(number) for number in range(count)]
        first, longest, updates = ours(runs)
        other, others = theirs(runs)
        now, then = float(np.median(updates)), float(np.median(others))
        found = now, float(np.percentile(updates, 95)), first, longest, then, other
        ratio = f"{then / now:,.1f}x"
        print(f"{count:5}" + "".join(f"{ms:13.1f}" for ms in found) + f"{ratio:>13}")


if __name__ == "__main__":
    main()
