"""What is asked while a person listens: neighbours, tours, numbers to colour by.

Jobs of the window, functions of a script; quick once the matrix that `steps` keeps has
been made. Distances are Euclidean in the pipeline's matrix, as those of the scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio.preparing import PreparationParams
from engine.clustering import typicality
from engine.clustering.describing import medoid_of
from engine.clustering.estimated_silhouettes import estimated_silhouettes
from engine.clustering.silhouette import SAMPLE
from engine.errors import FeaturesMissingError, ParameterError
from engine.features.descriptors import DESCRIPTORS
from engine.features.spectral import FEATURES, FeatureParams
from engine.features.store import FeatureStore, default_folder
from engine.machine import limited_threads
from engine.progress import Report, Step, silent
from engine.projects.matrices import basis_of, represented
from engine.projects.pipeline import Pipeline

_CLIPS = 4096  # read at once


@dataclass(frozen=True, eq=False)
class Nearest:
    """The clips that are nearest to one in the space of its features.

    Parameters
    ----------
    clips : int64 array, shape (n,)
        The nearest first; of equally near ones the first of the collection. The clip
        itself is not among them.
    distances : float32 array, shape (n,)
        In units of the matrix, ascending.
    """

    clips: NDArray[np.int64]
    distances: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tour:
    """What to hear of a cluster, from its middle to its nearest rival.

    Parameters
    ----------
    cluster : int
        Its id.
    medoid : int
        The clip that is nearest to all others of the cluster, on average.
    typical : int64 array, shape (at most 3,)
        Clips spread over its core, the nearest to the medoid first.
    boundary : int64 array, shape (at most 3,)
        Clips at its edge, the outermost last.
    rival : int or None
        The id of the nearest other cluster; None where there is none.
    rival_medoid : int or None
    """

    cluster: int
    medoid: int
    typical: NDArray[np.int64]
    boundary: NDArray[np.int64]
    rival: int | None
    rival_medoid: int | None

    @property
    def clips(self) -> NDArray[np.int64]:
        """All of them in the order of the tour: int64, shape (1 to 8,)."""
        last = [] if self.rival_medoid is None else [self.rival_medoid]
        stops = [self.medoid, *self.typical, *self.boundary, *last]
        return np.array(stops, np.int64)


def neighbours(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    clip: int,
    count: int = 12,
    report: Report = silent,
) -> Nearest:
    """Find the clips nearest to one, exactly.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        In whose matrix distances are measured.
    clip : int
    count : int
        At least 1; fewer are found where no more clips have features.
    report : Report

    Raises
    ------
    ParameterError
        If the clip has no features, or the count is not positive.
    FeaturesMissingError
        If the store was deleted since.
    """
    if count < 1:
        raise ParameterError(f"The number of neighbours must be 1 or more, not {count}")
    if not 0 <= clip < len(keys) or keys[clip] is None:
        raise ParameterError("This clip has no features, so it has no neighbours")
    found = represented(keys, pipeline, report)
    row = int(np.searchsorted(found.rows, clip))
    near, distances = typicality.nearest(found.matrix, row, count)
    return Nearest(found.rows[near], distances.astype(np.float32))


def tour(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    labels: NDArray[np.int32],
    cluster: int,
    report: Report = silent,
) -> Tour:
    """Choose what to hear of a cluster; see `engine.clustering.typicality.portrait`.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        In whose matrix distances are measured.
    labels : int32 array, shape (n_clips,)
    cluster : int
        An id among the labels; noise is no cluster.
    report : Report

    Raises
    ------
    ParameterError
        If there is no such cluster, or none of its clips has features.
    FeaturesMissingError
        If the store was deleted since.
    """
    if cluster < 0:
        raise ParameterError("Noise is no cluster: it has no middle to begin a tour in")
    found = represented(keys, pipeline, report)
    shown = typicality.portrait(found.matrix, labels[found.rows], cluster, report)
    return Tour(
        cluster,
        int(found.rows[shown.medoid]),
        found.rows[shown.typical],
        found.rows[shown.boundary],
        shown.rival,
        None if shown.rival_medoid is None else int(found.rows[shown.rival_medoid]),
    )


def by_medoid(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    clips: NDArray[np.int64],
    report: Report = silent,
) -> NDArray[np.int64]:
    """Sort clips by their distance to the medoid of them all.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        In whose matrix distances are measured.
    clips : int64 array, shape (n,)
        Each once, in any order.
    report : Report

    Returns
    -------
    int64 array, shape (n,)
        The same clips, the medoid first. Those without features follow at the end, in
        the order in which they came.

    Raises
    ------
    FeaturesMissingError
        If the store was deleted since.
    """
    clips = np.asarray(clips, np.int64)
    known = np.array([keys[clip] is not None for clip in clips], bool)
    if not known.any():
        return clips
    found = represented(keys, pipeline, report)
    usable = np.sort(clips[known])
    members = found.matrix[np.searchsorted(found.rows, usable)]
    report(Step(0, 1, "Looking for medoids"))
    with limited_threads():
        medoid = medoid_of(members)
    far = typicality.distances_from(members, medoid)
    far[medoid] = -1.0  # before its duplicates
    ordered = usable[np.argsort(far, kind="stable")]
    return np.concatenate([ordered, clips[~known]])


def silhouettes(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    labels: NDArray[np.int32],
    report: Report = silent,
) -> NDArray[np.float32]:
    """Return the silhouette of every clip.

    Up to 5 000 clips the very numbers that the score is the mean of; beyond, estimated
    (`engine.clustering.estimated_silhouettes`).

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        In whose matrix distances are measured.
    labels : int32 array, shape (n_clips,)
    report : Report

    Returns
    -------
    float32 array, shape (n_clips,)
        -1 to 1; 0 for a cluster of one; NaN for clips without features or in no
        cluster, and everywhere where there is but one cluster, or one for each clip.

    Raises
    ------
    ParameterError
        If no clip has features.
    FeaturesMissingError
        If the store was deleted since.
    """
    found = represented(keys, pipeline, report)
    own = labels[found.rows]
    values = np.full(len(keys), np.nan, np.float32)
    values[found.rows] = (
        basis_of(found, 0).samples(own, report)
        if len(own) <= SAMPLE
        else estimated_silhouettes(found.matrix, own, report=report)
    )
    return values


def descriptors(
    keys: tuple[str | None, ...], pipeline: Pipeline, report: Report = silent
) -> dict[str, NDArray[np.float32]]:
    """Return the stored descriptors of all clips.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
    report : Report

    Returns
    -------
    dict of str to float32 array, shape (n_clips,)
        By the names of `engine.features.descriptors.DESCRIPTORS`, in this order; NaN
        for a clip that has none. Keys are places in `engine.features.descriptors.KEYS`.

    Raises
    ------
    FeaturesMissingError
        If the store was deleted since.
    """
    rows = [i for i, key in enumerate(keys) if key is not None]
    wanted = [str(keys[i]) for i in rows]
    values = np.full((len(DESCRIPTORS), len(keys)), np.nan, np.float32)
    if not rows:
        return dict(zip(DESCRIPTORS, values, strict=True))
    store = _holding(wanted, pipeline)
    for first in range(0, len(rows), _CLIPS):
        report(Step(first, len(rows), "Reading descriptors"))
        some = slice(first, first + _CLIPS)
        values[:, rows[some]] = store.gather(wanted[some], "descriptors").T
    return dict(zip(DESCRIPTORS, values, strict=True))


def thumbnail(key: str, pipeline: Pipeline, feature: str = "mel") -> NDArray[np.uint8]:
    """Return the small picture of a feature of one clip.

    Parameters
    ----------
    key : str
        Where the clip's features are in the store.
    pipeline : Pipeline
    feature : str
        One of `engine.features.spectral.FEATURES`.

    Returns
    -------
    uint8 array, shape (48, 96)
        As from `engine.features.images.image_of`: row 0 is the top.

    Raises
    ------
    ParameterError
        If there is no such feature.
    FeaturesMissingError
        If the store was deleted since.
    """
    if feature not in FEATURES:
        raise ParameterError(
            f"The feature of a picture must be one of {', '.join(FEATURES)}; it is "
            f"{feature!r}"
        )
    store = _holding([key], pipeline)
    picture: NDArray[np.uint8] = store.gather([key], f"{feature}_image")[0]
    return picture


def _holding(keys: list[str], pipeline: Pipeline) -> FeatureStore:
    """Return the store, which is opened once for many questions."""
    folder = default_folder()
    store = _store(folder, pipeline.features, pipeline.preparation)
    if any(key not in store for key in keys):
        store.refresh()
        gone = sum(key not in store for key in keys)
        if gone:
            raise FeaturesMissingError(
                f"Of {len(keys)} clips {gone} do not have their features in {folder} "
                "any more; they have to be extracted again"
            )
    return store


@lru_cache(maxsize=1)
def _store(
    folder: Path, features: FeatureParams, preparation: PreparationParams
) -> FeatureStore:
    return FeatureStore(folder, features, preparation)
