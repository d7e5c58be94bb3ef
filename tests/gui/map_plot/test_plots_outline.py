"""Boxes and outlines drawn by hand, against a slow look at every point."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from audioclust_gui.plots.outline import in_box, in_outline

# Few numbers, so that points lie on corners and edges, and edges upon each other.
grid = st.integers(-3, 3).map(float)
places = st.one_of(grid, st.floats(-4, 4, width=32), st.just(np.nan))
points = arrays.arrays(
    np.float32, st.tuples(st.integers(0, 30), st.just(2)), elements=places
)
outlines = arrays.arrays(
    np.float64,
    st.tuples(st.integers(0, 12), st.just(2)),
    elements=st.one_of(grid, st.floats(-4, 4)),
)


def crossed(point, start, end):
    """Whether a ray to the right of a point crosses an edge, looked at from below."""
    (x0, y0), (x1, y1) = sorted([start, end], key=lambda corner: corner[1])
    x, y = point
    if not y0 <= y < y1:
        return False
    slope = (x1 - x0) / (y1 - y0) if y1 - y0 > 1e-200 else 0.0
    return x < (y - y0) * slope + x0


def inside_slowly(positions, corners):
    """One point and one edge after another."""
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))
    return [
        index
        for index, point in enumerate(positions)
        if sum(crossed(point, *edge) for edge in edges) % 2
    ]


@given(positions=points, outline=outlines)
@settings(max_examples=120, deadline=None)
def test_an_outline_holds_what_the_even_odd_rule_says(positions, outline):
    found = in_outline(positions, outline)
    corners = outline.tolist() if len(outline) > 2 else []
    assert found.dtype == np.int64
    assert found.tolist() == inside_slowly(positions.tolist(), corners)
    fast = in_outline(np.asfortranarray(positions), outline)
    np.testing.assert_array_equal(found, fast)


@given(positions=points, corners=st.tuples(grid, grid, grid, grid))
@settings(max_examples=100, deadline=None)
def test_a_box_holds_what_lies_in_it_and_on_its_edges(positions, corners):
    left, bottom, right, top = corners
    expected = [
        index
        for index, (x, y) in enumerate(positions.tolist())
        if left <= x <= right and bottom <= y <= top
    ]
    assert in_box(positions, corners).tolist() == expected


@given(positions=points, x=grid, slope=st.floats(-2, 2))
@settings(max_examples=100, deadline=None)
def test_outlines_with_a_common_edge_share_no_point(positions, x, slope):
    low, high = (x - 5 * slope, -5.0), (x + 5 * slope, 5.0)
    left = in_outline(positions, [(-20, -5), low, high, (-20, 5)])
    right = in_outline(positions, [(20, 5), high, low, (20, -5)])
    both = np.sort(np.concatenate([left, right]))
    placed = np.flatnonzero(~np.isnan(positions).any(axis=1))
    np.testing.assert_array_equal(both, placed)


def test_a_line_that_crosses_itself_leaves_out_what_it_goes_round_twice():
    turn = np.linspace(0, 2 * np.pi, 5, endpoint=False) * 2
    pentagram = np.stack([np.sin(turn), np.cos(turn)], axis=1)
    tip = 0.9 * pentagram[1]
    np.testing.assert_array_equal(in_outline(np.array([[0, 0], tip]), pentagram), [1])


def test_a_point_beside_an_edge_is_told_apart_finer_than_positions_are_stored():
    x = np.float32(1 / 3)
    points = np.array([[x, 0]], np.float32)
    for shift, expected in (-1e-12, []), (1e-12, [0]):
        edge = float(x) + shift
        corners = [(0, -1), (edge, -1), (edge, 1), (0, 1)]
        assert in_outline(points, corners).tolist() == expected
        assert in_box(points, (0, -1, edge, 1)).tolist() == expected


@pytest.mark.parametrize("spread", [0.0, 1e-30, 1e11])
def test_any_spread_of_points_can_be_drawn_around(spread):
    rng = np.random.default_rng(5)
    points = (rng.normal(size=(500, 2)) * spread).astype(np.float32)
    angle = np.linspace(0, 2 * np.pi, 50, endpoint=False)
    around = np.stack([np.cos(angle), np.sin(angle)], axis=1) * max(spread, 1e-30) * 9
    assert len(in_outline(points, around)) == 500
    around[:, 0] += 20 * max(spread, 1e-30)
    assert not len(in_outline(points, around))
