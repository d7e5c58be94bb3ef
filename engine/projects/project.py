"""The document: what a person opened, chose and got, as one frozen value.

A change makes a new `Project`; undo keeps the old one. Arrays are shared between them
and never written to.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio.dataset import Dataset
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.metrics import Scores
from engine.clustering.partition import UNPLACED, spread
from engine.features.extraction import Extraction
from engine.projects.pipeline import Pipeline


@dataclass(frozen=True, eq=False)
class Grouping:
    """What a method found: labels for some rows, and its tree where it grew one.

    Parameters
    ----------
    pipeline : Pipeline
        What it was fitted with.
    rows : int64 array, shape (n_rows,)
        The clips that took part.
    labels : int32 array, shape (n_rows,)
        Their clusters, or NOISE.
    linkage : float64 array, shape (n_rows - 1, 4), or None
        The tree, in SciPy's convention.
    membership : float32 array, shape (n_rows, n_clusters), or None
        Degrees of membership of a fuzzy method.
    strength : float32 array, shape (n_rows,), or None
        How firmly every row belongs to its cluster, 0 to 1, where the method tells.
    notes : tuple of str
        What the method wants a person to know about this run.
    """

    pipeline: Pipeline
    rows: NDArray[np.int64]
    labels: NDArray[np.int32]
    linkage: NDArray[np.float64] | None = None
    membership: NDArray[np.float32] | None = None
    strength: NDArray[np.float32] | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def hierarchy(self) -> Hierarchy | None:
        """The tree, ready to be cut anywhere; None for a flat method."""
        return None if self.linkage is None else Hierarchy(self.linkage)

    def labels_at(self, k: int | None) -> NDArray[np.int32]:
        """Labels of the rows: the cut of the tree at k, or what the method said."""
        if self.hierarchy is None or k is None:
            return self.labels
        return self.hierarchy.labels_at(min(max(k, 1), self.hierarchy.n_leaves))

    def answers(self, pipeline: Pipeline) -> bool:
        """Tell whether these groups are what the pipeline asks for."""
        return self.pipeline.grouping_key == pipeline.grouping_key


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the clips lie on the map.

    Parameters
    ----------
    pipeline : Pipeline
        What it was computed with.
    positions : float32 array, shape (n_clips, 2)
        NaN for a clip that has no place.
    """

    pipeline: Pipeline
    positions: NDArray[np.float32]

    def answers(self, pipeline: Pipeline) -> bool:
        """Tell whether this is the map that the pipeline asks for."""
        return self.pipeline.layout_key == pipeline.layout_key


@dataclass(frozen=True, eq=False)
class Project:
    """A collection, the chosen parameters, and what has been computed so far.

    Parameters
    ----------
    dataset : Dataset
        The clips and their metadata.
    pipeline : Pipeline
        What is asked for now; results may still answer an earlier question.
    extraction : Extraction or None
        Which clips have features in the store, and why others have none.
    grouping : Grouping or None
        The groups.
    layout : Layout or None
        The map.
    scores : Scores or None
        How good the present labels are; None while that is being computed.
    """

    dataset: Dataset
    pipeline: Pipeline = field(default_factory=Pipeline)
    extraction: Extraction | None = None
    grouping: Grouping | None = None
    layout: Layout | None = None
    scores: Scores | None = None

    @property
    def labels(self) -> NDArray[np.int32]:
        """The cluster of every clip: int32, shape (n_clips,), read only.

        The same array as long as groups and cut are the same, whatever else changes.

        NOISE for clips left out by the method, UNPLACED for clips without features
        and for all of them before anything was grouped.
        """
        return _labels_of(self.grouping, self.cut, len(self.dataset))

    @property
    def cut(self) -> int | None:
        """The number of clusters the tree is cut into; None for a flat method.

        While the groups still answer an earlier choice of method, its own number.
        """
        if self.grouping is None or self.grouping.linkage is None:
            return None
        if self.grouping.pipeline.method == self.pipeline.method:
            return self.pipeline.n_clusters
        return self.grouping.pipeline.n_clusters

    @property
    def positions(self) -> NDArray[np.float32]:
        """Where every clip lies: float32, shape (n_clips, 2), NaN without a place."""
        if self.layout is None:
            return np.full((len(self.dataset), 2), np.nan, dtype=np.float32)
        return self.layout.positions

    @property
    def grouped(self) -> bool:
        """Whether the groups answer the present pipeline."""
        return self.grouping is not None and self.grouping.answers(self.pipeline)

    @property
    def mapped(self) -> bool:
        """Whether the map answers the present pipeline."""
        return self.layout is not None and self.layout.answers(self.pipeline)

    @property
    def extracted(self) -> bool:
        """Whether every clip has been extracted with the present parameters."""
        done = self.extraction
        return done is not None and (
            (done.preparation, done.params)
            == (self.pipeline.preparation, self.pipeline.features)
        )

    def with_results_of(self, other: Project) -> Project:
        """Return the project with what another one knows and this one asks for.

        Both are states of one collection. What was extracted last is a fact about the
        files; groups and map are taken where they answer this pipeline.
        """
        found = self
        same = other.pipeline.extraction_key == self.pipeline.extraction_key
        if other.extracted and same:
            found = replace(found, extraction=other.extraction)
        grouping, layout, asked = other.grouping, other.layout, self.pipeline
        if not self.grouped and grouping is not None and grouping.answers(asked):
            found = replace(found, grouping=grouping, scores=None)
        if not self.mapped and layout is not None and layout.answers(asked):
            found = replace(found, layout=layout)
        return found

    def choosing(self, method: str | None = None, **values: Any) -> Project:
        """Return the same collection asked another way; see `Pipeline.choosing`."""
        return replace(self, pipeline=self.pipeline.choosing(method, **values))

    def with_n_clusters(self, k: int) -> Project:
        """Return the project cut into k clusters, or asking for k.

        The scores are kept only where they still belong to the labels.
        """
        return replace(self, pipeline=self.pipeline.with_n_clusters(k), scores=None)


@lru_cache(maxsize=16)
def _labels_of(
    grouping: Grouping | None, cut: int | None, n_clips: int
) -> NDArray[np.int32]:
    if grouping is None:
        labels = np.full(n_clips, UNPLACED, dtype=np.int32)
    else:
        labels = spread(grouping.labels_at(cut), grouping.rows, n_clips)
    labels.setflags(write=False)
    return labels


@dataclass(frozen=True)
class View:
    """What was selected when the project was last seen; not part of undo.

    Parameters
    ----------
    current : int or None
        The clip that was looked at and heard last.
    selection : tuple of int
        The selected clips.
    """

    current: int | None = None
    selection: tuple[int, ...] = ()
