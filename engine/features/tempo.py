"""How fast a sound beats: the tempo of its onsets, in beats per minute.

The numbers are those of ``librosa.feature.tempo``, from every fourth or so of the
windows that librosa averages: neighbouring windows say the same.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SHORTEST_SECONDS = 1.0
"""A shorter sound has no tempo: it has no room for two beats at 120 a minute."""

_WINDOW_SECONDS = 8.0
_STEP_SECONDS = 0.1
_USUAL_BPM, _FASTEST_BPM = 120.0, 320.0
_AT_ONCE = 64  # windows in memory at a time,
_MOST = 1 << 20  # but no more than have this many numbers, or one


def onsets(bands: Floats, before: Floats | None = None) -> Floats:
    """Return how much louder the bands of each frame are than those of the last.

    Parameters
    ----------
    bands : float32 array, shape (frames, n_mels)
        Mel bands in dB, floored 80 dB below the loudest of the sound.
    before : float32 array, shape (n_mels,), optional
        The frame before the first; without it, the first frame has no onset.

    Returns
    -------
    float32 array, shape (frames,)
        The mean over the bands, in dB, at least 0.
    """
    first = bands[:1] if before is None else before[None]
    rise = np.diff(bands, axis=0, prepend=first)
    np.maximum(rise, 0.0, out=rise)
    mean: Floats = rise.mean(axis=1)
    return mean


def tempo_of(strength: Floats, rate: int, n_fft: int, hop: int) -> float:
    """Return the tempo of a sound.

    Parameters
    ----------
    strength : float32 array, shape (frames,)
        Onsets of the whole sound, as from `onsets`.
    rate : int
        Sample rate in Hz.
    n_fft, hop : int
        Window of the transform, and samples from one frame to the next.

    Returns
    -------
    float
        In beats per minute, below 320; NaN for a sound that is shorter than
        `SHORTEST_SECONDS` or has no onset, and where the hop is too long for any beat.

    Notes
    -----
    Grosche, P., Müller, M., Kurth, F. "Cyclic tempogram", ICASSP 2010; Ellis, D. "Beat
    tracking by dynamic programming", 2007: the lag at which the onsets agree with
    themselves, in windows of 8 s, favouring 120 beats a minute.
    """
    if len(strength) * hop < SHORTEST_SECONDS * rate:
        return float("nan")
    # An onset is heard half a window after the frame in which it first shows.
    late = min(n_fft // (2 * hop), len(strength))
    strength = np.concatenate(
        [np.zeros(late, np.float32), strength[: len(strength) - late]]
    )
    if not strength.any():
        return float("nan")
    length = int(_WINDOW_SECONDS * rate) // hop
    agreement = _mean_autocorrelation(strength, length, int(_STEP_SECONDS * rate / hop))
    bpm, prior = _lags(rate, hop, length)
    if not np.isfinite(prior).any():
        return float("nan")
    return float(bpm[np.argmax(np.log1p(1e6 * agreement) + prior)])


def _mean_autocorrelation(
    strength: Floats, length: int, step: int
) -> NDArray[np.float64]:
    """Autocorrelate windows around every ``step`` frames, each scaled to maximum 1."""
    padded = np.pad(strength, length // 2, mode="linear_ramp")
    windows = np.lib.stride_tricks.sliding_window_view(padded, length)
    windows = windows[: len(strength) : max(1, step)]
    hann, n_fft = _hann(length), 1 << (2 * length - 1).bit_length()
    total = np.zeros(length)
    at_once = max(1, min(_AT_ONCE, _MOST // n_fft))
    for first in range(0, len(windows), at_once):
        spectra = np.fft.rfft(windows[first : first + at_once] * hann, n_fft)
        found = np.fft.irfft(spectra.real**2 + spectra.imag**2, n_fft)[:, :length]
        loudest = np.abs(found).max(axis=1)
        loudest[loudest < np.finfo(np.float64).tiny] = 1.0
        total += (found / loudest[:, None]).sum(axis=0)
    return total / len(windows)


@lru_cache(maxsize=8)
def _hann(length: int) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)


@lru_cache(maxsize=8)
def _lags(
    rate: int, hop: int, length: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the tempo of each lag, and the logarithm of how likely it is."""
    bpm = np.full(length, np.inf)
    bpm[1:] = 60.0 * rate / (hop * np.arange(1.0, length))
    prior = np.full(length, -np.inf)
    likely = bpm < _FASTEST_BPM
    prior[likely] = -0.5 * np.log2(bpm[likely] / _USUAL_BPM) ** 2
    return bpm, prior
