"""A tree that was grown elsewhere, as a project's groups.

Leaf i is clip i, in the order of the dataset, which is that of the exported metadata.
Where the tree has fewer leaves, as many as there are clips with features, leaf i is
the i-th of these.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.clustering.hierarchy import Hierarchy
from engine.clustering.linkage_files import read_linkage
from engine.errors import ParameterError
from engine.progress import Report, silent
from engine.projects.curation import regrouped
from engine.projects.project import Grouping, Project


def import_linkage(
    project: Project, path: str | Path, report: Report = silent
) -> Project:
    """Read a linkage, and cut it in place of the project's own tree.

    Parameters
    ----------
    project : Project
    path : str or Path
        As for `engine.clustering.linkage_files.read_linkage`.
    report : Report

    Returns
    -------
    Project
        As `with_linkage` makes it.

    Raises
    ------
    EngineError
        If the file cannot be read or is no such tree.
    ParameterError
        If it has another number of leaves than there are clips.
    """
    return with_linkage(project, read_linkage(path, report), Path(path).name)


def with_linkage(
    project: Project, linkage: NDArray[np.float64], source: str
) -> Project:
    """Return a project with a tree from elsewhere, grouped as it asks for.

    The method becomes agglomerative, and the number of clusters stays, at most that of
    leaves. What was done by hand goes over as `engine.projects.curation.regrouped`
    says. Silhouettes are measured in the matrix of the project's own features.

    Parameters
    ----------
    project : Project
    linkage : float64 array, shape (n - 1, 4)
    source : str
        What the note about these groups calls the tree: the name of its file.

    Raises
    ------
    ParameterError
        If it is no linkage, or has another number of leaves than there are clips.
    """
    tree = Hierarchy(linkage)
    rows = rows_of(tree.n_leaves, len(project.dataset), _with_features(project))
    pipeline = project.pipeline.choosing("agglomerative")
    asked = project.pipeline.n_clusters or pipeline.n_clusters or 1
    k = min(asked, tree.n_leaves)
    pipeline = pipeline.with_n_clusters(k)
    grouping = Grouping(
        pipeline=pipeline,
        rows=rows,
        labels=tree.labels_at(k),
        linkage=tree.linkage,
        notes=(f"The tree was imported from {source}, not grown from these features",),
        source=source or "elsewhere",
    )
    return replace(regrouped(project, grouping), pipeline=pipeline)


def rows_of(
    n_leaves: int, n_clips: int, with_features: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Return the clip that every leaf of a tree from elsewhere stands for.

    Parameters
    ----------
    n_leaves, n_clips : int
    with_features : int64 array, optional
        The clips that have features, ascending, where that is known.

    Returns
    -------
    int64 array, shape (n_leaves,)

    Raises
    ------
    ParameterError
        If these are neither all clips nor those with features.
    """
    if n_leaves == n_clips:
        return np.arange(n_clips)
    fewer = ""
    if with_features is not None and len(with_features) < n_clips:
        if n_leaves == len(with_features):
            return with_features
        fewer = f", or {len(with_features)}, one per clip with features"
    raise ParameterError(
        f"The tree must have {n_clips} leaves, one per clip{fewer}; it has {n_leaves}"
    )


def _with_features(project: Project) -> NDArray[np.int64] | None:
    if project.extraction is None:
        return None
    return np.flatnonzero([key is not None for key in project.extraction.keys])
