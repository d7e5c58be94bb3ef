"""Trees to draw: real ones, chains, and those that fit on a hand."""

import numpy as np
from scipy.cluster.hierarchy import linkage

from audioclust_gui.plots.tree_arrays import TreeArrays
from engine.clustering.drawing import draw
from engine.clustering.hierarchy import Hierarchy


def arrays(tree, collapsed=frozenset()):
    drawing = draw(tree, collapsed)
    return TreeArrays(
        drawing.children,
        drawing.starts,
        drawing.left,
        drawing.right,
        drawing.x,
        tree.sizes,
        tree.parents,
        np.concatenate([np.zeros(tree.n_leaves), tree.heights]),
        drawing.order,
        collapsed,
    )


def four():
    """Leaves 0 to 3 from the left; merges at 1 and 2, and the root at 4."""
    return Hierarchy([[0, 1, 1, 2], [2, 3, 2, 2], [4, 5, 4, 4]])


def blobs(n, seed=0):
    """Ward's tree of points about a few centres."""
    rng = np.random.default_rng(seed)
    centres = 4 * rng.normal(size=(7, 5))
    points = centres[rng.integers(7, size=n)] + rng.normal(size=(n, 5))
    return Hierarchy(linkage(points, "ward"))


def random_tree(n, seed=0, deep=0.5):
    """Merge at random; `deep` is how often the last merge is one of the two."""
    rng = np.random.default_rng(seed)
    alive, sizes, rows = list(range(n)), [1] * n, []
    heights = np.sort(rng.gamma(2, 1, n - 1))
    for height in heights.tolist():
        a = len(alive) - 1 if rng.random() < deep else int(rng.integers(len(alive)))
        first = alive.pop(a)
        other = int(rng.integers(len(alive)))
        second = alive[other]
        alive[other] = alive[-1]
        alive[-1] = len(sizes)
        pair = (first, second) if rng.random() < 0.5 else (second, first)
        sizes.append(sizes[first] + sizes[second])
        rows.append([*pair, height, sizes[-1]])
    return Hierarchy(np.array(rows).reshape(-1, 4))


def chain(n, sides="left"):
    """Every merge adds one leaf, on one side or on either in turn."""
    rows = np.zeros((n - 1, 4))
    rows[:, 0] = np.arange(n - 2, 2 * n - 3) + 1
    rows[0, 0] = n - 1
    rows[:, 1] = np.arange(n - 1)
    rows[:, 2] = np.sort(np.random.default_rng(0).gamma(2, 1, n - 1))
    rows[:, 3] = np.arange(2, n + 1)
    if sides == "both":
        rows[::2, :2] = rows[::2, 1::-1]
    return Hierarchy(rows)
