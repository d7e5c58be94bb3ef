"""A matrix to the plane: repeatable, cancellable, at any number of rows."""

import numpy as np
import pytest

from engine.errors import Cancelled
from engine.features.manifold import Begun
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


def stopped(matrix: np.ndarray, params: ProjectionParams, after: int) -> Begun:
    """Return how far a map is when it is stopped after so many steps."""
    seen: list[Step] = []

    def report(step: Step) -> None:
        if step.done > after:
            raise Cancelled
        seen.append(step)

    with pytest.raises(Cancelled):
        project(matrix, params, report)
    last = [step for step in seen if step.partial is not None][-1]
    return Begun(last.partial, last.done)


@pytest.mark.parametrize("after", [0, 1, 30, 444])
def test_a_umap_that_was_stopped_ends_as_one_that_was_not(after: int) -> None:
    matrix, _ = groups(60, 8)
    begun = stopped(matrix, UMAP, after)
    steps: list[Step] = []
    placed = project(matrix, UMAP, steps.append, begun)
    np.testing.assert_array_equal(placed, project(matrix, UMAP))
    assert steps[0].done == begun.done == after


@pytest.mark.parametrize("after", [100, 250, 275])
def test_a_tsne_that_was_stopped_goes_on_from_there(after: int, caplog) -> None:
    matrix, truth = groups(60, 8)
    begun = stopped(matrix, QUICK, after)
    steps: list[Step] = []
    placed = project(matrix, QUICK, steps.append, begun)
    assert steps[0].done == begun.done == after
    assert steps[-1].fraction == 1.0
    np.testing.assert_array_equal(steps[0].partial, begun.positions)
    # It is the map that was begun and no other, and as good as one made at once.
    corners = np.stack([placed[truth == i].mean(axis=0) for i in range(3)])
    near = np.linalg.norm(placed[:, None] - corners, axis=2).argmin(axis=1)
    assert (near == truth).all()
    before = np.stack([begun.positions[truth == i].mean(axis=0) for i in range(3)])
    assert np.corrcoef(before.ravel(), corners.ravel())[0, 1] > 0.9
    assert not caplog.records


def test_a_map_that_was_stopped_at_once_starts_anew() -> None:
    matrix, _ = groups(40, 5)
    nowhere = Begun(np.full((40, 2), 7, np.float32), 0)
    for params in (QUICK, UMAP):
        expected = project(matrix, params)
        np.testing.assert_array_equal(project(matrix, params, begun=nowhere), expected)


def test_a_map_that_was_stopped_after_its_end_is_finished() -> None:
    matrix, _ = groups(40, 5)
    for params in (QUICK, UMAP):
        far = Begun(project(matrix, params), 10**6)
        found = project(matrix, params, begun=far)
        np.testing.assert_allclose(found, far.positions, atol=1e-4)


@pytest.mark.parametrize("params", [PCA, QUICK, UMAP])
@pytest.mark.parametrize("size", [1e-42, 1e-30, 1e18, 1e35])
def test_numbers_of_any_size_have_a_map(params: ProjectionParams, size: float) -> None:
    matrix = (np.random.default_rng(2).normal(size=(20, 3)) * size).astype(np.float32)
    shown: list[np.ndarray] = []

    def report(step: Step) -> None:
        if step.partial is not None:
            shown.append(step.partial)

    placed = project(matrix, params, report)
    assert all(np.isfinite(partial).all() for partial in shown)
    assert np.isfinite(placed).all()
    assert 0.1 < np.abs(placed).max() < 1e6


def test_exaggeration_draws_groups_apart() -> None:
    matrix, truth = groups(90, 6)
    plain, drawn = (
        project(matrix, QUICK.replace(exaggeration=much)) for much in (1.0, 4.0)
    )

    def separation(placed: np.ndarray) -> float:
        middles = np.stack([placed[truth == i].mean(axis=0) for i in range(3)])
        within = np.linalg.norm(placed - middles[truth], axis=1).mean()
        between = np.linalg.norm(middles[:, None] - middles, axis=2).max()
        return float(between / within)

    assert separation(drawn) > 1.5 * separation(plain)
    assert ProjectionParams().exaggeration == 1.0


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


@pytest.mark.parametrize("params", [QUICK, UMAP])
def test_a_map_can_be_cancelled_while_neighbours_are_found(params) -> None:
    matrix = np.random.default_rng(0).normal(size=(1200, 4)).astype(np.float32)
    seen: list[Step] = []

    def report(step: Step) -> None:
        seen.append(step)
        if step.partial is None:
            raise Cancelled

    with pytest.raises(Cancelled):
        project(matrix, params, report)
    assert [step.done for step in seen] == [0, 0]
    assert seen[0].partial is not None  # what a person sees meanwhile
    assert seen[1].total == 1200


def test_rows_that_are_equal_hold_on_to_each_other_in_tsne() -> None:
    matrix = np.repeat(np.random.default_rng(1).normal(size=(8, 5)), 12, axis=0)
    placed = project(matrix.astype(np.float32), QUICK)
    of = np.arange(96) // 12
    corners = np.stack([placed[of == i].mean(axis=0) for i in range(8)])
    near = np.linalg.norm(placed[:, None] - corners, axis=2).argmin(axis=1)
    assert np.isfinite(placed).all()
    assert (near == of).all()
