"""Ten plain numbers about a clip: how long, how fast, in which keys, how bright.

All but the duration are made from the transform that the features are made from, with
frames half a hop apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.features.filterbanks import bin_frequencies
from engine.features.spectral import Analysis

DESCRIPTORS: dict[str, str] = {
    "duration": "Duration (s)",
    "tempo": "Tempo (BPM)",
    "key_1": "Strongest key",
    "key_2": "Second key",
    "key_3": "Third key",
    "rms": "RMS level",
    "zero_crossing_rate": "Zero-crossing rate",
    "centroid": "Spectral centroid (Hz)",
    "bandwidth": "Spectral bandwidth (Hz)",
    "rolloff": "Spectral roll-off (Hz)",
}
"""Name and label of each descriptor, in the order in which they are stored."""

KEYS = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
"""The pitch classes; a key is stored as its place here, 0 to 11."""

MEASURES = tuple(DESCRIPTORS)[5:]
"""The descriptors that are means over the frames of a clip."""

_AMIN = 1e-10  # a sample this small is neither above nor below zero
_ROLLOFF = 0.85
_BLOCK = 64  # frames at once: stays in the second-level cache
_TINY = float(np.finfo(np.float32).tiny)


def frame_measures(analysis: Analysis) -> NDArray[np.float64]:
    """Return RMS, zero-crossing rate, centroid, bandwidth and roll-off of each frame.

    Returns
    -------
    float64 array, shape (frames, len(MEASURES))
        In full scales, crossings per sample, and three times Hz; zeros for silence.

    Notes
    -----
    Equal to ``rms``, ``zero_crossing_rate``, ``spectral_centroid``,
    ``spectral_bandwidth`` and ``spectral_rolloff`` of ``librosa.feature`` 0.11 with
    ``n_fft`` and half the hop.
    """
    params = analysis.params
    n_fft, hop = params.n_fft, params.hop // 2
    frames = analysis.stretch.frames(n_fft, hop)
    hz = bin_frequencies(params.rate, n_fft)
    moments = np.stack([np.ones_like(hz), hz, hz**2], axis=1)
    out = np.empty((len(frames), len(MEASURES)))
    out[:, 1] = _crossings(analysis, len(frames))
    for first in range(0, len(frames), _BLOCK):
        block = slice(first, first + _BLOCK)
        sound = frames[block]
        out[block, 0] = np.sqrt(np.einsum("ij,ij->i", sound, sound) / n_fft)
        magnitude = np.sqrt(analysis.power[block])
        # In double precision: a narrow band is the difference of two large numbers.
        total, centre, spread = (magnitude.astype(np.float64) @ moments).T
        total[total < _TINY] = 1.0
        centre /= total
        out[block, 2] = centre
        out[block, 3] = np.sqrt(np.maximum(spread / total - centre**2, 0.0))
        # In single precision, bin by bin: rounding, too, is librosa's.
        risen = np.cumsum(magnitude, axis=1, out=magnitude)
        below = risen < np.float32(_ROLLOFF) * risen[:, -1:]
        out[block, 4] = hz[np.count_nonzero(below, axis=1)]
    return out


def _crossings(analysis: Analysis, n_frames: int) -> NDArray[np.float64]:
    """Return the share of samples of each frame that cross zero."""
    stretch, n_fft = analysis.stretch, analysis.params.n_fft
    below = stretch.samples < np.float32(-_AMIN)
    crossed = np.zeros(len(below) + 1, np.int64)  # how often up to each sample
    np.cumsum(below[1:] != below[:-1], out=crossed[2:])
    # The padding continues the sound at its edge: it crosses nothing.
    crossed[: stretch.before + 1] = crossed[stretch.before + 1]
    last = len(crossed) - stretch.after
    crossed[last:] = crossed[last - 1]
    starts = np.arange(n_frames) * (analysis.params.hop // 2)
    counts: NDArray[np.float64] = (
        crossed[starts + n_fft] - crossed[starts + 1]
    ) / n_fft
    return counts


def descriptors_of(
    seconds: float,
    tempo: float,
    chroma: NDArray[np.floating],
    measures: NDArray[np.floating],
) -> NDArray[np.float32]:
    """Put the descriptors of a clip together.

    Parameters
    ----------
    seconds : float
        How long the sound is.
    tempo : float
        As from `engine.features.tempo.tempo_of`.
    chroma : array, shape (12,)
        The mean chromagram over time.
    measures : array, shape (len(MEASURES),)
        The mean of `frame_measures` over time.

    Returns
    -------
    float32 array, shape (len(DESCRIPTORS),)
        NaN where a sound has none: the tempo of a short one, the keys of silence.
    """
    keys = np.argsort(-chroma, kind="stable")[:3].astype(np.float64)
    keys[chroma[keys.astype(int)] <= 0.0] = np.nan
    return np.array([seconds, tempo, *keys, *measures], np.float32)


def describe(values: NDArray[np.floating]) -> dict[str, str]:
    """Return the descriptors of a clip as a person reads them, by their labels.

    Parameters
    ----------
    values : array, shape (len(DESCRIPTORS),)
        The field ``descriptors`` of a stored row.

    Returns
    -------
    dict of str to str
        An em dash where a sound has none; keys by their names.
    """
    return {
        label: _words(name, float(value))
        for (name, label), value in zip(DESCRIPTORS.items(), values, strict=True)
    }


def _words(name: str, value: float) -> str:
    if not np.isfinite(value):
        return "—"
    return KEYS[int(value)] if name.startswith("key_") else f"{value:.4g}"
