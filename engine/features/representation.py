"""From stored features to the matrix that methods group.

Pick, pool, impute, scale, join; then, where wanted, principal components and UMAP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.features.blocks import read_block
from engine.features.manifold import has_neighbourhoods, umap
from engine.features.reduction import pca
from engine.features.scaling import equalise, impute, scale
from engine.features.spectral import FEATURES
from engine.features.store import FeatureStore
from engine.params import Params, param
from engine.progress import Report, Step, silent

Floats = NDArray[np.float32]

_CLIPS = 1024  # read at once, so that what is stored is never in memory as a whole


@dataclass(frozen=True)
class RepresentationParams(Params):
    """Which numbers stand for a clip."""

    feature: str = param(
        "mfcc_without_first",
        label="Feature",
        choices={**FEATURES, "descriptors": "Descriptors"},
        several=True,
        help="Of several, each counts the same. Without the first coefficient of the "
        "MFCC, loudness does not count",
    )
    pooling: str = param(
        "mean_std",
        label="Pooling",
        choices={
            "mean_std": "Mean and deviation over time",
            "mean": "Mean over time",
            "profile": "Mean over frequency, 96 frames",
            "frames": "Resampled frames",
            "image": "Picture, 48x96 pixels",
            "image_columns": "Column means of the picture",
        },
        help="How a feature of any length becomes a row of fixed length; descriptors "
        "need none",
    )
    frames: int = param(
        8,
        label="Frames",
        low=2,
        high=32,
        needs=("pooling", ("frames",)),
        help="How many a clip of any length is resampled to",
    )
    normalisation: str = param(
        "none",
        label="Each clip",
        choices={
            "none": "As it is",
            "mean": "Less its mean over time",
            "standard": "Mean 0, deviation 1 over time",
        },
        needs=("pooling", ("frames",)),
        help="Takes away what stays the same throughout a clip, such as a voice, a "
        "room or a microphone, and leaves how it moves",
    )
    scaling: str = param(
        "power",
        label="Scaling",
        choices={
            "power": "By a power of the deviation",
            "none": "None",
            "standard": "Mean 0, deviation 1",
            "minmax": "Range 0 to 1",
        },
        help="Of each column over the collection: so that none outweighs the others, "
        "or, by a power, less than it would. Without, distances between MFCC are those "
        "between log spectra. Descriptors, which differ in unit, always have deviation "
        "1 then",
    )
    exponent: float = param(
        0.4,
        label="Power",
        low=0.0,
        high=1.0,
        needs=("scaling", ("power",)),
        help="What columns are divided by: 0 leaves them, 1 makes all equal",
    )
    reduction: str = param(
        "none",
        label="Reduction",
        choices={
            "none": "None",
            "pca": "PCA, by number",
            "variance": "PCA, by variance",
        },
        help="To the principal components, in which the clips differ most",
    )
    components: int = param(
        50,
        label="Components",
        low=1,
        high=1000,
        logarithmic=True,
        needs=("reduction", ("pca",)),
        help="How many are kept, where there are so many",
    )
    variance: float = param(
        0.95,
        label="Share of variance",
        low=0.5,
        high=0.999,
        needs=("reduction", ("variance",)),
        help="As many components are kept as hold this much of it",
    )
    manifold: str = param(
        "none",
        label="Manifold",
        choices={"none": "None", "umap": "UMAP"},
        help="Unfolds what lies on a curved surface, so that neighbours come together "
        "and groups apart; their sizes and distances then say little",
    )
    dimensions: int = param(
        10,
        label="Dimensions",
        low=2,
        high=50,
        needs=("manifold", ("umap",)),
        help="Of the unfolded space",
    )
    neighbours: int = param(
        15,
        label="Neighbours",
        low=2,
        high=200,
        logarithmic=True,
        needs=("manifold", ("umap",)),
        help="That a clip holds on to: few show detail, many the whole",
    )
    min_dist: float = param(
        0.0,
        label="Least distance",
        low=0.0,
        high=1.0,
        needs=("manifold", ("umap",)),
        help="How near clips may come; 0 packs groups tightly",
    )
    seed: int = param(
        0,
        label="Seed",
        low=0,
        high=2**31 - 1,
        needs=("manifold", ("umap",)),
        help="The same seed and the same clips give the same numbers",
    )

    @property
    def features(self) -> tuple[str, ...]:
        """The chosen features, in the order in which they are offered."""
        return tuple(self.feature.split("+"))


@dataclass(frozen=True, eq=False)
class Representation:
    """A matrix and the clips that its rows stand for.

    Parameters
    ----------
    matrix : float32 array, shape (n_rows, n_columns)
        All finite.
    rows : int64 array, shape (n_rows,)
        The index of each row's clip in the dataset, ascending.
    blocks : tuple of (str, int)
        What the columns were before any reduction: each feature, and how many of them.
    variance : float64 array, shape (n_components,), or None
        With principal components, the share of the variance that the first 1, 2, ...
        of those kept hold.
    notes : tuple of str
        What a person should know about this result, in words.
    """

    matrix: Floats
    rows: NDArray[np.int64]
    blocks: tuple[tuple[str, int], ...] = ()
    variance: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()


def represent(
    store: FeatureStore,
    keys: Sequence[str | None],
    params: RepresentationParams | None = None,
    report: Report = silent,
) -> Representation:
    """Make the matrix of the clips that have features.

    Parameters
    ----------
    store : FeatureStore
        Where the features are.
    keys : sequence of str or None
        One per clip of the dataset, from an `Extraction`.
    params : RepresentationParams, optional
    report : callable
        May raise Cancelled.

    Returns
    -------
    Representation
        Clips without a key, or that the store does not hold, have no row. A number that
        is not finite is replaced by its column's mean, a constant column becomes 0
        where columns are scaled. Of several features, each is divided by the square
        root of its total variance, so that distances take the same from each.

    Notes
    -----
    Frames less their mean over time are cepstral mean normalisation (Atal, 1974), those
    of deviation 1 mean and variance normalisation (Viikki and Laurila, 1998). UMAP as
    the last step, before a Gaussian mixture, is N2D (McConville et al., 2021). Scaling
    by the power 0.5 is Pareto scaling (van den Berg et al., 2006); 0.2 to 0.5 grouped
    four labelled collections better than either end, by 0.01 to 0.02 NMI on average.
    """
    params = params or RepresentationParams()
    rows = [i for i, key in enumerate(keys) if key in store]
    matrix, blocks = _joined(store, [str(keys[i]) for i in rows], params, report)
    return _reduced(matrix, np.array(rows, np.int64), blocks, params, report)


def represent_embedding(
    embedding: Floats,
    rows: NDArray[np.int64],
    params: RepresentationParams,
    report: Report = silent,
) -> Representation:
    """Make the matrix of clips that a network has given a row each.

    Parameters
    ----------
    embedding : float32 array, shape (n_rows, n_columns)
    rows : int64 array, shape (n_rows,)
        The index of each row's clip in the dataset, ascending.
    params : RepresentationParams
        Whose scaling, reduction and manifold count; the rest chooses features. An
        embedding's own axes mean nothing, so its principal components are scaled:
        without scaling, distances are those of the embedding.
    report : callable
        May raise Cancelled.
    """
    matrix = np.array(embedding, np.float32)
    if matrix.size and params.scaling != "none":
        matrix = pca(matrix, components=matrix.shape[1]).matrix
        scale(matrix, params.scaling, params.exponent)
    blocks = (("embedding", matrix.shape[1]),)
    return _reduced(matrix, rows, blocks, params, report)


def _reduced(
    matrix: Floats,
    rows: NDArray[np.int64],
    blocks: tuple[tuple[str, int], ...],
    params: RepresentationParams,
    report: Report,
) -> Representation:
    """Find components and unfold, where that is wanted."""
    variance = None
    if params.reduction != "none" and matrix.size:
        report(Step(0, 0, "Finding principal components"))
        by_number = params.reduction == "pca"
        reduced = (
            pca(matrix, components=params.components)
            if by_number
            else pca(matrix, variance=params.variance)
        )
        matrix, variance = reduced.matrix, reduced.explained
    notes: tuple[str, ...] = ()
    if params.manifold == "umap":
        matrix, notes = _unfolded(matrix, params, report)
    return Representation(matrix, rows, blocks, variance, notes)


def _joined(
    store: FeatureStore, keys: list[str], params: RepresentationParams, report: Report
) -> tuple[Floats, tuple[tuple[str, int], ...]]:
    """Return the columns of all chosen features, each scaled, and their widths."""
    how = (params.pooling, params.frames, params.normalisation)
    widths = [read_block(store, [], name, *how).shape[1] for name in params.features]
    matrix = np.empty((len(keys), sum(widths)), np.float32)
    total, done, end = len(keys) * len(widths), 0, 0
    for name, width in zip(params.features, widths, strict=True):
        block = matrix[:, end : (end := end + width)]
        for first in range(0, len(keys), _CLIPS):
            report(Step(done + first, total, "Reading features"))
            some = slice(first, first + _CLIPS)
            block[some] = read_block(store, keys[some], name, *how)
        done += len(keys)
        if len(keys):
            impute(block)
            scale(block, _scaling_of(name, params), params.exponent)
            if len(widths) > 1:
                equalise(block)
    return matrix, tuple(zip(params.features, widths, strict=True))


def _scaling_of(feature: str, params: RepresentationParams) -> str:
    unscaled = params.scaling in ("none", "power") and feature == "descriptors"
    return "standard" if unscaled else params.scaling


def _unfolded(
    matrix: Floats, params: RepresentationParams, report: Report
) -> tuple[Floats, tuple[str, ...]]:
    if not has_neighbourhoods(matrix):
        note = "Too few different clips for UMAP, so principal components are used"
        return pca(matrix, params.dimensions).matrix, (note,)

    def relay(step: Step) -> None:
        report(replace(step, partial=None))  # in so many dimensions it is no map

    settled = umap(
        matrix,
        params.dimensions,
        params.neighbours,
        params.min_dist,
        params.seed,
        relay,
    )
    return settled, ()
