"""Scores, against scikit-learn's."""

import pickle
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist, pdist, squareform
from sklearn import metrics as sklearn_metrics

from engine.clustering import silhouette as silhouette_module
from engine.clustering.contingency import codes_of, contingency
from engine.clustering.external import External, accuracy, agreement, ami, ari, nmi
from engine.clustering.metrics import Scores, below_1, score, score_columns, written
from engine.clustering.partition import NOISE, UNPLACED
from engine.clustering.silhouette import Sampled, silhouette, silhouette_samples
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
    expected = sklearn_metrics.adjusted_mutual_info_score(codes, labels)
    assert ami(table) == pytest.approx(expected, abs=1e-12)
    dense = sklearn_metrics.cluster.contingency_matrix(codes, labels)
    best = dense[linear_sum_assignment(dense, maximize=True)].sum() / len(labels)
    assert accuracy(table) == pytest.approx(best, abs=1e-12)
    scores = agreement(table)
    if len(set(codes)) == 1:
        assert scores == External()
        return
    expected = sklearn_metrics.homogeneity_completeness_v_measure(codes, labels)
    found = (scores.homogeneity, scores.completeness, scores.v_measure)
    assert found == pytest.approx(expected, abs=1e-12)
    assert scores.v_measure == pytest.approx(scores.nmi, abs=1e-12)
    assert scores.purity == pytest.approx(dense.max(axis=0).sum() / len(labels))


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
    # scikit-learn takes differences of factorials as large as 100 000!.
    expected = sklearn_metrics.adjusted_mutual_info_score(codes, labels)
    assert ami(table) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("n", [2, 3, 10, 500])
def test_groups_of_one_are_adjusted_to_what_chance_gives(n):
    alone, halves = np.arange(n), np.arange(n) % 2
    assert ami(contingency(alone, alone)) == 1.0
    if n > 2:
        assert ami(contingency(alone, halves)) == pytest.approx(0.0, abs=1e-12)
    assert ami(contingency(np.zeros(n), halves)) == 0.0


def test_a_class_of_its_own_for_every_clip_needs_no_table_of_their_product():
    n = 30_000
    table = contingency(np.arange(n) // 2, np.arange(n))
    assert accuracy(table) == 0.5


@settings(deadline=None)
@given(st.integers(2, 60), st.integers(2, 8), st.integers(0, 2**32 - 1), st.booleans())
def test_internal_scores_are_scikit_learns(n, k, seed, duplicates):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(100.0, 1.0, (n, 30))
    if duplicates:
        matrix = matrix[rng.integers(0, max(1, n // 4), n)]
    labels = rng.integers(0, k, n) * 3
    scores = score(labels, matrix=matrix)
    assert scores.sampled is None
    if not 2 <= len(np.unique(labels)) < n:
        assert scores.silhouette is None
        assert scores.calinski_harabasz is None
        assert scores.davies_bouldin is None
        assert np.isnan(silhouette_samples(matrix, labels)).all()
        return
    exact = squareform(pdist(matrix))  # scikit-learn's own are not, for duplicates
    each = sklearn_metrics.silhouette_samples(exact, labels, metric="precomputed")
    assert scores.silhouette == pytest.approx(each.mean(), abs=1e-12)
    for found in (silhouette_samples, lambda m, i: Sampled(m).samples(i)):
        np.testing.assert_allclose(found(matrix, labels), each, atol=1e-12)
    centred = matrix - 100.0  # the same for exact numbers
    expected = sklearn_metrics.calinski_harabasz_score(centred, labels)
    assert scores.calinski_harabasz == pytest.approx(expected, rel=1e-11, abs=1e-12)
    # scikit-learn's small distances are not exact here, either: to itself a lone clip
    # has one of 1e-8.
    pairwise = "sklearn.metrics.cluster._unsupervised.pairwise_distances"
    with mock.patch(pairwise, lambda a, b=None: cdist(a, a if b is None else b)):
        expected = sklearn_metrics.davies_bouldin_score(matrix, labels)
    if expected < 1e9:  # more than that is a division by the rounding of equal centres
        assert scores.davies_bouldin == pytest.approx(expected, rel=1e-11)


def test_what_lies_close_together_far_from_the_middle_keeps_its_digits():
    rng = np.random.default_rng(2)
    labels = np.repeat(np.arange(4), 50)
    matrix = 1e3 * np.eye(4)[labels] + 1e-3 * rng.normal(size=(200, 4))
    swapped = np.where(rng.random(200) < 0.5, labels, (labels // 2) * 2)
    for ids in (labels, swapped, np.tile(np.arange(100), 2)):
        exact = squareform(pdist(matrix))
        each = sklearn_metrics.silhouette_samples(exact, ids, metric="precomputed")
        np.testing.assert_allclose(silhouette_samples(matrix, ids), each, atol=1e-12)


def test_identical_clips_score_as_scikit_learn_says():
    matrix, labels = np.ones((6, 2)), [0, 0, 0, 1, 1, 1]
    scores = score(labels, matrix=matrix)
    assert scores.silhouette == 0.0
    assert scores.davies_bouldin == 0.0
    assert scores.calinski_harabasz == 1.0
    matrix = np.repeat(np.eye(2), 3, axis=0)
    scores = score(labels, matrix=matrix)
    assert scores.silhouette == 1.0
    assert scores.davies_bouldin == 0.0
    assert scores.calinski_harabasz == 1.0


def test_noise_has_no_silhouette_and_disturbs_none():
    rng = np.random.default_rng(3)
    matrix, labels = rng.normal(size=(50, 3)), rng.integers(-2, 3, 50)
    inside = labels >= 0
    expected = sklearn_metrics.silhouette_samples(matrix[inside], labels[inside])
    for found in (silhouette_samples(matrix, labels), Sampled(matrix).samples(labels)):
        assert np.isnan(found[~inside]).all()
        np.testing.assert_allclose(found[inside], expected, atol=1e-12)
    scores = score(labels, matrix=matrix)
    assert scores.silhouette == pytest.approx(expected.mean(), abs=1e-12)
    expected = sklearn_metrics.davies_bouldin_score(matrix[inside], labels[inside])
    assert scores.davies_bouldin == pytest.approx(expected, abs=1e-12)


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
        basis = Sampled(matrix, seed=1)
        noisy = np.where(np.arange(2_000) < 700, NOISE, labels)
        for ids in (labels, noisy, np.minimum(labels, 1)):
            ready = score(ids, matrix=matrix, seed=1, basis=basis)
            assert ready == score(ids, matrix=matrix, seed=1)
            assert ready.sampled == 500
        expected = sklearn_metrics.silhouette_score(
            matrix[basis.rows], labels[basis.rows]
        )
    assert sampled == 500
    assert mean == again != other
    assert mean == pytest.approx(expected, abs=1e-12)
    assert mean == pytest.approx(exact, abs=0.03)


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
    assert scores.clustered == External()  # a single class is left


def test_without_noise_what_is_in_clusters_scores_alone():
    labels = [0, 0, 1, 1, NOISE, NOISE, UNPLACED]
    truth = ["a", "a", "b", "b", "a", "b", "a"]
    scores = score(labels, truth)
    assert scores.nmi < 1.0
    assert scores.accuracy == pytest.approx(4 / 6)
    inside = scores.clustered
    assert (inside.nmi, inside.accuracy, inside.ari, inside.ami) == (1.0,) * 4
    assert score([0, 0, 1], ["a", "a", "b"]).clustered.purity == 1.0


def test_every_column_scores_that_can():
    labels = [0, 0, 1, 1, NOISE, UNPLACED]
    columns = {
        "species": ("wren", "wren", "owl", "owl", "owl", "owl"),
        "year": ("2020", "2020", "", "2020", "2020", "1999"),
        "file": tuple("abcdef"),
        "note": ("",) * 5 + ("loud",),
    }
    scores, skipped = score_columns(labels, columns)
    assert list(scores) == ["species"]
    expected = score(labels, columns["species"])
    assert scores["species"].nmi == expected.nmi
    assert skipped == {
        "year": "all clips have the same value",
        "file": "every clip has a value of its own",
        "note": "no clip with features has a value",
    }
    assert score_columns([NOISE] * 6, columns)[0] == {}
    with pytest.raises(ParameterError, match="one truth per label"):
        score_columns([0], columns)


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
    assert all(getattr(scores, name) is None for name in External.__slots__)
    assert scores.clustered == External()
    assert scores.silhouette is None
    assert scores.davies_bouldin is None
    assert scores.calinski_harabasz is None


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


def test_scores_travel_to_another_process():
    scores = score([0, 0, 1, NOISE], ["a", "b", "b", "a"], np.eye(4))
    assert pickle.loads(pickle.dumps(scores)) == scores  # noqa: S301
    assert isinstance(scores, Scores)


def test_scoring_can_be_cancelled():
    def report(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        score([0, 1, 0], matrix=np.eye(3), report=report)


def test_clusters_of_equal_clips_have_no_spread():
    # The mean of equal numbers is often not that number; of differences of 0 it is 0.
    places = (0.1 * np.arange(1, 4))[np.arange(60) % 3, None] * np.ones((1, 5))
    assert score(np.arange(60) % 3, None, places).calinski_harabasz == 1.0


@given(st.floats(0, 1), st.integers(1, 4))
def test_only_a_perfect_score_is_written_as_one(share, digits):
    text = written("accuracy", share, digits)
    assert (float(text) == 1) == (share > 1 - 1e-9)
    assert abs(float(text) - share) <= 10**-digits
    assert (f"{below_1(share, 2):.0%}" == "100%") == (share > 1 - 1e-9)
    assert written("seconds", 0.99999, digits) == written("seconds", 1.0, digits)
