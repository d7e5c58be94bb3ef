"""A wide matrix to fewer columns: principal components, and how much each explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import ParameterError

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_EXACT = 1000  # rows or columns up to which all components are found at once
_MOST = 256  # components of a curve beyond that
_FIRST = 64  # components tried first where a share of the variance is asked for


@dataclass(frozen=True, eq=False)
class Reduced:
    """Rows in the coordinates of their principal components.

    Parameters
    ----------
    matrix : float32 array, shape (n, components)
        Centred columns of falling variance.
    explained : float64 array, shape (components,)
        The share of the whole variance that the first 1, 2, ... components hold,
        ascending, 0 to 1; all 1 where the rows are all equal.
    """

    matrix: Floats
    explained: Doubles


def pca(
    matrix: Floats,
    components: int | None = None,
    variance: float | None = None,
    *,
    seed: int = 0,
) -> Reduced:
    """Project rows on their principal components.

    Parameters
    ----------
    matrix : float32 array, shape (n, d)
        All finite.
    components : int, optional
        How many, at least 1; of more than min(n, d) that many are left.
    variance : float, optional
        Instead of a number: the share of the variance to hold, 0 to 1, by as few
        components as it takes.
    seed : int
        For what is found by random projection.

    Returns
    -------
    Reduced
        At least one component, unless the matrix is empty. Signs are those of
        scikit-learn: the largest weight of every component is positive.

    Raises
    ------
    ParameterError
        If not exactly one of ``components`` and ``variance`` is given, or it is out of
        range.

    Notes
    -----
    Up to 1000 rows or columns by the eigenvectors of the smaller of the two products of
    the matrix with itself; beyond by random projection (Halko, Martinsson and Tropp,
    2011), whose cost grows with the number of components only.
    """
    if (components is None) == (variance is None):
        raise ParameterError("pca takes either a number of components or a variance")
    if components is not None and components < 1:
        raise ParameterError(f"pca: components must be at least 1; it is {components}")
    if variance is not None and not 0.0 < variance <= 1.0:
        raise ParameterError(f"pca: variance must be above 0 to 1; it is {variance:g}")
    limit = min(matrix.shape)
    if not limit:
        return Reduced(matrix[:, :0], np.zeros(0))
    centred = matrix - matrix.mean(axis=0, dtype=np.float64).astype(np.float32)
    total = float(np.einsum("ij,ij->", centred, centred, dtype=np.float64))
    if not _varies(matrix) or not total:
        width = min(components or 1, limit)
        return Reduced(np.zeros((len(matrix), width), np.float32), np.ones(width))
    count = min(components or (limit if limit <= _EXACT else _FIRST), limit)
    while True:
        placed, squares = _principal(centred, count, seed)
        explained = np.minimum(np.cumsum(squares) / total, 1.0)
        if variance is None:
            return Reduced(placed, explained)
        if explained[-1] >= variance or count == limit:
            kept = min(int(np.searchsorted(explained, variance)) + 1, count)
            return Reduced(np.ascontiguousarray(placed[:, :kept]), explained[:kept])
        count = min(2 * count, limit)


def variance_curve(matrix: Floats, *, seed: int = 0) -> Doubles:
    """Return the share of the variance that the first 1, 2, ... components hold.

    Parameters
    ----------
    matrix : float32 array, shape (n, d)
        All finite.
    seed : int
        For what is found by random projection.

    Returns
    -------
    float64 array, shape (m,)
        Ascending, 0 to 1; m is min(n, d) up to 1000 and 256 beyond, where all would
        take minutes.
    """
    limit = min(matrix.shape)
    if not limit:
        return np.zeros(0)
    return pca(matrix, limit if limit <= _EXACT else _MOST, seed=seed).explained


def _varies(matrix: Floats) -> bool:
    """Tell rows that differ from equal ones, whose mean is off by rounding."""
    return bool((matrix != matrix[0]).any())


def _principal(centred: Floats, count: int, seed: int) -> tuple[Floats, Doubles]:
    """Return the rows on the first axes, and the squared lengths of those columns."""
    n, d = centred.shape
    if min(n, d) > _EXACT:
        from sklearn.utils.extmath import randomized_svd

        axes = randomized_svd(centred, count, random_state=seed)[2].T
        placed = centred @ axes
    else:
        from scipy.linalg import eigh

        exact = centred.astype(np.float64)
        product = exact.T @ exact if d <= n else exact @ exact.T
        squares, vectors = eigh(product, overwrite_a=True, check_finite=False)
        vectors = vectors[:, ::-1][:, :count]
        if d <= n:
            axes = vectors
            placed = exact @ axes
        else:
            axes = (
                exact.T @ vectors
            )  # of their true length, which does not matter for the sign
            placed = vectors * np.sqrt(squares[::-1][:count].clip(min=0.0))
    largest = np.abs(axes).argmax(axis=0)
    placed = placed * np.where(axes[largest, np.arange(count)] < 0.0, -1.0, 1.0)
    return placed.astype(np.float32), np.square(placed, dtype=np.float64).sum(axis=0)
