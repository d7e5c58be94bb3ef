"""Labels, and what the special ids mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clustering.partition import NOISE, UNPLACED, size_order, sizes, spread, tidy
from engine.errors import ParameterError

LABELS = st.lists(st.integers(-2, 6) | st.just(10**6), max_size=30)


def test_sizes_count_noise_and_unplaced_too():
    assert sizes([3, 3, NOISE, UNPLACED, 0]) == {UNPLACED: 1, NOISE: 1, 0: 1, 3: 2}
    assert sizes([]) == {}


def test_clips_without_a_row_are_unplaced():
    labels = spread([4, NOISE], [3, 1], 5)
    np.testing.assert_array_equal(labels, [UNPLACED, NOISE, UNPLACED, 4, UNPLACED])
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(spread([], [], 2), [UNPLACED, UNPLACED])


def test_a_label_must_belong_to_a_clip():
    with pytest.raises(ParameterError, match="one label per row, 1; there are 2"):
        spread([0, 1], [0], 3)
    with pytest.raises(ParameterError, match="0 to 2; they reach from 1 to 3"):
        spread([0, 1], [1, 3], 3)
    with pytest.raises(ParameterError, match="from -1 to 1"):
        spread([0, 1], [-1, 1], 3)


def test_the_biggest_cluster_is_number_0_and_ties_go_to_the_first_seen():
    labels = [7, 5, 5, 9, NOISE, 7, 2, 5]
    np.testing.assert_array_equal(size_order(labels), [5, 7, 9, 2])
    np.testing.assert_array_equal(tidy(labels), [1, 0, 0, 2, NOISE, 1, 3, 0])


@given(LABELS)
def test_tidy_renames_and_never_regroups(labels):
    tidied = tidy(labels)
    pairs = set(zip(labels, tidied.tolist(), strict=True))
    assert len(pairs) == len(set(labels)) == len(set(tidied.tolist()))
    assert {new for old, new in pairs if old < 0} == {i for i in labels if i < 0}
    counts = [n for i, n in sizes(tidied).items() if i >= 0]
    assert counts == sorted(counts, reverse=True)
    assert {i for i in sizes(tidied) if i >= 0} == set(range(len(counts)))


@given(LABELS, st.randoms())
def test_tidy_ids_do_not_depend_on_the_names_before(labels, random):
    names = list(range(8))
    random.shuffle(names)
    renamed = [i if i < 0 else names[min(i, 7)] for i in labels]
    np.testing.assert_array_equal(tidy(renamed), tidy(labels))
