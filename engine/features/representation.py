"""From stored features to the matrix that methods group: pick, pool, impute, scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.features.pooling import stored_field
from engine.features.spectral import FEATURES
from engine.features.store import FeatureStore
from engine.params import Params, param

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class RepresentationParams(Params):
    """Which numbers stand for a clip."""

    feature: str = param(
        "mfcc_without_first",
        label="Feature",
        choices=FEATURES,
        help="Without the first coefficient, loudness does not count",
    )
    pooling: str = param(
        "mean_std",
        label="Pooling",
        choices={
            "mean_std": "Mean and deviation over time",
            "mean": "Mean over time",
            "profile": "Mean over frequency, 96 frames",
            "image": "Picture, 48x96 pixels",
            "image_columns": "Column means of the picture",
        },
        help="How a feature of any length becomes a row of fixed length",
    )
    scaling: str = param(
        "none",
        label="Scaling",
        choices={
            "none": "None",
            "standard": "Mean 0, deviation 1",
            "minmax": "Range 0 to 1",
        },
        help="Of each column over the collection, so that none outweighs the others; "
        "without, distances between MFCC are those between log spectra",
    )


@dataclass(frozen=True, eq=False)
class Representation:
    """A matrix and the clips that its rows stand for.

    Parameters
    ----------
    matrix : float32 array, shape (n_rows, n_columns)
        All finite.
    rows : int64 array, shape (n_rows,)
        The index of each row's clip in the dataset, ascending.
    """

    matrix: Floats
    rows: NDArray[np.int64]


def represent(
    store: FeatureStore,
    keys: Sequence[str | None],
    params: RepresentationParams | None = None,
) -> Representation:
    """Make the matrix of the clips that have features.

    Parameters
    ----------
    store : FeatureStore
        Where the features are.
    keys : sequence of str or None
        One per clip of the dataset, from an `Extraction`.
    params : RepresentationParams, optional

    Returns
    -------
    Representation
        Clips without a key, or that the store does not hold, have no row. A number that
        is not finite is replaced by its column's mean, a constant column becomes 0.
    """
    params = params or RepresentationParams()
    rows = [i for i, key in enumerate(keys) if key in store]
    matrix = _pooled(store, [str(keys[i]) for i in rows], params)
    _impute(matrix)
    if len(rows):
        _scale(matrix, params.scaling)
    return Representation(matrix, np.array(rows, np.int64))


def _pooled(
    store: FeatureStore, keys: list[str], params: RepresentationParams
) -> Floats:
    if params.pooling in ("image", "image_columns"):
        pictures = store.gather(keys, f"{params.feature}_image")
        if params.pooling == "image_columns":
            pictures = pictures.mean(axis=1, dtype=np.float32)
        flat = pictures.reshape(len(keys), math.prod(pictures.shape[1:]))
        matrix: Floats = flat.astype(np.float32)
        matrix /= 255.0
        return matrix
    parts = ("mean", "std") if params.pooling == "mean_std" else (params.pooling,)
    fields = (stored_field(params.feature, part) for part in parts)
    return np.hstack([store.gather(keys, name)[:, part] for name, part in fields])


def _impute(matrix: Floats) -> None:
    bad = ~np.isfinite(matrix)
    if bad.any():
        counts = np.maximum((~bad).sum(axis=0), 1)
        means = np.where(bad, 0.0, matrix).sum(axis=0) / counts
        matrix[bad] = means[np.nonzero(bad)[1]]


def _scale(matrix: Floats, scaling: str) -> None:
    """Scale every column in place, in one pass over the memory per operation."""
    if scaling == "none":
        return
    if scaling == "minmax":
        centre = matrix.min(axis=0)
        width = matrix.max(axis=0) - centre
    else:
        centre = matrix.mean(axis=0, dtype=np.float64).astype(np.float32)
        width = matrix.std(axis=0, dtype=np.float64).astype(np.float32)
    # Rounding alone gives equal numbers a width of some 1e-7 of their size.
    constant = width <= 1e-6 * np.abs(centre)
    matrix -= centre
    matrix /= np.where(constant, np.float32(1.0), width)
    matrix[:, constant] = 0.0
