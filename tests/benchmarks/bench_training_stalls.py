"""Stalls of the event loop while a network is trained, beside those when none is.

Run as ``python -m tests.benchmarks.bench_training_stalls [CLIPS]``. A beat of 2 ms runs
in the window's thread; a stall is how much later than that it comes. All of it is done
twice, with the training panel in front: first while nothing is trained, then while a
network is, from the moment on in which the worker is started and loads torch. `idle` is
the share of the longest stall in which the window's thread did not compute: another
process, or another thread, had the processor.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audioclust_gui.app import Application
    from tests.gui.pulse import Pulse

WORTH = 0.05  # seconds
SECONDS = 5.0  # of every situation
FIRST = 15.0  # of the first: torch is loaded, and a first look taken
BEAT = 10  # milliseconds between two moves of the hand
WAIT = 600_000


def main() -> None:
    """Print the table."""
    clips = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AUDIOCLUST_DATA"] = f"{folder}/data"
        os.environ["AUDIOCLUST_CACHE"] = f"{folder}/cache"
        from engine.audio.demo import CLASSES, write_demo

        sounds = Path(folder, "sounds")
        write_demo(sounds, per_class=-(-clips // len(CLASSES)))
        without, during, trained = _measure(sounds)
    print(f"Stalls of the event loop, {clips} clips, milliseconds; {trained}")
    print(f"{'':28}{'nothing is trained':^28}  {'a network is trained':^28}  ratio")
    head = f"{'p99.9':>8}{'longest':>8}{'idle':>6}{'> 50':>6}"
    print(f"{'while':28}{head}  {head}  of p99.9")
    for phase in during:
        one, other = (_row(found[phase]) for found in (without, during))
        ratio = _p999(during[phase]) / max(_p999(without[phase]), 1e-3)
        print(f"{phase:28}{one}  {other}  {ratio:6.1f}")
    for phase, pulse in during.items():
        for stall in sorted(pulse.stalls, key=lambda stall: -stall.seconds)[:3]:
            late, busy = 1e3 * stall.seconds, 1e3 * stall.busy
            print(f"{late:.0f} ms ({busy:.0f} of them own) while {phase}: {stall.what}")


def _row(pulse: Pulse) -> str:
    worst = max(pulse.stalls, key=lambda stall: stall.seconds, default=None)
    idle = f"{1 - worst.busy / worst.seconds:.0%}" if worst else ""
    numbers = f"{1e3 * _p999(pulse):8.1f}{1e3 * pulse.worst:8.1f}"
    return f"{numbers}{idle:>6}{len(pulse.stalls):6d}"


def _p999(pulse: Pulse) -> float:
    late = sorted(pulse.late)
    return late[min(len(late) - 1, int(0.999 * len(late)))]


def _measure(sounds: Path) -> tuple[dict[str, Pulse], dict[str, Pulse], str]:
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from audioclust_gui.app import build
    from audioclust_gui.sound.playback import Playback
    from audioclust_gui.sound.sink import SilentSink
    from tests.gui.pulse import Pulse

    def wait(milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait_until(so: Callable[[], bool]) -> None:
        while not so():
            wait(100)

    def through(train: bool) -> dict[str, Pulse]:
        """Go through all situations, and return how late the beats came."""
        found = {}
        for phase, begin, move in _situations(app, train):
            pulse = found[phase] = Pulse(period=0.002, worth=WORTH)
            hand = QTimer(interval=BEAT)
            hand.timeout.connect(move)
            pulse.start()
            begin()
            hand.start()
            wait(round(1e3 * (FIRST if len(found) == 1 else SECONDS)))
            hand.stop()
            pulse.stop()
        return found

    qt = QApplication([])
    app = build(qt, "light", Playback(sink=SilentSink()))
    app.window.show()
    app.begin(sounds)
    wait_until(lambda: app.workflow.finished and not app.session.opening)
    wait(3000)  # what is made ready at the first start is not of the training
    app.window.go_to("Training")
    app.playback.set_loop(True)
    without = through(train=False)
    app.playback.stop()
    during = through(train=True)
    live = app.training.live
    trained = "no epoch yet" if live is None else f"{len(live.history)} epochs trained"
    app.window.close()
    return without, during, trained


_Deed = Callable[[], object]


def _situations(app: Application, train: bool) -> list[tuple[str, _Deed, _Deed]]:
    """Return what is done, how it begins, and what the hand does at every beat."""
    from dataclasses import replace

    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    window, moves = app.window, count()
    tree = app.document.project.grouping.hierarchy

    def nothing() -> None:
        pass

    def start() -> None:
        if train:
            recipe = app.training.presets["fast"].resolve()
            longer = recipe.training.replace(epochs=5000, look_every=1)
            app.training.choose(replace(recipe, training=longer))
            window.training.start()

    def play() -> None:
        app.audition.play(next(moves) % len(app.document.project.dataset))

    def drag() -> None:
        step = next(moves) // 2
        low, high = tree.height_interval(2 + step % min(200, tree.n_leaves - 1))
        window.tree.plot.line_dragged.emit((low + high) / 2)

    def release() -> None:
        drag()
        window.docks["Tree"].raise_()

    def to_map() -> None:
        tree_height = tree.height_interval(8)
        window.tree.plot.line_released.emit(sum(tree_height) / 2)
        window.go_to("Training")

    def hover() -> None:
        plot, step = window.map.plot, next(moves)
        x, y = (0.5 + 0.4 * math.sin(step / turn) for turn in (37, 23))
        place = QPoint(round(x * plot.width()), round(y * plot.height()))
        QTest.mouseMove(window.windowHandle(), plot.mapTo(window, place))

    def pan() -> None:
        plot, step = window.map.plot, next(moves)
        place = QPointF(plot.rect().center())
        turn = QPoint(0, 30 if step % 40 < 20 else -30)
        wheel = QWheelEvent(
            place,
            QPointF(plot.mapToGlobal(place.toPoint())),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(plot, wheel)

    def scrub() -> None:
        slider, step = window.training.map.slider, next(moves)
        if step % 5 == 0:
            slider.setValue(step // 5 % (slider.maximum() + 1))

    return [
        ("from the first second", start, nothing),
        ("the panel is watched", nothing, nothing),
        ("a clip is played", play, nothing),
        ("the cut is dragged", release, drag),
        ("the mouse is over the map", to_map, hover),
        ("the map is zoomed", nothing, pan),
        ("the epochs are gone through", nothing, scrub),
    ]


if __name__ == "__main__":
    main()
