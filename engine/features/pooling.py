"""What is kept of a clip: its features pooled over time and frequency, and pictures.

Everything kept is one structured row of fixed size, whatever the clip's length:

- ``<feature>_mean``, ``<feature>_std``: over time, one value per row of the feature;
- ``<feature>_profile``: the mean over frequency, resampled to 96 frames;
- ``<feature>_frames``: the feature resampled to 32 frames, the spectrogram's rows
  averaged to 128 before; the two in dB in half precision, which resolves 1/16 dB;
- ``<feature>_image``: the grey picture, 48x96;
- ``descriptors``: the numbers of `engine.features.descriptors.DESCRIPTORS`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.features.descriptors import (
    DESCRIPTORS,
    MEASURES,
    descriptors_of,
    frame_measures,
)
from engine.features.filterbanks import BlockedBank
from engine.features.images import (
    IMAGE_SHAPE,
    grey,
    picture_rows,
    resampling,
    resampling_part,
)
from engine.features.spectral import FEATURES, Analysis, FeatureParams, Levels, clean
from engine.features.tempo import onsets, tempo_of
from engine.features.transform import whole

PROFILE_FRAMES = 96
FRAMES = 32
SPECTROGRAM_ROWS = 128

_DERIVED = "mfcc_without_first"


@lru_cache(maxsize=16)
def row_dtype(params: FeatureParams) -> np.dtype[np.void]:
    """Return the type of the row that is kept of one clip."""
    bins = params.n_fft // 2 + 1
    n_rows = {
        "spectrogram": bins,
        "mel": params.n_mels,
        "chroma": 12,
        "mfcc": params.n_mfcc,
    }
    fields: list[tuple[str, str, tuple[int, ...]]] = []
    for name, rows in n_rows.items():
        fields += [(f"{name}_{pooled}", "<f4", (rows,)) for pooled in ("mean", "std")]
    fields += [(f"{name}_profile", "<f4", (PROFILE_FRAMES,)) for name in FEATURES]
    for name, rows in n_rows.items():
        precision = "<f2" if name in ("spectrogram", "mel") else "<f4"
        rows = min(rows, SPECTROGRAM_ROWS) if name == "spectrogram" else rows
        fields.append((f"{name}_frames", precision, (rows, FRAMES)))
    fields += [(f"{name}_image", "u1", IMAGE_SHAPE) for name in FEATURES]
    fields.append(("descriptors", "<f4", (len(DESCRIPTORS),)))
    return np.dtype(fields)


def stored_field(feature: str, pooled: str) -> tuple[str, slice]:
    """Return where a pooled feature is kept: the field, and the part of its rows.

    Mean, standard deviation and frames of the MFCC without the first are those of the
    MFCC, less one, and are not kept twice.
    """
    if feature == _DERIVED and pooled in ("mean", "std", "frames"):
        return f"mfcc_{pooled}", slice(1, None)
    return f"{feature}_{pooled}", slice(None)


def clip_row(
    samples: NDArray[np.floating], params: FeatureParams | None = None
) -> NDArray[Any]:
    """Compute all that is kept of one clip.

    Parameters
    ----------
    samples : float array, shape (n,)
        Mono, at ``params.rate``, at least one sample. What is not a finite number
        counts as silence.
    params : FeatureParams, optional

    Returns
    -------
    structured array of `row_dtype`, shape ()
        All finite, but for descriptors that the clip does not have.

    Raises
    ------
    ParameterError
        If the samples are not one row of at least one number.
    """
    params = params or FeatureParams()
    analysis = Analysis.of(whole(clean(samples), params.n_fft), params)
    pooling = Pooling(params, len(samples))
    pooling.add(analysis, analysis.levels())
    return pooling.row()


class Pooling:
    """The row of one clip in the making: all at once, or stretch by stretch.

    Parameters
    ----------
    params : FeatureParams
    n_samples : int
        The length of the whole sound.
    """

    def __init__(self, params: FeatureParams, n_samples: int) -> None:
        self._params, self._n_samples = params, n_samples
        self._pooled: dict[str, _Pooled] = {}
        self._n_measured = 0
        self._measures: NDArray[np.float64] = np.zeros(len(MEASURES))
        self._onsets: list[NDArray[np.float32]] = []
        self._last_bands: NDArray[np.float32] | None = None

    def add(self, analysis: Analysis, levels: Levels) -> None:
        """Take in the next stretch of the sound; ``levels`` are those of all of it."""
        hop, first = self._params.hop // 2, analysis.stretch.first
        for name, feature in analysis.features(levels).items():
            ratio = 2 if name in ("spectrogram", "mel") else 1
            if name not in self._pooled:
                n_frames = 1 + self._n_samples // (hop * ratio)
                self._pooled[name] = _Pooled(name, len(feature), n_frames, self._params)
            self._pooled[name].add(feature.T, first // ratio)
        measures = frame_measures(analysis)
        self._measures += measures.sum(axis=0)
        self._n_measured += len(measures)
        bands = analysis.floored_bands(levels)
        self._onsets.append(onsets(bands, self._last_bands))
        self._last_bands = bands[-1]

    def row(self) -> NDArray[Any]:
        """Return the row, once all of the sound was added."""
        params = self._params
        row = np.zeros((), row_dtype(params))
        for pooled in self._pooled.values():
            pooled.write(row)
        strength = np.concatenate(self._onsets)
        row["descriptors"] = descriptors_of(
            self._n_samples / params.rate,
            tempo_of(strength, params.rate, params.n_fft, params.hop // 2),
            row["chroma_mean"],
            self._measures / self._n_measured,
        )
        return row


class _Pooled:
    """One feature, pooled as it comes."""

    def __init__(
        self, name: str, n_rows: int, n_frames: int, params: FeatureParams
    ) -> None:
        self._name, self._n_frames = name, n_frames
        self._to_picture = _picture_bank(name, n_rows, params)
        self._to_frames = _frames_bank(n_rows) if name == "spectrogram" else None
        self._count = 0
        self._mean: NDArray[np.float64] = np.zeros(n_rows)
        self._squares: NDArray[np.float64] = np.zeros(n_rows)
        self._profile: NDArray[np.float64] = np.zeros(PROFILE_FRAMES)
        self._picture: NDArray[np.float64] = np.zeros(IMAGE_SHAPE[::-1])
        n_kept = min(n_rows, SPECTROGRAM_ROWS) if name == "spectrogram" else n_rows
        self._frames: NDArray[np.float64] = np.zeros((FRAMES, n_kept))

    def add(self, feature: NDArray[np.float32], first: int) -> None:
        """Take in frames from ``first`` on, shape (frames, rows)."""
        if not len(feature):
            return
        to_profile = self._part(PROFILE_FRAMES, first, len(feature))
        self._profile += to_profile @ feature.mean(axis=1)
        self._picture += to_profile @ self._to_picture(feature)
        if self._name != _DERIVED:
            self._add_moments(feature)
            kept = self._to_frames(feature) if self._to_frames else feature
            self._frames += self._part(FRAMES, first, len(feature)) @ kept

    def _part(self, n_out: int, first: int, count: int) -> NDArray[np.float32]:
        if count == self._n_frames:
            return resampling(count, n_out)
        return resampling_part(self._n_frames, n_out, first, first + count)

    def _add_moments(self, feature: NDArray[np.float32]) -> None:
        # Chan, T., Golub, G., LeVeque, R. "Updating formulae", 1979.
        mean = feature.mean(axis=0, dtype=np.float64)
        deviation = feature - mean.astype(np.float32)
        before, count = self._count, len(feature)
        self._count = before + count
        shift = mean - self._mean
        self._mean += shift * (count / self._count)
        self._squares += np.square(deviation, out=deviation).sum(0, np.float64)
        self._squares += shift**2 * (before * count / self._count)

    def write(self, row: NDArray[Any]) -> None:
        """Write what is kept of the feature into the row of the clip."""
        name = self._name
        row[f"{name}_profile"] = self._profile
        row[f"{name}_image"] = grey(self._picture.T.astype(np.float32))
        if name != _DERIVED:
            row[f"{name}_mean"] = self._mean
            row[f"{name}_std"] = np.sqrt(self._squares / self._count)
            row[f"{name}_frames"] = self._frames.T


@lru_cache(maxsize=16)
def _picture_bank(name: str, n_rows: int, params: FeatureParams) -> BlockedBank:
    return BlockedBank(picture_rows(name, n_rows, params))


@lru_cache(maxsize=16)
def _frames_bank(n_rows: int) -> BlockedBank:
    return BlockedBank(resampling(n_rows, min(n_rows, SPECTROGRAM_ROWS)))
