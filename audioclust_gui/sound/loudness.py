"""As loud as the others: the factor on a clip that makes it so, by numpy alone."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.sound.source import Samples
from engine.audio.loudness import SILENT, gated_loudness, k_weighting, step_edges

TARGET = -23.0
"""LUFS of every clip in a loudness-matched audition (EBU R 128)."""
PEAK = 10 ** (-1 / 20)
"""No sample is brought above -1 dB of full scale."""
MOST = 10.0
"""The largest factor, 20 dB: beyond it there is mostly noise to be heard."""

_TAIL = 0.06  # seconds after which the filters' response to an impulse is below -100 dB
_DUAL_MONO = 10 * math.log10(2)  # LU, because one channel comes out of two speakers


def loudness(samples: Samples, rate: int) -> float:
    """Measure the loudness of a clip, as `engine.audio.loudness` does, without scipy.

    Parameters
    ----------
    samples : float32 array, shape (n, channels)
        Full scale is -1 to 1; n at least 1.
    rate : int
        Frames per second, above 3400.

    Returns
    -------
    float
        In LUFS (ITU-R BS.1770-4), or `engine.audio.loudness.SILENT`.

    Notes
    -----
    The filters are applied chunk by chunk to the spectrum (overlap-save). At a rate
    below 16 kHz they are bent a little: by 0.2 LU at 8 kHz.
    """
    response = _response(rate)
    chunk, tail, n = 2 * (len(response) - 1), math.ceil(_TAIL * rate), len(samples)
    hop = chunk - tail
    padded = np.zeros((samples.shape[1], tail + math.ceil(n / hop) * hop), np.float32)
    padded[:, tail : tail + n] = samples.T
    chunks = np.lib.stride_tricks.sliding_window_view(padded, chunk, axis=1)[:, ::hop]
    weighted = np.fft.irfft(np.fft.rfft(chunks) * response, chunk)[:, :, tail:]
    edges = step_edges(n, rate)
    squares = np.square(weighted.reshape(len(padded), -1)[:, : edges[-1]]).sum(axis=0)
    return gated_loudness(np.add.reduceat(squares, edges[:-1], dtype=float), edges)


def matched_gain(samples: Samples, rate: int) -> float:
    """Return the factor that makes a clip as loud as `TARGET` without clipping.

    Parameters
    ----------
    samples : float32 array, shape (n, 1 or 2)
        As they go to the speakers; one channel goes to both.
    rate : int
        Frames per second.

    Returns
    -------
    float
        Above 0, at most `MOST`, and no more than brings the peak to `PEAK`. 1 for
        silence.
    """
    if not len(samples):
        return 1.0
    measured = loudness(samples, rate)
    if measured == SILENT:
        return 1.0
    if samples.shape[1] == 1:
        measured += _DUAL_MONO
    gain = min(10 ** ((TARGET - measured) / 20), MOST)
    return float(min(gain, PEAK / np.abs(samples).max()))


@lru_cache(maxsize=4)
def _response(rate: int) -> NDArray[np.complex64]:
    """Return what the K-weighting does to each frequency of half a second."""
    chunk = 1 << (rate // 2).bit_length()  # or a little more: transforms like that
    delay = np.exp(-2j * np.pi * np.arange(chunk // 2 + 1) / chunk)
    powers = np.stack([np.ones_like(delay), delay, delay**2])
    sections = k_weighting(rate)
    response: NDArray[np.complex128] = np.prod(
        (sections[:, :3] @ powers) / (sections[:, 3:] @ powers), axis=0
    )
    return response.astype(np.complex64)
