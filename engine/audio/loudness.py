"""How loud a sound is to a listener, as ITU-R BS.1770-4 measures it."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SILENT = -math.inf
"""The loudness of a sound in which no block reaches the absolute gate."""

_OFFSET = -0.691  # so that a sine of 997 Hz is as loud as its level says
_ABSOLUTE_GATE = -70.0  # LUFS
_RELATIVE_GATE = -10.0  # LU, below the mean of what passed the absolute gate
_STEP = 0.1  # seconds from one gating block to the next
_STEPS = 4  # of which a block is as long

# Close to half the sample rate the bilinear transform bends the filters: by 0.06 LU at
# 16 kHz, by 0.2 at 8, and below 3.4 there are none. Slower sounds are resampled first.
_LOWEST_RATE = 16_000
_LOUDEST = 1e9  # beyond it, resampling in single precision might overflow


def integrated_loudness(samples: NDArray[np.float32], rate: int) -> float:
    """Measure the loudness of a whole sound: K-weighted, gated.

    Parameters
    ----------
    samples : float32 array, shape (n,) or (n, channels)
        Full scale is -1 to 1. All channels weigh the same, because it is not known
        which of them stand behind the listener.
    rate : int
        Sample rate in Hz.

    Returns
    -------
    float
        In LUFS; a mono sine of 997 Hz at full scale has -3.01. `SILENT` where nothing
        is louder than -70 LUFS. A sound shorter than a gating block, 400 ms, is one
        block by itself.

    Notes
    -----
    Recommendation ITU-R BS.1770-4 (2015), annex 1. The recommendation gives the filters
    for 48 kHz only; those for other rates are derived as in libebur128 and pyloudnorm,
    from the analogue prototypes by the bilinear transform.
    """
    power = _block_powers(samples, rate)
    loudness = _decibels(power)
    loud = loudness > _ABSOLUTE_GATE
    if not loud.any():
        return SILENT
    gate = float(_decibels(power[loud].mean())) + _RELATIVE_GATE
    return float(_decibels(power[loud & (loudness > gate)].mean()))


def _decibels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    tiny = np.finfo(np.float64).tiny
    decibels: NDArray[np.float64] = _OFFSET + 10.0 * np.log10(np.maximum(power, tiny))
    return decibels


def _block_powers(samples: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Return the K-weighted mean square of every gating block, channels summed."""
    import soxr
    from scipy.signal import sosfilt

    if rate < _LOWEST_RATE:
        factor = math.ceil(_LOWEST_RATE / rate)
        samples = np.clip(samples, -_LOUDEST, _LOUDEST)
        samples, rate = soxr.resample(samples, rate, factor * rate), factor * rate
    filters = _k_weighting(rate)
    columns = samples.reshape(len(samples), -1)
    state = np.zeros((len(filters), 2, columns.shape[1]))
    edges = np.round(np.arange(int(len(columns) / rate / _STEP) + 1) * _STEP * rate)
    if len(edges) <= _STEPS:
        edges = np.array([0, len(columns)])
    energy = []
    # Step by step, so that a long sound is never in memory in double precision.
    for first, stop in zip(edges[:-1].astype(int), edges[1:].astype(int), strict=True):
        weighted, state = sosfilt(filters, columns[first:stop], axis=0, zi=state)
        energy.append(np.square(weighted).sum())
    if len(energy) < _STEPS:
        return np.array(energy) / len(columns)
    steps = np.lib.stride_tricks.sliding_window_view(np.array(energy), _STEPS)
    powers: NDArray[np.float64] = steps.sum(axis=1) / (edges[_STEPS:] - edges[:-_STEPS])
    return powers


@lru_cache(maxsize=16)
def _k_weighting(rate: int) -> NDArray[np.float64]:
    """Return the treble shelf of a head and the high-pass as second-order sections."""
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    frequency, q = 1681.974450955533, 0.7071752369554196
    k = math.tan(math.pi * frequency / rate)
    above, bend = high + k * k, band * k / q
    shelf = np.array([above + bend, 2 * (k * k - high), above - bend])
    poles, scale = _poles(frequency, q, rate)
    sections = [np.concatenate([shelf / scale, poles])]
    frequency, q = 38.13547087602444, 0.5003270373238773
    poles, scale = _poles(frequency, q, rate)
    # The recommendation's gain, which is 1 at 48 kHz before the poles are counted.
    gain = _poles(frequency, q, 48_000)[1] / scale
    sections.append(np.concatenate([gain * np.array([1.0, -2.0, 1.0]), poles]))
    return np.array(sections)


def _poles(frequency: float, q: float, rate: int) -> tuple[NDArray[np.float64], float]:
    """Return a resonance's denominator, and what it was divided by."""
    k = math.tan(math.pi * frequency / rate)
    scale = 1 + k / q + k * k
    return np.array([1.0, 2 * (k * k - 1) / scale, (1 - k / q + k * k) / scale]), scale
