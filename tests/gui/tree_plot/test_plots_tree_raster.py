"""The image of a tree against the same tree drawn slowly, branch by branch."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audioclust_gui.plots.tree_raster import (
    BOLD_FROM,
    BUNDLE,
    OPEN_FROM,
    Window,
    opens_from,
    rasterise,
)
from audioclust_gui.plots.tree_scale import HeightScale, height_ticks
from tests.gui.trees import arrays, blobs, chain, four, random_tree

ABOVE_ROOT = 6


def whole(tree, rows=200, columns=300, top=1.06):
    return Window(0.0, tree.width, 0.0, top, rows, columns)


def shares(tree):
    return tree.heights / (tree.heights.max() or 1.0)


def drawn(tree, window):
    """Draw with loops a tree all of whose branches are wide enough to open."""
    image = np.full((window.rows, window.columns), -1)
    x = [math.floor(v) for v in (tree.x - window.left) * window.per_leaf]
    per_share = (window.rows - 1) / (window.top - window.bottom)
    y = np.rint((window.top - shares(tree)) * per_share).astype(int)
    base = round((window.top - 0) * per_share)
    pens = [
        2 if (b - a) * window.per_leaf >= BOLD_FROM else 1
        for a, b in zip(tree.left, tree.right, strict=True)
    ]

    def column(node):
        offset = (pens[node] - 1) / 2
        return math.floor((tree.x[node] - window.left) * window.per_leaf - offset)

    def fill(node, top, bottom, left, right):
        rows = slice(max(top, 0), max(bottom, 0))
        image[rows, max(left, 0) : max(right, 0)] = node

    n = len(tree.order)
    assert len(x) == 2 * n - 1
    # Leaves first, then stems, then bars from the root down.
    for nodes in range(n), range(2 * n - 2, n - 1, -1):
        for node in nodes:
            parent = tree.parents[node]
            top = y[parent] if parent >= 0 else y[node] - ABOVE_ROOT
            bottom = base if node < n else y[node]
            if node < n or bottom > top:
                fill(node, top, bottom + 1, column(node), column(node) + pens[node])
    for node in range(2 * n - 2, n - 1, -1):
        left, right = tree.children[node - n].tolist()
        top = y[node] - pens[node] // 2
        fill(node, top, top + pens[node], column(left), column(right) + pens[right])
    return image


@given(st.integers(1, 30), st.integers(0, 10**6), st.floats(0, 1))
def test_small_trees_are_drawn_exactly(n, seed, deep):
    tree = arrays(random_tree(n, seed, deep))
    window = whole(tree)
    raster = rasterise(tree, shares(tree), window)
    found = raster.nodes[raster.image]
    assert np.array_equal(found, drawn(tree, window))


@given(st.integers(0, 10**6), st.floats(0, 0.9), st.floats(0.1, 1), st.floats(0, 0.5))
@example(7426, 0.6875, 0.109375, 0.25)  # two bars that fill the same rows
def test_a_part_of_a_tree_is_that_part_of_the_drawing(seed, start, share, bottom):
    tree = arrays(random_tree(20, seed))
    left, wide = start * tree.width, max(share * tree.width, 1.0)
    window = Window(left, left + wide, bottom, 1.06, 120, 300)
    raster = rasterise(tree, shares(tree), window)
    assert np.array_equal(raster.nodes[raster.image], drawn(tree, window))


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0, 3.0])
def test_finer_screens_get_thicker_pens(ratio):
    tree = arrays(four())
    window = whole(tree, round(100 * ratio), round(200 * ratio))
    raster = rasterise(tree, shares(tree), window, ratio)
    nodes = raster.nodes[raster.image]
    middle = nodes[round(30 * ratio)]
    assert np.count_nonzero(middle == 4) == round(2 * ratio)


@pytest.mark.parametrize(
    "grow",
    [
        lambda: chain(50_000),
        lambda: chain(50_000, "both"),
        lambda: random_tree(20_000, deep=0.9),
        lambda: random_tree(20_000, deep=0.0),
        lambda: blobs(3000),
    ],
)
def test_a_tree_of_any_size_is_some_thousand_elements(grow):
    tree = arrays(grow())
    for left, right in (0.0, tree.width), (0.4 * tree.width, 0.6 * tree.width):
        window = Window(left, right, 0.0, 1.06, 300, 700)
        raster = rasterise(tree, shares(tree), window)
        assert 300 < len(raster.nodes) < 6 * (300 + 700)
        assert raster.image.max() < len(raster.nodes)


@pytest.mark.parametrize("grow", [lambda: blobs(3000), lambda: chain(5000, "both")])
def test_what_is_drawn_lies_where_its_branch_is(grow):
    tree = arrays(grow())
    window = whole(tree, 300, 700)
    raster = rasterise(tree, shares(tree), window)
    rows, columns = np.nonzero(raster.image)
    element = raster.image[rows, columns]
    node, x = raster.nodes[element], (columns + 0.5) / window.per_leaf
    pixel = 2 / window.per_leaf
    assert (x >= tree.left[node] - pixel).all()
    assert (x <= tree.right[node] + pixel).all()
    leaf = raster.leaves[element]
    some = leaf >= 0
    start, size = tree.starts[node[some]], tree.sizes[node[some]]
    place = tree.starts[leaf[some]]
    assert ((place >= start) & (place < start + size)).all()


@pytest.mark.parametrize("n", [1000, 3000, 20_000])
def test_narrow_branches_are_wedges_as_wide_as_they_are(n):
    tree = arrays(random_tree(n, deep=0.0))
    window = whole(tree, 300, 700)
    raster = rasterise(tree, shares(tree), window)
    least = opens_from(window.per_leaf)
    wide = (tree.right - tree.left) * window.per_leaf
    assert len(raster.wedges)
    assert (wide[raster.wedges] < least).all()
    assert np.isin(raster.nodes[raster.columns], raster.wedges).all()
    bars = np.setdiff1d(np.flatnonzero(wide >= least), np.arange(n))
    # Those that are not seen are hidden by others on the same pixels.
    assert np.isin(bars, raster.nodes).mean() > 0.9
    # At the leaves there is no gap from the first to the last.
    assert (raster.image[-1] > 0).mean() > 0.9


def test_crowded_leaves_are_few_bundles_that_can_be_pointed_at():
    tree = arrays(random_tree(20_000, deep=0.0))
    window = whole(tree, 300, 700)
    raster = rasterise(tree, shares(tree), window)
    wide = (tree.right - tree.left)[raster.wedges] * window.per_leaf
    assert len(wide) < 150
    assert wide[wide >= 9].sum() > 0.6 * 700


@given(st.floats(1e-4, 100), st.floats(1, 100))
def test_what_has_opened_stays_open_when_the_view_comes_closer(per_leaf, closer):
    far, near = opens_from(per_leaf), opens_from(per_leaf * closer)
    assert OPEN_FROM <= near <= far <= BUNDLE


def test_a_folded_branch_hides_what_is_in_it():
    plain = blobs(50)
    folded = int(plain.nodes_at(4)[0])
    tree = arrays(plain, frozenset([folded, int(plain.children[folded - 50][0])]))
    raster = rasterise(tree, shares(tree), whole(tree))
    seen = np.unique(raster.nodes[raster.image])
    inside = np.flatnonzero(plain.inside(np.arange(99), folded))
    assert np.intersect1d(seen, inside).tolist() == [folded]
    assert tree.shown(int(inside[0])) == folded
    # The leaves of a wedge are all represented, from left to right.
    columns = np.flatnonzero(raster.columns & (raster.nodes == folded))
    assert set(raster.leaves[columns]) == set(plain.members(folded).tolist())


def test_the_nearest_element_is_found_within_the_radius_only():
    tree = arrays(four())
    raster = rasterise(tree, shares(tree), whole(tree))
    rows, columns = np.nonzero(raster.image)
    rng = np.random.default_rng(0)
    for row, column in rng.integers((-10, -10), (210, 310), size=(60, 2)).tolist():
        distance = (rows - row) ** 2 + (columns - column) ** 2
        found = raster.node_at(row, column, 20)
        near = distance == distance.min()
        if distance.min() > 400:
            assert found == -1
        else:
            assert found in raster.nodes[raster.image[rows[near], columns[near]]]


# Heights -----------------------------------------------------------------------------

heights = st.lists(st.floats(0, 1e12), min_size=1, max_size=20)


@given(heights, st.sampled_from(["height", "log"]))
def test_heights_are_shown_in_order_and_read_back(heights, name):
    heights = np.sort(np.array(heights))
    scale = HeightScale.of(heights, name)
    shares = scale.shares(heights)
    assert (np.diff(shares) >= 0).all()
    assert (shares >= 0).all()
    assert (shares <= 1 + 1e-12).all()
    for height, share in zip(heights.tolist(), shares.tolist(), strict=True):
        if share > 0:
            assert scale.height(share) == pytest.approx(height, rel=1e-6)
    assert scale.share(np.inf) == np.inf
    assert scale.height(-0.1) == 0.0


@given(
    heights,
    st.sampled_from(["height", "log"]),
    st.floats(0, 0.9),
    st.floats(1e-3, 1),
    st.integers(10, 900),
)
def test_ticks_are_round_in_order_and_apart(heights, name, bottom, high, pixels):
    scale = HeightScale.of(np.array(heights), name)
    top = bottom + high
    ticks = height_ticks(scale, bottom, top, pixels)
    places = [share for share, _ in ticks]
    assert all(bottom - 1e-9 <= share <= top + 1e-9 for share in places)
    assert (np.diff(places) * pixels / high > 10).all()
    assert len({text for _, text in ticks}) == len(ticks)
    for share, text in ticks[1:]:
        assert scale.share(float(text)) == pytest.approx(share, abs=1e-4)


def test_an_axis_has_a_few_ticks_on_either_scale():
    for highest, lowest in (4, 1), (0.02, 0.001), (5e6, 3), (300, 299):
        heights = np.array([lowest, highest], float)
        for name in "height", "log":
            scale = HeightScale.of(heights, name)
            assert 3 <= len(height_ticks(scale, 0.0, 1.06, 250)) <= 18
