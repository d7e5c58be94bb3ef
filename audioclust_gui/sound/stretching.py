"""Faster and slower at the same pitch: waveform-similarity overlap-add.

Pieces of the sound follow each other at its own speed, each begun near to where the
speed wants it: at the one place around there that is most like what would have come
next. The pieces overlap in a raised cosine, which never adds up to more than the louder
of the two. The first begins with the first frame, so nothing is waited for.

Source: W. Verhelst and M. Roelands, "An overlap-add technique based on waveform
similarity (WSOLA) for high quality time-scale modification of speech", ICASSP 1993.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.sound.source import Samples
from audioclust_gui.sound.tape import UNIT, Tape

PIECE = 0.012
"""Seconds from the beginning of one piece to that of the next."""
OVERLAP = 0.006
"""Seconds in which one piece becomes the next."""
SEARCH = 0.013
"""How far from its place a piece may begin, in seconds: a period of 40 Hz in all."""
ALIKE = 0.010
"""Seconds that are compared."""
PRECISION = 2.0**18
"""Samples are compared as whole numbers of this part of full scale: sums of products
of those are exact in double precision, whatever the order of the additions."""


class Stretching:
    """A tape read at one speed and heard at another.

    Parameters
    ----------
    rate : int
        Frames per second.
    tape : Tape
        What is read; its position is where the speed has come.
    natural : int, optional
        The frame with which the sound before would have gone on: the first piece is
        fitted to it, and fades in over it. Without one it begins at the position, or
        before it if the end is too near.
    """

    def __init__(self, rate: int, tape: Tape, natural: int | None = None) -> None:
        length, frame = tape.source.length, tape.position // UNIT
        self._tape = tape
        # A piece and what it overlaps with must find room in the shortest of clips.
        self._piece = max(2, min(round(PIECE * rate), length * 2 // 3))
        self._overlap = max(1, min(round(OVERLAP * rate), self._piece // 2))
        self._search = round(SEARCH * rate)
        self._alike = max(1, round(ALIKE * rate))
        ramp = np.arange(1, self._overlap + 1) / (self._overlap + 1)
        self._curve = (0.5 - 0.5 * np.cos(np.pi * ramp)).astype(np.float32)[:, None]
        self._earliest = frame
        self._old = 0  # where the piece before goes on, had at the same phase
        if natural is not None and (tape.loop or natural + self._overlap <= length):
            self._start, self._phase = natural - self._piece, self._piece
            return
        if not tape.loop:
            frame = max(0, min(frame, length - min(self._piece, tape.left)))
        self._start, self._phase = frame - self._overlap, self._overlap

    @property
    def margin(self) -> int:
        """How many frames beyond the position may be read."""
        return self._search + max(self._piece + self._overlap, self._alike)

    @property
    def natural(self) -> int:
        """The frame that would be next if the speed were that of the sound."""
        return self._start + self._phase

    def read(self, n_frames: int) -> Samples:
        """Return the next frames, and take the tape along.

        Returns
        -------
        float32 array, shape (n_frames, channels)
        """
        tape, done = self._tape, 0
        heard = np.empty((n_frames, tape.source.channels), np.float32)
        while done < n_frames:
            if self._phase == self._piece:
                self._begin_piece()
            phase = self._phase
            overlaps = phase < self._overlap
            n = (self._overlap if overlaps else self._piece) - phase
            n = min(n, n_frames - done)
            samples = tape.window(self._start + phase, n)
            if overlaps:
                before = tape.window(self._old + phase, n)
                samples = before + (samples - before) * self._curve[phase : phase + n]
            heard[done : done + n] = samples
            done += n
            self._phase += n
            tape.advance(n)
        return heard

    def _begin_piece(self) -> None:
        tape, place = self._tape, self._tape.position // UNIT
        self._old, self._phase = self._start + self._piece, 0
        low, high = place - self._search, place + self._search
        if not tape.loop:
            # The last pieces reach to the end and not beyond it; and what is before
            # the first frame that was heard need not be there.
            needed = min(self._piece + self._overlap, tape.left)
            high = max(0, min(high, tape.source.length - needed))
            low = min(max(low, self._earliest), high)
        natural = _whole(tape.window(self._old, self._alike))
        choice = _whole(tape.window(low, high - low + self._alike))
        self._start = low + most_alike(choice, natural, place - low)


def most_alike(
    choice: NDArray[np.float64], pattern: NDArray[np.float64], place: int
) -> int:
    """Return where in a signal something is most like a pattern.

    Parameters
    ----------
    choice : array, shape (m,)
        Whole numbers.
    pattern : array, shape (n,), n at most m
        Whole numbers.
    place : int
        Of places that are equally alike, the nearest to this one is taken.

    Returns
    -------
    int
        0 to m - n: where the correlation over the root of the energy is largest.
    """
    products = np.correlate(choice, pattern, "valid")
    energy = np.concatenate([[0.0], np.cumsum(choice * choice)])
    energy = energy[len(pattern) :] - energy[: -len(pattern)]
    likeness = products / np.sqrt(np.maximum(energy, 1.0))
    best = np.flatnonzero(likeness == likeness.max())
    return int(best[np.abs(best - place).argmin()])


def _whole(samples: Samples) -> NDArray[np.float64]:
    return np.rint(samples.sum(axis=1, dtype=np.float64) * PRECISION)
