"""A cut with branches: the union of its parts, with ids that stay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist

from engine.clustering.branches import BranchCut, Branches
from engine.clustering.cut import SPLIT, Cut, levels
from engine.clustering.hierarchy import Hierarchy
from engine.errors import ParameterError


@st.composite
def trees(draw, least=1):
    """Trees of all shapes, with ties and duplicates."""
    n = draw(st.integers(least, 24))
    if n == 1:
        return Hierarchy(np.empty((0, 4)))
    kind = draw(st.sampled_from(["ward", "average", "complete", "single"]))
    seed = draw(st.integers(0, 10_000))
    rows = np.random.default_rng(seed).normal(size=(n, 2))
    if draw(st.booleans()):
        rows = np.round(rows)  # ties and duplicates
    if draw(st.booleans()):
        rows[:, 0] = np.arange(n) ** 2  # a chain
    return Hierarchy(linkage(pdist(rows), kind))


@st.composite
def cuts(draw):
    tree = draw(trees())
    n = tree.n_leaves
    nodes = draw(st.lists(st.integers(0, 2 * n - 2), max_size=4, unique=True))
    k = draw(st.integers(1, n))
    branches = Branches()
    for node in nodes:
        at = draw(st.integers(1, n))
        branches = Cut(tree, branches).cutting(node, at, draw(st.integers(1, n)))
    return tree, branches, k


def same_groups(left, right):
    pairs = set(zip(left.tolist(), right.tolist(), strict=True))
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def union_of_parts(tree, branches, k):
    """Label each leaf by the innermost branch that holds it, and its cut: by sets."""
    held = {cut: set(tree.members(cut.node).tolist()) for cut in branches.cuts}
    groups = []
    for leaf in range(tree.n_leaves):
        own = [cut for cut in held if leaf in held[cut]]
        cut = min(own, key=lambda cut: len(held[cut]), default=None)
        # Without a branch that is the leaf's cluster in the whole tree.
        groups.append((cut, int(tree.labels_at(cut.k if cut else k)[leaf])))
    names = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    return np.array([names[group] for group in groups])


@settings(max_examples=300, deadline=None)
@given(cuts())
def test_a_cut_is_the_union_of_its_parts(made):
    tree, branches, k = made
    cut = Cut(tree, branches)
    labels = cut.labels_at(k)
    assert same_groups(labels, union_of_parts(tree, branches, k))
    assert labels.min() >= 0
    assert labels.max() < tree.n_leaves
    clusters = cut.clusters_at(k)
    ids, sizes = np.unique(labels, return_counts=True)
    assert clusters.ids.tolist() == ids.tolist()
    assert clusters.sizes.tolist() == sizes.tolist()
    assert len(set(clusters.nodes.tolist())) == len(ids)
    for i, node in zip(clusters.ids, clusters.nodes, strict=True):
        assert set(np.flatnonzero(labels == i)) <= set(tree.members(int(node)).tolist())


@settings(max_examples=200, deadline=None)
@given(cuts())
def test_nodes_below_the_cut_have_the_label_of_their_leaves(made):
    tree, branches, k = made
    cut = Cut(tree, branches)
    labels, of_nodes = cut.labels_at(k), cut.node_labels_at(k)
    assert of_nodes[: tree.n_leaves].tolist() == labels.tolist()
    tops = [c.node for c in branches.cuts]
    for node in range(tree.n_leaves, len(tree.sizes)):
        members = set(labels[tree.members(node)].tolist())
        if len(members) == 1 and not tree.inside(np.array(tops, int), node).any():
            assert of_nodes[node] in members
        if of_nodes[node] != SPLIT:
            assert of_nodes[node] in members


@settings(max_examples=200, deadline=None)
@given(trees(), st.data())
def test_without_branches_it_is_the_cut_of_the_tree(tree, data):
    k = data.draw(st.integers(1, tree.n_leaves))
    cut = Cut(tree)
    assert cut.labels_at(k).tolist() == tree.labels_at(k).tolist()
    clusters = cut.clusters_at(k)
    assert clusters.ids.tolist() == list(range(k))
    assert sorted(clusters.nodes.tolist()) == sorted(tree.nodes_at(k).tolist())


@settings(max_examples=200, deadline=None)
@given(cuts())
def test_a_moved_line_changes_only_the_clusters_beside_it(made):
    tree, branches, k = made
    if k == tree.n_leaves:
        return
    cut = Cut(tree, branches)
    above, below = cut.labels_at(k), cut.labels_at(k + 1)
    touched = set(tree.members(tree.n_leaves + tree.split_order[k - 1]).tolist())
    moved = set(np.flatnonzero(above != below).tolist())
    assert moved <= touched
    # The two halves of the one cluster, and no third.
    assert len({(a, b) for a, b in zip(above, below, strict=True) if a != b}) <= 1


@settings(max_examples=200, deadline=None)
@given(cuts(), st.data())
def test_a_new_branch_leaves_the_other_clusters_their_ids(made, data):
    tree, branches, k = made
    node = data.draw(st.integers(0, 2 * tree.n_leaves - 2))
    cut = Cut(tree, branches)
    after = Cut(tree, cut.cutting(node, data.draw(st.integers(1, tree.n_leaves)), k))
    old, new = cut.labels_at(k), after.labels_at(k)
    for i in np.unique(old):
        members = np.flatnonzero(old == i)
        apart = not set(members.tolist()) & set(tree.members(node).tolist())
        if apart:
            assert (new[members] == i).all()
    # Ids stay small: no more than there were clusters before and after.
    assert new.max() < max(old.max() + 1, 0) + len(np.unique(new)) + 1
    back = Cut(tree, after.following(node, k))
    inner = {c.node for c in branches.cuts if tree.inside(np.array([c.node]), node)[0]}
    if not inner:
        assert same_groups(back.labels_at(k), old)


@settings(max_examples=100, deadline=None)
@given(trees(), st.data())
def test_levels_cut_a_branch_into_every_number(tree, data):
    node = data.draw(st.integers(0, 2 * tree.n_leaves - 2))
    found = levels(tree, node)
    assert len(found) == tree.sizes[node]
    for count, k in enumerate(found.tolist(), 1):
        cut = Cut(tree, Branches((BranchCut(node, k),)))
        labels = cut.labels_at(1)[tree.members(node)]
        assert len(np.unique(labels)) == count


def test_a_branch_cut_lower_gets_the_next_free_ids():
    rng = np.random.default_rng(0)
    tree = Hierarchy(linkage(rng.normal(size=(500, 3)), "ward"))
    cut = Cut(tree)
    node = int(cut.clusters_at(8).nodes[3])
    branches = cut.cutting(node, int(levels(tree, node)[2]), 8)
    labels = Cut(tree, branches).labels_at(8)
    assert np.unique(labels).tolist() == list(range(10))
    old = cut.labels_at(8)
    assert ((labels == old) | (labels >= 8)).all()


@pytest.mark.parametrize(
    "branches",
    [
        Branches((BranchCut(99, 1),)),
        Branches((BranchCut(-1, 1),)),
        Branches((BranchCut(4, 0),)),
        Branches((BranchCut(4, 6),)),
        Branches((BranchCut(4, 2), BranchCut(4, 3))),
        Branches(early=((0, 1),)),
        Branches(early=((1, 5),)),
    ],
)
def test_branches_of_another_tree_are_refused(branches):
    tree = Hierarchy(linkage(np.arange(5.0)[:, None] ** 2, "average"))
    with pytest.raises(ParameterError):
        Cut(tree, branches)


def test_a_chain_of_50_000_is_cut_with_branches():
    n = 50_000
    merges = np.arange(n - 1)
    left = np.where(merges == 0, 0, n + merges - 1)
    chain = np.stack([left, merges + 1, merges + 1.0, merges + 2.0], axis=1)
    tree = Hierarchy(chain)
    cut = Cut(tree, Branches((BranchCut(n + 25_000, 30_000),)))
    labels = cut.labels_at(10)
    inside = labels[tree.members(n + 25_000)]
    assert len(np.unique(inside)) == 30_000 - (n - 1 - 25_001)
    rest = np.setdiff1d(np.arange(n), tree.members(n + 25_000))
    assert len(np.unique(labels[rest])) == 10
