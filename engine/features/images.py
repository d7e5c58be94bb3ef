"""A feature as a small grey picture: what the autoencoder sees and thumbnails show."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.features.spectral import FeatureParams

IMAGE_SHAPE = (48, 96)

# On a logarithmic axis the first bins would fill a third of the picture with hum.
_LOWEST_BIN = 4


def image_of(
    name: str, feature: NDArray[np.float32], params: FeatureParams
) -> NDArray[np.uint8]:
    """Draw a feature, stretched to the whole range of greys.

    Parameters
    ----------
    name : str
        One of `engine.features.spectral.FEATURES`; the spectrogram alone is drawn on a
        logarithmic frequency axis, from ``params.fmin`` (but not below the fourth bin)
        to ``params.fmax``.
    feature : float32 array, shape (rows, frames)
        As `engine.features.spectral.features_of` returns it.
    params : FeatureParams
        The parameters that it was computed with.

    Returns
    -------
    uint8 array, shape (48, 96)
        Row 0 is the top, low frequencies are at the bottom, time runs to the right. The
        smallest value is 0 and the largest 255; a constant feature is 0 everywhere.
    """
    n_rows, n_frames = feature.shape
    rows = picture_rows(name, n_rows, params)
    picture: NDArray[np.float32] = rows @ feature
    return grey(picture @ resampling(n_frames, IMAGE_SHAPE[1]).T)


def picture_rows(name: str, n_rows: int, params: FeatureParams) -> NDArray[np.float32]:
    """Return the matrix from a feature's rows to those of its picture, bottom first."""
    if name == "spectrogram":
        return _logarithmic_resampling(params)
    return resampling(n_rows, IMAGE_SHAPE[0])


def grey(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Turn a picture whose first row is its bottom to greys, as `image_of` says."""
    low, high = float(picture.min()), float(picture.max())
    # Weighted means of equal numbers differ in the last digit: that is no contrast.
    if high - low <= 1e-5 * max(abs(low), abs(high)):
        return np.zeros(picture.shape, np.uint8)
    stretched = (picture[::-1] - low) * (255.0 / (high - low))
    greys: NDArray[np.uint8] = np.rint(stretched).astype(np.uint8)
    return greys


@lru_cache(maxsize=64)
def resampling(n_in: int, n_out: int) -> NDArray[np.float32]:
    """Return the matrix that resamples ``n_in`` equal cells to ``n_out``.

    Shrinking averages over the area of each new cell, enlarging interpolates linearly.

    Returns
    -------
    float32 array, shape (n_out, n_in)
        Each row sums to 1.
    """
    return resampling_part(n_in, n_out, 0, n_in)


def resampling_part(
    n_in: int, n_out: int, first: int, last: int
) -> NDArray[np.float32]:
    """Return the columns ``first`` to ``last`` of `resampling`, without the others."""
    return _averaging(np.linspace(0.0, n_in, n_out + 1), n_in, first, last)


def _logarithmic_resampling(params: FeatureParams) -> NDArray[np.float32]:
    return _logarithmic_rows(params.rate, params.n_fft, params.fmin, params.highest)


@lru_cache(maxsize=16)
def _logarithmic_rows(
    rate: int, n_fft: int, low: float, high: float
) -> NDArray[np.float32]:
    n_bins = n_fft // 2 + 1
    last = min(high * n_fft / rate, n_bins - 1.0)
    first = min(max(low * n_fft / rate, _LOWEST_BIN), last / 2.0)
    # Bin k is centred on k, so that its cell reaches from k - 0.5 to k + 0.5.
    return _averaging(
        np.geomspace(first, last, IMAGE_SHAPE[0] + 1) + 0.5, n_bins, 0, n_bins
    )


def _averaging(
    edges: NDArray[np.float64], n_in: int, first: int, last: int
) -> NDArray[np.float32]:
    """Average unit cells over each interval, widened to one cell where it is narrower.

    The mean over an interval one cell wide is the linear interpolation at its centre,
    so that one formula serves shrinking and enlarging.
    """
    centres = (edges[1:] + edges[:-1]) / 2.0
    half = np.maximum(np.diff(edges), 1.0) / 2.0
    starts = np.maximum(centres - half, 0.0)[:, None]
    ends = np.minimum(centres + half, n_in)[:, None]
    cells = np.arange(first, last)
    overlap = np.minimum(ends, cells + 1) - np.maximum(starts, cells)
    weights: NDArray[np.float64] = np.maximum(overlap, 0.0) / (ends - starts)
    return weights.astype(np.float32)
