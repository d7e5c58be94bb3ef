"""The silhouette: how much nearer a clip is to its own cluster than to the next.

Rousseeuw (1987), by Euclidean distance. The distances cost far more than what is done
with them, and do not depend on the labels: `Sampled` measures them once, for as many
labelings as a hand or a search goes through.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import blocks, prepared
from engine.clustering.method import Matrix
from engine.errors import ParameterError
from engine.machine import limited_threads
from engine.progress import Report, Step, silent

Ints = npt.NDArray[np.int64]

SAMPLE = 5_000
# Below this share of the rows' own squared lengths a squared distance from a matrix
# product has lost digits enough to be measured again, by subtraction.
_DOUBTFUL = 1e-3


class Sampled:
    """The distances between some rows of a matrix, for the silhouettes of any labels.

    Of more than `SAMPLE` rows a random sample stands for all, as with scikit-learn's
    ``silhouette_score(sample_size=...)``. The distances are measured when they are
    first asked for, and take up to 200 MB.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    seed : int
        Which rows to sample.

    Attributes
    ----------
    rows : int64 array, shape (m,)
        The rows in the sample, ascending.
    sampled : int or None
        How many these are, or None for all.
    """

    def __init__(self, matrix: npt.ArrayLike, seed: int = 0) -> None:
        given = np.asarray(matrix)
        self._n = n = len(given)
        self.rows: Ints = np.arange(n)
        if n > SAMPLE:
            stream = np.random.default_rng(seed)
            self.rows = np.sort(stream.choice(n, SAMPLE, replace=False))
        self.sampled = len(self.rows) if n > SAMPLE else None
        self._places = given[self.rows]
        self._distances: Matrix | None = None

    def scores(self, labels: npt.ArrayLike, report: Report = silent) -> float | None:
        """Return the mean silhouette of the sampled clips that are in a cluster.

        Parameters
        ----------
        labels : int array, shape (n,)
            Negative ids are in no cluster.
        report : Report
            Called once per block of distances, the first time.

        Returns
        -------
        float or None
            -1 to 1; None unless 2 <= number of clusters < number of such clips.
        """
        widths = self.samples(labels, report)
        found = widths[~np.isnan(widths)]
        return float(found.mean()) if found.size else None

    def samples(self, labels: npt.ArrayLike, report: Report = silent) -> Matrix:
        """Return the silhouette of every sampled row.

        Parameters
        ----------
        labels : int array, shape (n,)
            Negative ids are in no cluster.
        report : Report
            Called once per block of distances, the first time.

        Returns
        -------
        float64 array, shape (m,)
            -1 to 1; 0 for a cluster of one; NaN for clips in no cluster, and everywhere
            unless 2 <= number of clusters < number of clips in one.

        Raises
        ------
        ParameterError
            If there is not one label per row.
        """
        clusters = _Clusters(_checked(labels, self._n)[self.rows])
        if not clusters.defined:
            return np.full(len(self.rows), np.nan)
        return clusters.widths(self.distances(report), slice(None))

    def distances(self, report: Report = silent) -> Matrix:
        """Return the distances between the sampled rows: float64, shape (m, m)."""
        if self._distances is None:
            self._distances = self._measure(report)
        return self._distances

    def _measure(self, report: Report) -> Matrix:
        places = prepared(self._places)
        n = len(places)
        distances = np.empty((n, n))
        with limited_threads():
            for block in blocks(n, n):
                report(Step(block.start, n, "Measuring distances"))
                distances[block] = measured(places[block], places)
        return distances


def silhouette_samples(
    matrix: npt.ArrayLike, labels: npt.ArrayLike, report: Report = silent
) -> Matrix:
    """Return the exact silhouette of every row, however many; as `Sampled.samples`.

    The time grows with the square of the number of rows, the memory does not.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    labels : int array, shape (n,)
        Negative ids are in no cluster.
    report : Report
        Called once per block of rows.

    Returns
    -------
    float64 array, shape (n,)
    """
    given = np.asarray(matrix)
    ids = _checked(labels, len(given))
    result = np.full(len(ids), np.nan)
    inside = np.flatnonzero(ids >= 0)
    clusters = _Clusters(ids[inside])
    if not clusters.defined:
        return result
    rows = prepared(given[inside])
    with limited_threads():
        for block in blocks(len(rows), len(rows)):
            report(Step(block.start, len(rows), "Measuring silhouettes"))
            distances = measured(rows[block], rows)
            result[inside[block]] = clusters.widths(distances, block)
    return result


def silhouette(
    matrix: npt.ArrayLike,
    labels: npt.ArrayLike,
    seed: int = 0,
    report: Report = silent,
    basis: Sampled | None = None,
) -> tuple[float | None, int | None]:
    """Return the mean silhouette of the rows that are in a cluster.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    labels : int array, shape (n,)
        Negative ids are in no cluster.
    seed : int
        Which of the rows in a cluster to sample, where there are more than `SAMPLE`.
    report : Report
        Called while distances are measured.
    basis : Sampled, optional
        The distances of this matrix with this seed, if they are known already.

    Returns
    -------
    mean : float or None
        -1 to 1; None unless 2 <= number of clusters < number of rows in one.
    sampled : int or None
        How many rows were averaged, or None for all.
    """
    given = np.asarray(matrix)
    ids = _checked(labels, len(given))
    inside = ids >= 0
    if not _Clusters(ids).defined:
        return None, None
    # Noise must not use up the sample.
    if len(ids) > SAMPLE and not inside.all():
        given, ids, basis = given[inside], ids[inside], None
    basis = basis or Sampled(given, seed)
    return basis.scores(ids, report), basis.sampled


def measured(some: Matrix, others: Matrix) -> Matrix:
    """Return the Euclidean distances of `prepared` rows, shape (n, m), exact to 1e-13.

    By a matrix product, and where that loses digits by subtraction.
    """
    lengths = np.add.outer(
        np.einsum("ij,ij->i", some, some), np.einsum("ij,ij->i", others, others)
    )
    squares = some @ others.T
    squares *= -2.0
    squares += lengths
    lengths *= _DOUBTFUL
    doubtful = np.flatnonzero(squares <= lengths)
    if 50 * len(doubtful) > squares.size:
        from scipy.spatial.distance import cdist

        exact: Matrix = cdist(some, others)
        return exact
    left, right = np.divmod(doubtful, len(others))
    apart = some[left] - others[right]
    squares[left, right] = np.einsum("ij,ij->i", apart, apart)
    return np.sqrt(squares, out=squares)


class _Clusters:
    """Which rows form which cluster, as the sums over clusters need it.

    Parameters
    ----------
    ids : int64 array, shape (n,)
        Negative ids are in no cluster.
    """

    def __init__(self, ids: Ints) -> None:
        self.inside = ids >= 0
        _, self.own, self.sizes = np.unique(
            ids[self.inside], return_inverse=True, return_counts=True
        )
        self.defined = 2 <= len(self.sizes) < len(self.own)

    def widths(self, distances: Matrix, block: slice) -> Matrix:
        """Return silhouettes of the rows in ``block``, from their distances to all.

        Only where ``defined``.
        """
        from scipy.sparse import csr_array

        inside = self.inside[block]
        result = np.full(len(inside), np.nan)
        columns, k = np.flatnonzero(self.inside), len(self.sizes)
        members = csr_array(
            (np.ones(len(columns)), (self.own, columns)), (k, len(self.inside))
        )
        # By rows of a symmetric matrix where it is whole: these lie in one piece.
        whole = distances.shape[0] == distances.shape[1]
        sums = (members @ (distances if whole else distances.T))[:, inside]
        place = np.cumsum(self.inside) - 1
        mine, line = self.own[place[block][inside]], np.arange(sums.shape[1])
        within = sums[mine, line] / np.maximum(self.sizes[mine] - 1, 1)
        sums /= self.sizes[:, None]
        sums[mine, line] = np.inf
        nearest = sums.min(axis=0)
        scale = np.maximum(within, nearest)
        # A cluster of one has no inside, and coinciding clusters no outside.
        valid = (self.sizes[mine] > 1) & (scale > 0.0)
        found = np.zeros(len(mine))
        found[valid] = (nearest - within)[valid] / scale[valid]
        result[inside] = found
        return result


def _checked(labels: npt.ArrayLike, n: int) -> Ints:
    ids = np.asarray(labels, np.int64)
    if ids.shape != (n,):
        raise ParameterError(
            f"There must be one label per row, {n}; their shape is {ids.shape}"
        )
    return ids
