"""The five spectral features of a clip, from one short-time Fourier transform.

The transform is taken at half the hop of spectrogram and mel-spectrogram: their frames
are every second frame of those that chroma and MFCC need.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ParameterError
from engine.features.filterbanks import blocked_mel_bank, chroma_bank, cosine_basis
from engine.features.transform import Stretch, power_frames, whole
from engine.features.tuning import estimate_tuning
from engine.params import Params, param

Floats = NDArray[np.float32]

FEATURES: dict[str, str] = {
    "spectrogram": "Spectrogram",
    "mel": "Mel-spectrogram",
    "chroma": "Chromagram",
    "mfcc": "MFCC",
    "mfcc_without_first": "MFCC without the first",
}

_AMIN = 1e-10  # the power below which everything counts as silence
_RANGE_DB = np.float32(80.0)
_LEAST_RANGE = 1.0  # Hz, of the mel bands; in less they have no width at all
_LOUDEST = 1e9  # a sample beyond this would overflow float32 once squared and summed


@dataclass(frozen=True)
class FeatureParams(Params):
    """How clips become features. The defaults are the study's."""

    rate: int = param(
        22_050,
        label="Sample rate",
        unit="Hz",
        low=1_000,
        high=500_000,
        logarithmic=True,
        help="Clips are resampled to this; half of it is the highest frequency seen",
    )
    n_fft: int = param(
        2048,
        label="Window",
        choices={n: f"{n} samples" for n in (128, 256, 512, 1024, 2048, 4096, 8192)},
        help="Length of the Fourier window; longer resolves pitch, shorter time",
    )
    hop: int = param(
        1024,
        label="Hop",
        unit="samples",
        low=16,
        high=8192,
        logarithmic=True,
        help="From frame to frame of the spectrograms; chroma and MFCC use half of it",
    )
    n_mels: int = param(
        128,
        label="Mel bands",
        low=8,
        high=256,
        help="Bands of the mel-spectrogram, and those that the MFCC are made of",
    )
    n_mfcc: int = param(
        20,
        label="MFCC",
        low=2,
        high=128,
        help="Number of coefficients, the first (loudness) included",
    )
    fmin: float = param(
        0.0,
        label="Lowest frequency",
        unit="Hz",
        low=0.0,
        high=100_000.0,
        help="Where the mel bands begin",
    )
    fmax: float = param(
        0.0,
        label="Highest frequency",
        unit="Hz",
        low=0.0,
        high=250_000.0,
        zero="Half the rate",
        help="Where the mel bands end; 0 is half the sample rate",
    )

    def check(self) -> None:
        """Refuse an odd hop, more MFCC than bands, and a range without width."""
        if self.hop % 2:
            raise ParameterError(
                f"FeatureParams.hop (Hop) must be even, because chroma and MFCC use "
                f"half of it; it is {self.hop}"
            )
        if self.n_mfcc > self.n_mels:
            raise ParameterError(
                f"FeatureParams.n_mfcc (MFCC) must be at most the number of mel bands, "
                f"{self.n_mels}; it is {self.n_mfcc}"
            )
        if not self.fmin + _LEAST_RANGE <= self.highest <= self.rate / 2:
            raise ParameterError(
                f"FeatureParams.fmin and fmax (mel range) must ascend by "
                f"{_LEAST_RANGE:g} Hz or more, at most to half the sample rate, "
                f"{self.rate / 2:g} Hz; they are {self.fmin:.9g} and {self.highest:.9g}"
            )

    @property
    def highest(self) -> float:
        """Where the mel bands end, in Hz."""
        return self.fmax or self.rate / 2


def features_of(
    samples: NDArray[np.floating], params: FeatureParams | None = None
) -> dict[str, Floats]:
    """Compute the five features of one clip.

    Parameters
    ----------
    samples : float array, shape (n,)
        Mono, at ``params.rate``, at least one sample. What is not a finite number
        counts as silence.
    params : FeatureParams, optional

    Returns
    -------
    dict of str to float32 array, shape (rows, frames)
        In the order of `FEATURES`: "spectrogram" (n_fft / 2 + 1 rows, dB below the
        clip's maximum, -80 to 0), "mel" (n_mels rows, likewise), "chroma" (12 rows
        from C, each frame's maximum is 1), "mfcc" (n_mfcc rows) and
        "mfcc_without_first". Spectrogram and mel have 1 + n // hop frames, the others
        1 + n // (hop / 2).

    Raises
    ------
    ParameterError
        If the samples are not one row of at least one number.

    Notes
    -----
    Equal to ``amplitude_to_db``, ``melspectrogram``, ``chroma_stft`` and ``mfcc`` of
    librosa 0.11 within 1e-4.
    """
    params = params or FeatureParams()
    return Analysis.of(whole(clean(samples), params.n_fft), params).features()


@dataclass(frozen=True, slots=True)
class Levels:
    """What the features of a frame depend on beyond that frame.

    Parameters
    ----------
    spectrogram, mel : float
        The loudest value of the frames that these two features have, in dB.
    bands : float
        The loudest value of the mel bands in any frame, in dB.
    tuning : float
        In semitones, as from `engine.features.tuning.estimate_tuning`.
    """

    spectrogram: float
    mel: float
    bands: float
    tuning: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """One transform, and what the features and descriptors are made from.

    Parameters
    ----------
    stretch : Stretch
        The sound, cleaned; its first frame has an even number.
    power : float32 array, shape (frames, n_fft // 2 + 1)
        Of frames half a hop apart.
    bands : float32 array, shape (frames, n_mels)
        The power in the mel bands, in dB, not below -100.
    params : FeatureParams
    """

    stretch: Stretch
    power: Floats
    bands: Floats
    params: FeatureParams

    @classmethod
    def of(cls, stretch: Stretch, params: FeatureParams) -> Analysis:
        """Transform a sound or a stretch of it."""
        power = power_frames(stretch, params.n_fft, params.hop // 2)
        bank = blocked_mel_bank(
            params.rate, params.n_fft, params.n_mels, params.fmin, params.highest
        )
        return cls(stretch, power, _decibels(bank(power)), params)

    def levels(self) -> Levels:
        """Take this for the whole sound."""
        tuning = estimate_tuning(self.power, self.params.rate, self.params.n_fft)
        return Levels(*self.loudest(), tuning)

    def loudest(self) -> tuple[float, float, float]:
        """Return the first three of `Levels`, as far as this stretch goes."""
        spectrogram = _decibels(self.power[::2].max(axis=1)).max()
        mel, bands = self.bands[::2].max(), self.bands.max()
        return float(spectrogram), float(mel), float(bands)

    def features(self, levels: Levels | None = None) -> dict[str, Floats]:
        """Return the five features; see `features_of`.

        ``levels`` are those of the whole sound, where this is a stretch of it.
        """
        levels = levels or self.levels()
        mfcc = _cepstrum(self.floored_bands(levels), self.params.n_mfcc)
        spectrogram = _decibels(self.power[::2]) - np.float32(levels.spectrogram)
        mel = self.bands[::2] - np.float32(levels.mel)
        return {
            "spectrogram": np.maximum(spectrogram, -_RANGE_DB).T,
            "mel": np.maximum(mel, -_RANGE_DB).T,
            "chroma": _chroma(self.power, levels.tuning, self.params).T,
            "mfcc": mfcc.T,
            "mfcc_without_first": mfcc.T[1:],
        }

    def floored_bands(self, levels: Levels) -> Floats:
        """Cut what lies more than 80 dB below the loudest band of the sound."""
        floor = np.float32(levels.bands) - _RANGE_DB
        floored: Floats = np.maximum(self.bands, floor)
        return floored


def clean(samples: NDArray[np.floating]) -> Floats:
    """Return samples as float32, what is not a finite number as silence.

    Raises
    ------
    ParameterError
        If they are not one row of at least one number.
    """
    if samples.ndim != 1 or not samples.size:
        raise ParameterError(
            f"samples must have the shape (n,), n at least 1; it is {samples.shape}"
        )
    cleaned = np.ascontiguousarray(samples, np.float32)
    if not np.abs(cleaned).max() <= _LOUDEST:  # false for NaN too
        cleaned = np.nan_to_num(cleaned, nan=0.0, posinf=0.0, neginf=0.0)
        cleaned = cleaned.clip(-_LOUDEST, _LOUDEST)
    return cleaned


def _decibels(power: Floats) -> Floats:
    decibels = np.maximum(power, np.float32(_AMIN))
    np.log10(decibels, out=decibels)
    decibels *= np.float32(10.0)
    return decibels


def _cepstrum(decibels: Floats, n_coefficients: int) -> Floats:
    # In double precision: a sum of 128 values near -100 dB loses the fourth digit.
    basis = cosine_basis(decibels.shape[1], n_coefficients)
    mfcc: Floats = (decibels.astype(np.float64) @ basis.T).astype(np.float32)
    return mfcc


def _chroma(power: Floats, tuning: float, params: FeatureParams) -> Floats:
    classes: Floats = power @ chroma_bank(params.rate, params.n_fft, tuning).T
    loudest = classes.max(axis=1, keepdims=True)
    loudest[loudest < np.finfo(np.float32).tiny] = 1.0
    classes /= loudest
    return classes
