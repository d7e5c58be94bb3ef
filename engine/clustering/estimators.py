"""Every method as a scikit-learn estimator, for notebooks, pipelines and grid searches.

>>> from engine.clustering.estimators import Agglomerative
>>> Agglomerative(n_clusters=3, linkage="average").fit_predict(matrix)

The parameters are the fields of the method's `Params`, with the same defaults and
ranges; a value outside them is a ParameterError, which is a ValueError, when the
estimator is fitted. This is the one module that imports scikit-learn when it is
imported itself, so no other module of the engine may import it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.clustering.distances import between
from engine.clustering.method import Fit, Method
from engine.clustering.methods import METHODS

__all__ = [
    "DBSCAN",
    "HDBSCAN",
    "Agglomerative",
    "Clusterer",
    "FuzzyCMeans",
    "GaussianMixture",
    "KMeans",
]


class Clusterer(ClusterMixin, BaseEstimator):  # type: ignore[misc]  # untyped bases
    """Base of the estimators; a subclass names its method.

    Attributes
    ----------
    labels_ : int32 array, shape (n_samples,)
        Cluster of every row, -1 for noise.
    n_clusters_ : int
        How many clusters there are in ``labels_``.
    notes_ : tuple of str
        What a person should know about this result.
    n_features_in_ : int
    feature_names_in_ : array of str
        Only where the matrix has named columns.
    """

    _method: ClassVar[Method]

    def __init_subclass__(cls, method: str | None = None, **arguments: Any) -> None:
        """Give the class a constructor that takes its method's parameters."""
        super().__init_subclass__(**arguments)
        if method is not None:
            cls._method = METHODS[method]
            cls.__init__ = _constructor(cls)  # type: ignore[method-assign]

    def fit(self, X: npt.ArrayLike, y: Any = None) -> Self:  # noqa: N803
        """Group the rows of a matrix.

        Parameters
        ----------
        X : float array, shape (n_samples, n_features)
        y : ignored

        Raises
        ------
        ParameterError
            If a parameter is out of range, or contradicts the matrix.
        """
        params = self._method.params(**self.get_params(deep=False))
        rows = validate_data(self, X, dtype=np.float64)
        found = self._method.fit(rows, params)
        self.labels_ = found.labels
        self.n_clusters_ = int(found.labels.max()) + 1
        self.notes_ = found.notes
        if found.iterations is not None:
            self.n_iter_ = found.iterations
        self._keep(found)
        return self

    def _keep(self, found: Fit) -> None:
        """Set the attributes that only some methods have."""


def _constructor(cls: type[Clusterer]) -> Callable[..., None]:
    """Make an ``__init__`` with the signature that scikit-learn asks a class for."""
    method = cls._method
    kind = inspect.Parameter.KEYWORD_ONLY
    signature = inspect.Signature(
        [
            inspect.Parameter(field.name, kind, default=field.default)
            for field in method.params.declared()
        ]
    )

    def __init__(self: Clusterer, **chosen: Any) -> None:  # noqa: N807
        given = signature.bind(**chosen)
        given.apply_defaults()
        for name, value in given.arguments.items():
            setattr(self, name, value)

    receiver = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    shown = signature.replace(parameters=[receiver, *signature.parameters.values()])
    __init__.__signature__ = shown  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    __init__.__doc__ = "\n".join(
        [f"{method.label}. {method.help}", "", "Parameters", "----------"]
        + [
            f"{field.name} : {field.kind.__name__}, {field.range_text()}, by default "
            f"{field.default!r}\n    {field.help}"
            for field in method.params.declared()
        ]
    )
    return __init__


class _Centred(Clusterer):
    """A method that puts every row to its nearest centre, new rows as well.

    Attributes
    ----------
    cluster_centers_ : float64 array, shape (n_clusters, n_features)
    """

    def _keep(self, found: Fit) -> None:
        assert found.centres is not None
        self.cluster_centers_ = found.centres

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[np.int32]:  # noqa: N803
        """Return the cluster whose centre is nearest, for every row.

        Parameters
        ----------
        X : float array, shape (n_samples, n_features)

        Returns
        -------
        int32 array, shape (n_samples,)
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        centres = self.cluster_centers_
        middle = centres.mean(axis=0)
        gaps = between(rows - middle, centres - middle)
        nearest: npt.NDArray[np.int32] = gaps.argmin(axis=1).astype(np.int32)
        return nearest


class KMeans(_Centred, method="kmeans"):
    """K-Means: every row joins the nearest of ``n_clusters`` centres."""


class FuzzyCMeans(_Centred, method="fuzzy_cmeans"):
    """Fuzzy C-Means: every row belongs to every cluster, to a degree.

    Attributes
    ----------
    membership_ : float32 array, shape (n_samples, n_clusters)
    """

    def _keep(self, found: Fit) -> None:
        super()._keep(found)
        self.membership_ = found.membership


class Agglomerative(Clusterer, method="agglomerative"):
    """Agglomerative clustering: a tree of merges, and one cut of it.

    Attributes
    ----------
    linkage_ : float64 array, shape (n_samples - 1, 4)
        SciPy's convention.
    children_ : int64 array, shape (n_samples - 1, 2)
    distances_ : float64 array, shape (n_samples - 1,)
        As ``sklearn.cluster.AgglomerativeClustering`` has them.
    """

    def _keep(self, found: Fit) -> None:
        assert found.linkage is not None
        self.linkage_ = found.linkage
        self.children_ = found.linkage[:, :2].astype(np.int64)
        self.distances_ = found.linkage[:, 2]


class DBSCAN(Clusterer, method="dbscan"):
    """DBSCAN: dense regions are clusters, of any shape; the rest is noise."""


class HDBSCAN(Clusterer, method="hdbscan"):
    """HDBSCAN: DBSCAN at every radius at once; the clusters that last are kept.

    Attributes
    ----------
    probabilities_ : float32 array, shape (n_samples,)
        How firmly every row belongs to its cluster, 0 for noise.
    """

    def _keep(self, found: Fit) -> None:
        self.probabilities_ = found.strength


class GaussianMixture(Clusterer, method="gaussian_mixture"):
    """Gaussian mixture: every cluster is a bell of its own place, width and weight.

    Attributes
    ----------
    cluster_centers_ : float64 array, shape (n_clusters, n_features)
        The means.
    membership_ : float32 array, shape (n_samples, n_clusters)
        The responsibilities.
    """

    def _keep(self, found: Fit) -> None:
        self.cluster_centers_ = found.centres
        self.membership_ = found.membership
