"""The pulse of the window's thread: how late it beats, and what held it up."""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer

_PEEP = 0.01  # seconds between two looks of the thread that watches


@dataclass(frozen=True)
class Stall:
    """One beat that came late.

    Attributes
    ----------
    seconds : float
        How late it came.
    busy : float
        What the thread itself computed of that: the rest is another program's, or
        another thread's.
    what : str
        What it was doing, innermost last.
    collected : float
        Seconds that Python's garbage collector took of it, in whatever thread.
    """

    seconds: float
    busy: float
    what: str
    collected: float


class Pulse(QObject):
    """A timer in the window's thread, and a thread that watches it.

    Parameters
    ----------
    beat : callable
        Called at every beat, in the window's thread; what it takes counts.
    period : float
        Seconds from one beat to the next.
    worth : float
        Seconds from which a late beat is a `Stall`.
    """

    def __init__(
        self,
        beat: Callable[[], object] = lambda: None,
        period: float = 0.002,
        worth: float = 0.05,
    ) -> None:
        super().__init__()
        self.stalls: list[Stall] = []
        self.late: list[float] = []  # seconds, of every beat
        self._beat, self._period, self._worth = beat, period, worth
        self._last, self._busy = time.perf_counter(), time.thread_time()
        self._collected = self._began = 0.0
        self._seen = ""
        self._timer = QTimer(self, singleShot=True, interval=round(1e3 * period))
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._frames: list[object] = []
        self._looking = threading.Lock()
        self._stop = threading.Event()
        self._main = threading.get_ident()
        self._watch = threading.Thread(target=self._look, daemon=True)

    @property
    def worst(self) -> float:
        """How late the latest beat came, in seconds."""
        return max(self.late, default=0.0)

    def start(self) -> None:
        """Begin to beat."""
        gc.callbacks.append(self._collecting)
        self._last, self._busy = time.perf_counter(), time.thread_time()
        self._go_on()
        self._watch.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stop.set()
        self._watch.join()
        self._let_go()
        gc.callbacks.remove(self._collecting)

    def _go_on(self) -> None:
        # Once and again: a timer that repeats rests while a menu or a drag, begun in
        # its own slot, has an event loop of its own.
        self._timer.start()

    def _tick(self) -> None:
        if self._stop.is_set():
            return
        now, busy = time.perf_counter(), time.thread_time()
        late = now - self._last - self._period
        if late > self._worth:
            own = busy - self._busy
            self.stalls.append(Stall(late, own, self._seen, self._collected))
        self.late.append(max(0.0, late))
        self._last, self._busy = now, busy
        self._collected, self._seen = 0.0, ""
        self._let_go()
        self._go_on()
        self._beat()

    def _look(self) -> None:
        while not self._stop.wait(_PEEP):
            last = self._last
            if time.perf_counter() - last > self._worth / 2:
                seen = self._peep()
                if last == self._last and len(seen) > len(self._seen):
                    self._seen = seen

    def _peep(self) -> str:
        """Return where the window's thread is.

        Its frames end while they are looked at. What is freed with them may be Qt's,
        which waits for locks of the window's thread: it is that which lets go of them.
        """
        with self._looking:
            frames = sys._current_frames()
            del frames[threading.get_ident()]  # which holds them in turn
            self._frames.append(frames)
            return _in_words(frames.get(self._main))

    def _let_go(self) -> None:
        with self._looking:
            self._frames.clear()

    def _collecting(self, phase: str, _: dict[str, Any]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._began = now
        else:
            self._collected += now - self._began


def _in_words(frame: Any) -> str:
    """Return the innermost places of a stack that are ours."""
    places = [
        f"{Path(entry.filename).name}:{entry.lineno} {entry.name}"
        for entry in traceback.extract_stack(frame)
        if "audioclust_gui" in entry.filename
        or "engine" in Path(entry.filename).parts
        or "pyqtgraph" in entry.filename
    ]
    return " > ".join(places[-6:])
