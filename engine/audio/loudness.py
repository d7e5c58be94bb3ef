"""How loud a sound is to a listener, as ITU-R BS.1770-4 measures it."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

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
    import soxr
    from scipy.signal import sosfilt

    if rate < _LOWEST_RATE:
        factor = math.ceil(_LOWEST_RATE / rate)
        samples = np.clip(samples, -_LOUDEST, _LOUDEST)
        samples, rate = soxr.resample(samples, rate, factor * rate), factor * rate
    filters = k_weighting(rate)
    columns = samples.reshape(len(samples), -1)
    state = np.zeros((len(filters), 2, columns.shape[1]))
    edges = step_edges(len(columns), rate)
    energy = np.empty(len(edges) - 1)
    # Step by step, so that a long sound is never in memory in double precision.
    for step, (first, stop) in enumerate(pairwise(edges)):
        weighted, state = sosfilt(filters, columns[first:stop], axis=0, zi=state)
        energy[step] = np.square(weighted).sum()
    return gated_loudness(energy, edges)


def step_edges(n_frames: int, rate: int) -> NDArray[np.int64]:
    """Return where the steps of the gating blocks begin, and where the last one ends.

    Every 100 ms; a sound shorter than a gating block is one step. What is left over at
    the end counts nowhere.
    """
    steps = int(n_frames / rate / _STEP)
    if steps < _STEPS:
        return np.array([0, n_frames])
    edges: NDArray[np.int64] = np.round(np.arange(steps + 1) * _STEP * rate).astype(int)
    return edges


def gated_loudness(energy: NDArray[np.float64], edges: NDArray[np.int64]) -> float:
    """Return the loudness, in LUFS, of a sound whose steps have these energies.

    Parameters
    ----------
    energy : float array, shape (n,)
        Sums of the squares of the K-weighted samples of all channels, step by step.
    edges : int array, shape (n + 1,)
        `step_edges` of the sound.

    Returns
    -------
    float
        As of `integrated_loudness`.
    """
    steps = min(_STEPS, len(energy))  # one step alone is a block by itself
    blocks = np.lib.stride_tricks.sliding_window_view(energy, steps).sum(axis=1)
    power = blocks / (edges[steps:] - edges[:-steps])
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


@lru_cache(maxsize=16)
def k_weighting(rate: int) -> NDArray[np.float64]:
    """Return the treble shelf of a head and the high-pass as second-order sections.

    Parameters
    ----------
    rate : int
        In Hz, above 3400.

    Returns
    -------
    float array, shape (2, 6)
        Rows of b0, b1, b2, a0, a1, a2, with a0 = 1.
    """
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
