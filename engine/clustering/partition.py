"""Partitions: one cluster id per clip, and what the special ids mean.

A partition is an int32 array with one value per clip: a cluster id of 0 or more,
`NOISE` for a clip that a method left alone, or `UNPLACED` for one that has no features
(its file could not be read) and so never reached the method.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.errors import ParameterError

NOISE = -1
UNPLACED = -2
TITLES = {NOISE: "Noise", UNPLACED: "Not grouped"}
"""What people call them."""

Labels = npt.NDArray[np.int32]


def sizes(labels: npt.ArrayLike) -> dict[int, int]:
    """Count the clips of every id that occurs, in ascending order of the ids.

    Parameters
    ----------
    labels : int array, shape (n_clips,)

    Returns
    -------
    dict of id to count
        `NOISE` and `UNPLACED` are counted where they occur.
    """
    ids, counts = np.unique(np.asarray(labels, np.int64), return_counts=True)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


def spread(labels_of_rows: npt.ArrayLike, rows: npt.ArrayLike, n_clips: int) -> Labels:
    """Give every clip the label of its row, and `UNPLACED` to those without one.

    Parameters
    ----------
    labels_of_rows : int array, shape (n_rows,)
        What a method found.
    rows : int array, shape (n_rows,)
        The clip that each row of the matrix stands for, each at most once.
    n_clips : int
        Number of clips in the dataset.

    Returns
    -------
    int32 array, shape (n_clips,)

    Raises
    ------
    ParameterError
        If the lengths differ or a row stands for a clip that does not exist.
    """
    labels = np.asarray(labels_of_rows, np.int32)
    clips = np.asarray(rows, np.int64)
    if labels.shape != clips.shape:
        raise ParameterError(
            f"There must be one label per row, {clips.size}; there are {labels.size}"
        )
    if clips.size and (clips.min() < 0 or clips.max() >= n_clips):
        raise ParameterError(
            f"Rows must be clips 0 to {n_clips - 1}; "
            f"they reach from {clips.min()} to {clips.max()}"
        )
    everywhere = np.full(n_clips, UNPLACED, np.int32)
    everywhere[clips] = labels
    return everywhere


def size_order(labels: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the cluster ids from the biggest cluster to the smallest.

    Parameters
    ----------
    labels : int array, shape (n,)

    Returns
    -------
    int64 array, shape (n_clusters,)
        Of equals, the one whose first member comes first. Negative ids are left out.
    """
    values = np.asarray(labels, np.int64)
    ids, first, counts = np.unique(values, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    return ids[order][ids[order] >= 0]


def tidy(labels: npt.ArrayLike) -> Labels:
    """Renumber the clusters 0..k-1 by descending size.

    A flat method numbers its clusters as its starting points fall; by size, the same
    groups get the same ids, and so the same colours, whatever the seed.

    Parameters
    ----------
    labels : int array, shape (n,)

    Returns
    -------
    int32 array, shape (n,)
        Negative ids stay as they are; ids that do not occur close up.
    """
    values = np.asarray(labels, np.int64)
    order = size_order(values)
    renamed = values.astype(np.int32)
    by_id = np.argsort(order)
    clustered = values >= 0
    found = np.searchsorted(order, values[clustered], sorter=by_id)
    renamed[clustered] = by_id[found]
    return renamed
