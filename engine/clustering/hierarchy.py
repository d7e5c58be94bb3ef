"""The tree of an agglomerative fit, and its cuts.

The linkage is the model: it is fitted once and cut as often as a hand moves. In leaf
order every subtree is an interval, so a cut into ``k`` clusters is a choice of ``k``
places where intervals begin, and labelling is a run-length expansion.

The bigger child of every merge comes first. A split therefore opens one new interval,
that of the smaller child, and the bigger one goes on where its parent began. An
interval's id is the rank of the split that opened it: whoever moves from ``k`` to
``k + 1`` clusters sees the members of one cluster change and nobody else.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.errors import ParameterError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]


class Hierarchy:
    """A full binary merge tree over the clips.

    Nodes are numbered as in SciPy: 0..n-1 are the leaves (the rows of the matrix), and
    n + i is what merge i made. Every array is read-only.

    Parameters
    ----------
    linkage : float array, shape (n - 1, 4)
        SciPy's convention: the two nodes that merge, the height, the number of leaves.
        Shape (0, 4) is the tree of a single clip. No parent lies below its child.

    Attributes
    ----------
    linkage : float64 array, shape (n - 1, 4)
    n_leaves : int
    heights : float64 array, shape (n - 1,)
        Height of every merge, at least 0, in the unit of the distances.
    sizes : int64 array, shape (2n - 1,)
        Leaves below every node.
    children : int64 array, shape (n - 1, 2)
        The two nodes of every merge, the bigger one first; of equals, the lower number.
    starts : int64 array, shape (2n - 1,)
        Where every node's interval begins in leaf order; it is ``sizes`` long.
    leaf_order : int64 array, shape (n,)
        The leaf at every place from left to right.
    split_order : int64 array, shape (n - 1,)
        Merges by descending height, of equals the later one first. Going from ``k`` to
        ``k + 1`` clusters splits merge ``split_order[k - 1]``.
    opened : int32 array, shape (n,)
        The id of the interval that begins at every place, once its split has happened:
        a cut into ``k`` clusters begins an interval wherever this is below ``k``.
    parents : int64 array, shape (2n - 1,)
        The node that every node merges into; -1 for the root.
    joined_up_to : int64 array, shape (2n - 1,)
        The largest ``k`` whose cut leaves a node in one piece: 1 for the root, ``n``
        for a leaf.

    Raises
    ------
    ParameterError
        If the array is not such a linkage.
    """

    def __init__(self, linkage: npt.ArrayLike) -> None:
        self.linkage = _checked(linkage)
        merges = len(self.linkage)
        n = self.n_leaves = merges + 1
        self.heights = self.linkage[:, 2]
        self.sizes = np.ones(n + merges, np.int64)
        self.sizes[n:] = self.linkage[:, 3]

        pairs = np.sort(self.linkage[:, :2].astype(np.int64), axis=1)
        swap = self.sizes[pairs[:, 1]] > self.sizes[pairs[:, 0]]
        self.children = np.where(swap[:, None], pairs[:, ::-1], pairs)
        self.starts = starts(self.children, self.sizes)
        self._place = self.starts[:n]
        self.leaf_order = np.empty(n, np.int64)
        self.leaf_order[self._place] = np.arange(n)

        self.split_order = np.lexsort((np.arange(merges), self.heights))[::-1]
        self._descending = self.heights[self.split_order]
        self.opened = np.zeros(n, np.int32)
        smaller = self.children[self.split_order, 1]
        self.opened[self.starts[smaller]] = np.arange(1, n)
        self.parents = np.full(n + merges, -1)
        self.parents[self.children] = np.arange(n, n + merges)[:, None]
        self.joined_up_to = np.full(n + merges, n)
        self.joined_up_to[n + self.split_order] = np.arange(1, n)
        for array in vars(self).values():
            if isinstance(array, np.ndarray):
                array.flags.writeable = False

    def labels_at(self, k: int) -> Labels:
        """Label every leaf by the cut into ``k`` clusters.

        Parameters
        ----------
        k : int
            Number of clusters, 1 to ``n_leaves``.

        Returns
        -------
        int32 array, shape (n_leaves,)
            Ids 0..k-1. Id 0 is the leftmost cluster; id j belongs to the smaller child
            of the j-th split, and stays with the bigger child of every later one.

        Raises
        ------
        ParameterError
            If ``k`` is out of range.
        """
        self._check_k(k)
        begins = np.flatnonzero(self.opened < k)
        lengths = np.diff(begins, append=self.n_leaves)
        labels: Labels = np.repeat(self.opened[begins], lengths)[self._place]
        return labels

    def nodes_at(self, k: int, below: int | None = None) -> Ints:
        """Return the nodes that the cut into ``k`` clusters leaves in one piece.

        Parameters
        ----------
        k : int
            Number of clusters of the whole tree, 1 to ``n_leaves``.
        below : int, optional
            Only those below this node, or the node itself where it is not split.

        Returns
        -------
        int64 array
            From left to right. Of the whole tree, shape (k,).

        Raises
        ------
        ParameterError
            If ``k`` is out of range, or there is no such node.
        """
        self._check_k(k)
        root = len(self.sizes) - 1 if below is None else self.check_node(below)
        split = self.n_leaves + self.split_order[: k - 1]
        found = np.append(
            self.children[split - self.n_leaves].ravel(), len(self.sizes) - 1
        )
        found = found[(self.joined_up_to[found] >= k) & self.inside(found, root)]
        if not len(found):  # the node lies within one of the clusters
            found = np.array([root])
        return found[np.argsort(self.starts[found])]

    def inside(self, nodes: Ints, branch: int) -> npt.NDArray[np.bool_]:
        """Tell which nodes lie in a branch; it lies in itself."""
        start, end = self.starts[branch], self.starts[branch] + self.sizes[branch]
        begins = self.starts[nodes]
        ends = begins + self.sizes[nodes]
        inside: npt.NDArray[np.bool_] = (begins >= start) & (ends <= end)
        return inside

    def held(self, marked: npt.NDArray[np.bool_]) -> Ints:
        """Count the marked leaves below every node.

        Parameters
        ----------
        marked : bool array, shape (n_leaves,)

        Returns
        -------
        int64 array, shape (2n - 1,)
        """
        before = np.append(0, np.cumsum(marked[self.leaf_order]))
        found: Ints = before[self.starts + self.sizes] - before[self.starts]
        return found

    def height(self, node: int) -> float:
        """Return the height of a node; that of a leaf is 0."""
        return (
            0.0 if node < self.n_leaves else float(self.heights[node - self.n_leaves])
        )

    def k_at_height(self, height: float) -> int:
        """Return the number of clusters of a cut at this height.

        Merges at or below it are joined, as in SciPy's ``fcluster`` with the criterion
        "distance".
        """
        joined = np.searchsorted(self._descending[::-1], height, side="right")
        return self.n_leaves - int(joined)

    def height_interval(self, k: int) -> tuple[float, float]:
        """Return the heights ``low <= height < high`` whose cut has ``k`` clusters.

        Returns
        -------
        low, high : float
            Low is 0 for ``k = n_leaves``, high infinite for ``k = 1``. Where merges
            tie, low equals high: no height gives this ``k``, though `labels_at` does.

        Raises
        ------
        ParameterError
            If ``k`` is out of range.
        """
        self._check_k(k)
        low = 0.0 if k == self.n_leaves else float(self._descending[k - 1])
        return low, np.inf if k == 1 else float(self._descending[k - 2])

    def members(self, node: int) -> Ints:
        """Return the leaves below a node, from left to right.

        Parameters
        ----------
        node : int
            0..2n-2, as in the linkage.

        Returns
        -------
        int64 array, shape (sizes[node],)
            A view of ``leaf_order``.

        Raises
        ------
        ParameterError
            If there is no such node.
        """
        start = self.starts[self.check_node(node)]
        return self.leaf_order[start : start + self.sizes[node]]

    def check_node(self, node: int) -> int:
        """Return the node; raise ParameterError if the tree has no such one."""
        if not 0 <= node < len(self.sizes):
            raise ParameterError(
                f"node must be 0 to {len(self.sizes) - 1}; it is {node}"
            )
        return node

    def _check_k(self, k: int) -> None:
        if not 1 <= k <= self.n_leaves:
            raise ParameterError(
                f"k, the number of clusters, must be 1 to {self.n_leaves}, the number "
                f"of leaves; it is {k}"
            )


def starts(children: Ints, sizes: Ints) -> Ints:
    """Return how many leaves are left of every node.

    That is what lies left of it below each of its ancestors, summed by pointer jumping:
    each round doubles the stretch of ancestors, so a chain 50 000 deep takes 16 rounds.

    Parameters
    ----------
    children : int array, shape (n - 1, 2)
        The left and the right child of every merge.
    sizes : int array, shape (2n - 1,)

    Returns
    -------
    int64 array, shape (2n - 1,)
    """
    nodes, n = len(sizes), len(children) + 1
    ancestor = np.full(nodes, nodes - 1)
    ancestor[children] = np.arange(n, nodes)[:, None]
    starts = np.zeros(nodes, np.int64)
    starts[children[:, 1]] = sizes[children[:, 0]]
    while (ancestor != nodes - 1).any():
        starts += starts[ancestor]
        ancestor = ancestor[ancestor]
    return starts


def _checked(linkage: npt.ArrayLike) -> Floats:
    array = np.array(linkage, np.float64)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ParameterError(
            f"A linkage must have the shape (n - 1, 4); it has {array.shape}"
        )
    if not np.isfinite(array).all():
        raise ParameterError("A linkage must be finite; it holds NaN or infinity")
    n, nodes = len(array) + 1, 2 * len(array) + 1
    pairs = array[:, :2]
    made = np.arange(n, nodes)
    if (
        (pairs != np.floor(pairs)).any()
        or (pairs < 0).any()
        or (pairs >= made[:, None]).any()
        or len(np.unique(pairs)) != pairs.size
    ):
        raise ParameterError(
            "Every merge of a linkage must join two earlier nodes, each of them once"
        )
    children = pairs.astype(np.int64)
    sizes = np.concatenate([np.ones(n), array[:, 3]])
    if (sizes[n:] != sizes[children].sum(axis=1)).any():
        raise ParameterError(
            "The last column of a linkage must hold the number of leaves of each merge"
        )
    heights = np.concatenate([np.zeros(n), array[:, 2]])
    low = heights[n:] < heights[children].max(axis=1)
    if low.any():
        merge = int(np.flatnonzero(low)[0])
        raise ParameterError(
            f"A linkage must be monotone, no merge below its children; merge {merge} "
            f"at height {array[merge, 2]:g} is"
        )
    return array
