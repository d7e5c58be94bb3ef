"""Which id the cluster has that a split opens.

By its rank: the j-th split opens id j. Where branches are cut lower than the rest, ids
would be in the thousands; so some come forward, and those from there on move up by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np

from engine.clustering.hierarchy import Ints, Labels

Early = tuple[tuple[int, int], ...]
"""``(rank, id)``, one after the other: the id that a split comes forward to."""

_FEW = 8  # moves that are quicker one by one than together


@lru_cache(maxsize=4)
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
        Every id once; read-only. The last answers are kept.
    """
    order, ids = np.arange(n, dtype=np.int32), np.arange(n, dtype=np.int32)
    for ranks, places in _runs(np.array(early, np.int64).reshape(-1, 2)):
        while len(ranks):
            count = 0
            if len(ranks) > _FEW:
                ids[order] = np.arange(n)
                behind = ids[ranks] <= places
                count = int(behind.argmax()) if behind.any() else len(ranks)
            if count > _FEW:
                others, free = np.ones((2, n), bool)
                others[ranks[:count]] = free[places[:count]] = False
                order[free] = order[others[order]]
                order[places[:count]] = ranks[:count]
            else:
                count = min(_FEW, len(ranks))
                for rank, place in zip(ranks[:count], places[:count], strict=True):
                    now = int((order == rank).argmax())
                    if now > place:
                        order[place + 1 : now + 1] = order[place:now].copy()
                        order[place] = rank
            ranks, places = ranks[count:], places[count:]
    ids[order] = np.arange(n)
    ids.setflags(write=False)
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
    rank_of = np.empty(n, np.int64)
    rank_of[ids] = np.arange(n)
    free, moves = int(before[-1]) + 1, list(early)
    fresh = np.setdiff1d(after, before)
    for new, rank in zip(fresh.tolist(), rank_of[fresh].tolist(), strict=True):
        # What came forward before it was ahead of it, so its id is still its own.
        if new > free:
            moves.append((rank, free))
        free += new >= free
    if len(moves) >= n:  # after much cutting to and fro
        return early_for(n, dict(enumerate(numbering(n, tuple(moves)).tolist())))
    return tuple(moves)


def _runs(moves: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Part moves into runs of which none disturbs the ones after it.

    Their places rise, and no rank is in it twice: so each of them that comes forward
    from behind its place when the run begins may do so together with the others.
    """
    ranks, places = moves.T
    ends = places[1:] <= places[:-1]
    again = np.ones(len(moves), bool)
    again[np.unique(ranks, return_index=True)[1]] = False
    first = 1 + np.flatnonzero(ends | again[1:])
    return zip(np.split(ranks, first), np.split(places, first), strict=True)
