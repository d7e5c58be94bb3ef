"""What a voice reads from: all of a clip, or as much of a long one as is there."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


class Source(Protocol):
    """Sound at the mixer's rate that can be read from any frame, at any time.

    The audio callback reads it, another thread may be filling it.
    """

    @property
    def channels(self) -> int:
        """One or two."""

    @property
    def length(self) -> int:
        """Frames that there will be in the end."""

    def read(self, start: int, n_frames: int) -> Samples:
        """Return the frames from one on, without ever waiting.

        Parameters
        ----------
        start : int
            0 to `length`.
        n_frames : int

        Returns
        -------
        float32 array, shape (n, channels), n at most n_frames
            Fewer at the end, and where more has not come yet. Not to be written to.
        """


class Whole:
    """All of a clip, in memory.

    Parameters
    ----------
    samples : float32 array, shape (n,), (n, 1) or (n, 2)
        Finite; never written to, and not copied.
    """

    def __init__(self, samples: Samples) -> None:
        self.samples = samples[:, None] if samples.ndim == 1 else samples

    @property
    def channels(self) -> int:
        """One or two."""
        return self.samples.shape[1]

    @property
    def length(self) -> int:
        """How many frames there are."""
        return len(self.samples)

    def read(self, start: int, n_frames: int) -> Samples:
        """Return the frames from one on; fewer at the end."""
        return self.samples[start : start + n_frames]
