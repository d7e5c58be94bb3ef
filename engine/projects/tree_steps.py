"""What is asked of a tree while it is cut: jobs of the window, functions of a script.

All of them take the features from the store, and the matrix that `steps` keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.clustering.agglomerative import METHOD as AGGLOMERATIVE
from engine.clustering.agglomerative import AgglomerativeParams
from engine.clustering.branch_silhouettes import branch_silhouettes
from engine.clustering.curves import Curves
from engine.clustering.cuts import cut_curves
from engine.clustering.describing import ClusterReport, describe, medoid_of
from engine.clustering.grafting import graft
from engine.clustering.hierarchy import Hierarchy
from engine.errors import ParameterError
from engine.features.representation import RepresentationParams
from engine.machine import limited_threads
from engine.params import Params
from engine.progress import Report, Step, silent
from engine.projects.matrices import basis_of, represented
from engine.projects.pipeline import Pipeline
from engine.projects.project import Graft, Grouping

HIGHEST = 200  # clusters


@dataclass(frozen=True, eq=False)
class Study:
    """What can be known of a tree before it is cut.

    Parameters
    ----------
    curves : Curves
        The scores of every cut from one cluster on.
    silhouettes : float32 array, shape (2n - 1,)
        Of every node against its sibling; see `branch_silhouettes`.
    """

    curves: Curves
    silhouettes: NDArray[np.float32]


def study(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    linkage: NDArray[np.float64],
    truth: Sequence[str] | None,
    highest: int = HIGHEST,
    report: Report = silent,
) -> Study:
    """Score all cuts of a tree, and all its branches, from the same distances.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        What the tree was grown with.
    linkage : float64 array, shape (n_rows - 1, 4)
    truth : sequence of str, or None
        The label of every clip, "" where unknown.
    highest : int
        Cuts are scored from 1 to so many clusters, as far as there are leaves.
    report : Report

    Raises
    ------
    ParameterError
        If the tree has another number of leaves than clips have features.
    FeaturesMissingError
        If the store was deleted since.
    """
    found = represented(keys, pipeline, report)
    basis = basis_of(found, 0)
    tree = Hierarchy(linkage)
    curves = cut_curves(
        found.matrix,
        tree,
        highest,
        lowest=1,
        truth=None if truth is None else [truth[i] for i in found.rows],
        basis=basis,
        report=report,
    )
    return Study(curves, branch_silhouettes(tree, basis, report))


def medoid(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    clips: NDArray[np.int64],
    report: Report = silent,
) -> int:
    """Return the clip that is nearest to all others of some clips, on average.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        In whose matrix distances are measured.
    clips : int64 array
        Those without features do not count.
    report : Report

    Raises
    ------
    ParameterError
        If none of them has features.
    FeaturesMissingError
        If the store was deleted since.
    """
    found = represented(keys, pipeline, report)
    some = np.flatnonzero(np.isin(found.rows, clips))
    if not len(some):
        raise ParameterError(f"None of these {len(clips)} clips has features")
    report(Step(0, 1, "Looking for medoids"))
    with limited_threads():
        return int(found.rows[some[medoid_of(found.matrix[some])]])


def describe_clusters(
    keys: tuple[str | None, ...],
    pipeline: Pipeline,
    labels: NDArray[np.int32],
    truth: Sequence[str] | None,
    report: Report = silent,
) -> tuple[ClusterReport, ...]:
    """Describe every cluster; see `engine.clustering.describing.describe`.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        In whose matrix distances are measured.
    labels : int32 array, shape (n_clips,)
    truth : sequence of str, or None
        The label of every clip, "" where unknown.
    report : Report

    Returns
    -------
    tuple of ClusterReport
        By ascending id, noise last. Medoids are clips.
    """
    found = represented(keys, pipeline, report)
    return describe(labels, truth, found.matrix, found.rows, report=report)


def recluster(
    keys: tuple[str | None, ...],
    grouping: Grouping,
    node: int,
    representation: RepresentationParams,
    linkage: str,
    report: Report = silent,
) -> tuple[Grouping, NDArray[np.int64]]:
    """Grow one branch of a tree again, from other numbers for its clips.

    Scaling and reduction are those of the clips in the branch alone.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    grouping : Grouping
        With a tree.
    node : int
        The top of the branch; no leaf.
    representation : RepresentationParams
        Of the features that are stored already.
    linkage : {"ward", "average", "complete", "single"}
    report : Report

    Returns
    -------
    grouping : Grouping
        It answers the same pipeline; a note says what was done.
    moved : int64 array, shape (2n - 1,)
        The new number of every node, -1 where it is gone; see `graft`, and
        `engine.projects.curation.grafted` for what it is good for.

    Raises
    ------
    ParameterError
        If there is no tree or no such branch of at least two clips, a clip in it has no
        features, or a parameter is out of range.
    FeaturesMissingError
        If the store was deleted since.
    """
    tree = grouping.hierarchy
    if tree is None:
        raise ParameterError("There is no tree, so no branch can be regrouped")
    params = AgglomerativeParams(n_clusters=1, linkage=linkage)
    clips = grouping.rows[np.sort(tree.members(node))]
    chosen = np.zeros(len(keys), bool)
    chosen[clips] = True
    some = tuple(key if own else None for key, own in zip(keys, chosen, strict=True))
    asked = grouping.pipeline
    pipeline = replace(asked, network="", representation=representation)
    found = represented(some, pipeline, report)
    if len(found.rows) != len(clips):
        raise ParameterError(
            f"All {len(clips)} clips of the branch must have features; "
            f"{len(found.rows)} have some"
        )
    # By leaf, whatever the order of the rows.
    matrix = found.matrix[np.searchsorted(found.rows, clips)]
    fit = AGGLOMERATIVE.fit(matrix, params, report)
    assert fit.linkage is not None  # what grows_tree says
    whole, moved = graft(tree, node, fit.linkage)
    k = min(grouping.pipeline.n_clusters or 1, tree.n_leaves)
    how = f"{_feature_in_words(representation)}, {_labels(params, 'linkage')[linkage]}"
    note = f"Branch of {len(clips)} clips regrouped by {how}"
    grown = replace(
        grouping,
        linkage=whole,
        labels=Hierarchy(whole).labels_at(k),
        notes=(*grouping.notes, note, *found.notes, *fit.notes),
        grafts=(*grouping.grafts, Graft(found.rows, representation, linkage)),
    )
    return grown, moved


def _feature_in_words(representation: RepresentationParams) -> str:
    """Return the features as they stand in a sentence: mel-spectrogram and MFCC."""
    known = _labels(representation, "feature")
    labels = [known[name] for name in representation.features]
    return " and ".join(w if w[1].isupper() else w[0].lower() + w[1:] for w in labels)


def _labels(params: Params, name: str) -> dict[str, str]:
    return dict(next(f.choices for f in params.declared() if f.name == name))
