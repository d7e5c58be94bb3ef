"""The steps from a collection to a project's results: what the window's jobs run.

Each is a plain function of picklable values, so that it runs as well in a script as in
a worker process. Matrices are kept for the next step of the same process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.audio.dataset import Clip, Dataset
from engine.audio.preparing import PreparationParams
from engine.clustering.curves import Curves
from engine.clustering.cuts import cut_curves
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.methods import METHODS
from engine.clustering.metrics import Scores, score
from engine.clustering.selection import SelectionParams, select
from engine.features.extraction import extract
from engine.features.manifold import Begun
from engine.features.pool import keep_freed_memory
from engine.features.presets import PRESETS
from engine.features.projection import project as project_matrix
from engine.features.representation import Representation
from engine.features.spectral import FeatureParams, features_of
from engine.progress import Report, silent
from engine.projects.curation import regrouped
from engine.projects.matrices import basis_of, represented
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Layout, Project

INSPECTED_SECONDS = 60.0


def group(
    keys: tuple[str | None, ...], pipeline: Pipeline, report: Report = silent
) -> Grouping:
    """Group the clips that have features by the pipeline's method.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
    report : Report

    Raises
    ------
    ParameterError
        If no clip has features, or the method cannot work with these parameters.
    FeaturesMissingError
        If the store was deleted since.
    """
    found = represented(keys, pipeline, report)
    params = pipeline.method_params
    notes: tuple[str, ...] = ()
    n_rows = len(found.rows)
    if (pipeline.n_clusters or 0) > n_rows:
        # The person asked before it was known how many clips can be used.
        params = params.replace(n_clusters=n_rows)
        notes = (f"Only {n_rows} clips have features, so there are {n_rows} groups",)
    fit = METHODS[pipeline.method].fit(found.matrix, params, report)
    return Grouping(
        pipeline=pipeline,
        rows=found.rows,
        labels=fit.labels,
        linkage=fit.linkage,
        membership=fit.membership,
        strength=fit.strength,
        notes=_notes_of(found) + fit.notes + notes,
    )


def lay_out(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    begun: Layout | None = None,
    report: Report = silent,
) -> Layout:
    """Place the clips that have features on the map; the others get NaN.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
    begun : Layout, optional
        The unfinished map of the same clips and parameters, to go on from.
    report : Report
        Receives the unfinished positions of the rows as ``partial`` while they settle.
    """
    found = represented(keys, pipeline, report)
    from_there = None
    if begun is not None and begun.done is not None and begun.answers(pipeline):
        known = begun.positions[found.rows]
        from_there = Begun(known, begun.done) if np.isfinite(known).all() else None
    placed = project_matrix(found.matrix, pipeline.projection, report, from_there)
    return Layout(pipeline, scattered(placed, found.rows, len(keys)))


def glance(
    keys: tuple[str | None, ...], pipeline: Pipeline, report: Report = silent
) -> NDArray[np.float32]:
    """Place the clips by PCA, which is nearly instant, whatever the map is to be.

    A representation by UMAP is seen as it is before that.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
    report : Report

    Returns
    -------
    float32 array, shape (n_clips, 2)
        NaN for a clip without features.
    """
    flat = pipeline.representation.replace(manifold="none")
    found = represented(keys, replace(pipeline, representation=flat), report)
    by_pca = pipeline.projection.replace(method="pca")
    return scattered(project_matrix(found.matrix, by_pca), found.rows, len(keys))


def scattered(
    placed: NDArray[np.float32], rows: NDArray[np.int64], n_clips: int
) -> NDArray[np.float32]:
    """Return positions for all clips, shape (n_clips, 2), NaN where there is no row."""
    positions = np.full((n_clips, 2), np.nan, dtype=np.float32)
    positions[rows] = placed
    positions.setflags(write=False)
    return positions


def evaluate(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    labels: NDArray[np.int32],
    truth: Sequence[str] | None,
    report: Report = silent,
) -> Scores:
    """Score labels of all clips against the truth and against the matrix.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        The pipeline whose matrix the silhouette is measured in.
    labels : int32 array, shape (n_clips,)
    truth : sequence of str, or None
    report : Report
    """
    found = represented(keys, pipeline, report)
    known = None if truth is None else [truth[i] for i in found.rows]
    return score(
        labels[found.rows], known, found.matrix, report=report, basis=basis_of(found, 0)
    )


def suggest(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    selection: SelectionParams,
    truth: Sequence[str] | None,
    linkage: NDArray[np.float64] | None = None,
    report: Report = silent,
) -> Curves:
    """Score the pipeline's method over a range of numbers of clusters.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
    selection : SelectionParams
    truth : sequence of str, or None
        The label of every clip.
    linkage : float64 array, shape (n_rows - 1, 4), optional
        The tree that the pipeline's method has grown already.
    report : Report

    Raises
    ------
    ParameterError
        As from `engine.clustering.selection.select`.
    FeaturesMissingError
        If the store was deleted since.
    """
    found = represented(keys, pipeline, report)
    known = None if truth is None else [truth[i] for i in found.rows]
    basis = basis_of(found, selection.seed)
    if linkage is None:
        return select(
            found.matrix,
            METHODS[pipeline.method],
            pipeline.method_params,
            selection,
            truth=known,
            basis=basis,
            report=report,
        )
    return cut_curves(
        found.matrix,
        Hierarchy(linkage),
        selection.highest,
        lowest=selection.lowest,
        truth=known,
        basis=basis,
        report=report,
    )


def preset(name: str, dataset: Dataset) -> FeatureParams:
    """Return the feature parameters of a preset for a collection."""
    return PRESETS[name].resolve(dataset)


@dataclass(frozen=True, eq=False)
class Inspection:
    """One clip, opened up for the viewer.

    Parameters
    ----------
    samples : float32 array, shape (n_samples,)
        Mono, at ``params.rate``, as recorded.
    features : dict of name to float32 array, shape (rows, frames)
        Of the prepared sound.
    params : FeatureParams
        What they were computed with.
    cropped : bool
        Whether the clip goes on after what is shown.
    measured : float
        Seconds that the features show: preparation may trim, crop or pad.
    """

    samples: NDArray[np.float32]
    features: dict[str, NDArray[np.float32]]
    params: FeatureParams
    cropped: bool
    measured: float

    @property
    def duration(self) -> float:
        """Seconds of sound."""
        return len(self.samples) / self.params.rate


def inspect(
    file: str,
    clip: Clip,
    params: FeatureParams,
    preparation: PreparationParams | None = None,
) -> Inspection:
    """Decode a clip and compute its five features; of a long one, the beginning.

    Raises
    ------
    AudioError
        If the file cannot be decoded.
    ParameterError
        If a sound of this rate cannot be prepared like that.
    """
    from engine.audio.decoding import decode
    from engine.audio.preparing import prepare

    limit = clip.start + INSPECTED_SECONDS
    end = clip.end if clip.end is not None and clip.end <= limit else limit
    samples = decode(file, clip.start, end, rate=params.rate)
    cropped = end == limit and len(samples) >= int(INSPECTED_SECONDS * params.rate)
    prepared = prepare(samples, params.rate, preparation or PreparationParams())
    features = features_of(prepared, params)
    return Inspection(samples, features, params, cropped, len(prepared) / params.rate)


def run(project: Project, report: Report = silent) -> Project:
    """Take a project all the way: extract, group, map and score.

    The same road that the window takes, for scripts and notebooks.

    Parameters
    ----------
    project : Project
        As from `engine.projects.opening.fresh`, or with a pipeline of one's own.
    report : Report

    Returns
    -------
    Project
        The same question, answered.
    """
    dataset, pipeline = project.dataset, project.pipeline
    extraction = extract(
        dataset, pipeline.features, pipeline.preparation, report=report
    )
    grouped = replace(
        regrouped(project, group(extraction.keys, pipeline, report)),
        extraction=extraction,
        layout=lay_out(extraction.keys, pipeline, report=report),
    )
    scores = evaluate(extraction.keys, pipeline, grouped.labels, dataset.labels)
    return replace(grouped, scores=scores)


def warm_up() -> None:
    """Import what the other steps need, before a person waits for it."""
    keep_freed_memory()
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(40, 4)).astype(np.float32)
    for name in ("agglomerative", "kmeans"):
        method = METHODS[name]
        method.fit(matrix, method.params(), silent)
    features_of(rng.normal(size=4096).astype(np.float32))
    score(np.arange(40) % 3, None, matrix)


def _notes_of(found: Representation) -> tuple[str, ...]:
    """Return what to know about a matrix: the variance that its components hold."""
    if found.variance is None or not len(found.variance):
        return found.notes
    count, share = len(found.variance), found.variance[-1]
    many = "1 component holds" if count == 1 else f"{count} components hold"
    return (f"{many} {share:.1%} of the variance", *found.notes)
