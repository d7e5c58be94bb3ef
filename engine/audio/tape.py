"""A long recording, left open where its last span ended, so that the next one reads on.

A seek in an MP3 reads every header from the beginning, one in Opus takes seconds of
preroll, and what audioread opens has none at all: an hour cut into spans, decoded one
by one, would take minutes to hours. Here a span that begins where the last one stood,
or little further on, or overlaps it, is read on to. Samples are the same either way.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.audio.readers import Blocks, frames_at_once, open_reader

_SHORT = 30.0  # seconds; what is shorter is not worth a file kept open
_PIECE = 0.25  # seconds read at once, so little is read in vain
_IDLE = 2.0  # seconds after which nobody reads on: an open file cannot be deleted

_Mark = tuple[str, int, int, int, int]


class Tape:
    """An open sound file: a `Reader` whose spans cost little when they come in order.

    Closing it leaves it open for a moment where that pays; `opened` finds it again.

    Parameters
    ----------
    path : str or Path
    mark : tuple
        What changes when the file does.
    """

    def __init__(self, path: str | Path, mark: _Mark) -> None:
        self.mark = mark
        self._reader = reader = open_reader(path)
        self.rate, self.channels = reader.rate, reader.channels
        self.frames, self.format = reader.frames, reader.format
        self.seek_cost = reader.seek_cost
        self._running: Blocks | None = None  # the rest of the sound, from `_at` on
        self._mono = True
        self._at = 0
        self._held: NDArray[np.float32]  # the frames just before `_at`

    def blocks(
        self, first: int, stop: int | None, mono: bool, seconds: float = float("inf")
    ) -> Blocks:
        """Yield frames ``first`` to ``stop``, as `Reader.blocks` does."""
        long = self.frames > _SHORT * self.rate
        # Only the reader can tell whether a sound that is wanted to its end is whole.
        if stop is None or stop >= self.frames or not (long and self.seek_cost):
            self._running = None
            yield from self._reader.blocks(first, stop, mono, seconds)
            return
        most = frames_at_once(self, seconds)
        self._wind(first, mono)
        begin = first
        while first < stop:
            piece = self._read(first, min(stop, first + most))
            if not len(piece):
                break
            yield piece
            first += len(piece)
        if first == begin:  # nothing is there: the reader says so in its own words
            self._running = None
            yield from self._reader.blocks(first, stop, mono, seconds)

    def _wind(self, first: int, mono: bool) -> None:
        """Make ready to read from a frame on, by a seek where that is quicker."""
        if self._running is not None and self._mono == mono:
            earliest = self._at - len(self._held)
            if earliest <= first <= self._at + self.seek_cost * self.rate:
                return
        self._running = self._reader.blocks(first, self.frames, mono, _PIECE)
        self._mono, self._at = mono, first
        self._held = np.empty((0,) if mono else (0, self.channels), dtype=np.float32)

    def _read(self, first: int, stop: int) -> NDArray[np.float32]:
        """Return a piece of the sound, shorter where it ends; what precedes it goes."""
        assert self._running is not None  # since `_wind`
        pieces = [self._held[len(self._held) - max(0, self._at - first) :]]
        while self._at < stop:
            block = next(self._running, None)
            if block is None:
                break
            pieces.append(block[max(0, first - self._at) :])
            self._at += len(block)
        self._held = np.concatenate(pieces)
        return self._held[: stop - first].copy()

    def close(self) -> None:
        """Close the file."""
        self._running = None
        self._reader.close()

    def __enter__(self) -> Self:
        """Return the tape itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Leave the file open for a moment where somebody may read on, or close it."""
        if self._running is not None and raised[0] in (None, GeneratorExit):
            _shelf.put(self)
        else:
            self.close()


def opened(path: str | Path, status: os.stat_result) -> Tape:
    """Open a sound file, or take up the one that was read last.

    Parameters
    ----------
    path : str or Path
    status : os.stat_result
        The file's, to see that it has not changed since.

    Raises
    ------
    AudioError
        If it cannot be opened.
    """
    where = os.path.abspath(path)  # noqa: PTH100 - links stay as they are
    times = status.st_mtime_ns, status.st_ctime_ns
    mark = (where, status.st_ino, status.st_size, *times)
    return _shelf.take(mark) or Tape(path, mark)


class _Shelf:
    """Room for one tape, for a moment; shared by all threads, used by one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tape: Tape | None = None
        self._timer: threading.Timer | None = None

    def take(self, mark: _Mark) -> Tape | None:
        """Return the tape if it is that of the file; any other is closed."""
        tape = self._swapped(None)
        if tape is None or tape.mark == mark:
            return tape
        tape.close()
        return None

    def put(self, tape: Tape) -> None:
        """Keep a tape in the place of any other."""
        old = self._swapped(tape)
        if old is not None:
            old.close()

    def _swapped(self, tape: Tape | None) -> Tape | None:
        if tape is None and self._tape is None:
            return None  # nearly always, and without waiting for anybody
        with self._lock:
            old, self._tape = self._tape, tape
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if tape is not None:
                self._timer = threading.Timer(_IDLE, self._expire, [tape])
                self._timer.daemon = True
                self._timer.start()
        return old

    def _expire(self, tape: Tape) -> None:
        with self._lock:
            if self._tape is not tape:
                return
            self._tape = self._timer = None
        tape.close()


_shelf = _Shelf()
