"""From process start to a window that answers, beside Qt and pyqtgraph alone.

Run as ``python -m tests.benchmarks.bench_startup``. A window answers when it has been
shown and painted and its event loop has taken one more turn, as for a click.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 9
_FLOOR = """
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph as pg
qt = QApplication([])
window = QMainWindow()
window.setCentralWidget(pg.PlotWidget())
"""
_OURS = """
from PySide6.QtWidgets import QApplication
from audioclust_gui.app import build
qt = QApplication([])
app = build(qt, "light")
window = app.window
"""
_SHOW = """
import time
from PySide6.QtCore import QTimer
def answered():
    print(time.time(), flush=True)
    window.close()
    qt.quit()
window.show()
QTimer.singleShot(0, lambda: QTimer.singleShot(0, answered))
qt.exec()
"""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        places = {"AUDIOCLUST_DATA": folder, "AUDIOCLUST_CACHE": folder}
        environment = os.environ | places | {"QT_QPA_PLATFORM": "offscreen"}
        floor, ours = [], []
        for code in (_FLOOR, _OURS):
            _seconds(code, environment)  # the disk's cache, the byte code
        for _ in range(RUNS):  # alternating, so that a busy moment hits both
            floor.append(_seconds(_FLOOR, environment))
            ours.append(_seconds(_OURS, environment))
    print(f"Start of the window, {RUNS} runs, seconds")
    print(f"{'':34}{'median':>8}{'best':>8}{'worst':>8}")
    for words, times in (("Qt and an empty plot", floor), ("AudioClust", ours)):
        row = (statistics.median(times), min(times), max(times))
        print(f"{words:34}" + "".join(f"{t:8.2f}" for t in row))
    ratio = statistics.median(ours) / statistics.median(floor)
    print(f"{'ratio':34}{ratio:8.2f}")


def _seconds(code: str, environment: dict[str, str]) -> float:
    began = time.time()
    out = subprocess.run(
        [sys.executable, "-c", code + _SHOW],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(out.stdout.split()[-1]) - began


if __name__ == "__main__":
    main()
