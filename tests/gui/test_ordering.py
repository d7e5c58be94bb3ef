"""The walk over the map: short, the same every time, and nobody is left out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from audioclust_gui.ordering import walk

PLACES = hnp.arrays(
    np.float32,
    st.tuples(st.integers(0, 40), st.just(2)),
    elements=st.floats(-1e6, 1e6, width=32) | st.just(np.nan) | st.integers(0, 3),
)


def length(points, order):
    return np.linalg.norm(np.diff(points[order], axis=0), axis=1).sum()


@given(PLACES)
def test_every_clip_is_walked_to_once_and_those_without_a_place_come_last(points):
    order = walk(points)
    assert sorted(order) == list(range(len(points)))
    lost = ~np.isfinite(points).all(axis=1)
    assert list(order[len(points) - lost.sum() :]) == list(np.flatnonzero(lost))


@pytest.mark.parametrize("n", [30, 2_000, 2_001, 30_000])
def test_a_walk_is_short_and_always_the_same(n):
    points = np.random.default_rng(n).random((n, 2)).astype(np.float32)
    order = walk(points)
    # No path through n random points of a unit square is shorter than 0.7124 sqrt(n),
    # in the long run (Beardwood, Halton, Hammersley, 1959).
    most = (1.15 if n <= 2_000 else 1.4) * (0.7124 * np.sqrt(n) + 0.6)
    assert length(points, order) < most
    np.testing.assert_array_equal(order, walk(points.copy()))


def test_points_on_a_line_are_walked_from_one_end_to_the_other():
    line = np.random.default_rng(1).permutation(300)
    points = np.stack([line, 2.0 * line], axis=1)
    walked = line[walk(points)]
    assert list(walked) in (list(range(300)), list(range(299, -1, -1)))


def test_groups_are_walked_through_one_after_another():
    rng = np.random.default_rng(2)
    group = rng.integers(0, 6, 3_000)
    points = 50 * rng.normal(size=(6, 2))[group] + rng.normal(size=(3_000, 2))
    for n in (900, 3_000):
        changes = np.count_nonzero(np.diff(group[:n][walk(points[:n])]))
        assert changes < 20


@pytest.mark.parametrize("n", [5, 3_000])
def test_clips_in_one_place_are_walked_in_their_order(n):
    assert sorted(walk(np.ones((n, 2)))) == list(range(n))
