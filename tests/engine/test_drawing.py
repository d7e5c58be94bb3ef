"""Where nodes are drawn, against SciPy's dendrogram."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import pdist

from engine.clustering.drawing import draw, top
from engine.clustering.hierarchy import Hierarchy
from engine.errors import ParameterError


@st.composite
def linkages(draw):
    """Draw trees with ties, whose left and right are as they come."""
    n = draw(st.integers(2, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = rng.integers(0, draw(st.sampled_from([3, 1000])), (n, 2)).astype(float)
    tree = linkage(pdist(points), draw(st.sampled_from(["ward", "average", "single"])))
    flipped = rng.random(n - 1) < 0.5
    tree[flipped, :2] = tree[flipped, 1::-1]
    return tree


def chain(n, side):
    """Build the deepest tree there is; every single leaf is on one side."""
    i = np.arange(n - 1)
    pairs = np.c_[np.where(i == 0, 0, n + i - 1), i + 1]
    return np.c_[pairs[:, ::-1] if side == "left" else pairs, i + 1.0, i + 2]


@settings(deadline=None)
@given(linkages())
def test_a_tree_is_drawn_as_scipy_draws_it(tree):
    drawing = draw(Hierarchy(tree))
    n = len(tree) + 1
    theirs = dendrogram(tree, no_plot=True)
    np.testing.assert_array_equal(drawing.order, theirs["leaves"])
    # SciPy's leaves are 10 wide. Its merges come in an order of its own.
    stems = np.array(theirs["icoord"])[:, [0, 2]] / 10
    ours = drawing.x[drawing.children]
    np.testing.assert_allclose(
        ours[np.lexsort(ours.T)], stems[np.lexsort(stems.T)], atol=1e-9
    )
    np.testing.assert_array_equal(drawing.left[:n], drawing.starts[:n])


@settings(deadline=None)
@given(linkages())
def test_children_share_what_their_parent_spans(tree):
    hierarchy = Hierarchy(tree)
    drawing = draw(hierarchy)
    n = hierarchy.n_leaves
    left, right = drawing.children.T
    np.testing.assert_array_equal(drawing.children, tree[:, :2])
    np.testing.assert_array_equal(drawing.left[n:], drawing.left[left])
    np.testing.assert_array_equal(drawing.right[left], drawing.left[right])
    np.testing.assert_array_equal(drawing.right[n:], drawing.right[right])
    np.testing.assert_array_equal(drawing.right - drawing.left, hierarchy.sizes)
    for node in range(2 * n - 1):
        start = drawing.starts[node]
        leaves = drawing.order[start : start + hierarchy.sizes[node]]
        assert set(leaves) == set(hierarchy.members(node))


@settings(deadline=None)
@given(linkages(), st.data())
def test_a_collapsed_branch_is_narrower_and_the_rest_as_wide_as_before(tree, data):
    hierarchy = Hierarchy(tree)
    n = hierarchy.n_leaves
    nodes = st.frozensets(st.integers(0, 2 * n - 2), max_size=5)
    collapsed = data.draw(nodes)
    drawing = draw(hierarchy, collapsed)
    width = drawing.right - drawing.left
    inside = np.zeros(n, bool)
    for node in collapsed:
        within = [hierarchy.inside(np.array([node]), o)[0] for o in collapsed - {node}]
        if not any(within):
            size, n = hierarchy.sizes[node], hierarchy.n_leaves
            expected = min(max(1 + np.log2(size), n / 60), size)
            np.testing.assert_allclose(width[node], expected)
            middle = (drawing.left[node] + drawing.right[node]) / 2
            assert drawing.x[node] == middle
            inside[hierarchy.members(node)] = True
    np.testing.assert_allclose(width[:n][~inside], 1.0)
    assert (width > 0).all()
    np.testing.assert_allclose(drawing.right[-1], width[:n].sum())
    merges = np.setdiff1d(np.arange(hierarchy.n_leaves, len(width)), [*collapsed])
    between = drawing.x[drawing.children[merges - hierarchy.n_leaves]].mean(axis=1)
    np.testing.assert_allclose(drawing.x[merges], between)
    assert (drawing.left <= drawing.x).all()
    assert (drawing.x <= drawing.right).all()
    np.testing.assert_array_equal(drawing.order, draw(hierarchy).order)


def test_labels_do_not_depend_on_left_and_right():
    left, right = (Hierarchy(chain(9, side)) for side in ("left", "right"))
    for k in range(1, 10):
        np.testing.assert_array_equal(left.labels_at(k), right.labels_at(k))
    np.testing.assert_array_equal(draw(left).order, draw(right).order[::-1])


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_chain_of_fifty_thousand_is_drawn_without_recursion(side):
    n = 50_000
    tree = Hierarchy(chain(n, side))
    drawing = draw(tree)
    order = np.arange(n) if side == "right" else np.arange(n)[::-1]
    np.testing.assert_array_equal(drawing.order, order)
    x = drawing.x if side == "right" else n - drawing.x
    assert x[n] == 1.0
    np.testing.assert_allclose(x[n + 1 :], (x[n:-1] + x[2:n]) / 2)
    width = draw(tree, frozenset({2 * n - 2})).right[-1]
    assert width == pytest.approx(n / 60)


def test_one_clip_is_drawn():
    tree = Hierarchy(np.empty((0, 4)))
    drawing = draw(tree, frozenset({0}))
    assert (drawing.left[0], drawing.x[0], drawing.right[0]) == (0.0, 0.5, 1.0)
    assert drawing.children.shape == (0, 2)
    np.testing.assert_array_equal(top(tree, 1), [0])


@settings(deadline=None)
@given(linkages(), st.data())
def test_the_top_is_the_cut_from_left_to_right(tree, data):
    hierarchy = Hierarchy(tree)
    m = data.draw(st.integers(1, hierarchy.n_leaves))
    nodes = top(hierarchy, m)
    drawing = draw(hierarchy)
    assert set(nodes) == set(hierarchy.nodes_at(m))
    spans = [drawing.order[: drawing.starts[node]] for node in nodes]
    assert [len(s) for s in spans] == [
        hierarchy.sizes[nodes[:i]].sum() for i in range(m)
    ]


def test_what_is_not_in_the_tree_cannot_be_collapsed_or_counted():
    tree = Hierarchy(chain(5, "left"))
    with pytest.raises(ParameterError, match="0 to 8; it is 9"):
        draw(tree, frozenset({9}))
    with pytest.raises(ParameterError, match=r"1 to 5.*it is 6"):
        top(tree, 6)
