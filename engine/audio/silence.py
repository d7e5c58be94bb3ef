"""Where the silence at a sound's two ends begins and ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME = 2048
"""Samples of a frame whose level is measured; frames are centred, zeros around."""

HOP = 512
"""Samples from one frame to the next."""

_FLOOR = 1e-5  # the level below which everything counts as equally silent: -100 dBFS


def sounding_span(samples: NDArray[np.float32], level: float) -> tuple[int, int]:
    """Find the samples between the silence at the beginning and that at the end.

    Parameters
    ----------
    samples : float32 array, shape (n,) or (n, channels)
        At least one sample, all finite. A frame sounds where any of its channels does.
    level : float
        How many dB below the loudest frame silence begins, above 0.

    Returns
    -------
    first, stop : int
        ``samples[first:stop]`` is what sounds, at least one sample; of a silent sound,
        all of it.

    Notes
    -----
    As `librosa.effects.trim` defines it, with its default frames.
    """
    n, columns = len(samples), samples.reshape(len(samples), -1)
    # A frame is four hops long, so its energy is the sum of four hops' energies.
    starts = np.arange(0, n, HOP)
    energy = np.zeros((len(starts) + FRAME // HOP, columns.shape[1]))
    energy[FRAME // HOP // 2 : FRAME // HOP // 2 + len(starts)] = np.add.reduceat(
        np.square(columns, dtype=np.float64), starts
    )
    frames = np.lib.stride_tricks.sliding_window_view(energy, FRAME // HOP, axis=0)
    rms = np.sqrt(frames[: 1 + n // HOP].sum(axis=-1) / FRAME)
    decibels = 20.0 * np.log10(np.maximum(rms, _FLOOR))
    sounding = np.flatnonzero((decibels > decibels.max() - level).any(axis=1))
    return int(sounding[0]) * HOP, min(n, (int(sounding[-1]) + 1) * HOP)
