"""How far a sound is tuned from A440, from the peaks of its power spectra."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.features.filterbanks import bin_frequencies

_LOW, _HIGH = 150.0, 4000.0
_PEAK_SHARE = 0.1
_STEPS = 100
_MOST_PEAKS = 1 << 20
_EDGES = np.linspace(-0.5, 0.5, _STEPS + 1)


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
    votes = TuningVotes(rate, n_fft)
    votes.add(power)
    return votes.tuning()


class TuningVotes:
    """`estimate_tuning` of a sound that comes in stretches.

    A million peaks are kept, those of some ten to thirty minutes. Those of a longer
    sound are counted by deviation and by height, in 64 classes to the octave: the class
    in which the median lies then votes in part.
    """

    def __init__(self, rate: int, n_fft: int) -> None:
        self._rate, self._n_fft = rate, n_fft
        self._peaks: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
        self._n_kept = 0
        self._counts: NDArray[np.int64] | None = None

    def add(self, power: NDArray[np.float32]) -> None:
        """Take in more power spectra, shape (frames, n_fft // 2 + 1)."""
        self._peaks.append(_peaks(power, self._rate, self._n_fft))
        self._n_kept += len(self._peaks[-1][0])
        if self._n_kept > _MOST_PEAKS or self._counts is not None:
            self._count()

    def _count(self) -> None:
        if self._counts is None:
            self._counts = np.zeros((1 << 14, _STEPS), np.int64)
        for pitch, height in self._peaks:
            # Exponent and six bits of the fraction: they grow as the number does.
            classes = height.view(np.uint32) >> 17
            np.add.at(self._counts, (classes, _deviations(pitch)), 1)
        self._peaks.clear()

    def tuning(self) -> float:
        """Return the commonest deviation, in semitones."""
        if self._counts is not None:
            return _commonest(_stronger_half(self._counts))
        if not self._n_kept:
            return 0.0
        pitch, height = map(np.concatenate, zip(*self._peaks, strict=True))
        strong = pitch[height >= np.median(height)]
        return _commonest(np.bincount(_deviations(strong), minlength=_STEPS))


def _stronger_half(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the votes by deviation of the half of the peaks that is higher."""
    total = counts.sum(axis=1)
    up_to = np.cumsum(total)
    median = int(np.searchsorted(up_to, up_to[-1] / 2.0))
    share = (up_to[median] - up_to[-1] / 2.0) / total[median]
    votes: NDArray[np.float64] = counts[median + 1 :].sum(0) + share * counts[median]
    return votes


def _peaks(
    power: NDArray[np.float32], rate: int, n_fft: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return pitch in Hz and height of the strong peaks."""
    frequencies = bin_frequencies(rate, n_fft)
    inside = np.flatnonzero(
        (frequencies >= _LOW) & (frequencies < min(_HIGH, rate / 2))
    )
    inside = inside[(inside > 0) & (inside < n_fft // 2)]
    if not inside.size:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    first, last = int(inside[0]), int(inside[-1]) + 1
    middle = power[:, first:last]
    threshold = np.float32(_PEAK_SHARE) * power.max(axis=1, keepdims=True)
    peak = middle > threshold
    peak &= middle > power[:, first - 1 : last - 1]
    peak &= middle >= power[:, first + 1 : last + 1]
    frame, bin_ = np.nonzero(peak)
    bin_ += first
    left, here, right = (power[frame, bin_ + step] for step in (-1, 0, 1))
    curve = (right + left).astype(np.float64) - 2.0 * here
    slope = (right - left).astype(np.float64) / 2.0
    shift = np.zeros(len(here), np.float32)
    np.divide(-slope, curve, out=shift, where=abs(slope) < abs(curve), casting="unsafe")
    height = here + np.float32(0.5) * ((right - left) / np.float32(2.0)) * shift
    return ((bin_ + shift) * float(rate) / n_fft).astype(np.float32), height


def _deviations(pitch: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return how far pitches are from a semitone, in hundredths from -0.5 on."""
    deviation = np.mod(12 * np.log2(pitch / (440.0 / 16.0)), 1.0)
    deviation[deviation >= 0.5] -= 1.0
    steps: NDArray[np.int64] = np.searchsorted(_EDGES, deviation, side="right") - 1
    return steps


def _commonest(counts: NDArray[np.integer | np.floating]) -> float:
    return float(_EDGES[np.argmax(counts)])
