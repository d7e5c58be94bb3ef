"""Two partitions, cluster by cluster."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from sklearn import metrics as sklearn_metrics

from engine.clustering.matching import match
from engine.clustering.partition import NOISE, UNPLACED
from engine.errors import ParameterError

PAIRS = st.integers(0, 50).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(-2, 5), min_size=n, max_size=n),
        st.lists(st.integers(-2, 7), min_size=n, max_size=n),
    )
)


def test_the_same_groups_under_other_names_match_entirely():
    first, second = [0, 0, 0, 1, 1, NOISE], [7, 7, 7, 0, 0, NOISE]
    found = match(first, second)
    assert found.renamed.tolist() == first
    assert found.moved.size == 0
    assert found.kept == 1.0
    assert (found.nmi, found.ari, found.ami) == (1.0, 1.0, 1.0)
    assert found.partners == {7: 0, 0: 1}
    assert found.rows.tolist() == [0, 1, NOISE]
    assert found.columns.tolist() == [7, 0, NOISE]
    np.testing.assert_array_equal(found.table(), np.diag([3, 2, 1]))


def test_a_split_is_one_match_and_one_new_cluster():
    found = match([0, 0, 0, 4, 4], [1, 1, 0, 2, 2])
    assert found.partners == {1: 0, 2: 4}
    assert found.renamed.tolist() == [0, 0, 5, 4, 4]
    assert found.moved.tolist() == [2]
    assert found.columns.tolist() == [1, 2, 0]
    np.testing.assert_array_equal(found.table(), [[2, 0, 1], [0, 2, 0]])


def test_a_clip_that_becomes_noise_moves_and_one_without_features_does_not():
    found = match([0, 0, 0, UNPLACED, 0], [0, NOISE, 0, 0, UNPLACED])
    assert found.moved.tolist() == [1]
    assert found.compared == 3
    assert found.renamed.tolist() == [0, NOISE, 0, 0, UNPLACED]


def test_where_matches_are_equally_good_names_stay():
    first, second = [0, 0, 1, 1], [1, 0, 1, 0]
    assert match(first, second).partners == {0: 0, 1: 1}
    assert match(second, first).partners == {0: 0, 1: 1}


@settings(deadline=None)
@given(PAIRS)
def test_as_many_clips_stay_as_can(pair):
    first, second = np.array(pair[0], int), np.array(pair[1], int)
    found = match(first, second)
    both = (first > UNPLACED) & (second > UNPLACED)
    one, two = first[both], second[both]
    assert found.compared == both.sum()

    table = found.table()
    for i, row in enumerate(found.rows):
        for j, column in enumerate(found.columns):
            assert table[i, j] == ((one == row) & (two == column)).sum()
    assert table.sum() == both.sum()
    diagonal = np.diag(table)[: found.n_matched]
    assert (diagonal > 0).all()
    dense = table[np.ix_(found.rows >= 0, found.columns >= 0)]
    best = dense[linear_sum_assignment(dense, maximize=True)].sum()
    assert diagonal.sum() == best
    for ids in (found.rows, found.columns):
        assert NOISE not in ids[:-1]

    stayed = best + ((one == NOISE) & (two == NOISE)).sum()
    assert found.compared - len(found.moved) == stayed
    renamed = found.renamed
    assert (renamed[second < 0] == second[second < 0]).all()
    same = second[:, None] == second
    np.testing.assert_array_equal(renamed[:, None] == renamed, same)
    if both.any():
        expected = sklearn_metrics.adjusted_rand_score(one, two)
        assert found.ari == pytest.approx(expected, abs=1e-12)
        expected = sklearn_metrics.adjusted_mutual_info_score(one, two)
        assert found.ami == pytest.approx(expected, abs=1e-12)
    else:
        assert found.nmi is None
        assert found.kept == 1.0


def test_a_table_that_nobody_can_look_at_is_refused():
    found = match(np.arange(4_000), np.arange(4_000)[::-1])
    assert found.kept == 1.0
    with pytest.raises(ParameterError, match=r"10,000,000 cells; 4,000 and 4,000"):
        found.table()


def test_lengths_that_do_not_fit_are_refused():
    with pytest.raises(ParameterError, match="they have 2 and 1"):
        match([0, 1], [0])
