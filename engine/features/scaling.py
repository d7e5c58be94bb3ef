"""Columns made comparable, in place: a matrix may be most of the memory in use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def impute(matrix: Floats) -> None:
    """Replace what is not finite by its column's mean, 0 where there is none.

    Parameters
    ----------
    matrix : float32 array, shape (n, d)
        Written to.
    """
    bad = ~np.isfinite(matrix)
    if bad.any():
        counts = np.maximum((~bad).sum(axis=0), 1)
        means = np.where(bad, 0.0, matrix).sum(axis=0) / counts
        matrix[bad] = means[np.nonzero(bad)[1]]


def scale(matrix: Floats, scaling: str, exponent: float = 0.4) -> None:
    """Scale every column, in one pass over the memory per operation.

    Parameters
    ----------
    matrix : float32 array, shape (n, d), n at least 1
        All finite; written to.
    scaling : {"none", "power", "standard", "minmax"}
        To mean 0 and a power of its deviation, to mean 0 and deviation 1, or to 0 to 1;
        a constant column becomes 0.
    exponent : float
        What power of its deviation a column is divided by, 0 to 1.
    """
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
    if scaling == "power":
        width **= np.float32(exponent)
    matrix -= centre
    matrix /= np.where(constant, np.float32(1.0), width)
    matrix[:, constant] = 0.0


def equalise(block: Floats) -> None:
    """Give some columns together a variance of 1, unless all their rows are equal.

    Parameters
    ----------
    block : float32 array, shape (n, d), n at least 1
        All finite; written to.
    """
    if (block != block[0]).any():
        spread = block - block.mean(axis=0, dtype=np.float64).astype(np.float32)
        squares = np.einsum("ij,ij->", spread, spread, dtype=np.float64)
        block *= np.sqrt(len(block) / squares)
