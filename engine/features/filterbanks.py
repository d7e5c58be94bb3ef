"""Mel and chroma filter banks, equal to librosa's and made without importing it.

Importing librosa costs a second in every worker process; the three formulas that are
needed from it fit here. Tests hold them equal to `librosa.filters`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BANDS_PER_BLOCK = 16


def bin_frequencies(rate: int, n_fft: int) -> NDArray[np.float64]:
    """Return the centres of the STFT bins in Hz, float64 of shape (n_fft // 2 + 1,)."""
    return np.linspace(0.0, n_fft // 2 * rate / n_fft, n_fft // 2 + 1)


@lru_cache(maxsize=16)
def mel_bank(
    rate: int, n_fft: int, n_mels: int, low: float = 0.0, high: float | None = None
) -> Floats:
    """Return triangular filters on Slaney's mel scale, each of unit area.

    Parameters
    ----------
    rate : int
        Sample rate in Hz.
    n_fft : int
        Length of the STFT's window in samples.
    n_mels : int
        Number of bands. Bands narrower than a bin may be empty.
    low, high : float
        Frequency range in Hz; None ends it at half the sample rate.

    Returns
    -------
    float32 array, shape (n_mels, n_fft // 2 + 1)

    Notes
    -----
    Slaney, M. "Auditory Toolbox", 1998; as in ``librosa.filters.mel``.
    """
    ends = hz_to_mel(np.array([low, rate / 2 if high is None else high]))
    edges = _mel_to_hz(np.linspace(ends[0], ends[1], n_mels + 2))
    ramps = edges[:, None] - bin_frequencies(rate, n_fft)
    widths = np.diff(edges)[:, None]
    rising, falling = -ramps[:-2] / widths[:-1], ramps[2:] / widths[1:]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    triangles *= (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return triangles.astype(np.float32)


def hz_to_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's scale: linear below 1 kHz (mel 15), logarithmic above."""
    above = 15.0 + np.log(np.maximum(hz, 1000.0) / 1000.0) * (27.0 / np.log(6.4))
    return np.where(hz < 1000.0, hz * 0.015, above)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = 1000.0 * np.exp((np.maximum(mel, 15.0) - 15.0) * (np.log(6.4) / 27.0))
    return np.where(mel < 15.0, mel / 0.015, above)


class BlockedBank:
    """A bank of narrow filters, applied block by block without its zeros.

    Neighbouring filters share a few bins, so a handful of small matrix products does
    the work of one that is nine tenths zero.

    Parameters
    ----------
    bank : float32 array, shape (n_bands, n_bins)
    """

    def __init__(self, bank: Floats) -> None:
        self.n_bands = len(bank)
        self._blocks: list[tuple[slice, slice, Floats]] = []
        for first in range(0, self.n_bands, _BANDS_PER_BLOCK):
            bands = slice(first, min(first + _BANDS_PER_BLOCK, self.n_bands))
            used = np.flatnonzero(bank[bands].any(axis=0))
            if used.size:
                bins = slice(int(used[0]), int(used[-1]) + 1)
                weights = np.ascontiguousarray(bank[bands, bins].T)
                self._blocks.append((bands, bins, weights))

    def __call__(self, power: Floats) -> Floats:
        """Return ``power @ bank.T``: (frames, n_bins) to (frames, n_bands)."""
        out = np.zeros((len(power), self.n_bands), np.float32)
        for bands, bins, weights in self._blocks:
            out[:, bands] = power[:, bins] @ weights
        return out


@lru_cache(maxsize=16)
def blocked_mel_bank(
    rate: int, n_fft: int, n_mels: int, low: float, high: float
) -> BlockedBank:
    """Return `mel_bank` ready to be applied to power spectra."""
    return BlockedBank(mel_bank(rate, n_fft, n_mels, low, high))


@lru_cache(maxsize=128)
def chroma_bank(rate: int, n_fft: int, tuning: float) -> Floats:
    """Return 12 pitch classes as weights over the bins, C first.

    Parameters
    ----------
    rate : int
        Sample rate in Hz.
    n_fft : int
        Length of the STFT's window in samples.
    tuning : float
        Deviation from A440 in semitones, -0.5 to 0.5.

    Returns
    -------
    float32 array, shape (12, n_fft // 2 + 1)

    Notes
    -----
    Ellis, D. "Chroma feature analysis and synthesis", 2007; as in
    ``librosa.filters.chroma``: Gaussian bumps around each class, weighted towards the
    fifth octave, each bin of unit length.
    """
    centre_octave, octave_width = 5.0, 2.0
    hz = np.arange(1, n_fft // 2 + 2) * (rate / n_fft)
    semitones = 12.0 * np.log2(hz / (440.0 * 2.0 ** (tuning / 12.0) / 16.0))
    # 0 Hz has no pitch: place it an octave and a half below the first bin.
    semitones = np.concatenate(([semitones[0] - 18.0], semitones))
    widths = np.maximum(np.diff(semitones), 1.0)
    semitones = semitones[:-1]
    distance = np.remainder(semitones - np.arange(12)[:, None] + 126.0, 12.0) - 6.0
    weights = np.exp(-0.5 * (2.0 * distance / widths) ** 2)
    weights /= np.linalg.norm(weights, axis=0)
    weights *= np.exp(-0.5 * ((semitones / 12.0 - centre_octave) / octave_width) ** 2)
    return np.ascontiguousarray(np.roll(weights, -3, axis=0), np.float32)


@lru_cache(maxsize=16)
def cosine_basis(n_bands: int, n_coefficients: int) -> NDArray[np.float64]:
    """Return the first rows of the orthonormal DCT-II, (n_coefficients, n_bands)."""
    phase = np.outer(np.arange(n_coefficients), np.arange(n_bands) + 0.5)
    basis: NDArray[np.float64] = np.cos(np.pi / n_bands * phase)
    basis *= np.sqrt(2.0 / n_bands)
    basis[0] /= np.sqrt(2.0)
    return basis
