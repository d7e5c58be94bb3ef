"""Natural cuts: numbers of clusters where a tree has a long gap between its merges."""

from __future__ import annotations

import numpy as np

from engine.clustering.hierarchy import Hierarchy

_BESIDE = 4  # gaps to compare with on either side, at least
_VISIBLE = 0.01  # of the height: what is less cannot be seen, and may be rounding
_LEAST = 0.5  # by what a gap must be longer than chance has it, in mean gaps


def natural_cuts(tree: Hierarchy, most: int = 6, highest: int = 200) -> tuple[int, ...]:
    """Return the numbers of clusters whose gap is long beside the gaps around it.

    The heights of a tree without structure fall off like a power of ``k``. Then all
    gaps, on a logarithmic scale and times their ``k - 1``, are draws from one
    exponential distribution (Renyi 1953, "On the theory of order statistics"); on trees
    of uniform and normal points that holds well enough. Its mean is taken from the
    other gaps at ``k / 2`` to ``2 k``. A gap longer than ``log k`` such means comes by
    chance once in ``k`` times: as often among 10 to 20 clusters as among 100 to 200.
    Those half a mean longer still are natural cuts.

    Points without groups have about two; groups well apart have their number among
    them. Where all heights are one there is no gap, and no natural cut.

    Parameters
    ----------
    tree : Hierarchy
    most : int
        Return no more than so many, the most outstanding.
    highest : int
        The largest number of clusters to look at. Past half the leaves none is natural:
        most clusters are single leaves there.

    Returns
    -------
    tuple of int
        Ascending. For each there are heights that give it.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(tree.heights[tree.split_order])
        drops = logs[:-1] - logs[1:]
    drops[np.isnan(drops)] = 0.0  # from height 0 to 0
    gaps = np.arange(1, len(logs)) * drops
    found: list[tuple[float, int]] = []
    for k in range(2, min(highest, tree.n_leaves // 2) + 1):
        here = k - 2
        first = max(0, min((k - 1) // 2 - 1, here - _BESIDE))
        last = max(2 * (k - 1), here + _BESIDE + 1)
        around = np.concatenate([gaps[first:here], gaps[here + 1 : last]])
        around = around[np.isfinite(around)]
        mean = float(around.mean()) if len(around) else 0.0
        long = gaps[here] > (np.log(k) + _LEAST) * mean
        if long and drops[here] > _VISIBLE:
            length = gaps[here] / mean if mean else np.inf
            found.append((length - np.log(k), k))
    outstanding = sorted(found, key=lambda cut: (-cut[0], cut[1]))[:most]
    return tuple(sorted(k for _, k in outstanding))
