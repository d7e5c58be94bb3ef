"""DBSCAN, HDBSCAN and Gaussian mixtures: what is each one's own."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN, HDBSCAN, KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.mixture import GaussianMixture

from engine.clustering import gaussian_mixture as mixture
from engine.clustering import hdbscan, kdistance, kmeans, neighbours
from engine.clustering.dbscan import DBSCANParams
from engine.clustering.density import density
from engine.clustering.distances import prepared
from engine.clustering.gaussian_mixture import GaussianMixtureParams
from engine.clustering.hdbscan import HDBSCANParams
from engine.clustering.kdistance import k_distances, lasting_radius, suggested_eps
from engine.clustering.kmeans import KMeansParams
from engine.clustering.methods import METHODS
from engine.clustering.partition import NOISE, tidy
from engine.errors import ParameterError
from tests.engine.test_methods import blobs


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 80),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.6, 1.2, 1.6, 2.1]),
    st.integers(1, 6),
)
def test_dbscan_is_scikit_learns(n, seed, eps, min_samples):
    matrix = np.random.default_rng(seed).integers(0, 9, (n, 2)).astype(float)
    params = DBSCANParams(radius="fixed", eps=eps, min_samples=min_samples)
    theirs = DBSCAN(eps=eps, min_samples=min_samples).fit(matrix)
    ours = METHODS["dbscan"].fit(matrix, params)
    np.testing.assert_array_equal(ours.labels, tidy(theirs.labels_))


def knee(curve):
    below = np.linspace(0.0, 1.0, len(curve)) - (curve - curve[0]) / np.ptp(curve)
    return float(curve[below.argmax()])


def test_dbscan_suggests_a_radius_at_which_groups_of_unequal_spread_part():
    rng = np.random.default_rng(1)
    truth = np.arange(400) % 4
    spread = np.array([0.5, 0.8, 1.0, 1.2])[truth]
    matrix = 4.0 * np.eye(4, 8)[truth] + spread[:, None] * rng.normal(size=(400, 8))
    matrix[:40] = rng.uniform(-6.0, 6.0, (40, 8))
    truth[:40] = 4

    def agreement(eps):
        params = DBSCANParams(radius="fixed", eps=eps)
        return normalized_mutual_info_score(
            truth, METHODS["dbscan"].fit(matrix, params).labels
        )

    assert agreement(suggested_eps(matrix, 5)) > 0.6
    assert agreement(knee(k_distances(matrix, 5))) < 0.4


@pytest.mark.parametrize("n", [500, 7_000])
def test_dbscan_finds_shapes_that_are_well_apart(n):
    bend = np.linspace(0.0, np.pi, n // 2)
    one = np.column_stack([np.cos(bend), np.sin(bend)])
    matrix = np.vstack([one, [1.0, 0.5] - one])
    matrix += 0.06 * np.random.default_rng(0).normal(size=matrix.shape)
    labels = METHODS["dbscan"].fit(matrix).labels
    truth = np.arange(len(matrix)) >= n // 2
    assert normalized_mutual_info_score(truth, labels) > 0.95


def test_no_radius_lasts_where_nothing_is_apart():
    matrix = np.random.default_rng(0).normal(size=(400, 8))
    assert lasting_radius(density(matrix, 5), 5) is None
    copies = np.repeat(np.eye(3), 20, axis=0)
    assert 0.0 < lasting_radius(density(copies, 5), 5) < 2**0.5
    assert lasting_radius(density(np.ones((1, 2)), 5), 5) is None


def test_dbscan_looks_at_a_sample_of_many_clips(monkeypatch):
    matrix, _ = blobs(900, d=4)
    full = suggested_eps(matrix, 5)
    monkeypatch.setattr(kdistance, "SAMPLE", 300)
    assert len(k_distances(matrix, 5)) == 300
    assert full / 2 < suggested_eps(matrix, 5) < 2 * full


def test_dbscan_suggests_a_radius_between_the_spread_and_the_gap():
    matrix, _ = blobs(d=4)
    assert 1.0 < suggested_eps(matrix, 5) < 15.0
    assert (np.diff(k_distances(matrix, 5)) >= 0.0).all()
    note = METHODS["dbscan"].fit(matrix).notes[0]
    assert note.startswith("Radius ")


def test_dbscan_says_when_the_radius_is_too_small_or_too_big():
    matrix, _ = blobs()
    method = METHODS["dbscan"]
    small = method.fit(matrix, DBSCANParams(radius="fixed", eps=1e-3))
    assert (small.labels == NOISE).all()
    assert "Every clip is noise" in small.notes[0]
    big = method.fit(matrix, DBSCANParams(radius="fixed", eps=1e3))
    assert (big.labels == 0).all()
    assert "All clips are one cluster" in big.notes[0]


def test_dbscan_keeps_no_neighbours():
    matrix, _ = blobs(3_000)
    for eps, clusters in ((1e3, 1), (8.0, 3)):  # pairs by the million
        params = DBSCANParams(radius="fixed", eps=eps)
        METHODS["dbscan"].fit(matrix[:50], params)  # imports take memory, too
        tracemalloc.start()
        labels = METHODS["dbscan"].fit(matrix, params).labels
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert labels.max() == clusters - 1
        assert peak < 80e6


@pytest.mark.parametrize("far", [0.0, 1e3, 1e6, 1e15])
@pytest.mark.parametrize("tile", [7, 1_024])
def test_dbscan_is_exact_in_tiles_and_far_from_the_mean(monkeypatch, far, tile):
    monkeypatch.setattr(neighbours, "_TILE", tile)
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(300, 6))
    if far:
        matrix = np.vstack([matrix.round(2), [[far] * 6]])
    for eps in (0.9, 1.3, 1.7, 2.2):
        params = DBSCANParams(radius="fixed", eps=eps)
        theirs = DBSCAN(eps=eps, algorithm="kd_tree").fit(prepared(matrix))
        ours = METHODS["dbscan"].fit(matrix, params)
        np.testing.assert_array_equal(ours.labels, tidy(theirs.labels_))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("selection", ["leaf", "eom"])
def test_hdbscan_is_scikit_learns(seed, selection):
    rng = np.random.default_rng(seed)
    matrix = np.vstack([rng.normal(size=(80, 5)), rng.normal(4.0, 2.0, (70, 5))])
    for chosen, core in ((1, 1), (0, 5)):
        params = HDBSCANParams(
            min_cluster_size=5, min_samples=chosen, selection=selection
        )
        ours = METHODS["hdbscan"].fit(matrix, params)
        theirs = HDBSCAN(
            min_cluster_size=5,
            min_samples=core,
            cluster_selection_method=selection,
            copy=True,
        ).fit(matrix)
        assert adjusted_rand_score(ours.labels, theirs.labels_) > 0.9
        if core == 1:  # with more, lengths tie, and either order of them is right
            np.testing.assert_array_equal(ours.labels, tidy(theirs.labels_))
            np.testing.assert_allclose(ours.strength, theirs.probabilities_, atol=1e-4)


def test_hdbscan_joins_clusters_with_small_gaps():
    rng = np.random.default_rng(0)
    middles = np.repeat([0.0, 3.0, 50.0], 40)
    matrix = np.c_[middles, np.zeros(120)] + rng.normal(0.0, 0.3, (120, 2))
    counts = [
        METHODS["hdbscan"].fit(matrix, HDBSCANParams(epsilon=epsilon)).labels.max() + 1
        for epsilon in (0.0, 4.0, 100.0)
    ]
    assert counts == [3, 2, 1]


def test_hdbscan_says_what_is_noise():
    method = METHODS["hdbscan"]
    (all_noise,) = method.fit(np.eye(5)).notes
    assert "Every clip is noise" in all_noise
    assert "regions of 10 clips" in all_noise
    matrix, _ = blobs()
    matrix[:3] += 500.0 * np.eye(3, 6)
    fit = method.fit(matrix)
    assert (fit.labels[:3] == NOISE).all()
    assert fit.notes == (f"{(fit.labels == NOISE).sum()} of 90 clips are noise.",)


def test_hdbscan_too_big_for_the_memory_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(hdbscan, "memory_at_hand", lambda: 2**26 + 40_000)
    matrix = np.random.default_rng(0).normal(size=(101, 3))
    METHODS["hdbscan"].fit(matrix[:100])
    with pytest.raises(ParameterError, match=r"of 101 clips.*at most 100 clips"):
        METHODS["hdbscan"].fit(matrix)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_a_mixture_is_scikit_learns(covariance):
    matrix, _ = blobs(200, d=4)
    params = GaussianMixtureParams(
        n_clusters=3, covariance=covariance, n_init=1, seed=7
    )
    fit = METHODS["gaussian_mixture"].fit(matrix, params)
    theirs = GaussianMixture(
        3,
        covariance_type=covariance,
        reg_covar=0.01 * matrix.var(axis=0).mean(),
        random_state=7,
    ).fit(matrix)
    labels = theirs.predict(matrix)
    assert adjusted_rand_score(fit.labels, labels) == 1.0
    np.testing.assert_array_equal(fit.membership.argmax(axis=1), fit.labels)
    mine, other = (np.sort(m, axis=0) for m in (fit.centres, theirs.means_))
    np.testing.assert_allclose(mine, other, atol=0.05)
    assert fit.notes == ()


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_a_mixture_starts_where_scikit_learns_does(covariance):
    matrix = np.random.default_rng(0).normal(size=(300, 3))
    params = GaussianMixtureParams(
        n_clusters=4, covariance=covariance, n_init=1, max_iter=1, seed=3
    )
    theirs = GaussianMixture(
        4,
        covariance_type=covariance,
        reg_covar=0.01 * matrix.var(axis=0).mean(),
        max_iter=1,
        random_state=3,
    )
    with pytest.warns(ConvergenceWarning):
        expected = theirs.fit(matrix).predict_proba(matrix)
    fit = METHODS["gaussian_mixture"].fit(matrix, params)
    np.testing.assert_allclose(np.sort(fit.membership), np.sort(expected), atol=1e-5)


def test_the_start_of_a_mixture_can_be_followed(monkeypatch):
    monkeypatch.setattr(kmeans, "_HALF_SECOND", 0)  # as if there were very many clips
    matrix = np.random.default_rng(0).normal(size=(300, 3))
    params = GaussianMixtureParams(n_clusters=4, n_init=1, max_iter=1)
    steps = []
    METHODS["gaussian_mixture"].fit(matrix, params, steps.append)
    settled = KMeans(4, n_init=1, random_state=0).fit(matrix).n_iter_
    assert len(steps) > settled / 2 > 3


def test_a_mixture_tells_oval_groups_that_kmeans_cuts():
    rng = np.random.default_rng(0)
    truth = np.arange(400) % 2
    matrix = np.c_[4.0 * rng.normal(size=400), 6.0 * truth + rng.normal(size=400)]
    oval = METHODS["gaussian_mixture"].fit(matrix, GaussianMixtureParams(n_clusters=2))
    round_ = METHODS["kmeans"].fit(matrix, KMeansParams(n_clusters=2))
    assert adjusted_rand_score(truth, oval.labels) > 0.8
    assert adjusted_rand_score(truth, round_.labels) < 0.1


@pytest.mark.parametrize(("covariance", "least"), [("full", 903), ("tied", 303)])
def test_a_mixture_says_when_there_are_too_few_clips_for_its_shape(covariance, least):
    matrix, truth = blobs(60, d=300)
    params = GaussianMixtureParams(n_clusters=3, covariance=covariance)
    fit = METHODS["gaussian_mixture"].fit(matrix, params)
    assert f"needs at least {least} clips for 3 clusters of 300" in fit.notes[0]
    assert adjusted_rand_score(truth, fit.labels) == 1.0


def test_a_mixture_says_when_it_has_not_settled_or_clusters_are_empty():
    method = METHODS["gaussian_mixture"]
    matrix = np.random.default_rng(0).normal(size=(100, 3))
    (note,) = method.fit(matrix, GaussianMixtureParams(max_iter=1)).notes
    assert "Not settled after 1 iterations" in note
    twice = np.repeat(np.eye(2), 5, axis=0)
    notes = method.fit(twice, GaussianMixtureParams(n_clusters=4)).notes
    assert "2 of 4 clusters are no clip's first choice." in notes


def test_a_mixture_too_big_for_the_memory_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(mixture, "memory_at_hand", lambda: 10_000)
    matrix, _ = blobs(200, d=20)
    with pytest.raises(ParameterError, match=r"covariance 'tied'.*Take 'diag'"):
        METHODS["gaussian_mixture"].fit(matrix)
    diagonal = GaussianMixtureParams(n_clusters=3, covariance="diag")
    assert METHODS["gaussian_mixture"].fit(matrix, diagonal).labels.max() == 2


def test_dbscan_names_radii_worth_trying():
    matrix, _ = blobs()
    method = METHODS["dbscan"]
    tried = method.candidates(matrix, DBSCANParams())
    assert tried["radius"] == ("fixed",)
    counts = {
        method.fit(matrix, DBSCANParams(radius="fixed", eps=eps)).labels.max() + 1
        for eps in tried["eps"]
    }
    assert 3 in counts
    assert len(counts) > 2
    assert all(
        eps > 0.0 for eps in method.candidates(0 * matrix, DBSCANParams())["eps"]
    )


def test_a_mixture_says_when_its_shape_would_take_too_long(monkeypatch):
    monkeypatch.setattr(mixture, "_SECOND", 10_000)
    matrix, truth = blobs(90)
    (note,) = METHODS["gaussian_mixture"].fit(matrix).notes[:1]
    assert "“One shape for all” takes too long with 10 clusters, 90 clips" in note
    diagonal = GaussianMixtureParams(n_clusters=3, covariance="diag")
    fit = METHODS["gaussian_mixture"].fit(matrix, diagonal)
    assert fit.notes == ()
    assert adjusted_rand_score(truth, fit.labels) == 1.0
