"""A branch with another tree in it: the rest of the tree does not notice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist

from engine.clustering.branches import Branches
from engine.clustering.cut import Cut
from engine.clustering.grafting import graft, recut
from engine.clustering.hierarchy import Hierarchy
from engine.errors import ParameterError


@st.composite
def linkages(draw, n):
    """Linkages of all shapes, with ties and duplicates, columns either way round."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    rows = rng.normal(size=(n, 2))
    shape = draw(st.sampled_from(["cloud", "grid", "chain", "equal"]))
    if shape == "grid":
        rows = np.round(rows)
    elif shape == "chain":
        rows[:, 0] = np.arange(n) ** 2
    elif shape == "equal":
        rows[:] = 1.0
    made = linkage(
        pdist(rows), draw(st.sampled_from(["ward", "average", "complete", "single"]))
    )
    turned = rng.integers(0, 2, len(made)).astype(bool)
    made[turned, :2] = made[turned, 1::-1]
    return made


@st.composite
def grafts(draw):
    n = draw(st.integers(2, 24))
    tree = Hierarchy(draw(linkages(n)))
    node = draw(st.integers(n, 2 * n - 2))
    return tree, node, draw(linkages(int(tree.sizes[node])))


def groups(labels, leaves):
    """Return which of some leaves are together, as a set of sets."""
    return {
        frozenset(np.flatnonzero((labels == i) & leaves).tolist())
        for i in np.unique(labels[leaves])
    }


def outside(tree, node):
    away = np.ones(tree.n_leaves, bool)
    away[tree.members(node)] = False
    return away


def leaf_sets(tree):
    return [frozenset(tree.members(node).tolist()) for node in range(len(tree.sizes))]


@settings(max_examples=150, deadline=None)
@given(grafts())
def test_no_line_divides_the_rest_otherwise(made):
    tree, node, other = made
    whole = Hierarchy(graft(tree, node, other)[0])
    away = outside(tree, node)
    lines = np.unique(np.append(tree.heights, -1.0))
    for height in [*lines, *(lines[1:] + lines[:-1]) / 2]:
        old = tree.labels_at(tree.k_at_height(height))
        new = whole.labels_at(whole.k_at_height(height))
        assert groups(old, away) == groups(new, away)


@settings(max_examples=150, deadline=None)
@given(grafts())
def test_the_branch_is_the_other_tree_and_ends_where_it_did(made):
    tree, node, other = made
    linkage_of_whole, moved = graft(tree, node, other)
    whole, branch = Hierarchy(linkage_of_whole), Hierarchy(other)
    top = int(moved[node])
    assert whole.height(top) == tree.height(node)
    leaves = np.sort(tree.members(node))
    expected = {frozenset(leaves[list(some)].tolist()) for some in leaf_sets(branch)}
    inside = whole.inside(np.arange(len(whole.sizes)), top)
    assert {s for s, own in zip(leaf_sets(whole), inside, strict=True) if own} == (
        expected
    )
    assert (np.diff(whole.heights) >= 0).all()
    heights = np.sort(whole.heights[inside[tree.n_leaves :]])
    if branch.heights[-1] > 0.0:
        scale = tree.height(node) / branch.heights[-1]
        assert np.allclose(heights, np.sort(branch.heights) * scale, atol=1e-12)
    else:
        assert not heights[:-1].any()


@settings(max_examples=150, deadline=None)
@given(grafts())
def test_every_node_is_found_again_where_its_leaves_are(made):
    tree, node, other = made
    linkage_of_whole, moved = graft(tree, node, other)
    whole = Hierarchy(linkage_of_whole)
    now = {leaves: i for i, leaves in enumerate(leaf_sets(whole))}
    for i, leaves in enumerate(leaf_sets(tree)):
        assert moved[i] == now.get(leaves, -1)
        if not tree.inside(np.array([i]), node)[0]:
            assert moved[i] >= 0
            # Left and right stay where they are.
            if i >= tree.n_leaves:
                pair = tree.linkage[i - tree.n_leaves, :2].astype(int)
                new = whole.linkage[moved[i] - tree.n_leaves, :2].astype(int)
                assert new.tolist() == moved[pair].tolist()


@settings(max_examples=100, deadline=None)
@given(grafts())
def test_the_same_tree_again_changes_nothing(made):
    tree, node, _ = made
    leaves = np.sort(tree.members(node))
    inside = tree.inside(np.arange(len(tree.sizes)), node)
    inner = np.flatnonzero(inside[tree.n_leaves :])
    number = np.full(len(tree.sizes), -1)
    number[leaves] = np.arange(len(leaves))
    number[tree.n_leaves + inner] = len(leaves) + np.arange(len(inner))
    own = tree.linkage[inner].copy()
    own[:, :2] = number[own[:, :2].astype(int)]
    if own[-1, 2] == 0.0 or np.unique(tree.heights).size < len(tree.heights):
        return
    whole, moved = graft(tree, node, own)
    assert np.allclose(whole, tree.linkage)
    assert moved.tolist() == list(range(len(tree.sizes)))


@st.composite
def cuts(draw):
    tree, node, other = draw(grafts())
    n, branches = tree.n_leaves, Branches()
    for top in draw(st.lists(st.integers(0, 2 * n - 2), max_size=3, unique=True)):
        at, k = draw(st.integers(1, n)), draw(st.integers(1, n))
        branches = Cut(tree, branches).cutting(top, at, k)
    return tree, node, other, branches, draw(st.integers(1, n))


@settings(max_examples=250, deadline=None)
@given(cuts())
def test_a_cut_goes_on_and_the_clusters_outside_keep_their_ids(made):
    tree, node, other, branches, k = made
    linkage_of_whole, moved = graft(tree, node, other)
    whole, cut = Hierarchy(linkage_of_whole), Cut(tree, branches)
    carried, line = recut(cut, k, whole, moved, node)
    old, new = cut.labels_at(k), Cut(whole, carried).labels_at(line)
    away = outside(tree, node)
    assert old[away].tolist() == new[away].tolist()
    within = np.unique(new[~away])
    assert len(within) == max(2, len(np.unique(old[~away])))
    if away.any():
        assert not set(within.tolist()) & set(new[away].tolist())
    # Ids stay as small as the clusters are many.
    assert new.max() <= max(old.max(), len(np.unique(new)) - 1)


@settings(max_examples=100, deadline=None)
@given(grafts(), st.data())
def test_a_branch_below_the_line_moves_nothing(made, data):
    tree, node, other = made
    linkage_of_whole, moved = graft(tree, node, other)
    if node == 2 * tree.n_leaves - 2:
        return
    k = data.draw(st.integers(1, int(tree.joined_up_to[node])))
    carried, line = recut(Cut(tree), k, Hierarchy(linkage_of_whole), moved, node)
    assert line == k
    assert [c.node for c in carried.cuts] == [moved[node]]


def test_cutting_to_and_fro_does_not_add_up():
    tree = Hierarchy(linkage(np.arange(6.0)[:, None] ** 1.5, "average"))
    rng, branches = np.random.default_rng(0), Branches()
    for _ in range(200):
        node, at, k = rng.integers([0, 1, 1], [11, 7, 4])
        cut = Cut(tree, branches)
        branches = cut.cutting(int(node), int(at), int(k))
        old, new = cut.labels_at(k), Cut(tree, branches).labels_at(k)
        apart = ~np.isin(old, old[tree.members(node)])
        assert old[apart].tolist() == new[apart].tolist()
    assert len(branches.early) < 6


def test_a_whole_tree_can_be_replaced():
    rng = np.random.default_rng(0)
    tree = Hierarchy(linkage(rng.normal(size=(9, 2)), "ward"))
    other = linkage(rng.normal(size=(9, 2)), "average")
    whole, moved = graft(tree, 16, other)
    assert whole[-1, 2] == tree.heights[-1]
    branches, k = recut(Cut(tree), 1, Hierarchy(whole), moved, 16)
    assert (branches, k) == (Branches(), 2)
    assert recut(Cut(tree), 5, Hierarchy(whole), moved, 16) == (Branches(), 5)


def test_a_pair_stays_one():
    tree = Hierarchy(linkage(np.array([[0.0], [1.0], [5.0]]), "single"))
    whole, moved = graft(tree, 3, np.array([[0.0, 1.0, 77.0, 2.0]]))
    assert whole.tolist() == tree.linkage.tolist()
    assert moved.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("node", "rows", "what"),
    [
        (0, 1, "at least two clips"),
        (9, 2, "node must be"),
        (-1, 2, "node must be"),
        (6, 2, "3 leaves"),
    ],
)
def test_what_is_no_branch_is_refused(node, rows, what):
    tree = Hierarchy(linkage(np.arange(5.0)[:, None] ** 2, "single"))
    other = Hierarchy(np.array([[0.0, 1.0, 1.0, 2.0]][: rows - 1]).reshape(-1, 4))
    with pytest.raises(ParameterError, match=what):
        graft(tree, node, other.linkage)
    with pytest.raises(ParameterError, match="finite"):
        graft(tree, 6, np.array([[0, 1, np.nan, 2], [2, 3, 1.0, 3]]))


def test_half_of_a_chain_of_50_000_is_replaced():
    n, merges = 50_000, np.arange(49_999)
    left = np.where(merges == 0, 0, n + merges - 1)
    chain = np.stack([left, merges + 1, merges + 1.0, merges + 2.0], axis=1)
    tree, node = Hierarchy(chain), n + 24_998
    half = chain[:24_999, [1, 0, 2, 3]]
    half[1:, 1] -= n - 25_000  # the merges of a smaller tree
    whole, moved = graft(tree, node, half)
    assert moved.tolist() == list(range(2 * n - 1))
    assert (whole[24_999:] == chain[24_999:]).all()
    assert (whole[:24_999, :2] == chain[:24_999, 1::-1]).all()
