"""Which id the cluster has that a split opens.

By its rank: the j-th split opens id j. Where branches are cut lower than the rest, ids
would be in the thousands; so some come forward, and those from there on move up by one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.clustering.hierarchy import Ints, Labels

Early = tuple[tuple[int, int], ...]
"""``(rank, id)``, one after the other: the id that a split comes forward to."""


def numbering(n: int, early: Early) -> Labels:
    """Return the id that the split of every rank opens.

    Parameters
    ----------
    n : int
        Leaves of the tree.
    early : tuple of (int, int)
        Ranks and ids below n. Nothing comes forward to an id that it is before.

    Returns
    -------
    int32 array, shape (n,)
        Every id once.
    """
    moves = np.array(early, np.int64).reshape(-1, 2)
    order, ids = np.arange(n), np.arange(n, dtype=np.int32)
    ahead = 1  # moves to look at together: twice as many whenever all went well
    while len(moves):
        count = _at_once(ids, moves[:ahead])
        ahead = max(1, 2 * count)
        if count:
            ranks, places = moves[:count].T
            others, free = np.ones((2, n), bool)
            others[ranks] = free[places] = False
            order[free] = order[others[order]]
            order[places] = ranks
            ids[order] = np.arange(n)
        moves = moves[max(1, count) :]
    return ids


def early_for(n: int, wanted: Mapping[int, int]) -> Early:
    """Return what comes forward so that some splits open the wanted ids.

    Parameters
    ----------
    n : int
        Leaves of the tree.
    wanted : mapping of int to int
        Ids by rank, all below n, 0 among the ranks.

    Returns
    -------
    tuple of (int, int)
        Fewer than n. Splits that are not asked about fill the gaps.
    """
    rank_at = {place: rank for rank, place in wanted.items()}
    others = (rank for rank in range(n) if rank not in wanted)
    placed: set[int] = set()
    early, first = [], 0  # of those that are not in their place
    for place in range(max(rank_at) + 1):
        rank = rank_at[place] if place in rank_at else next(others)
        while first in placed:
            first += 1
        if rank != first:
            early.append((rank, place))
        placed.add(rank)
    return tuple(early)


def renumbered(n: int, early: Early, before: Labels, after: Labels) -> Early:
    """Bring forward the ids that are new in a cut, to the next free ones.

    Parameters
    ----------
    n : int
        Leaves of the tree.
    early : tuple of (int, int)
        What came forward so far.
    before, after : int32 array
        The ids of the clusters as they were and as they are, either ascending.

    Returns
    -------
    tuple of (int, int)
        Fewer than n. Ids that were there before stay.
    """
    ids = numbering(n, early)
    rank_of = np.argsort(ids)
    free, moves = int(before[-1]) + 1, list(early)
    for new in np.setdiff1d(after, before).tolist():
        # What came forward before it was ahead of it, so its id is still its own.
        if new > free:
            moves.append((int(rank_of[new]), free))
        free += new >= free
    if len(moves) >= n:  # after much cutting to and fro
        return early_for(n, dict(enumerate(numbering(n, tuple(moves)).tolist())))
    return tuple(moves)


def _at_once(ids: Labels, moves: Ints) -> int:
    """Return how many of the next moves do not disturb each other.

    Their places rise, and every one is of another split that comes after its place.
    """
    ranks, places = moves.T
    disturbs = ids[ranks] <= places
    disturbs[1:] |= places[1:] <= places[:-1]
    disturbs[np.setdiff1d(np.arange(len(ranks)), np.unique(ranks, True)[1])] = True
    return int(disturbs.argmax()) if disturbs.any() else len(moves)
