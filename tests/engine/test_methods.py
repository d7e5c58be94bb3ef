"""One set of checks for every clustering method, then what is each one's own."""

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from engine.clustering import agglomerative, kmeans
from engine.clustering.agglomerative import AgglomerativeParams
from engine.clustering.fuzzy_cmeans import FuzzyCMeansParams
from engine.clustering.kmeans import KMeansParams
from engine.clustering.methods import METHODS
from engine.clustering.partition import NOISE, tidy
from engine.errors import Cancelled, ParameterError

ALL = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
COUNTED = [m for m in METHODS.values() if hasattr(m.params, "n_clusters")]


def blobs(n=90, d=6, centres=3, seed=0):
    """Make well separated groups of equal size, in turn, and their truth."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % centres
    middles = 20.0 * np.eye(centres, d)
    return middles[truth] + rng.normal(size=(n, d)), truth


def with_clusters(method, k):
    return method.params(n_clusters=k) if method in COUNTED else method.params()


@ALL
def test_separate_groups_are_found(method):
    matrix, truth = blobs()
    fit = method.fit(matrix.astype(np.float32), with_clusters(method, 3))
    placed = fit.labels != NOISE
    assert placed.mean() > 0.8
    assert len(np.unique(np.c_[fit.labels, truth][placed], axis=0)) == 3


@ALL
def test_the_same_input_gives_the_same_fit(method):
    matrix = np.random.default_rng(3).normal(size=(80, 5))
    first, second = method.fit(matrix), method.fit(matrix.copy())
    np.testing.assert_array_equal(first.labels, second.labels)
    np.testing.assert_array_equal(first.membership, second.membership)
    np.testing.assert_array_equal(first.linkage, second.linkage)
    np.testing.assert_array_equal(first.centres, second.centres)
    np.testing.assert_array_equal(first.strength, second.strength)
    assert first.notes == second.notes


@ALL
@pytest.mark.parametrize("kind", ["random", "equal", "zero", "pairs", "one column"])
@pytest.mark.parametrize("n", [1, 2, 3, 25])
def test_any_small_matrix_gives_a_valid_fit(method, kind, n):
    matrix = np.random.default_rng(n).normal(3.0, 1.0, (n, 4))
    if kind == "equal":
        matrix[:] = matrix[0]
    elif kind == "zero":
        matrix[:] = 0.0
    elif kind == "pairs":
        matrix = matrix[np.arange(n) // 2]
    elif kind == "one column":
        matrix = matrix[:, :1]
    for k in {1, n // 2 + 1, n}:
        fit = method.fit(matrix, with_clusters(method, k))
        assert fit.labels.shape == (n,)
        assert fit.labels.dtype == np.int32
        ids = set(fit.labels.tolist()) - {NOISE}
        assert ids == set(range(len(ids)))
        assert all(isinstance(note, str) for note in fit.notes)
        if fit.linkage is not None:
            assert fit.linkage.shape == (n - 1, 4)
        if fit.membership is not None:
            assert fit.membership.shape == (n, k)
            assert fit.membership.dtype == np.float32
            np.testing.assert_allclose(fit.membership.sum(axis=1), 1.0, atol=1e-5)
        if fit.centres is not None:
            assert fit.centres.shape == (k, matrix.shape[1])
            assert np.isfinite(fit.centres).all()
        if fit.strength is not None:
            assert fit.strength.dtype == np.float32
            assert ((fit.strength > 0.0) == (fit.labels != NOISE)).all()
            assert fit.strength.max() <= 1.0


@pytest.mark.parametrize("method", COUNTED, ids=lambda m: m.name)
def test_more_clusters_than_clips_names_both(method):
    with pytest.raises(ParameterError, match=r"n_clusters must be at most 3.*it is 4"):
        method.fit(np.eye(3), method.params(n_clusters=4))
    with pytest.raises(ParameterError, match=r"n_clusters.*at least 1; it is 0"):
        method.params(n_clusters=0)


@ALL
@pytest.mark.parametrize(
    ("matrix", "complaint"),
    [
        (np.empty((0, 3)), r"at least one row.*\(0, 3\)"),
        (np.empty((3, 0)), r"one column.*\(3, 0\)"),
        (np.ones(3), r"matrix.*\(3,\)"),
        (np.array([[0.0], [np.nan]]), "row 1 holds NaN"),
        (np.array([[np.inf], [0.0]]), "row 0 holds NaN or infinity"),
        (np.array([[0.0], [-3.4e38]], np.float32), "row 1 .* a number beyond 1e\\+30"),
    ],
)
def test_what_is_no_matrix_is_refused(method, matrix, complaint):
    with pytest.raises(ParameterError, match=complaint):
        method.fit(matrix)


@ALL
def test_another_methods_parameters_are_refused(method):
    other = next(m for m in METHODS.values() if m is not method)
    with pytest.raises(ParameterError, match=f"{other.params.__name__}$"):
        method.fit(np.eye(30), other.params())


@ALL
def test_a_fit_says_where_it_is_and_can_be_cancelled_at_every_report(method):
    matrix, _ = blobs(60)
    steps = []
    method.fit(matrix, report=steps.append)
    assert len(steps) >= 2
    assert all(step.message and step.done <= step.total for step in steps)
    for last in {0, 1, len(steps) - 1}:
        left = iter(range(last + 1))

        def report(step, left=left):
            if next(left) == last:  # noqa: B023 - used before the loop goes on
                raise Cancelled

        with pytest.raises(Cancelled):
            method.fit(matrix, report=report)


@ALL
def test_the_input_is_left_alone(method):
    matrix, _ = blobs(40)
    matrix.flags.writeable = False
    method.fit(matrix)


@ALL
def test_parameters_survive_json_and_the_method_survives_pickling(method):
    params = method.params()
    again = method.params.from_dict(json.loads(json.dumps(params.to_dict())))
    assert again == params
    assert pickle.loads(pickle.dumps(method)) == method  # noqa: S301
    assert all(field.label and field.help for field in params.declared())
    assert method.name
    assert method.label
    assert method.help


def test_declarations_load_nothing_heavy():
    code = (
        "import sys, engine.clustering.methods, engine.clustering.metrics,"
        "engine.clustering.hierarchy\n"
        "print({m.partition('.')[0] for m in sys.modules} & {'scipy', 'sklearn',"
        "'skfuzzy', 'fastcluster', 'threadpoolctl'})"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "set()"


def test_kmeans_is_scikit_learns():
    matrix = np.random.default_rng(5).normal(size=(200, 4))
    ours = METHODS["kmeans"].fit(matrix, KMeansParams(n_clusters=6, n_init=4, seed=9))
    theirs = KMeans(6, n_init=4, random_state=9).fit(matrix)
    np.testing.assert_array_equal(ours.labels, tidy(theirs.labels_))


@pytest.mark.parametrize("several", [4, 7])
def test_kmeans_is_the_same_a_few_iterations_at_a_time(monkeypatch, several):
    monkeypatch.setattr(kmeans, "_HALF_SECOND", several * 600 * 3 * 5)
    for seed in range(12):
        matrix = np.random.default_rng(seed).normal(7.0, 1.0, (600, 3))
        params = KMeansParams(n_clusters=5, n_init=1, seed=seed)
        steps = []
        ours = METHODS["kmeans"].fit(matrix, params, steps.append)
        theirs = KMeans(5, n_init=1, random_state=seed).fit(matrix)
        np.testing.assert_array_equal(ours.labels, tidy(theirs.labels_))
        inertia = np.square(matrix - ours.centres[ours.labels]).sum()
        assert inertia == pytest.approx(theirs.inertia_, rel=1e-12)
        assert len(steps) > theirs.n_iter_ / several


def test_kmeans_says_when_there_are_too_few_different_clips():
    matrix = np.repeat(np.eye(2), 5, axis=0)
    fit = METHODS["kmeans"].fit(matrix, KMeansParams(n_clusters=4))
    assert fit.labels.max() == 1
    assert "2 clusters instead of 4" in fit.notes[0]


def test_fuzzy_memberships_follow_the_labels():
    matrix, _ = blobs(d=2)
    params = FuzzyCMeansParams(n_clusters=3, fuzziness=2.0)
    fit = METHODS["fuzzy_cmeans"].fit(matrix, params)
    np.testing.assert_array_equal(fit.membership.argmax(axis=1), fit.labels)
    between = METHODS["fuzzy_cmeans"].fit(
        np.vstack([matrix, matrix[:2].mean(axis=0)]), params
    )
    assert between.membership[-1].max() < 0.7 < between.membership[:-1].max()
    assert fit.notes == ()


def test_fuzzy_cmeans_gets_away_from_the_mean_of_many_features():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 12, 1_000)
    matrix = 1.2 * rng.normal(size=(12, 50))[truth] + rng.normal(size=(1_000, 50))
    params = FuzzyCMeansParams(n_clusters=10, fuzziness=1.3)  # lost from a random start
    fit = METHODS["fuzzy_cmeans"].fit(matrix, params)
    assert fit.notes == ()
    assert np.median(fit.membership.max(axis=1)) > 0.5


def test_fuzzy_cmeans_says_when_memberships_mean_nothing():
    matrix = np.random.default_rng(0).normal(size=(100, 40))
    method = METHODS["fuzzy_cmeans"]
    (note,) = method.fit(matrix, FuzzyCMeansParams(n_clusters=5, fuzziness=2.0)).notes
    assert "about 1/5" in note
    assert "lower the fuzziness (now 2)" in note
    sharper = method.fit(matrix, FuzzyCMeansParams(n_clusters=5, fuzziness=1.1))
    assert not any("mean nothing" in note for note in sharper.notes)


def test_fuzzy_cmeans_says_when_some_centres_have_run_together():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 20, 2_000)
    matrix = 0.8 * rng.normal(size=(20, 50))[truth] + rng.normal(size=(2_000, 50))
    method = METHODS["fuzzy_cmeans"]
    (note,) = method.fit(matrix, FuzzyCMeansParams(n_clusters=20, fuzziness=1.21)).notes
    assert "clusters are no clip's first choice: lower the fuzziness" in note
    sharper = method.fit(matrix, FuzzyCMeansParams(n_clusters=20, fuzziness=1.05))
    assert sharper.notes == ()
    assert adjusted_rand_score(truth, sharper.labels) > 0.8


def test_fuzzy_cmeans_says_when_it_has_not_settled():
    matrix = np.random.default_rng(0).normal(size=(100, 3))
    fit = METHODS["fuzzy_cmeans"].fit(matrix, FuzzyCMeansParams(max_iter=1))
    assert "Not settled after 1 iterations" in fit.notes[0]


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("kind", ["ward", "average", "complete", "single"])
def test_the_tree_is_scipys(kind, metric):
    matrix = np.random.default_rng(2).normal(size=(70, 5))
    params = AgglomerativeParams(n_clusters=4, linkage=kind, metric=metric)
    fit = METHODS["agglomerative"].fit(matrix, params)
    effective = "euclidean" if kind == "ward" else metric
    expected = linkage(pdist(matrix, effective), kind)
    np.testing.assert_allclose(fit.linkage[:, 2], expected[:, 2], atol=1e-9)
    assert set(fit.labels) == {0, 1, 2, 3}


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 60), st.integers(0, 2**32 - 1), st.sampled_from([1e-6, 1.0, 1e6]))
def test_trees_of_duplicates_are_monotone_and_merge_them_at_zero(n, seed, scale):
    rng = np.random.default_rng(seed)
    kinds = rng.normal(size=(4, 7)) * scale
    chosen = rng.integers(0, 4, n)
    for kind in ("ward", "average", "complete", "single"):
        params = AgglomerativeParams(n_clusters=1, linkage=kind)
        tree = METHODS["agglomerative"].fit(kinds[chosen], params).linkage
        assert (tree[:, 2] == 0.0).sum() == n - len(np.unique(chosen))


def test_a_tree_too_big_for_the_memory_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(agglomerative, "memory_at_hand", lambda: 2**26 + 41_200)
    method = METHODS["agglomerative"]
    exact = AgglomerativeParams(route="exact")
    assert len(method.fit(np.eye(101)[:100, :2], exact).labels) == 100
    with pytest.raises(
        ParameterError, match=r"of 101 clips.*at most 100 clips, or the"
    ):
        method.fit(np.eye(101)[:, :2], exact)
    with pytest.raises(ParameterError, match=r"of 101 clips.*or Ward linkage"):
        method.fit(np.eye(101)[:, :2], AgglomerativeParams(linkage="average"))


def test_ward_goes_by_micro_clusters_where_the_exact_tree_does_not_fit(monkeypatch):
    matrix, truth = blobs(2_000)
    method = METHODS["agglomerative"]
    params = AgglomerativeParams(n_clusters=3)
    assert method.fit(matrix, params).notes == ()
    monkeypatch.setattr(agglomerative, "EXACT_LIMIT", 1_999)
    (many,) = method.fit(matrix, params).notes
    assert "micro-clusters, because there are more than 1,999 clips" in many
    monkeypatch.setattr(agglomerative, "memory_at_hand", lambda: 1_000)
    short = method.fit(matrix, params)
    assert "micro-clusters, because the exact one needs 0.1 GiB" in short.notes[0]
    assert len(np.unique(np.c_[short.labels, truth], axis=0)) == 3
    chosen = params.replace(route="micro", micro_clusters=10)
    assert "up to 10 micro-clusters, as chosen" in method.fit(matrix, chosen).notes[0]


def test_the_number_of_cores_changes_nothing(monkeypatch):
    # Wide enough that BLAS adds up in another order with more threads.
    matrix = np.random.default_rng(0).normal(size=(1500, 1000))
    trees = []
    for count in (2, 5):
        monkeypatch.setattr("engine.machine.cores", lambda count=count: count)
        trees.append(METHODS["agglomerative"].fit(matrix).linkage)
    np.testing.assert_array_equal(*trees)
