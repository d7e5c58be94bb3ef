"""A source as the tape that a voice plays: where it is, and what lies around it.

Positions are whole numbers of thousandths of a frame, and so is the way from one frame
to the next: nothing is ever rounded while a sound runs, so that what is heard does not
depend on the sizes of the blocks, and a loop of hours stays where it should be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audioclust_gui.sound.source import Samples, Source

UNIT = 1_000
"""Parts of a frame in which positions are counted."""


@dataclass(slots=True)
class Tape:
    """A source with a position on it.

    Parameters
    ----------
    source : Source
    position : int
        Where it is, in thousandths of a frame.
    step : int
        Thousandths of a frame from one frame that is heard to the next.
    loop : bool
        Whether the end is followed by the beginning; else there is silence around it.
    """

    source: Source
    position: int
    step: int
    loop: bool

    @property
    def frame(self) -> int:
        """The frame of the source that is heard now, 0 to its length."""
        return min(self.position // UNIT, self.source.length)

    @property
    def left(self) -> int:
        """How many frames will be heard until the end."""
        return max(0, -((self.position - self.source.length * UNIT) // self.step))

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        length = self.source.length
        return length == 0 or (not self.loop and self.position >= length * UNIT)

    def advance(self, n_frames: int) -> None:
        """Go on by as many frames as are heard."""
        self.position += n_frames * self.step
        if self.loop:
            self.position %= max(self.source.length, 1) * UNIT

    def ahead(self, n_frames: int, margin: int) -> tuple[int, bool]:
        """Tell how far the sound goes on from here.

        Parameters
        ----------
        n_frames : int
            How many frames that are heard to look ahead.
        margin : int
            How many frames of the source beyond those must be there as well.

        Returns
        -------
        (int, bool)
            How many frames can be heard, at most n_frames, and whether there are no
            more of them because more has not come yet.
        """
        first, part = divmod(self.position, UNIT)
        left = n_frames if self.loop else min(n_frames, self.left)
        asked = (part + left * self.step) // UNIT + 1 + margin
        if not self.loop:
            asked = max(0, min(asked, self.source.length - first))
        got = self._there(first, asked)
        if got == asked:
            return left, False
        room = (got - margin) * UNIT - part
        return max(0, min(left, -(-room // self.step))), True

    def loudness(self, frame: int) -> float:
        """Return the largest magnitude in a frame of the source, or 0."""
        return float(np.abs(self.source.read(max(frame, 0), 1)).max(initial=0.0))

    def window(self, start: int, n_frames: int) -> Samples:
        """Return frames of the source, as many as asked for; silence where none are.

        Parameters
        ----------
        start : int
            May lie before the beginning or beyond the end.
        n_frames : int

        Returns
        -------
        float32 array, shape (n_frames, channels), not to be written to
        """
        length = self.source.length
        if self.loop and length:
            start %= length
        if start >= 0 and start + n_frames <= length:
            samples = self.source.read(start, n_frames)
            if len(samples) == n_frames:
                return samples
        if self.loop and 0 < length < n_frames:
            around = (start + np.arange(n_frames)) % length
            return self.window(0, length)[around]
        out = np.zeros((n_frames, self.source.channels), np.float32)
        skip = max(0, -start)
        if skip < n_frames and start + skip < length:
            samples = self.source.read(start + skip, n_frames - skip)
            out[skip : skip + len(samples)] = samples
        if self.loop and start + n_frames > length:
            samples = self.source.read(0, start + n_frames - length)
            out[length - start : length - start + len(samples)] = samples
        return out

    def _there(self, first: int, asked: int) -> int:
        """How many frames from one on have come, around the end in a loop."""
        length = self.source.length
        if not (self.loop and length):
            return len(self.source.read(first, asked))
        first %= length
        until_end = min(asked, length - first)
        got = len(self.source.read(first, until_end))
        if got < until_end or got == asked:
            return got
        again = min(asked - got, length)
        more = len(self.source.read(0, again))
        return asked if more == again else got + more
