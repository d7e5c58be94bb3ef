"""Stalls of the event loop while 3 000 clips are extracted, grouped, mapped and scored.

Run as ``python -m tests.benchmarks.bench_stalls [CLIPS]``. A timer of 5 ms runs in the
window's thread; a stall is how much later than that it comes. In the end the line is
dragged across the tree while a clip plays: what every step takes, and how much later
than after its 10 ms the thread comes that pulls the sound. A device has about 50 ms of
it in hand. Then the map is busy: a mouse over it, a tour, other colours, a second map.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from itertools import count, cycle
from pathlib import Path

PERIOD = 0.005
DRAGS = 200
DRAG = "a step of the cut, painted"
SOUND = "the sound meanwhile"
BUSY = 5.0  # seconds of every situation at the map


def main() -> None:
    """Print the table."""
    clips = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AUDIOCLUST_DATA"] = f"{folder}/data"
        os.environ["AUDIOCLUST_CACHE"] = f"{folder}/cache"
        from engine.audio.demo import CLASSES, write_demo

        sounds = Path(folder, "sounds")
        write_demo(sounds, per_class=-(-clips // len(CLASSES)))
        stalls, seconds = _measure(sounds)
    print(f"Stalls of the event loop, {clips} clips, milliseconds")
    head = ("seconds", "ticks", "p99.9", "worst", "> 50 ms")
    print(f"{'while':28}" + "".join(f"{words:>10}" for words in head))
    for phase, found in stalls.items():
        found.sort()
        p999 = found[min(len(found) - 1, int(0.999 * len(found)))]
        late = sum(stall > 0.05 for stall in found)
        row = f"{seconds[phase]:10.1f}{len(found):10d}{1e3 * p999:10.1f}"
        print(f"{phase:28}{row}{1e3 * found[-1]:10.1f}{late:10d}")


def _measure(sounds: Path) -> tuple[dict[str, list[float]], dict[str, float]]:
    stalls: dict[str, list[float]] = {}
    seconds: dict[str, float] = {}
    from PySide6.QtCore import QPoint, Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from audioclust_gui.app import build
    from audioclust_gui.colour_choices import DESCRIPTOR
    from audioclust_gui.sound.playback import Playback
    from audioclust_gui.sound.sink import Render, SilentSink
    from engine.features.descriptors import DESCRIPTORS
    from tests.gui.pulse import Pulse

    class TimedSink(SilentSink):
        """Remembers how late it was."""

        PERIOD = 0.01

        def _run(self, render: Render) -> None:
            then = time.perf_counter()
            while not self._stop.wait(self.PERIOD):
                now = time.perf_counter()
                stalls.setdefault(SOUND, []).append(max(0.0, now - then - self.PERIOD))
                seconds[SOUND] = seconds.get(SOUND, 0.0) + now - then
                render(round((now - then) * self.RATE))
                then = now

    qt = QApplication([])
    app = build(qt, "light", Playback(sink=TimedSink()))
    last = [time.perf_counter()]
    drags = count()

    def tick() -> None:
        now = time.perf_counter()
        phase = app.window.status.words.text().split("  ")[0].rstrip("…")
        if phase != "Ready" or not app.workflow.finished:
            stalls.setdefault(phase, []).append(max(0.0, now - last[0] - PERIOD))
            seconds[phase] = seconds.get(phase, 0.0) + now - last[0]
        last[0] = now

    def drag() -> None:
        """Move the cut a step, as a hand would, once everything else is done."""
        step, plot = next(drags), app.window.tree.plot
        tree = app.document.project.grouping.hierarchy
        low, high = tree.height_interval(2 + step % min(DRAGS, tree.n_leaves - 1))
        if step == DRAGS:
            plot.line_released.emit(low)
            hand.stop()
            be_busy()
            return
        began = time.perf_counter()
        plot.line_dragged.emit((low + high) / 2)
        app.window.repaint()
        took = time.perf_counter() - began
        stalls.setdefault(DRAG, []).append(took)
        seconds[DRAG] = seconds.get(DRAG, 0.0) + took

    def point() -> None:
        """Move the mouse over the map, from one hover card to the next."""
        plot, step = app.window.map.plot, next(moves)
        x, y = (0.5 + 0.4 * math.sin(step / turn) for turn in (37, 23))
        place = QPoint(round(x * plot.width()), round(y * plot.height()))
        QTest.mouseMove(app.window.windowHandle(), plot.mapTo(app.window, place))

    def colour() -> None:
        if next(moves) % 100 == 0:
            app.colouring.choose(next(descriptors))

    def show_second() -> None:
        app.second.choose(*app.second.suggestion)

    def nothing() -> None:
        pass

    def be_busy() -> None:
        """Go on with the next situation for a while, or end."""
        if not situations:
            app.window.close()
            qt.quit()
            return
        phase, begin, beat = situations.pop(0)
        begin()
        pulse = Pulse(beat, PERIOD)
        pulse.start()
        QTimer.singleShot(round(1e3 * BUSY), lambda: rest(phase, pulse))

    def rest(phase: str, pulse: Pulse) -> None:
        pulse.stop()
        stalls[phase], seconds[phase] = pulse.late, BUSY
        be_busy()

    moves = count()
    descriptors = cycle(f"{DESCRIPTOR}{name}" for name in DESCRIPTORS)
    situations = [
        ("the mouse over the map", nothing, point),
        ("a tour", app.listening.tour, nothing),
        ("other descriptors as colours", nothing, colour),
        ("a second map that settles", show_second, point),
    ]
    ticker = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=int(1e3 * PERIOD))
    ticker.timeout.connect(tick)
    hand = QTimer(interval=20)
    hand.timeout.connect(drag)

    def look() -> None:
        if app.workflow.finished and not hand.isActive():
            ticker.stop()
            app.playback.set_loop(True)
            app.window.map.plot.activated.emit(0)
            hand.start()

    app.workflow.state_changed.connect(look)
    app.window.show()

    def begin() -> None:
        """Start once the window has been painted: that is start-up, not a stall."""
        last[0] = time.perf_counter()
        ticker.start()
        app.begin(sounds)

    QTimer.singleShot(500, begin)
    qt.exec()
    return stalls, seconds


if __name__ == "__main__":
    main()
