"""The tree and its cuts, against SciPy's.

Where merges tie, SciPy's ``fcluster`` skips numbers of clusters. There a cut is
compared with that of the same merges at heights 1, 2, 3 in the order of the linkage,
which is how ties are broken here.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist

from engine.clustering.hierarchy import Hierarchy
from engine.errors import ParameterError

EMPTY = np.empty((0, 4))


@st.composite
def linkages(draw):
    """Draw trees of clips on a coarse grid, where ties and duplicates abound."""
    n, reach = draw(st.integers(2, 40)), draw(st.sampled_from([1, 3, 1000]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = rng.integers(0, reach + 1, (n, 2)).astype(float)
    method = draw(st.sampled_from(["ward", "average", "complete", "single"]))
    return linkage(pdist(points), method)


def chain(n):
    """Build the deepest tree there is: every merge adds one leaf."""
    i = np.arange(n - 1)
    return np.c_[np.where(i == 0, 0, n + i - 1), i + 1, i + 1.0, i + 2]


def same_groups(a, b):
    pairs = len(np.unique(np.c_[a, b], axis=0))
    return pairs == len(np.unique(a)) == len(np.unique(b))


@settings(deadline=None)
@given(linkages())
def test_every_cut_is_scipys(tree):
    ranks = tree.copy()
    ranks[:, 2] = np.arange(len(tree)) + 1.0  # without ties SciPy gives every k
    hierarchy = Hierarchy(tree)
    for k in range(1, hierarchy.n_leaves + 1):
        labels = hierarchy.labels_at(k)
        assert labels.dtype == np.int32
        assert set(labels) == set(range(k))
        assert same_groups(labels, fcluster(ranks, k, "maxclust"))
        theirs = fcluster(tree, k, "maxclust")
        low, high = hierarchy.height_interval(k)
        given_by_scipy = len(np.unique(theirs)) == k
        assert given_by_scipy == (low < high or k == hierarchy.n_leaves)
        if given_by_scipy:
            assert same_groups(labels, theirs)


@settings(deadline=None)
@given(linkages())
def test_one_more_cluster_changes_the_members_of_one(tree):
    hierarchy = Hierarchy(tree)
    for k in range(1, hierarchy.n_leaves):
        before, after = hierarchy.labels_at(k), hierarchy.labels_at(k + 1)
        changed = before != after
        split = np.unique(before[changed])
        assert len(split) == 1
        assert set(after[changed]) == {k}
        assert changed.sum() <= ((before == split[0]) & ~changed).sum()
        node = hierarchy.n_leaves + hierarchy.split_order[k - 1]
        members = np.flatnonzero(before == split[0])
        np.testing.assert_array_equal(np.sort(hierarchy.members(node)), members)


@settings(deadline=None)
@given(linkages())
def test_heights_cut_as_scipy_does(tree):
    hierarchy = Hierarchy(tree)
    heights = np.unique(tree[:, 2])
    for height in np.concatenate([heights, heights + 0.01, [0.0, 1e9]]):
        k = hierarchy.k_at_height(height)
        labels = hierarchy.labels_at(k)
        assert same_groups(labels, fcluster(tree, height, "distance"))
        low, high = hierarchy.height_interval(k)
        assert low <= height < high


@settings(deadline=None)
@given(linkages())
def test_an_interval_of_heights_gives_its_number_of_clusters(tree):
    hierarchy = Hierarchy(tree)
    for k in range(1, hierarchy.n_leaves + 1):
        low, high = hierarchy.height_interval(k)
        assert low <= high
        if low < high:
            assert hierarchy.k_at_height(low) == k
            assert hierarchy.k_at_height(np.nextafter(high, 0.0)) == k


@settings(deadline=None)
@given(linkages())
def test_subtrees_are_intervals_with_the_bigger_child_first(tree):
    hierarchy = Hierarchy(tree)
    n = hierarchy.n_leaves
    below = [{leaf} for leaf in range(n)]
    for merge, (a, b) in enumerate(tree[:, :2].astype(int)):
        below.append(below[a] | below[b])
        bigger, smaller = hierarchy.children[merge]
        assert {bigger, smaller} == {a, b}
        sizes = hierarchy.sizes[[bigger, smaller]]
        assert sizes[0] > sizes[1] or (sizes[0] == sizes[1] and bigger < smaller)
        assert hierarchy.starts[bigger] == hierarchy.starts[n + merge]
        assert hierarchy.starts[smaller] == hierarchy.starts[bigger] + sizes[0]
    for node, leaves in enumerate(below):
        assert set(hierarchy.members(node)) == leaves
    assert hierarchy.labels_at(n)[hierarchy.leaf_order[0]] == 0


@settings(deadline=None)
@given(linkages(), st.data())
def test_the_nodes_of_a_cut_are_its_clusters(tree, data):
    hierarchy = Hierarchy(tree)
    k = data.draw(st.integers(1, hierarchy.n_leaves))
    labels, nodes = hierarchy.labels_at(k), hierarchy.nodes_at(k)
    found = {frozenset(hierarchy.members(node)) for node in nodes}
    assert found == {frozenset(np.flatnonzero(labels == i)) for i in range(k)}
    assert (np.diff(hierarchy.starts[nodes]) > 0).all()
    # A node is one of them up to joined_up_to, from where its parent is split.
    everything = np.arange(len(hierarchy.sizes))
    split = np.append(hierarchy.joined_up_to, 0)[hierarchy.parents] < k
    whole = hierarchy.joined_up_to >= k
    np.testing.assert_array_equal(np.sort(nodes), everything[whole & split])

    branch = data.draw(st.integers(0, len(everything) - 1))
    below = hierarchy.nodes_at(k, branch)
    leaves = set(hierarchy.members(branch))
    assert leaves == {leaf for node in below for leaf in hierarchy.members(node)}
    inside = {node for node in nodes if leaves >= set(hierarchy.members(node))}
    assert set(below) == (inside or {branch})


@settings(deadline=None)
@given(linkages(), st.data())
def test_inside_is_what_has_no_leaf_outside(tree, data):
    hierarchy = Hierarchy(tree)
    nodes = np.arange(len(hierarchy.sizes))
    branch = data.draw(st.integers(0, len(nodes) - 1))
    leaves = set(hierarchy.members(branch))
    expected = [leaves >= set(hierarchy.members(node)) for node in nodes]
    np.testing.assert_array_equal(hierarchy.inside(nodes, branch), expected)


@settings(deadline=None)
@given(linkages())
def test_parents_and_heights_are_those_of_the_merges(tree):
    hierarchy = Hierarchy(tree)
    n = hierarchy.n_leaves
    assert hierarchy.parents[-1] == -1
    for merge, (a, b, height, _) in enumerate(tree):
        assert set(hierarchy.parents[[int(a), int(b)]]) == {n + merge}
        assert hierarchy.height(n + merge) == height
    assert [hierarchy.height(leaf) for leaf in range(n)] == [0.0] * n


def test_a_chain_of_fifty_thousand_is_no_deeper_than_any_other():
    n = 50_000
    hierarchy = Hierarchy(chain(n))
    for k in (1, 2, 1_000, n):
        labels = hierarchy.labels_at(k)
        assert (labels[: n - k + 1] == 0).all()
        np.testing.assert_array_equal(labels[n - k + 1 :], np.arange(k - 1, 0, -1))
    assert hierarchy.k_at_height(n / 2) == n // 2
    np.testing.assert_array_equal(hierarchy.leaf_order, np.arange(n))


@pytest.mark.parametrize("tied", [False, True])
def test_single_linkage_of_fifty_thousand_in_a_row_is_cut_as_scipy_does(tied):
    n = 50_000
    tree = chain(n)
    if tied:
        tree[:, 2] = 1 + np.arange(n - 1) // 100
    hierarchy = Hierarchy(tree)
    for height in (0.5, 1.0, 100.0, 250.5, 1e9):
        k = hierarchy.k_at_height(height)
        theirs = fcluster(tree, height, "distance")
        assert same_groups(hierarchy.labels_at(k), theirs)
    for k in (1, 2, 5_000, n - 100, n):
        theirs = fcluster(tree, k, "maxclust")
        count = int(theirs.max())
        assert count == k or tied
        assert same_groups(hierarchy.labels_at(count), theirs)
        nodes = hierarchy.nodes_at(k)
        assert len(nodes) == k
        assert hierarchy.sizes[nodes].sum() == n
    branch = n + n // 2
    assert hierarchy.inside(np.arange(2 * n - 1), branch).sum() == n + 3
    np.testing.assert_array_equal(
        hierarchy.members(branch), np.arange(hierarchy.sizes[branch])
    )


def test_one_clip_is_a_tree():
    hierarchy = Hierarchy(EMPTY)
    np.testing.assert_array_equal(hierarchy.labels_at(1), [0])
    assert hierarchy.k_at_height(0.0) == 1
    assert hierarchy.height_interval(1) == (0.0, np.inf)
    np.testing.assert_array_equal(hierarchy.members(0), [0])
    np.testing.assert_array_equal(hierarchy.nodes_at(1), [0])
    np.testing.assert_array_equal(hierarchy.parents, [-1])


def test_merges_need_not_be_sorted_as_long_as_parents_are_above():
    tree = [[0, 1, 5.0, 2], [2, 3, 1.0, 2], [4, 5, 6.0, 4]]
    labels = Hierarchy(tree).labels_at(3)
    np.testing.assert_array_equal(labels, [0, 2, 1, 1])


def test_the_arrays_cannot_be_written_to():
    tree = chain(5)
    hierarchy = Hierarchy(tree)
    with pytest.raises(ValueError, match="read-only"):
        hierarchy.leaf_order[0] = 1
    tree[0, 2] = 0.5  # the caller's array stays the caller's
    assert hierarchy.heights[0] == 1.0


@pytest.mark.parametrize("k", [0, 6, -1])
def test_a_number_of_clusters_out_of_range_names_the_range(k):
    hierarchy = Hierarchy(chain(5))
    for ask in (hierarchy.labels_at, hierarchy.height_interval):
        with pytest.raises(ParameterError, match=f"must be 1 to 5.*it is {k}"):
            ask(k)


@pytest.mark.parametrize("node", [-1, 9])
def test_a_node_out_of_range_names_the_range(node):
    with pytest.raises(ParameterError, match=f"0 to 8; it is {node}"):
        Hierarchy(chain(5)).members(node)


@pytest.mark.parametrize(
    ("tree", "complaint"),
    [
        ([], "shape"),
        ([[0, 1, 1.0]], "shape"),
        ([[0, 1, np.nan, 2]], "finite"),
        ([[0, 1, -1.0, 2]], "monotone"),
        ([[0, 0, 1.0, 2]], "each of them once"),
        ([[0, 2, 1.0, 2]], "each of them once"),
        ([[0, 0.5, 1.0, 2]], "each of them once"),
        ([[0, -1, 1.0, 2]], "each of them once"),
        ([[0, 1, 1.0, 3]], "number of leaves"),
        ([[0, 1, 2.0, 2], [2, 3, 1.0, 3]], "merge 1 at height 1"),
    ],
)
def test_what_is_no_linkage_is_refused(tree, complaint):
    with pytest.raises(ParameterError, match=complaint):
        Hierarchy(tree)
