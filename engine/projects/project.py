"""The document: what a person opened, chose and got, as one frozen value.

A change makes a new `Project`; undo keeps the old one. Arrays are shared between them
and never written to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio.dataset import Dataset
from engine.clustering.branches import Branches
from engine.clustering.cut import Clusters, Cut
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.metrics import Scores
from engine.clustering.partition import TITLES, UNPLACED, spread
from engine.features.extraction import Extraction
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from engine.projects.edits import Edits
from engine.projects.pipeline import Pipeline


@dataclass(frozen=True, eq=False)
class Graft:
    """How a branch of a tree was grown again.

    Parameters
    ----------
    clips : int64 array, shape (n,), n at least 2
        Those in the branch, ascending.
    representation : RepresentationParams
        The matrix that it was grown from, of these clips alone.
    linkage : str
        As `engine.clustering.agglomerative.AgglomerativeParams.linkage`.
    """

    clips: NDArray[np.int64]
    representation: RepresentationParams
    linkage: str


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
    grafts : tuple of Graft
        The branches that were grown again since, in this order.
    source : str
        Where the tree was brought from that the method did not grow; "" for its own.
        Such a tree is a choice: it stays, whatever of its clips have features.
    """

    pipeline: Pipeline
    rows: NDArray[np.int64]
    labels: NDArray[np.int32]
    linkage: NDArray[np.float64] | None = None
    membership: NDArray[np.float32] | None = None
    strength: NDArray[np.float32] | None = None
    notes: tuple[str, ...] = ()
    grafts: tuple[Graft, ...] = ()
    source: str = ""

    @cached_property
    def hierarchy(self) -> Hierarchy | None:
        """The tree, ready to be cut anywhere; None for a flat method."""
        return None if self.linkage is None else Hierarchy(self.linkage)

    @property
    def tree_key(self) -> str:
        """What tells this tree from any other, "" where there is none."""
        if self.linkage is None:
            return ""
        return blake2b(self.rows.tobytes() + self.linkage.tobytes()).hexdigest()

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
    done : int or None
        How many steps of the projection were done when it was stopped, from which it
        can go on; None for a map that is whole.
    """

    pipeline: Pipeline
    positions: NDArray[np.float32]
    done: int | None = None

    @property
    def unfinished(self) -> bool:
        """Whether it was stopped before it had settled."""
        return self.done is not None

    def answers(self, pipeline: Pipeline) -> bool:
        """Tell whether this is the map that the pipeline asks for, settled or not."""
        return self.pipeline.layout_key == pipeline.layout_key


@dataclass(frozen=True, eq=False)
class Second:
    """A second map, of the same clips seen another way.

    Parameters
    ----------
    representation : RepresentationParams
        Of the features that are stored already.
    projection : ProjectionParams
    layout : Layout or None
        Its map, as far as there is one; it may answer an earlier question.
    """

    representation: RepresentationParams
    projection: ProjectionParams
    layout: Layout | None = None

    def asked_of(self, pipeline: Pipeline) -> Pipeline:
        """Return what it asks for where the first map asks for a pipeline."""
        return replace(
            pipeline,
            network="",
            representation=self.representation,
            projection=self.projection,
        )

    def asks_as(self, other: Second | None) -> bool:
        """Tell whether a person chose the same in both."""
        return other is not None and (
            (self.representation, self.projection)
            == (other.representation, other.projection)
        )


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
    edits : Edits
        What was done by hand to these groups.
    second : Second or None
        The map beside the first, where one is wanted.
    """

    dataset: Dataset
    pipeline: Pipeline = field(default_factory=Pipeline)
    extraction: Extraction | None = None
    grouping: Grouping | None = None
    layout: Layout | None = None
    scores: Scores | None = None
    edits: Edits = field(default_factory=Edits)
    second: Second | None = None

    @property
    def labels(self) -> NDArray[np.int32]:
        """The cluster of every clip: int32, shape (n_clips,), read only.

        The same array as long as groups and cut are the same, whatever else changes.

        NOISE for clips left out by the method, UNPLACED for clips without features
        and for all of them before anything was grouped.
        """
        return _labels_of(self.grouping, self.cuts, self.cut, len(self.dataset))

    @property
    def cut(self) -> int | None:
        """Where the line across the tree lies: at so many clusters; None without one.

        At most the number of leaves. While the groups still answer an earlier choice of
        method, its own number.
        """
        if self.grouping is None or self.grouping.hierarchy is None:
            return None
        asked = self.pipeline.n_clusters
        if self.grouping.pipeline.method != self.pipeline.method:
            asked = self.grouping.pipeline.n_clusters
        return min(asked or 1, self.grouping.hierarchy.n_leaves)

    @property
    def cuts(self) -> Cut | None:
        """All cuts of the tree, with the branches that go their own way."""
        if self.grouping is None or self.grouping.hierarchy is None:
            return None
        return _cuts_of(self.grouping, self.edits.branches)

    @property
    def clusters(self) -> Clusters:
        """The clusters there are, noise not counted.

        Without a tree their nodes are their ids, which is what names are kept by.
        """
        return _clusters_of(self.grouping, self.cuts, self.cut)

    @cached_property
    def names(self) -> Mapping[int, str]:
        """The names of those clusters that have one, by id."""
        if not self.edits.names:
            return {}
        found = self.clusters
        pairs = zip(found.ids.tolist(), found.nodes.tolist(), strict=True)
        names = self.edits.names
        return {i: names[node] for i, node in pairs if node in names}

    def title(self, label: int) -> str:
        """Say in words what a label means: the name of a cluster, or its number."""
        if label < 0:
            return TITLES[label]
        return self.names.get(label, f"Cluster {label}")

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
        """Whether the map answers the present pipeline, settled or not."""
        return self.layout is not None and self.layout.answers(self.pipeline)

    @property
    def extracted(self) -> bool:
        """Whether every clip has been extracted with the present parameters."""
        done = self.extraction
        return done is not None and (
            (done.preparation, done.params)
            == (self.pipeline.preparation, self.pipeline.features)
        )

    def choosing(self, method: str | None = None, **values: Any) -> Project:
        """Return the same collection asked another way; see `Pipeline.choosing`."""
        return replace(self, pipeline=self.pipeline.choosing(method, **values))

    def with_n_clusters(self, k: int) -> Project:
        """Return the project cut into k clusters, or asking for k.

        The scores are kept only where they still belong to the labels.
        """
        return replace(self, pipeline=self.pipeline.with_n_clusters(k), scores=None)

    def asks_as(self, other: Project) -> bool:
        """Tell whether a person chose the same in both: parameters, edits, maps."""
        same = self.second is other.second is None or (
            self.second is not None and self.second.asks_as(other.second)
        )
        return same and (self.pipeline, self.edits) == (other.pipeline, other.edits)


@lru_cache(maxsize=16)
def _cuts_of(grouping: Grouping, branches: Branches) -> Cut | None:
    tree = grouping.hierarchy
    return None if tree is None else Cut(tree, branches)


@lru_cache(maxsize=16)
def _labels_of(
    grouping: Grouping | None, cuts: Cut | None, k: int | None, n_clips: int
) -> NDArray[np.int32]:
    if grouping is None:
        labels = np.full(n_clips, UNPLACED, dtype=np.int32)
    else:
        found = grouping.labels
        if cuts is not None and k is not None:
            found = cuts.labels_at(k)
        labels = spread(found, grouping.rows, n_clips)
    labels.setflags(write=False)
    return labels


@lru_cache(maxsize=16)
def _clusters_of(
    grouping: Grouping | None, cuts: Cut | None, k: int | None
) -> Clusters:
    if cuts is not None and k is not None:
        return cuts.clusters_at(k)
    found = np.empty(0, np.int32) if grouping is None else grouping.labels
    ids, sizes = np.unique(found[found >= 0], return_counts=True)
    return Clusters(ids, ids.astype(np.int64), sizes)


@dataclass(frozen=True, eq=False)
class View:
    """What was selected when the project was last seen; not part of undo.

    Parameters
    ----------
    current : int or None
        The clip that was looked at and heard last.
    selection : int64 array, shape (n_selected,)
        The selected clips, ascending.
    plays : int32 array, shape (n_clips,), or None
        How often every clip was heard.
    """

    current: int | None = None
    selection: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    plays: NDArray[np.int32] | None = None

    def __eq__(self, other: object) -> bool:
        """Tell whether the same was selected and heard."""
        return (
            isinstance(other, View)
            and self.current == other.current
            and np.array_equal(self.selection, other.selection)
            and np.array_equal(_heard(self.plays), _heard(other.plays))
        )

    __hash__ = None  # type: ignore[assignment]


def _heard(plays: NDArray[np.int32] | None) -> NDArray[np.int64]:
    """Return the clips that were heard, and how often: shape (2, n)."""
    known = np.empty(0, np.int64) if plays is None else plays.astype(np.int64)
    clips = np.flatnonzero(known)
    return np.stack([clips, known[clips]])
