"""Every method as a scikit-learn estimator, by scikit-learn's own checks."""

import inspect

import numpy as np
import pytest
from scipy.cluster.hierarchy import is_valid_linkage
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from engine.clustering import estimators
from engine.clustering.estimators import (
    DBSCAN,
    HDBSCAN,
    Agglomerative,
    FuzzyCMeans,
    GaussianMixture,
    KMeans,
)
from engine.clustering.methods import METHODS
from engine.errors import ParameterError

ALL = [KMeans, FuzzyCMeans, Agglomerative, DBSCAN, HDBSCAN, GaussianMixture]


@parametrize_with_checks([kind() for kind in ALL])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def groups(seed=0):
    rng = np.random.default_rng(seed)
    truth = np.arange(120) % 3
    return 9.0 * np.eye(3, 5)[truth] + rng.normal(size=(120, 5)), truth


def test_every_method_has_its_estimator():
    assert [kind._method for kind in ALL] == list(METHODS.values())
    assert {kind.__name__ for kind in ALL} <= set(estimators.__all__)


@pytest.mark.parametrize("kind", ALL)
def test_parameters_are_those_of_the_method(kind):
    fields = kind._method.params.declared()
    shown = inspect.signature(kind).parameters
    assert {n: p.default for n, p in shown.items()} == {
        f.name: f.default for f in fields
    }
    assert kind().get_params() == kind._method.params().to_dict()
    assert all(field.help in kind.__init__.__doc__ for field in fields)
    with pytest.raises(TypeError, match="colour"):
        kind(colour=3)


@pytest.mark.parametrize("kind", ALL)
def test_a_fit_is_the_methods_own(kind):
    matrix, _ = groups()
    chosen = {"n_clusters": 3} if "n_clusters" in kind().get_params() else {}
    model = clone(kind(**chosen)).fit(matrix)
    found = kind._method.fit(matrix, kind._method.params(**chosen))
    np.testing.assert_array_equal(model.labels_, found.labels)
    assert model.n_clusters_ == 3
    assert model.n_features_in_ == 5
    assert model.notes_ == found.notes


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (KMeans(n_init=0), "KMeansParams.n_init"),
        (FuzzyCMeans(fuzziness=1.0), "FuzzyCMeansParams.fuzziness"),
        (Agglomerative(linkage="centroid"), "AgglomerativeParams.linkage"),
        (DBSCAN(radius="fixed", eps=-1.0), "DBSCANParams.eps"),
        (HDBSCAN(min_cluster_size=1), "HDBSCANParams.min_cluster_size"),
        (GaussianMixture(covariance="odd"), "GaussianMixtureParams.covariance"),
        (KMeans(n_clusters=500), "n_clusters must be at most 120"),
    ],
)
def test_a_value_out_of_range_is_refused_when_fitting(model, name):
    with pytest.raises(ParameterError, match=name):
        model.fit(groups()[0])


@pytest.mark.parametrize("kind", [KMeans, FuzzyCMeans])
def test_new_rows_go_to_the_nearest_centre(kind):
    matrix, _ = groups()
    model = kind(n_clusters=3).fit(matrix)
    np.testing.assert_array_equal(model.predict(matrix), model.labels_)
    new, expected = groups(seed=1)
    assert adjusted_rand_score(model.predict(new), expected) == 1.0
    for j, centre in enumerate(model.cluster_centers_):
        middle = matrix[model.labels_ == j].mean(axis=0)
        np.testing.assert_allclose(centre, middle, atol=0.3)


def test_what_only_some_methods_have():
    matrix, _ = groups()
    tree = Agglomerative(n_clusters=3).fit(matrix)
    assert is_valid_linkage(tree.linkage_)
    assert tree.children_.shape == (119, 2)
    assert (np.diff(tree.distances_) >= 0.0).all()
    mixture = GaussianMixture(n_clusters=3).fit(matrix)
    assert mixture.membership_.shape == (120, 3)
    assert (mixture.membership_.argmax(axis=1) == mixture.labels_).all()
    assert mixture.cluster_centers_.shape == (3, 5)
    assert FuzzyCMeans(n_clusters=3).fit(matrix).membership_.shape == (120, 3)
    firm = HDBSCAN().fit(matrix)
    assert ((firm.probabilities_ == 0.0) == (firm.labels_ == -1)).all()


def test_grids_and_pipelines_take_them():
    matrix, truth = groups()

    def agreement(model, rows, known):
        return adjusted_rand_score(known, model.predict(rows))

    search = GridSearchCV(
        make_pipeline(StandardScaler(), KMeans()),
        {"kmeans__n_clusters": [2, 3, 5]},
        scoring=agreement,
        cv=3,
    ).fit(matrix, truth)
    assert search.best_params_ == {"kmeans__n_clusters": 3}
    assert search.best_score_ == 1.0
