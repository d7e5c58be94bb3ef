"""Methods on real recordings: what the numbers that were chosen for them are worth."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from engine.audio.scanning import scan_folder
from engine.clustering.kdistance import k_distances
from engine.clustering.methods import METHODS
from engine.features.extraction import extract
from engine.features.representation import represent
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore

pytestmark = pytest.mark.realdata

SETS = ["fsdd", "bengalese_finch_syllables"]


@pytest.fixture(scope="module", params=SETS)
def collection(request, realdata: Path, tmp_path_factory):
    """Return the matrix of one set, and its truth."""
    folder = tmp_path_factory.mktemp("features")
    dataset = scan_folder(realdata / request.param)
    found = extract(dataset, folder=folder, workers=1)
    represented = represent(FeatureStore(folder, FeatureParams()), found.keys)
    truth = np.array(dataset.labels)[represented.rows]
    return represented.matrix, np.unique(truth, return_inverse=True)[1]


def nmi(collection, name, **chosen):
    matrix, truth = collection
    method = METHODS[name]
    labels = method.fit(matrix, method.params(**chosen)).labels
    return normalized_mutual_info_score(truth, labels)


def test_the_suggested_radius_beats_the_knee_of_the_curve(collection):
    curve = k_distances(np.asarray(collection[0], np.float64), 5)
    below = np.linspace(0.0, 1.0, len(curve)) - (curve - curve[0]) / np.ptp(curve)
    knee = float(curve[below.argmax()])
    suggested = nmi(collection, "dbscan")
    assert suggested > nmi(collection, "dbscan", radius="fixed", eps=knee) + 0.1
    assert suggested > 0.55


def test_hdbscan_and_a_mixture_find_the_groups(collection):
    k = int(collection[1].max()) + 1
    assert nmi(collection, "hdbscan") > 0.6
    assert (
        nmi(collection, "gaussian_mixture", n_clusters=k)
        > nmi(collection, "kmeans", n_clusters=k) - 0.02
    )


def test_micro_clusters_agree_as_the_exact_tree_does(collection):
    matrix, truth = collection
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(matrix), 6_000)
    noise = 0.15 * matrix.std(axis=0) * rng.normal(size=(6_000, matrix.shape[1]))
    many, classes = matrix[chosen] + noise, truth[chosen]
    method = METHODS["agglomerative"]
    exact, micro = (
        adjusted_rand_score(
            classes,
            method.fit(
                many, method.params(n_clusters=int(truth.max()) + 1, route=route)
            ).labels,
        )
        for route in ("exact", "micro")
    )
    assert micro > exact - 0.05
