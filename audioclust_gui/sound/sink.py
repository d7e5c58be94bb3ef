"""Where the sound goes: a device, or silence that keeps time like one.

A `Sink` pulls blocks from a mixer at its own pace. `Output` keeps one open, and puts
silence in its place while there is no device, so that a play always has a playhead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.source import Samples

Render = Callable[[int], Samples]

RETRY_AFTER = 3.0
"""Seconds of silence after which the next play asks for the device again."""


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

    Parameters
    ----------
    device : Sink
        What to play on; silence takes its place while it cannot be opened.

    Attributes
    ----------
    mixer : Mixer or None
        The mixer of the sink that is open; another one after every opening, because
        the rate may be another.
    trouble : str
        Why there is no sound, in plain words; "" when all is well.
    """

    def __init__(self, device: Sink) -> None:
        self.mixer: Mixer | None = None
        self.trouble = ""
        self._device = device
        self._silence = SilentSink()
        self._sink: Sink = device
        self._lock = threading.Lock()
        self._retry_at = 0.0

    @property
    def alive(self) -> bool:
        """Whether something pulls, be it silence."""
        return self.mixer is not None and self._sink.alive

    @property
    def settled(self) -> bool:
        """Whether a play can use the mixer as it is, without opening anything."""
        waiting = self._sink is self._device or time.monotonic() < self._retry_at
        return self.alive and waiting

    def settle(self) -> Mixer:
        """Return a mixer that is pulled; this opens the device, and can take a while.

        Raises nothing: where there is no device, `trouble` says so.
        """
        with self._lock:
            if not self.settled or self.mixer is None:
                self._silence.close()
                self._sink, self.trouble = self._device, ""
                try:
                    self._device.open(self._connect)
                except SinkError as error:
                    self.trouble = str(error)
                    self._retry_at = time.monotonic() + RETRY_AFTER
                    self._sink = self._silence
                    self._silence.open(self._connect)
            assert self.mixer is not None
            return self.mixer

    def close(self) -> None:
        """Close what is open; this can take as long as the device does."""
        with self._lock:
            self._sink.close()
            self.mixer = None

    def _connect(self, rate: int) -> Render:
        self.mixer = Mixer(rate)
        return self.mixer.render
