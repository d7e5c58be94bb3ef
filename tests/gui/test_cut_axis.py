"""Where the cuts of a tree lie on a line."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from audioclust_gui.plots.cut_axis import CutAxis

# Ties and zeros are common: duplicates among the clips.
a_height = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0]),
    st.floats(0, 1e308, allow_subnormal=True),
    st.floats(1e-12, 100),
)
trees = st.lists(a_height, max_size=40).map(lambda h: np.array(sorted(h)[::-1]))
scales = st.sampled_from(["merges", "growth", "height", "log"])


@given(heights=trees, highest=st.integers(1, 45), scale=scales)
@example(heights=np.array([5e-324]), highest=2, scale="height")
def test_more_clusters_are_never_further_left(heights, highest, scale):
    axis = CutAxis(heights, highest, scale)
    assert axis.highest == min(highest, len(heights) + 1)
    places = axis.position(np.arange(1, axis.highest + 1))
    assert places.shape == (axis.highest,)
    assert ((places >= 0) & (places <= 1)).all()
    assert (np.diff(places) >= 0).all()
    found = [axis.k_at(place) for place in np.linspace(-0.1, 1.1, 50)]
    assert found == sorted(found)
    assert set(found) <= set(range(1, axis.highest + 1))


@given(heights=trees, highest=st.integers(1, 45), scale=scales)
def test_a_place_belongs_to_the_cut_that_stands_there(heights, highest, scale):
    axis = CutAxis(heights, highest, scale)
    for k in range(1, axis.highest + 1):
        left, right = axis.edges[k - 1 : k + 1]
        assert left <= axis.position(k) <= right
        if left < right:
            assert axis.k_at(axis.position(k)) == k


@given(heights=trees, highest=st.integers(1, 45), scale=scales)
def test_every_step_of_a_slider_is_a_cut(heights, highest, scale):
    axis = CutAxis(heights, highest, scale)
    first, last = axis.step_range
    steps = axis.steps()
    assert (np.diff(steps) >= 0).all()
    assert ((steps >= first) & (steps <= last)).all()
    share = (steps - first) / max(1, last - first)
    assert np.allclose(share, axis.position(np.arange(1, axis.highest + 1)), atol=1e-4)
    found = [axis.k_at_step(step) for step in range(first, last + 1, 97)]
    assert found == sorted(found)


@given(heights=trees, highest=st.integers(2, 45), share=st.floats(0, 1))
def test_by_height_a_place_is_the_cut_of_its_height(heights, highest, share):
    axis = CutAxis(heights, highest, "height")
    top = heights[0] if len(heights) else 0.0
    low = [*heights, 0.0][axis.highest - 1]
    assume(len(heights) and 1e-300 < top - low < 1e300)
    span = 1 - axis.edges[1]
    height = top - share * (top - low)
    k = axis.k_at(axis.edges[1] + share * span)
    above = np.count_nonzero(heights > height) + 1
    # Rounding may take a place over the edge of a cut, and no further than that.
    near = np.count_nonzero(np.abs(heights[: highest - 1] - height) < 1e-9 * top)
    assert abs(k - min(above, axis.highest)) <= near


def test_by_merges_a_slider_counts_clusters():
    axis = CutAxis(np.arange(9.0, 0, -1), 6)
    assert axis.steps().tolist() == [1, 2, 3, 4, 5, 6]
    assert [axis.k_at_step(k) for k in range(1, 7)] == [1, 2, 3, 4, 5, 6]
    assert axis.position(np.arange(1, 7)).tolist() == [0, 0.2, 0.4, 0.6, 0.8, 1]


def test_a_long_gap_takes_much_room_by_height_and_less_by_its_logarithm():
    heights = np.array([100.0, 99.0, 1.0, 0.9, 0.001])

    def widths(scale):
        return np.diff(CutAxis(heights, 5, scale).edges)

    assert widths("height")[2] > 0.9
    assert 0.3 < widths("log")[2] < 0.5 < widths("log")[4]
    assert widths("height")[3] == pytest.approx(widths("height")[2] / 980)


def test_zeros_have_a_place_on_a_logarithmic_axis():
    axis = CutAxis(np.array([8.0, 4.0, 0.0, 0.0]), 5, "log")
    assert axis.edges[3] == axis.edges[4] == axis.edges[5] == 1
    assert axis.edges[2] < 1
    assert axis.k_at(1.0) == 3  # at height 0, what is equal is joined


@pytest.mark.parametrize("scale", ["merges", "growth", "height", "log"])
@pytest.mark.parametrize("heights", [[], [0.0], [3.0], [2.0] * 7, [0.0] * 7])
def test_trees_without_any_differences_can_be_cut(heights, scale):
    most = len(heights) + 1
    for highest in range(1, most + 1):
        axis = CutAxis(np.array(heights), highest, scale)
        assert len(axis.steps()) == highest
        assert axis.k_at(axis.position(1)) == 1
        if highest < most and highest > 1:
            # Their heights tell these cuts apart nowhere, so they stand evenly.
            assert axis.k_at(1.0) == highest
