"""How far a sound is tuned from A440, from the peaks of its power spectra."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.features.filterbanks import bin_frequencies

_LOW, _HIGH = 150.0, 4000.0
_PEAK_SHARE = 0.1
_EDGES = np.linspace(-0.5, 0.5, 101)


def estimate_tuning(power: NDArray[np.float32], rate: int, n_fft: int) -> float:
    """Return the commonest deviation of the strong spectral peaks from the semitones.

    Parameters
    ----------
    power : float32 array, shape (frames, n_fft // 2 + 1)
        Power spectra.
    rate : int
        Sample rate in Hz.
    n_fft : int
        Length of the window in samples.

    Returns
    -------
    float
        In semitones, -0.5 to 0.49 in steps of 0.01; 0 for a sound without peaks.

    Notes
    -----
    The value that ``librosa.estimate_tuning(S=power.T)`` gives, operation by operation
    in the same precision, but only at the peaks: a bin between 150 and 4000 Hz that
    exceeds its neighbours and a tenth of its frame's maximum is refined by a parabola;
    of these, the half with the greater magnitude votes. The rest of the plane, which
    librosa computes too, never counts.
    """
    frequencies = bin_frequencies(rate, n_fft)
    inside = np.flatnonzero(
        (frequencies >= _LOW) & (frequencies < min(_HIGH, rate / 2))
    )
    inside = inside[(inside > 0) & (inside < n_fft // 2)]
    if not inside.size:
        return 0.0
    first, last = int(inside[0]), int(inside[-1]) + 1
    middle = power[:, first:last]
    threshold = np.float32(_PEAK_SHARE) * power.max(axis=1, keepdims=True)
    peak = middle > threshold
    peak &= middle > power[:, first - 1 : last - 1]
    peak &= middle >= power[:, first + 1 : last + 1]
    frame, bin_ = np.nonzero(peak)
    if not frame.size:
        return 0.0
    bin_ += first
    left, here, right = (power[frame, bin_ + step] for step in (-1, 0, 1))
    curve = (right + left).astype(np.float64) - 2.0 * here
    slope = (right - left).astype(np.float64) / 2.0
    shift = np.zeros(len(here), np.float32)
    np.divide(-slope, curve, out=shift, where=abs(slope) < abs(curve), casting="unsafe")
    height = here + np.float32(0.5) * ((right - left) / np.float32(2.0)) * shift
    pitch = ((bin_ + shift) * float(rate) / n_fft).astype(np.float32)
    return _commonest(pitch[height >= np.median(height)])


def _commonest(pitch: NDArray[np.float32]) -> float:
    """Return the peak of the histogram of deviations, in hundredths of a semitone."""
    deviation = np.mod(12 * np.log2(pitch / (440.0 / 16.0)), 1.0)
    deviation[deviation >= 0.5] -= 1.0
    counts, _ = np.histogram(deviation, _EDGES)
    return float(_EDGES[np.argmax(counts)])
