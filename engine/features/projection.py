"""A matrix to two dimensions, for the map: PCA at once, t-SNE and UMAP by and by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.features.manifold import Begun, has_neighbourhoods, nearest_rows, umap
from engine.features.reduction import pca
from engine.params import Params, param
from engine.progress import Report, Step, silent

Floats = NDArray[np.float32]

_EXAGGERATED = 250  # iterations that pull clusters together before the others
_OFTEN = {2_000: 25, 20_000: 5}  # up to so many rows, so many iterations are a glance
_EXACT_ROWS = 100_000  # up to here, exact neighbours are as quick as an index of them
_MOST_COLUMNS = 50
_EXTREME = 1e12


@dataclass(frozen=True)
class ProjectionParams(Params):
    """How rows become points of the map."""

    method: str = param(
        "tsne",
        label="Projection",
        choices={"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"},
        help="PCA keeps the large distances and is instant, t-SNE keeps neighbours, "
        "UMAP keeps neighbours and draws groups apart",
    )
    perplexity: float = param(
        30.0,
        label="Perplexity",
        low=2.0,
        high=500.0,
        logarithmic=True,
        needs=("method", ("tsne",)),
        help="About the number of neighbours that a point keeps; at most a third of "
        "the points are used",
    )
    iterations: int = param(
        500,
        label="Iterations",
        low=50,
        high=10_000,
        logarithmic=True,
        needs=("method", ("tsne",)),
        help="After the 250 with which clusters are pulled together",
    )
    exaggeration: float = param(
        1.0,
        label="Exaggeration",
        low=1.0,
        high=12.0,
        logarithmic=True,
        needs=("method", ("tsne",)),
        help="How much more points attract their neighbours than distances say: 1 is "
        "t-SNE, about 4 draws groups apart as UMAP does",
    )
    neighbours: int = param(
        15,
        label="Neighbours",
        low=2,
        high=200,
        logarithmic=True,
        needs=("method", ("umap",)),
        help="That a point holds on to: few show detail, many the whole",
    )
    min_dist: float = param(
        0.1,
        label="Least distance",
        low=0.0,
        high=1.0,
        needs=("method", ("umap",)),
        help="How near points may come; 0 packs groups tightly",
    )
    seed: int = param(
        0,
        label="Seed",
        low=0,
        high=2**31 - 1,
        help="The same seed and the same rows give the same map",
    )


def project(
    matrix: Floats,
    params: ProjectionParams | None = None,
    report: Report = silent,
    begun: Begun | None = None,
) -> Floats:
    """Place the rows of a matrix in the plane.

    Parameters
    ----------
    matrix : float32 array, shape (n, d)
        All finite; n may be 0.
    params : ProjectionParams, optional
    report : callable
        Receives the positions so far as ``partial``, float32 of shape (n, 2), every 25
        iterations of t-SNE (every 5 or 1 of many rows) and every epoch of UMAP; may
        raise Cancelled.
    begun : Begun, optional
        Where an earlier run of the same rows and parameters was stopped. UMAP ends as a
        run would that was not; t-SNE has lost its momentum, and ends nearly so.

    Returns
    -------
    float32 array, shape (n, 2)
        Fewer than six rows, or rows that are all equal, are placed by PCA. A matrix of
        two columns is only turned by PCA, and so seen as it is.

    Notes
    -----
    t-SNE: van der Maaten and Hinton, 2008, by openTSNE (Poličar et al., 2024), with
    exaggeration as in Böhm, Berens and Kobak, 2022. UMAP: `engine.features.manifold`.
    Both from a PCA start; more than 50 columns are first reduced to 50 principal
    components, as the authors of t-SNE advise.
    """
    params = params or ProjectionParams()
    matrix = _moderate(matrix)
    if params.method == "pca" or not has_neighbourhoods(matrix):
        return _principal(matrix, 2, params.seed)
    if params.method == "umap":
        few = _few_columns(matrix, params.seed)
        how = (params.neighbours, params.min_dist, params.seed)
        return umap(few, 2, *how, report, begun)
    return _tsne(matrix, params, report, begun)


def _moderate(matrix: Floats) -> Floats:
    """Scale numbers whose squares would overflow or vanish; what is near stays so."""
    largest = float(np.abs(matrix).max(initial=0.0))
    if largest == 0.0 or 1.0 / _EXTREME < largest < _EXTREME:
        return matrix
    return (matrix / np.float64(largest)).astype(np.float32)


def _principal(matrix: Floats, n_components: int, seed: int) -> Floats:
    """Project on the principal axes; columns beyond them are 0."""
    placed = np.zeros((len(matrix), n_components), np.float32)
    found = pca(matrix, n_components, seed=seed).matrix
    placed[:, : found.shape[1]] = found
    return placed


def _few_columns(matrix: Floats, seed: int) -> Floats:
    if matrix.shape[1] <= _MOST_COLUMNS:
        return matrix
    return pca(matrix, _MOST_COLUMNS, seed=seed).matrix


def _start(matrix: Floats, seed: int) -> NDArray[np.float64]:
    """Place the rows close together by PCA; a trace of noise parts equal ones."""
    placed = _principal(matrix, 2, seed).astype(np.float64)
    placed *= 1e-4 / placed[:, 0].std()
    return placed + np.random.default_rng(seed).normal(scale=1e-6, size=placed.shape)


def _tsne(
    matrix: Floats, params: ProjectionParams, report: Report, begun: Begun | None
) -> Floats:
    from openTSNE import TSNE

    total = _EXAGGERATED + params.iterations
    every = next((k for most, k in _OFTEN.items() if len(matrix) <= most), 1)
    done = 0 if begun is None else min(begun.done, total) // every * every
    left = max(0, _EXAGGERATED - done)
    rest = total - done - left

    def settle(iteration: int, error: float, positions: NDArray[np.float64]) -> None:
        nonlocal done
        done += every
        report(Step(done, total, "Arranging the map", np.array(positions, np.float32)))

    start = near = _start(matrix, params.seed)
    if begun is not None and done > 0:
        start = begun.positions.astype(np.float64)
    report(Step(done, total, "Finding neighbours", start.astype(np.float32)))
    settling = TSNE(
        initialization=near,
        random_state=params.seed,
        callbacks=settle,
        callbacks_every_iters=every,
    )
    attraction = _attraction(_few_columns(matrix, params.seed), params, report)
    placed = settling.prepare_initial(affinities=attraction, initialization=near)
    placed[:] = start  # not before: of places far apart it says that they are unusual
    if left:
        placed.optimize(
            left,
            exaggeration=settling.early_exaggeration,
            momentum=settling.initial_momentum,
            inplace=True,
        )
    placed.optimize(rest, exaggeration=params.exaggeration, inplace=True)
    report(Step(total, total, "Arranging the map"))
    return np.array(placed, np.float32)


def _attraction(matrix: Floats, params: ProjectionParams, report: Report) -> Any:
    """Return how much every row is drawn to its neighbours, as openTSNE wants it."""
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    n_rows = len(matrix)
    perplexity = min(params.perplexity, (n_rows - 1) / 3.0)
    if n_rows > _EXACT_ROWS:
        seed = params.seed
        return PerplexityBasedNN(matrix, perplexity, "approx", random_state=seed)
    count = min(n_rows, int(3.0 * perplexity) + 1)
    near, distances = nearest_rows(matrix, count, report)
    # Of rows that are equal another one may stand where the row itself should.
    itself = near[:, 1:] == np.arange(n_rows)[:, None]
    others = np.where(itself, near[:, :1], near[:, 1:])
    known = PrecomputedNeighbors(others, distances[:, 1:].astype(np.float64))
    return PerplexityBasedNN(perplexity=perplexity, knn_index=known)
