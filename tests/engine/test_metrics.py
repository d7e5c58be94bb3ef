"""Scores, against scikit-learn's."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import pdist, squareform
from sklearn import metrics as sklearn_metrics

from engine.clustering import silhouette as silhouette_module
from engine.clustering.metrics import accuracy, ari, codes_of, contingency, nmi, score
from engine.clustering.partition import NOISE, UNPLACED
from engine.clustering.silhouette import silhouette
from engine.errors import Cancelled, ParameterError

PAIRS = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(-1, 5) | st.just(10**9), min_size=n, max_size=n),
        st.lists(st.integers(0, 4) | st.just(10**9), min_size=n, max_size=n),
    )
)


@settings(deadline=None, max_examples=100)
@given(PAIRS)
def test_external_scores_are_scikit_learns(pair):
    labels, codes = pair
    table = contingency(labels, codes)
    expected = sklearn_metrics.normalized_mutual_info_score(codes, labels)
    assert nmi(table) == pytest.approx(expected, abs=1e-12)
    expected = sklearn_metrics.adjusted_rand_score(codes, labels)
    assert ari(table) == pytest.approx(expected, abs=1e-12)
    dense = sklearn_metrics.cluster.contingency_matrix(codes, labels)
    best = dense[linear_sum_assignment(dense, maximize=True)].sum() / len(labels)
    assert accuracy(table) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("classes", [7, 20_000])
def test_a_hundred_thousand_clips_overflow_nothing(classes):
    rng = np.random.default_rng(0)
    labels, codes = rng.integers(0, 3, 100_000), rng.integers(0, classes, 100_000)
    labels[::2] = codes[::2] % 3
    table = contingency(labels, codes)
    expected = sklearn_metrics.adjusted_rand_score(codes, labels)
    assert ari(table) == pytest.approx(expected, abs=1e-12)
    expected = sklearn_metrics.normalized_mutual_info_score(codes, labels)
    assert nmi(table) == pytest.approx(expected, abs=1e-12)


def test_a_class_of_its_own_for_every_clip_needs_no_table_of_their_product():
    n = 30_000
    table = contingency(np.arange(n) // 2, np.arange(n))
    assert accuracy(table) == 0.5


@settings(deadline=None)
@given(st.integers(2, 60), st.integers(2, 8), st.integers(0, 2**32 - 1), st.booleans())
def test_the_silhouette_is_scikit_learns(n, k, seed, duplicates):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(100.0, 1.0, (n, 30))
    if duplicates:
        matrix = matrix[rng.integers(0, max(1, n // 4), n)]
    labels = rng.integers(0, k, n) * 3
    mean, sampled = silhouette(matrix, labels)
    assert sampled is None
    if 2 <= len(np.unique(labels)) < n:
        exact = squareform(pdist(matrix))  # scikit-learn's own are not, for duplicates
        expected = sklearn_metrics.silhouette_score(exact, labels, metric="precomputed")
        assert mean == pytest.approx(expected, abs=1e-10)
    else:
        assert mean is None


def test_a_sampled_silhouette_is_close_repeatable_and_says_so():
    rng = np.random.default_rng(0)
    labels = np.arange(2_000) % 4
    matrix = 2.0 * np.eye(4)[labels] + rng.normal(size=(2_000, 4))
    exact, _ = silhouette(matrix, labels)
    with mock.patch.object(silhouette_module, "SAMPLE", 500):
        mean, sampled = silhouette(matrix, labels, seed=1)
        again, _ = silhouette(matrix, labels, seed=1)
        other, _ = silhouette(matrix, labels, seed=2)
        assert score(labels, matrix=matrix).sampled == 500
    assert sampled == 500
    assert mean == again != other
    assert mean == pytest.approx(exact, abs=0.02)


def test_a_perfect_partition_scores_one_whatever_the_names():
    labels, truth = [4, 4, 9, 9, 0], ["kick", "kick", "snare", "snare", "日本"]
    scores = score(labels, truth)
    assert (scores.nmi, scores.ari, scores.accuracy) == (1.0, 1.0, 1.0)
    assert (scores.n_clusters, scores.coverage, scores.labelled) == (3, 1.0, 5)
    assert scores.silhouette is None


def test_clips_without_truth_or_features_are_left_out():
    labels = [0, 0, 1, 1, UNPLACED, 1, 0]
    truth = ["a", "a", "b", "b", "a", "", ""]
    scores = score(labels, truth)
    assert (scores.nmi, scores.ari, scores.accuracy) == (1.0, 1.0, 1.0)
    assert scores.labelled == 4
    assert scores.coverage == 1.0


def test_noise_is_one_group_and_lowers_the_coverage():
    scores = score([0, 0, NOISE, NOISE], ["a", "a", "b", "c"])
    assert scores.accuracy == 0.75
    assert scores.nmi < 1.0
    assert scores.coverage == 0.5
    assert scores.n_clusters == 1


def test_rows_tell_which_clip_lies_where():
    labels = np.array([UNPLACED, 0, 1, NOISE, 0, 1])
    rows = np.array([5, 1, 2, 3, 4])
    matrix = np.array([[10.0], [0.0], [11.0], [5.0], [1.0]])
    scores = score(labels, matrix=matrix, rows=rows)
    expected = sklearn_metrics.silhouette_score(matrix[[0, 1, 2, 4]], [1, 0, 1, 0])
    assert scores.silhouette == pytest.approx(expected)
    assert scores.sampled is None


@pytest.mark.parametrize(
    ("labels", "truth"),
    [
        ([], []),
        ([0, 1], None),
        ([0, 1], ["", ""]),
        ([0, 1], ["a", "a"]),
        ([NOISE, NOISE], ["a", "b"]),
        ([UNPLACED, UNPLACED], ["a", "b"]),
    ],
)
def test_what_is_not_defined_is_none(labels, truth):
    scores = score(labels, truth, np.zeros((len(labels), 2)))
    external = (scores.nmi, scores.ari, scores.accuracy)
    assert external == (None, None, None)
    assert scores.silhouette is None


def test_one_cluster_tells_nothing_about_several_classes():
    scores = score([0, 0, 0], ["a", "b", "b"], np.eye(3))
    assert (scores.nmi, scores.ari) == (0.0, 0.0)
    assert scores.accuracy == pytest.approx(2 / 3)
    assert scores.silhouette is None


def test_lengths_that_do_not_fit_are_refused():
    with pytest.raises(ParameterError, match="one truth per label, 2; there are 1"):
        score([0, 1], ["a"])
    with pytest.raises(ParameterError, match="one row per label, 2; it has 3"):
        score([0, 1], matrix=np.eye(3))


def test_codes_follow_the_first_occurrence():
    truth = ["b", "", "a", "b", "\udcff"]
    np.testing.assert_array_equal(codes_of(truth), [0, -1, 1, 0, 2])


def test_scoring_can_be_cancelled():
    def report(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        score([0, 1, 0], matrix=np.eye(3), report=report)
