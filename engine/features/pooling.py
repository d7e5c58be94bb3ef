"""What is kept of a clip: its features pooled over time and frequency, and pictures.

Everything kept is one structured row of fixed size, whatever the clip's length:

- ``<feature>_mean``, ``<feature>_std``: over time, one value per row of the feature;
- ``<feature>_profile``: the mean over frequency, resampled to 96 frames;
- ``<feature>_image``: the grey picture, 48x96.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.features.images import IMAGE_SHAPE, image_of, resampling
from engine.features.spectral import FEATURES, FeatureParams

PROFILE_FRAMES = 96


@lru_cache(maxsize=16)
def row_dtype(params: FeatureParams) -> np.dtype[np.void]:
    """Return the type of the row that is kept of one clip."""
    n_rows = {
        "spectrogram": params.n_fft // 2 + 1,
        "mel": params.n_mels,
        "chroma": 12,
        "mfcc": params.n_mfcc,
    }
    fields: list[tuple[str, str, tuple[int, ...]]] = []
    for name, rows in n_rows.items():
        fields += [(f"{name}_{pooled}", "<f4", (rows,)) for pooled in ("mean", "std")]
    fields += [(f"{name}_profile", "<f4", (PROFILE_FRAMES,)) for name in FEATURES]
    fields += [(f"{name}_image", "u1", IMAGE_SHAPE) for name in FEATURES]
    return np.dtype(fields)


def stored_field(feature: str, pooled: str) -> tuple[str, slice]:
    """Return where a pooled feature is kept: the field, and the part of it.

    Mean and standard deviation of the MFCC without the first are those of the MFCC,
    less one, and are not kept twice.
    """
    if feature == "mfcc_without_first" and pooled in ("mean", "std"):
        return f"mfcc_{pooled}", slice(1, None)
    return f"{feature}_{pooled}", slice(None)


def pooled_row(
    features: dict[str, NDArray[np.float32]], params: FeatureParams
) -> NDArray[Any]:
    """Pool the five features of one clip.

    Parameters
    ----------
    features : dict of str to float32 array, shape (rows, frames)
        As `engine.features.spectral.features_of` returns them.
    params : FeatureParams
        The parameters that they were computed with.

    Returns
    -------
    structured array of `row_dtype`, shape ()
    """
    dtype = row_dtype(params)
    row = np.zeros((), dtype)
    for name, feature in features.items():
        if f"{name}_mean" in dtype.fields:  # type: ignore[operator]  # never None here
            mean = feature.mean(axis=1, dtype=np.float64)
            deviation = feature - mean.astype(np.float32)[:, None]
            row[f"{name}_mean"] = mean
            row[f"{name}_std"] = np.sqrt(np.square(deviation).mean(axis=1))
        to_profile = resampling(feature.shape[1], PROFILE_FRAMES)
        row[f"{name}_profile"] = to_profile @ feature.mean(axis=0)
        row[f"{name}_image"] = image_of(name, feature, params)
    return row
