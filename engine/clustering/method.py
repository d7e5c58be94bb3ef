"""What a clustering method is, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import ParameterError
from engine.params import Params
from engine.progress import Report, silent

Matrix = npt.NDArray[np.float64]

_LARGEST = 1e30  # beyond, squares and sums of them leave what a number can hold


@dataclass(frozen=True, eq=False)
class Fit:
    """The groups that a method found among the rows of a matrix.

    Parameters
    ----------
    labels : int32 array, shape (n_rows,)
        Cluster ids 0..k-1, or `engine.clustering.partition.NOISE`. Flat methods number
        by descending size, agglomerative fits as `Hierarchy.labels_at` does.
    linkage : float64 array, shape (n_rows - 1, 4), or None
        The merge tree in SciPy's convention, for methods that have one.
    membership : float32 array, shape (n_rows, n_clusters), or None
        Degree of membership, 0 to 1, every row adding up to 1. Column j is cluster j;
        clusters that are nobody's first come last.
    centres : float64 array, shape (n_clusters, n_features), or None
        The middle of every cluster, for methods that have one; in the order of the
        columns of ``membership``.
    strength : float32 array, shape (n_rows,), or None
        How firmly every row belongs to its cluster, 0 to 1; noise has 0.
    iterations : int or None
        How many the result took, for methods that iterate.
    notes : tuple of str
        What a person should know about this result, in words.
    """

    labels: npt.NDArray[np.int32]
    linkage: npt.NDArray[np.float64] | None = None
    membership: npt.NDArray[np.float32] | None = None
    centres: Matrix | None = None
    strength: npt.NDArray[np.float32] | None = None
    iterations: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Method:
    """A way to group the rows of a matrix.

    Parameters
    ----------
    name, label, help : str
        The key in `METHODS`; the words for a form and its tooltip.
    params : type of Params
        What can be chosen. A field named ``n_clusters`` is checked against the rows.
    compute : callable
        ``compute(matrix, params, report)``, which may rely on a checked matrix.
    grows_tree : bool
        Whether the fit has a linkage, so that the number of clusters is only a cut.
    candidates : callable or None
        ``candidates(matrix, params)`` returns values worth trying in a search, for the
        fields whose range only the data can tell.
    """

    name: str
    label: str
    help: str
    params: type[Params]
    compute: Callable[[Matrix, Any, Report], Fit]
    grows_tree: bool = False
    candidates: Callable[[Matrix, Any], Mapping[str, tuple[Any, ...]]] | None = None

    def fit(
        self,
        matrix: npt.ArrayLike,
        params: Params | None = None,
        report: Report = silent,
    ) -> Fit:
        """Group the rows of a matrix.

        Parameters
        ----------
        matrix : float array, shape (n_rows, n_features)
            One row per clip, -1e30 to 1e30, scaled as it should count.
        params : Params, optional
            Of this method's own type; by default its defaults.
        report : Report
            Told how far the fit is; it may raise Cancelled.

        Returns
        -------
        Fit
            The same one for the same matrix and parameters, always.

        Raises
        ------
        ParameterError
            If the matrix is empty or out of range, there are fewer rows than clusters,
            or the machine has too little memory.
        """
        params = self.params() if params is None else params
        if not isinstance(params, self.params):
            raise ParameterError(
                f"{self.label} takes {self.params.__name__}; "
                f"it was given {type(params).__name__}"
            )
        rows = np.asarray(matrix, np.float64)
        if rows.ndim != 2 or rows.size == 0:
            raise ParameterError(
                f"{self.label} needs a matrix with at least one row and one column; "
                f"its shape is {rows.shape}"
            )
        # Also False for NaN.
        usable = np.maximum(rows.max(axis=1), -rows.min(axis=1)) <= _LARGEST
        if not usable.all():
            raise ParameterError(
                f"{self.label} needs finite numbers; row {int(usable.argmin())} holds "
                f"NaN or infinity, or a number beyond {_LARGEST:g}"
            )
        n_clusters = getattr(params, "n_clusters", 1)
        if n_clusters > len(rows):
            raise ParameterError(
                f"{type(params).__name__}.n_clusters must be at most {len(rows)}, the "
                f"number of clips with features; it is {n_clusters}"
            )
        return self.compute(rows, params, report)
