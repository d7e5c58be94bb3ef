"""How many clusters: every cut scored in one pass, and what the scores suggest."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    normalized_mutual_info_score,
    silhouette_score,
)

from engine.clustering import silhouette
from engine.clustering.curves import CRITERIA, elbow
from engine.clustering.cuts import cut_curves
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.methods import METHODS
from engine.clustering.metrics import score
from engine.clustering.selection import SelectionParams, select
from engine.clustering.silhouette import Sampled
from engine.errors import Cancelled, ParameterError

TREE = METHODS["agglomerative"]
COUNTED = [m for m in METHODS.values() if hasattr(m.params, "n_clusters")]
UNCOUNTED = [m for m in METHODS.values() if not hasattr(m.params, "n_clusters")]


def blobs(n=120, d=5, centres=4, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % centres
    return 15.0 * np.eye(centres, d)[truth] + rng.normal(size=(n, d)), truth


def grown(matrix, linkage="ward"):
    params = TREE.params(n_clusters=1, linkage=linkage)
    return Hierarchy(TREE.fit(matrix, params).linkage)


@pytest.mark.parametrize("linkage", ["ward", "average", "complete", "single"])
def test_every_cut_scores_as_its_labels_do(linkage):
    matrix, truth = blobs(seed=3)
    matrix[:, 1] *= 3.0
    tree = grown(matrix, linkage)
    names = [f"class {t}" for t in truth]
    curves = cut_curves(matrix, tree, 40, truth=names)
    assert curves.k.tolist() == list(range(2, 41))
    for i, k in enumerate(curves.k.tolist()):
        labels = tree.labels_at(k)
        centres = np.array([matrix[labels == c].mean(axis=0) for c in range(k)])
        expected = {
            "inertia": np.square(matrix - centres[labels]).sum(),
            "silhouette": silhouette_score(matrix, labels),
            "calinski_harabasz": calinski_harabasz_score(matrix, labels),
            "davies_bouldin": davies_bouldin_score(matrix, labels),
            "nmi": normalized_mutual_info_score(truth, labels),
            "ari": adjusted_rand_score(truth, labels),
        }
        # scikit-learn's distance of a lone clip to itself is off by some 1e-8.
        loose = {"davies_bouldin": 1e-6}
        for name, value in expected.items():
            near = pytest.approx(value, abs=loose.get(name, 1e-9))
            assert getattr(curves, name)[i] == near, name


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.integers(1, 4), st.integers(0, 99), st.booleans())
def test_any_tree_is_scored_as_its_labels_are(n, d, seed, ties):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, d))
    if ties:
        matrix = np.round(matrix)
    tree, basis = grown(matrix, "average"), Sampled(matrix)
    curves = cut_curves(matrix, tree, n, lowest=1, basis=basis)
    assert curves.k.tolist() == list(range(1, n + 1))
    widths = [basis.scores(tree.labels_at(k)) for k in range(1, n + 1)]
    expected = np.array([np.nan if w is None else w for w in widths])
    np.testing.assert_allclose(curves.silhouette, expected, atol=1e-9)


@pytest.mark.parametrize("odd", ["far away", "equal", "outlier", "scales"])
@pytest.mark.parametrize("linkage", ["ward", "single"])
def test_odd_data_lose_no_digits(linkage, odd):
    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(40, 3))
    if odd == "far away":
        matrix += 1e8
    elif odd == "equal":
        matrix = (0.1 * np.arange(1, 6)[:, None] * np.ones((1, 3)))[np.arange(40) % 5]
    elif odd == "outlier":
        matrix[0] += 1e9
    else:
        matrix *= 10.0 ** rng.integers(-8, 8, (40, 1))
    tree = grown(matrix, linkage)
    curves = cut_curves(matrix, tree, 40)
    for i, k in enumerate(curves.k.tolist()):
        scores = score(tree.labels_at(k), None, matrix)
        for name in ("silhouette", "davies_bouldin", "calinski_harabasz"):
            value = getattr(scores, name)
            expected = np.nan if value is None else value
            near = pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)
            assert getattr(curves, name)[i] == near, (k, name)


def test_a_sample_stands_for_many(monkeypatch):
    monkeypatch.setattr(silhouette, "SAMPLE", 60)
    matrix, _ = blobs()
    tree, basis = grown(matrix), Sampled(matrix, 1)
    curves = cut_curves(matrix, tree, 30, basis=basis)
    assert curves.sampled == 60
    for k, width in zip(curves.k.tolist(), curves.silhouette.tolist(), strict=True):
        assert width == pytest.approx(basis.scores(tree.labels_at(k)), abs=1e-9)


@pytest.mark.parametrize("method", COUNTED, ids=lambda m: m.name)
def test_separate_groups_are_counted(method):
    matrix, truth = blobs()
    names = [str(t) for t in truth]
    asked = SelectionParams(lowest=2, highest=9)
    curves = select(matrix, method, None, asked, truth=names)
    assert curves.k.tolist() == list(range(2, 10))
    assert set(curves.suggestions) == set(CRITERIA)
    assert set(curves.suggestions.values()) == {4}
    assert curves.nmi[2] == curves.accuracy[2] == pytest.approx(1.0)
    assert curves.inertia[2] < curves.inertia[0]


@pytest.mark.parametrize("method", UNCOUNTED, ids=lambda m: m.name)
def test_a_method_that_counts_by_itself_is_refused(method):
    with pytest.raises(ParameterError, match="finds the number of clusters itself"):
        select(np.eye(9), method)


def test_the_range_ends_where_the_clips_do():
    curves = select(blobs(n=6)[0], METHODS["kmeans"], None, SelectionParams(highest=50))
    assert curves.k.tolist() == [2, 3, 4, 5, 6]
    assert np.isnan(curves.silhouette[-1])  # every clip alone
    with pytest.raises(
        ParameterError, match=r"at most the number of clips.*1; it is 2"
    ):
        select(np.ones((1, 2)), METHODS["kmeans"])
    with pytest.raises(ParameterError, match=r"at most highest \(To\), 3; it is 4"):
        SelectionParams(lowest=4, highest=3)
    with pytest.raises(
        ParameterError, match=r"one row per leaf of the tree, 6; it has 5"
    ):
        cut_curves(np.ones((5, 2)), grown(blobs(n=6)[0]))


@pytest.mark.parametrize("name", ["kmeans", "agglomerative"])
def test_it_says_where_it_is_and_can_be_cancelled(name):
    matrix, _ = blobs(n=40)
    steps = []
    select(matrix, METHODS[name], report=steps.append)
    assert len(steps) > 15
    assert steps[-1].done == steps[-1].total

    def stop(step):
        if len(stopped) > 5:
            raise Cancelled
        stopped.append(step)

    stopped = []
    with pytest.raises(Cancelled):
        select(matrix, METHODS[name], report=stop)


def test_an_elbow_is_where_the_curve_bends():
    x = np.arange(2.0, 12.0)
    assert elbow(x, np.maximum(10.0 - 2.0 * x, 1.0 - 0.01 * x)) == 3
    assert elbow(x[:2], x[:2]) is None
    assert elbow(x, x) is None
    assert elbow(x, 20.0 - x) is None  # straight
    assert elbow(x[:4], np.array([5.0, 5.0, 5.0, 4.0])) is None


def test_clusters_of_one_clip_are_no_suggestion():
    matrix = np.random.default_rng(2).normal(size=(12, 3))
    matrix[::2] = matrix[1::2] + 1e-3
    curves = select(matrix, TREE, None, SelectionParams(highest=11))
    assert np.nanargmin(curves.davies_bouldin) > 4
    assert max(curves.suggestions.values()) <= 6


def test_clips_that_coincide_are_no_slower_to_score():
    n = 1_500
    i = np.arange(n - 1)
    merges = np.append(0, n + i[:-1]), i + 1, i + 1.0, i + 2.0
    chain = Hierarchy(np.column_stack(merges))

    def seconds(matrix):
        basis = Sampled(matrix)
        basis.distances()
        began = time.perf_counter()
        cut_curves(matrix, chain, 100, basis=basis)
        return time.perf_counter() - began

    apart = min(seconds(np.random.default_rng(0).normal(size=(n, 2))) for _ in "ab")
    assert seconds(np.zeros((n, 2))) < 4 * apart
