"""The lowest and highest sample of every pixel column, also of an hour of sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK = 256


class Envelope:
    """Extremes of blocks of samples, found once, and of columns made from them.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Kept, not copied; samples that are not finite count as 0.
    """

    def __init__(self, samples: NDArray[np.float32]) -> None:
        low, high = _extremes(samples)
        # A sample that is not finite shows in its block: no need to look at each.
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            samples = np.where(np.isfinite(samples), samples, np.float32(0))
            low, high = _extremes(samples)
        self._samples = samples
        self._low, self._high = low, high

    @property
    def peak(self) -> float:
        """The largest magnitude."""
        return float(max(self._high.max(initial=0), -self._low.min(initial=0)))

    def columns(self, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the lowest and the highest sample of equal parts.

        The parts are exact to a sample, or to 256 samples where a part has over 1024.

        Returns
        -------
        low, high : float32 arrays, shape (count,)
            Zeros when there are no samples.
        """
        low = high = self._samples
        if len(self._samples) > 4 * _BLOCK * count:
            low, high = self._low, self._high
        if not len(low):
            return np.zeros(count, np.float32), np.zeros(count, np.float32)
        # A part without a sample of its own shows the one before it.
        starts = np.arange(count) * len(low) // count
        return np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)


def _extremes(
    samples: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the lowest and the highest sample of every block; the last is short."""
    whole = len(samples) // _BLOCK * _BLOCK
    blocks, rest = samples[:whole].reshape(-1, _BLOCK), samples[whole:]
    low, high = blocks.min(axis=1), blocks.max(axis=1)
    if len(rest):
        low, high = np.append(low, rest.min()), np.append(high, rest.max())
    return low, high
