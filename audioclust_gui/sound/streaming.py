"""A long recording, heard while it is decoded: what is around the playhead is kept.

A second of sound is a whole number of frames at every rate. So the recording is cut
into seconds, and decoding can begin at any of them in phase with what was decoded
before: the resampler gets the second before it to settle on, and the samples are those
that it would have given from the beginning, to the rounding of single precision.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from audioclust_gui.sound.source import Samples
from engine.audio.decoding import blocks, probe
from engine.errors import AudioError

HEAD = 3
"""Seconds at the beginning that are never let go: a loop goes on there at once."""
BEHIND, AHEAD = 20, 40
"""Seconds that are kept before and after the playhead."""
PIECE = 0.5
"""Seconds that are decoded at once."""


class Streamed:
    """A `Source` that is decoded by a thread of its own, ahead of the playhead.

    Parameters
    ----------
    path : str or Path
        The file.
    start, end : float
        The span of it, in seconds; None is the end of the file.
    rate : int
        Frames per second that are wanted.
    at : int
        The frame that is wanted first.

    Attributes
    ----------
    length : int
        Frames of the span by what the header says; less once the sound has ended
        earlier or broken off.
    channels : int
        One or two.
    trouble : str
        Why not all of it can be heard, as far as is known, or "".
    peak : float
        The largest absolute sample so far.

    Raises
    ------
    AudioError
        If the file cannot be opened; what is wrong further on becomes `trouble`.
    """

    def __init__(
        self, path: str | Path, start: float, end: float | None, rate: int, at: int = 0
    ) -> None:
        info = probe(path)
        stop = round(info.duration * info.rate)
        if end is not None:
            stop = min(stop, round(end * info.rate))
        first = round(start * info.rate)
        self.length = math.ceil((stop - first) * (rate / info.rate))
        self.channels = info.channels if info.channels <= 2 else 1
        self.trouble, self.peak = "", 0.0
        self._path, self._rate, self._resampled = str(path), rate, info.rate != rate
        self._start, self._end, self._there = first / info.rate, end, stop / info.rate
        self._seconds: dict[int, Samples] = {}
        self._at = at // rate
        self._changed = threading.Condition()
        self._closed = False
        self._pieces: Iterator[Samples] = iter(())
        self._next, self._rest = -1, self._nothing()  # what `_pieces` goes on with
        self._thread = threading.Thread(target=self._run, name="streaming", daemon=True)
        self._thread.start()

    def read(self, start: int, n_frames: int) -> Samples:
        """Return the frames from one on; fewer at the end and where none are yet."""
        pieces, stop = [], min(start + n_frames, self.length)
        while start < stop:
            second, offset = divmod(start, self._rate)
            there = self._seconds.get(second)
            piece = self._nothing() if there is None else there[offset:][: stop - start]
            if not len(piece):
                break
            pieces.append(piece)
            start += len(piece)
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else self._nothing()

    def go_to(self, frame: int) -> None:
        """Say where the playhead is; the decoder follows, by a leap if need be."""
        if frame // self._rate != self._at:
            with self._changed:
                self._at = frame // self._rate
                self._changed.notify_all()

    def head(self, frame: int, patience: float) -> Samples:
        """Wait for the first `HEAD` seconds from a frame on, and return them.

        Parameters
        ----------
        frame : int
        patience : float
            Seconds to wait at most; what has come by then is returned.

        Raises
        ------
        AudioError
            If nothing can be decoded there.
        """
        n, until = HEAD * self._rate, time.monotonic() + patience
        with self._changed:
            while True:
                head = self.read(frame, n)
                left = until - time.monotonic()
                if len(head) >= min(n, self.length - frame) or left <= 0:
                    break
                self._changed.wait(left)
        if self.trouble and self.length <= frame:
            raise AudioError(self._path, self.trouble)
        return head

    def close(self) -> None:
        """Have the thread end and close the file; what it decoded can still be read."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def join(self, patience: float) -> None:
        """Wait until the thread has ended, at most so many seconds."""
        self._thread.join(patience)

    def _nothing(self) -> Samples:
        return np.zeros((0, self.channels), np.float32)

    def _run(self) -> None:
        while (second := self._wanted()) is not None:
            block, trouble = self._nothing(), ""
            try:
                block = self._decoded(second)
            except AudioError as error:
                trouble = error.reason
            except Exception as error:  # noqa: BLE001 - a codec may raise anything
                trouble = f"{type(error).__name__}: {error}"
            if trouble:
                self.trouble, self._next = trouble, -1
                if self._end != self._there:
                    # What the header promises is not there. Be content with what is.
                    self._end = self._there
                    continue
            self._keep(second, block)
        self._pieces = iter(())

    def _wanted(self) -> int | None:
        """Wait until a second is missing that may soon be heard; None to end."""
        with self._changed:
            while not self._closed:
                last = math.ceil(self.length / self._rate)
                soon = range(self._at, min(self._at + AHEAD, last))
                for wanted in (soon, range(min(HEAD, last))):
                    for second in wanted:
                        if second not in self._seconds:
                            return second
                self._changed.wait()
        return None

    def _decoded(self, second: int) -> Samples:
        """Return a second of sound; what comes short of it is the end."""
        if second != self._next:
            self._pieces = self._opened(second)
            self._rest = self._nothing()
        pieces, n = [self._rest], len(self._rest)
        while n < self._rate and (piece := next(self._pieces, None)) is not None:
            pieces.append(piece)
            n += len(piece)
        decoded = np.concatenate(pieces)
        self._rest = decoded[self._rate :].copy()
        self._next = second + 1
        return decoded[: self._rate].copy()  # not a view that holds the rest as well

    def _opened(self, second: int) -> Iterator[Samples]:
        settling = 1 if self._resampled and second else 0
        start, skip = self._start + second - settling, settling * self._rate
        for piece in blocks(
            self._path, start, self._end, rate=self._rate, mono=False, seconds=PIECE
        ):
            yield for_speakers(piece)[skip:]
            skip = max(0, skip - len(piece))

    def _keep(self, second: int, block: Samples) -> None:
        """Publish a second, and let go of those far from the playhead."""
        with self._changed:
            if len(block):
                self._seconds[second] = block
                self.peak = max(self.peak, float(np.abs(block).max()))
            if len(block) < self._rate:
                self._ended(second * self._rate + len(block))
            for far in list(self._seconds):
                if far >= HEAD and not -BEHIND <= far - self._at <= AHEAD:
                    del self._seconds[far]
            self._changed.notify_all()

    def _ended(self, length: int) -> None:
        missing = (self.length - length) / self._rate
        if missing > 1.0 and not self.trouble:
            self.trouble = (
                f"it ends after {length / self._rate:.0f} s, although it says that it "
                f"lasts {self.length / self._rate:.0f} s; copy or export it again"
            )
        self.length = min(self.length, length)


def for_speakers(samples: Samples) -> Samples:
    """Return samples of one or two channels: more of them are averaged into one."""
    if samples.shape[1] > 2:
        samples = samples.mean(axis=1, dtype=np.float32, keepdims=True)
    return samples
