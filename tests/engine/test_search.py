"""Which parameters: every combination tried once, the best first, within limits."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from engine.clustering import silhouette
from engine.clustering.methods import METHODS
from engine.clustering.metrics import score
from engine.clustering.search import SearchParams, declared_grid, search
from engine.errors import Cancelled, ParameterError

ALL = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
TREE, KMEANS = METHODS["agglomerative"], METHODS["kmeans"]


def blobs(n=90, d=5, centres=3, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % centres
    return 15.0 * np.eye(centres, d)[truth] + rng.normal(size=(n, d)), truth


@ALL
def test_every_declared_value_is_allowed(method):
    for declared in method.params.declared():
        assert all(declared.checked(v, "grid") == v for v in declared.grid)


@ALL
def test_the_declared_grid_of_every_method_finds_separate_groups(method):
    matrix, _ = blobs()
    grid = declared_grid(method, matrix, method.params())
    assert grid
    found = search(matrix, method)
    assert found.best is not None
    assert found.best.n_clusters == 3
    assert found.best.coverage > 0.9
    scores = [trial.score for trial in found.trials]
    assert scores == sorted(scores, reverse=True)
    assert len({trial.params.key() for trial in found.trials}) == len(found.trials)
    assert found.left_out == 0
    labels = method.fit(matrix, found.best.params).labels
    inside = labels >= 0
    expected = silhouette_score(matrix[inside], labels[inside])
    assert found.best.silhouette == pytest.approx(expected, abs=1e-9)


def test_a_tree_is_grown_once_for_all_its_cuts():
    grown = []

    def counted(matrix, params, report):
        grown.append(params)
        return compute(matrix, params, report)

    compute = TREE.compute
    object.__setattr__(TREE, "compute", counted)
    try:
        grid = {"n_clusters": (2, 3, 4), "linkage": ("ward", "average")}
        found = search(blobs()[0], TREE, grid=grid)
    finally:
        object.__setattr__(TREE, "compute", compute)
    assert len(found.trials) == 6
    assert [params.linkage for params in grown] == ["ward", "average"]


def test_combinations_that_are_the_same_are_tried_once():
    grid = {"linkage": ("ward",), "metric": ("euclidean", "cosine"), "n_clusters": (3,)}
    assert len(search(blobs()[0], TREE, grid=grid).trials) == 1


def test_discarding_what_is_difficult_wins_nothing():
    matrix, _ = blobs(n=60)
    matrix[45:] = np.random.default_rng(1).uniform(-40, 40, (15, 5))
    found = search(matrix, METHODS["dbscan"])
    for trial in found.trials:
        if trial.silhouette is not None:
            assert trial.score == trial.silhouette * trial.coverage


def test_a_combination_that_cannot_be_is_listed_with_its_reason():
    found = search(blobs(n=5)[0], KMEANS, grid={"n_clusters": (2, 9)})
    assert found.best.params.n_clusters == 2
    assert "at most 5" in found.trials[-1].error
    assert found.trials[-1].silhouette is None
    nothing = search(np.ones((4, 2)), KMEANS, grid={"n_clusters": (1,)})
    assert nothing.best is None


@pytest.mark.parametrize(
    ("grid", "complaint"),
    [
        ({"colour": (1,)}, "no parameter 'colour'"),
        ({"n_clusters": (0,)}, "at least 1; it is 0"),
        ({"n_clusters": ()}, "no value for n_clusters"),
    ],
)
def test_an_impossible_grid_is_refused(grid, complaint):
    with pytest.raises(ParameterError, match=complaint):
        search(blobs()[0], KMEANS, grid=grid)


def test_a_search_keeps_to_its_time_and_says_what_is_left():
    found = search(blobs()[0], KMEANS, limits=SearchParams(seconds=1e-6))
    whole = search(blobs()[0], KMEANS)
    assert len(found.trials) < len(whole.trials)
    assert len(found.trials) + found.left_out == len(whole.trials)


def test_the_silhouettes_are_of_a_sample_where_there_are_many(monkeypatch):
    monkeypatch.setattr(silhouette, "SAMPLE", 40)
    assert search(blobs()[0], KMEANS, grid={"n_clusters": (2, 3)}).sampled == 40


def test_a_search_can_be_followed_and_stopped():
    steps = []
    search(blobs()[0], KMEANS, grid={"n_clusters": (2, 3, 4)}, report=steps.append)
    assert [len(step.partial) for step in steps] == sorted(
        len(step.partial) for step in steps
    )
    assert steps[-1].done == steps[-1].total == 3

    def stop(step):
        if step.done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        search(blobs()[0], KMEANS, report=stop)


def test_noise_does_not_use_up_the_sample(monkeypatch):
    monkeypatch.setattr("engine.clustering.silhouette.SAMPLE", 60)
    rng = np.random.default_rng(0)
    dense = [0.1 * rng.normal(size=(25, 3)) + 4.0 * i for i in range(2)]
    matrix = np.vstack([*dense, rng.uniform(-20.0, 20.0, (100, 3))])
    method = METHODS["dbscan"]
    params = method.params(radius="fixed", eps=0.6)
    best = search(matrix, method, params, {"min_samples": [5]}).best
    expected = score(method.fit(matrix, best.params).labels, None, matrix)
    assert best.silhouette == expected.silhouette
    assert best.coverage == expected.coverage < 0.5
