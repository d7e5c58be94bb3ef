"""Distances between rows, by matrix multiplication in blocks.

Much faster than ``scipy.spatial.distance.pdist`` on wide matrices. The price is
cancellation: a distance below about 1e-7 of the rows' own lengths is lost in rounding,
and such rows count as equal, at a distance of exactly 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.clustering.method import Matrix
from engine.progress import Report, Step, silent

_BLOCK = 1_000_000  # distances at a time: 8 MB, which a cache can hold
_LEAST = 64  # rows at a time, below which the multiplication is slow


def prepared(matrix: npt.ArrayLike, metric: str = "euclidean") -> Matrix:
    """Return the rows as `between` needs them: centred, or of unit length for cosine.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    metric : {"euclidean", "cosine"}
        For cosine, a row of zeros stays one, at 0.5 from every other direction.
    """
    rows: Matrix = np.asarray(matrix, np.float64)
    if metric == "cosine":
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        rows = rows / np.where(length > 0.0, length, 1.0)
    else:
        rows = rows - rows.mean(axis=0)
    return rows


def between(some: Matrix, others: Matrix, metric: str = "euclidean") -> Matrix:
    """Return the distances from some `prepared` rows to others, shape (n, m).

    The cosine distance is half the squared distance between unit vectors.
    """
    scale = np.add.outer(
        np.einsum("ij,ij->i", some, some), np.einsum("ij,ij->i", others, others)
    )
    squares = some @ others.T
    squares *= -2.0
    squares += scale
    scale *= 4.0 * some.shape[1] * np.finfo(np.float64).eps
    squares[squares <= scale] = 0.0
    if metric == "cosine":
        squares /= 2.0
        return squares
    return np.sqrt(squares, out=squares)


def blocks(n: int, width: int) -> list[slice]:
    """Split ``n`` rows so that each block has few enough distances to ``width``."""
    size = max(_LEAST, _BLOCK // max(1, width))
    return [slice(a, min(n, a + size)) for a in range(0, n, size)]


def condensed(
    matrix: npt.ArrayLike, metric: str = "euclidean", report: Report = silent
) -> Matrix:
    """Return the distance of every pair of rows in SciPy's condensed form.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    metric : {"euclidean", "cosine"}
    report : Report
        Called once per block.

    Returns
    -------
    float64 array, shape (n (n - 1) / 2,)
    """
    rows = prepared(matrix, metric)
    n = len(rows)
    result = np.empty(n * (n - 1) // 2)
    filled = 0
    for block in blocks(n, n):
        report(Step(filled, len(result), "Measuring distances"))
        distances = between(rows[block], rows[block.start :], metric)
        for i, row in enumerate(distances, start=1):
            result[filled : filled + len(row) - i] = row[i:]
            filled += len(row) - i
    return result
