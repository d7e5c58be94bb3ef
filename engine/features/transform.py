"""The short-time Fourier transform, of a whole sound or of one stretch after the other.

Frames are centred: the first is centred on the first sample, and there are zeros around
the sound, as in librosa.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCK = 64  # frames transformed at once: stays in the second-level cache


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive frames of a sound that is padded with half a window at both ends.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Frame i is ``samples[i * hop : i * hop + n_fft]``.
    first : int
        The number of the first frame, in the whole sound.
    before, after : int
        How many samples at the beginning and at the end are padding.
    """

    samples: Floats
    first: int
    before: int
    after: int

    def frames(self, n_fft: int, hop: int) -> Floats:
        """Return the frames as a view, float32 of shape (frames, n_fft)."""
        windows: Floats = np.lib.stride_tricks.sliding_window_view(self.samples, n_fft)
        return windows[::hop]


def whole(samples: Floats, n_fft: int) -> Stretch:
    """Return all of a sound as one stretch, of 1 + n // hop frames."""
    half = n_fft // 2
    padded = np.zeros(len(samples) + n_fft, np.float32)
    padded[half : half + len(samples)] = samples
    return Stretch(padded, 0, half, half)


def stretches(
    blocks: Iterable[Floats], n_fft: int, hop: int, n_frames: int
) -> Iterator[Stretch]:
    """Cut a sound that arrives block by block into stretches of so many frames.

    The last one is shorter or somewhat longer. Together they have the frames of
    `whole`, in a memory that does not grow with the sound.
    """
    half, step = n_fft // 2, n_frames * hop
    held, first = np.zeros(half, np.float32), 0
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) >= step + n_fft:
            before = half if first == 0 else max(0, half - first * hop)
            yield Stretch(held[: step - hop + n_fft], first, before, 0)
            held, first = held[step:], first + n_frames
    held = np.concatenate([held, np.zeros(half, np.float32)])
    yield Stretch(held, first, max(0, half - first * hop), half)


def power_frames(stretch: Stretch, n_fft: int, hop: int) -> Floats:
    """Return the power spectra of the frames, float32 (frames, n_fft // 2 + 1).

    The transform runs in double precision: in single, its noise reaches 0.01 dB at the
    bottom of the 80 dB range.
    """
    frames, window = stretch.frames(n_fft, hop), _hann(n_fft)
    power = np.empty((len(frames), n_fft // 2 + 1), np.float32)
    for first in range(0, len(frames), _BLOCK):
        spectra = np.fft.rfft(frames[first : first + _BLOCK] * window)
        magnitude = np.abs(spectra.astype(np.complex64))
        np.square(magnitude, out=power[first : first + _BLOCK])
    return power


@lru_cache(maxsize=16)
def _hann(length: int) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)
