"""A matrix to the plane: repeatable, cancellable, at any number of rows."""

import numpy as np
import pytest

from engine.errors import Cancelled
from engine.features.projection import ProjectionParams, project
from engine.progress import Step

PCA = ProjectionParams(method="pca")
QUICK = ProjectionParams(method="tsne", iterations=50)
UMAP = ProjectionParams(method="umap")


def groups(n: int, d: int, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = np.arange(n) % k
    centres = 20 * rng.normal(size=(k, d))
    return (centres[truth] + rng.normal(size=(n, d))).astype(np.float32), truth


@pytest.mark.parametrize("params", [PCA, QUICK, UMAP])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 6, 7, 20])
@pytest.mark.parametrize("d", [1, 2, 60])
def test_any_shape_has_a_map(params: ProjectionParams, n: int, d: int) -> None:
    matrix, _ = groups(n, d)
    placed = project(matrix, params)
    assert placed.shape == (n, 2)
    assert placed.dtype == np.float32
    assert np.isfinite(placed).all()


@pytest.mark.parametrize("params", [PCA, QUICK, UMAP])
def test_rows_that_are_all_equal_have_a_map(params: ProjectionParams) -> None:
    assert not project(np.full((9, 4), 0.1, np.float32), params).any()


@pytest.mark.parametrize("params", [PCA, QUICK, UMAP])
def test_groups_stay_together_and_the_map_is_repeatable(
    params: ProjectionParams,
) -> None:
    matrix, truth = groups(90, 70)
    placed = project(matrix, params)
    np.testing.assert_array_equal(placed, project(matrix.copy(), params))
    distances = np.linalg.norm(placed[:, None] - placed[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (truth[distances.argmin(axis=1)] == truth).all()


def test_pca_keeps_the_variance() -> None:
    rng = np.random.default_rng(1)
    matrix = (rng.normal(size=(200, 5)) * [1, 9, 0.1, 5, 0.2]).astype(np.float32)
    placed = project(matrix + 100, PCA)
    assert abs(np.corrcoef(placed[:, 0], matrix[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(placed[:, 1], matrix[:, 3])[0, 1]) > 0.97


def test_tsne_shows_the_map_while_it_settles() -> None:
    matrix, _ = groups(40, 5)
    steps: list[Step] = []
    project(matrix, QUICK, steps.append)
    shown = [step.partial for step in steps if step.partial is not None]
    assert len(shown) == 1 + (250 + 50) // 25  # PCA, then every 25 iterations
    assert all(p.shape == (40, 2) and p.dtype == np.float32 for p in shown)
    assert not np.array_equal(shown[0], shown[-1])
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert steps[-1].fraction == 1.0


def test_umap_shows_the_map_while_it_settles_and_can_be_cancelled() -> None:
    matrix, _ = groups(40, 60)
    steps: list[Step] = []
    placed = project(matrix, UMAP, steps.append)
    shown = [step.partial for step in steps if step.partial is not None]
    assert len(shown) == 1 + 500  # PCA, then every epoch
    assert all(p.shape == (40, 2) and p.dtype == np.float32 for p in shown)
    assert np.abs(shown[-1] - placed).max() < np.abs(shown[1] - placed).max() / 5
    assert steps[-1].fraction == 1.0

    def report(step: Step) -> None:
        if step.done == 30:
            raise Cancelled

    with pytest.raises(Cancelled):
        project(matrix, UMAP, report)


def test_a_matrix_of_two_columns_is_only_turned_by_pca() -> None:
    matrix = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    placed = project(matrix, PCA)
    before = np.linalg.norm(matrix[:, None] - matrix[None], axis=2)
    after = np.linalg.norm(placed[:, None] - placed[None], axis=2)
    np.testing.assert_allclose(before, after, atol=1e-5)


def test_tsne_can_be_cancelled() -> None:
    matrix, _ = groups(40, 5)
    seen: list[Step] = []

    def report(step: Step) -> None:
        seen.append(step)
        if step.done >= 100:
            raise Cancelled

    with pytest.raises(Cancelled):
        project(matrix, ProjectionParams(method="tsne"), report)
    assert seen[-1].done == 100
