"""Where the sound goes: a device, or silence that keeps time like one.

A `Sink` pulls blocks from a mixer at its own pace. `Output` keeps one open, and puts
silence in its place while there is no device, so that a play always has a playhead. It
looks by itself whether the device has come back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.source import Samples

Render = Callable[[int], Samples]

RETRY_AFTER = 3.0
"""Seconds of silence after which the device is asked for again."""
RETURN_AFTER = 30.0
"""Seconds without a sound after which the chosen device is asked for again while
another one plays in its place."""
WATCH = 1.0
"""Seconds between two looks at what is open."""
_COSTLY, _RAREST = 20, 15.0


class SinkError(Exception):
    """There is no sound, and the message says why and what helps."""


class Sink(Protocol):
    """A clock that pulls sound from a mixer."""

    @property
    def alive(self) -> bool:
        """Whether it is open and still pulls."""

    def open(self, connect: Callable[[int], Render]) -> None:
        """Start to pull, after anything it held before is closed.

        Parameters
        ----------
        connect : callable
            Takes the rate in frames per second, and returns what is to be called, from
            any thread, with a number of frames for a float32 array (frames, 2).

        Raises
        ------
        SinkError
            If there is no sound to be had.
        """

    def close(self) -> None:
        """Stop to pull; no call follows."""


@runtime_checkable
class Choice(Protocol):
    """A sink that stands for one of several devices."""

    note: str
    """Why another device than the chosen one plays, or ""."""

    def choose(self, name: str) -> None:
        """Name the device for the next opening, "" for the system's default."""

    def outputs(self) -> tuple[str, ...]:
        """Return what there is to choose from, as of the last opening."""


class SilentSink:
    """Pulls in real time from a thread and drops what it gets."""

    RATE = 48_000
    PERIOD = 0.02

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def open(self, connect: Callable[[int], Render]) -> None:
        """Start the thread; this always works."""
        self.close()
        self._stop.clear()
        self._thread = threading.Thread(
            target=self._run, args=(connect(self.RATE),), name="silence", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._thread = None

    def _run(self, render: Render) -> None:
        then = time.monotonic()
        while not self._stop.wait(self.PERIOD):
            now = time.monotonic()
            # After the computer slept there is nothing to catch up with.
            render(round(min(now - then, 10 * self.PERIOD) * self.RATE))
            then = now


class Output:
    """One open sink with a mixer behind it, opened again when it has died.

    Once it has been used, a thread looks after it: what died is opened again, and so is
    the device, every few seconds, while silence or another device is in its place. This
    never happens under a sound that is heard: while `mixer` has a voice, only what does
    not pull any more is replaced.

    Parameters
    ----------
    device : Sink
        What to play on; silence takes its place while it cannot be opened.
    changed : callable
        Called from that thread when `trouble` or `note` have become others.

    Attributes
    ----------
    mixer : Mixer or None
        The mixer of the sink that is open; another one after every opening, because
        the rate may be another.
    trouble : str
        Why there is no sound, in plain words; "" when all is well.
    note : str
        Why the sound comes from another device than the chosen one, or "".
    """

    def __init__(
        self, device: Sink, changed: Callable[[], None] = lambda: None
    ) -> None:
        self.mixer: Mixer | None = None
        self.trouble = self.note = ""
        self._device = device
        self._changed = changed
        self._silence = SilentSink()
        self._sink: Sink = device
        self._lock = threading.Lock()
        self._stale = False  # another device was chosen
        self._retry_at = self._look_at = 0.0  # a play, and the thread
        self._closed = threading.Event()
        self._watch: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether something pulls, be it silence."""
        return self.mixer is not None and self._sink.alive

    @property
    def settled(self) -> bool:
        """Whether a play can use the mixer as it is, without opening anything."""
        waiting = self._sink is self._device or time.monotonic() < self._retry_at
        return self.alive and waiting and not self._stale

    def settle(self) -> Mixer:
        """Return a mixer that is pulled; this opens the device, and can take a while.

        Raises nothing: where there is no device, `trouble` says so.
        """
        with self._lock:
            if not self.settled:
                self._open()
            if self._watch is None:
                self._watch = threading.Thread(
                    target=self._look_after, name="output", daemon=True
                )
                self._watch.start()
            assert self.mixer is not None
            return self.mixer

    def choose(self, name: str) -> None:
        """Play on the output of this name from now on, "" for the system's default.

        What sounds goes on where it is until `settle` is called, which the next play
        does; in silence the device is changed at once.
        """
        if isinstance(self._device, Choice):
            self._device.choose(name)
            self._stale = True

    def outputs(self) -> tuple[str, ...]:
        """Return the names of the outputs there are; this can take a while.

        In silence they are looked for anew, and `mixer` is another one afterwards; a
        sound that is heard is not disturbed, and then they are those of its beginning.
        """
        if not isinstance(self._device, Choice):
            return ()
        with self._lock:
            if self._sink is self._device and self.alive and self._idle:
                self._open()
            return self._device.outputs()

    def close(self) -> None:
        """Close what is open; this can take as long as the device does."""
        self._closed.set()
        with self._lock:
            self._sink.close()
            self.mixer = None

    @property
    def _idle(self) -> bool:
        return self.mixer is None or self.mixer.idle

    def _open(self) -> None:
        """Open the device, or else keep silence going, with the mixer it has."""
        began, made = time.monotonic(), []

        def connect(rate: int) -> Render:
            made.append(Mixer(rate))
            return made[-1].render

        self._stale = False
        try:
            self._device.open(connect)
        except SinkError as error:
            self.trouble, self.note = str(error), ""
            self._sink = self._silence
            if not self._silence.alive:
                self._silence.open(connect)
                self.mixer = made[-1]
            now = time.monotonic()
            self._retry_at = now + RETRY_AFTER
            # Where looking is slow the thread does it more rarely.
            self._look_at = max(
                self._retry_at, now + min(_COSTLY * (now - began), _RAREST)
            )
        else:
            self.mixer, self._sink = made[-1], self._device
            self._silence.close()
            self.trouble, self.note = "", getattr(self._device, "note", "")
            self._look_at = time.monotonic() + RETURN_AFTER

    def _look_after(self) -> None:
        gone = False
        while not self._closed.wait(WATCH):
            # Under the lock: a play may be opening just now what seems to be gone.
            with self._lock:
                # The window has seen a death, and stopped, before all is replaced.
                known, gone = gone, not self.alive
                worth = known if gone else self._idle and self._could_be_better
                if not worth or self._closed.is_set():
                    continue
                before = self.trouble, self.note
                self._open()
            if gone or (self.trouble, self.note) != before:
                self._changed()

    @property
    def _could_be_better(self) -> bool:
        late = time.monotonic() >= self._look_at
        return self._stale or (late and bool(self.trouble or self.note))
