"""How far every branch of a tree stands apart from the branch beside it.

The silhouette of Rousseeuw (1987) with the two clusters that a merge joins: whatever
the cut is, it tells whether that merge joined what belongs together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.clustering.hierarchy import Floats, Hierarchy
from engine.clustering.silhouette import Sampled
from engine.errors import ParameterError
from engine.progress import Report, Step, silent

_SEVERAL = 64  # merges between two reports


def branch_silhouettes(
    tree: Hierarchy, basis: Sampled, report: Report = silent
) -> npt.NDArray[np.float32]:
    """Return the mean silhouette of every branch against its sibling alone.

    Of a clip, ``a`` is its mean distance to the others in the branch, ``b`` to those in
    the sibling, and its silhouette ``(b - a) / max(a, b)``. From the leaves to the root
    every pair of clips is looked at once, where it comes together.

    Parameters
    ----------
    tree : Hierarchy
    basis : Sampled
        The distances of the matrix that the tree was grown from, one row per leaf.
    report : Report
        Called while distances are measured, and a few times a second.

    Returns
    -------
    float32 array, shape (2n - 1,)
        -1 to 1; 0 for a single clip and where all clips coincide. NaN for the root, and
        where the sample does not tell: it has no clip of the branch or of its sibling,
        or only one of several in the branch.

    Raises
    ------
    ParameterError
        If the distances are of more rows than the tree has leaves, or of fewer.
    """
    n, rows = tree.n_leaves, basis.rows
    if (basis.sampled is None and len(rows) != n) or rows[-1] >= n:
        raise ParameterError(
            f"The distances must be of one row per leaf of the tree, {n}; they are of "
            f"{int(rows[-1]) + 1}"
        )
    distances = basis.distances(report)
    # In leaf order the sampled leaves of every node are one slice.
    places = tree.starts[rows]
    order = np.argsort(places)
    begins = np.searchsorted(places[order], tree.starts)
    counts = np.searchsorted(places[order], tree.starts + tree.sizes) - begins
    sums = np.zeros(len(rows))  # from every leaf to the others of its branch so far
    found = np.full(len(tree.sizes), np.nan, np.float32)
    # The shorter one first: rows of the distances lie in one piece.
    pairs = np.take_along_axis(
        tree.children, np.argsort(counts[tree.children], axis=1), axis=1
    )
    told = pairs[(counts[pairs] > 0).all(axis=1)]
    for done, (few, many) in enumerate(told.tolist()):
        if done % _SEVERAL == 0:
            report(Step(done, len(told), "Comparing branches"))
        some = slice(begins[few], begins[few] + counts[few])
        others = slice(begins[many], begins[many] + counts[many])
        across = distances[np.ix_(order[some], order[others])]
        for node, own, beyond in (
            (few, some, across.sum(axis=1)),
            (many, others, across.sum(axis=0)),
        ):
            if counts[node] > 1 or tree.sizes[node] == 1:
                apart = beyond / counts[few + many - node]
                found[node] = _mean_width(sums[own], apart)
            sums[own] += beyond
    return found


def _mean_width(sums: Floats, apart: Floats) -> float:
    """Return the mean silhouette, from sums inside and mean distances outside."""
    if len(sums) == 1:
        return 0.0
    within = sums / (len(sums) - 1)
    scale = np.maximum(within, apart)
    scale[scale == 0.0] = np.inf  # coinciding clips are in either branch alike
    return float(((apart - within) / scale).mean())
