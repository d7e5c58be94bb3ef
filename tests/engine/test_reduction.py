"""Principal components and UMAP: scikit-learn's and umap-learn's numbers."""

import numpy as np
import pytest

from engine.errors import Cancelled, ParameterError
from engine.features.manifold import _graph, nearest_rows, umap
from engine.features.reduction import pca, variance_curve
from engine.progress import Step


def correlated(n: int, d: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, d)) * np.geomspace(9, 0.1, d)
    return (matrix @ np.linalg.qr(rng.normal(size=(d, d)))[0] + 50).astype(np.float32)


@pytest.mark.parametrize(("n", "d"), [(60, 12), (12, 60), (40, 40), (3, 1), (2, 900)])
def test_components_are_those_of_scikit_learn(n: int, d: int) -> None:
    from sklearn.decomposition import PCA

    matrix = correlated(n, d)
    reference = PCA(svd_solver="full").fit(matrix.astype(np.float64))
    count = min(n - 1, d, 8)  # the last of n is nothing but rounding
    found = pca(matrix, count)
    expected = reference.transform(matrix.astype(np.float64))[:, :count]
    np.testing.assert_allclose(found.matrix, expected, atol=2e-4)
    shares = np.cumsum(reference.explained_variance_ratio_)
    np.testing.assert_allclose(found.explained, shares[:count], rtol=1e-9)
    np.testing.assert_allclose(variance_curve(matrix), shares[: min(n, d)], rtol=1e-9)


def test_a_wide_collection_has_the_same_leading_components() -> None:
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(0)
    few = rng.normal(size=(1100, 6)) * [40, 30, 20, 15, 10, 8]
    matrix = (few @ rng.normal(size=(6, 1050))).astype(np.float32)
    matrix += rng.normal(scale=0.1, size=matrix.shape).astype(np.float32)
    reference = PCA(6, svd_solver="full").fit(matrix)
    found = pca(matrix, 6)
    shares = np.cumsum(reference.explained_variance_ratio_)
    np.testing.assert_allclose(found.explained, shares, rtol=1e-5)
    np.testing.assert_allclose(found.matrix, reference.transform(matrix), atol=0.05)
    np.testing.assert_array_equal(found.matrix, pca(matrix.copy(), 6).matrix)
    assert pca(matrix, variance=shares[3] - 1e-4).matrix.shape == (1100, 4)
    curve = variance_curve(matrix)
    assert np.all(np.diff(curve) >= 0)
    assert curve[-1] <= 1.0


def test_variance_decides_how_many_components_are_kept() -> None:
    matrix = correlated(80, 20)
    curve = variance_curve(matrix)
    for share in (0.5, 0.9, 0.999, 1.0):
        found = pca(matrix, variance=share)
        kept = found.matrix.shape[1]
        assert found.explained[-1] >= share - 1e-12
        assert kept == 1 or curve[kept - 2] < share


def test_more_components_than_there_are_is_all_of_them() -> None:
    assert pca(correlated(5, 9), 50).matrix.shape == (5, 5)


def test_rows_without_variance_have_no_components_to_speak_of() -> None:
    equal = np.full((9, 4), 0.1, np.float32)
    found = pca(equal, 3)
    assert found.matrix.shape == (9, 3)
    assert not found.matrix.any()
    assert pca(equal, variance=0.9).matrix.shape == (9, 1)
    assert pca(equal[:0], 3).matrix.shape[0] == 0
    assert variance_curve(equal[:, :0]).shape == (0,)


@pytest.mark.parametrize(
    "chosen",
    [{}, {"components": 0}, {"variance": 0.0}, {"components": 2, "variance": 0.9}],
)
def test_what_cannot_be_asked_is_refused(chosen: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match="pca"):
        pca(correlated(9, 4), **chosen)


@pytest.mark.filterwarnings("ignore:Tensorflow not installed:ImportWarning")
def test_the_neighbourhood_graph_is_that_of_umap_learn() -> None:
    from umap.umap_ import fuzzy_simplicial_set

    matrix = correlated(70, 6)
    matrix[5] = matrix[6] = matrix[7]
    indices, distances = nearest_rows(matrix, 9)
    heads, tails, weights = _graph(indices, distances)
    expected = fuzzy_simplicial_set(
        matrix, 9, None, "euclidean", knn_indices=indices, knn_dists=distances
    )[0].tocsr()
    assert len(weights) == expected.nnz
    np.testing.assert_allclose(
        weights, np.asarray(expected[heads, tails])[0], rtol=1e-3
    )


def test_umap_can_be_watched_and_cancelled() -> None:
    matrix = correlated(50, 6)
    steps: list[Step] = []

    def report(step: Step) -> None:
        steps.append(step)
        if step.message.startswith("Unfolding") and step.done == 20:
            raise Cancelled

    with pytest.raises(Cancelled):
        umap(matrix, 2, 10, report=report)
    shown = [step.partial for step in steps if step.partial is not None]
    assert len(shown) == 1 + 21
    assert all(p.shape == (50, 2) and p.dtype == np.float32 for p in shown)
    assert not np.array_equal(shown[1], shown[-1])


@pytest.mark.parametrize("n", [6, 7, 20])
@pytest.mark.parametrize("d", [1, 3, 60])
def test_umap_of_any_shape_is_finite(n: int, d: int) -> None:
    matrix = correlated(n, d)
    matrix[1:3] = matrix[0]
    settled = umap(matrix, 5, 200)
    assert settled.shape == (n, 5)
    assert np.isfinite(settled).all()
