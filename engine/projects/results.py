"""What stays of a project when something was computed, or has to be once more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.audio.dataset import Dataset
from engine.features.extraction import Extraction
from engine.projects.curation import named, regrouped
from engine.projects.edits import Edits, Waiting
from engine.projects.pipeline import Pipeline
from engine.projects.project import Layout, Project


def with_extraction(
    project: Project, extraction: Extraction, before: Extraction | None = None
) -> Project:
    """Take what was extracted, and leave the results that it is not the base of.

    Groups and map are of certain clips: where others have features now, or some that
    sound otherwise, they are started anew. A tree from elsewhere stays.

    Parameters
    ----------
    project : Project
    extraction : Extraction
    before : Extraction, optional
        The base of the present results, where that is known.
    """
    grouping = project.grouping
    usable = np.flatnonzero([key is not None for key in extraction.keys])
    other = before is not None and before.keys != extraction.keys
    if grouping is not None and not grouping.source:
        other = other or not np.array_equal(usable, grouping.rows)
    found = started_anew(project) if other else project
    return replace(found, extraction=extraction)


def with_results_of(project: Project, other: Project) -> Project:
    """Return a project with what another one knows and this one asks for.

    Both are states of one collection. What was extracted last is a fact about the
    files; groups and map are taken where they answer this pipeline. What was done by
    hand stays that of this project, and a tree from elsewhere was a choice, too.
    """
    found, asked, done = project, project.pipeline, other.extraction
    same = other.extracted and other.pipeline.extraction_key == asked.extraction_key
    if same and done is not None and done is not project.extraction:
        before = project.extraction if project.extracted else None
        found = with_extraction(project, done, before)
    grouping = other.grouping
    if grouping is not None and not grouping.source and not found.grouped:
        found = regrouped(found, grouping) if grouping.answers(asked) else found
    layout = _farther(found.layout, other.layout, asked)
    second, known = found.second, other.second
    if second is not None and known is not None:
        aside = _farther(second.layout, known.layout, second.asked_of(asked))
        if aside is not second.layout:
            second = replace(second, layout=aside)
    if layout is not found.layout or second is not found.second:
        found = replace(found, layout=layout, second=second)
    return found


def _farther(
    own: Layout | None, other: Layout | None, asked: Pipeline
) -> Layout | None:
    """Return one's own map, unless the other answers better or has settled farther."""
    if other is None or not other.answers(asked):
        return own
    if own is None or not own.answers(asked):
        return other
    if own.done is None:
        return own
    return other if other.done is None or other.done > own.done else own


def started_anew(project: Project, dataset: Dataset | None = None) -> Project:
    """Forget what was computed, but not what was chosen and named.

    Names wait for the groups to come. A tree from elsewhere stays with what was done
    to it, unless the clips are other ones.

    Parameters
    ----------
    project : Project
    dataset : Dataset, optional
        The collection as it is now; clips that it does not have lose their names.
    """
    dataset = dataset or project.dataset
    grouping, clips, second = project.grouping, project.dataset.clips, project.second
    if second is not None:
        second = replace(second, layout=None)
    if grouping is not None and grouping.source and dataset.clips == clips:
        return replace(
            project,
            dataset=dataset,
            extraction=None,
            layout=None,
            scores=None,
            second=second,
        )
    waiting = named(project)
    if dataset.clips != clips:
        places = {clip: i for i, clip in enumerate(dataset.clips)}
        of_old = [places.get(clip) for clip in clips]
        moved = [
            (one.name, [i for old in one.clips if (i := of_old[old]) is not None])
            for one in waiting
        ]
        waiting = tuple(Waiting(n, tuple(sorted(kept))) for n, kept in moved if kept)
    return Project(
        dataset, project.pipeline, edits=Edits(waiting=waiting), second=second
    )
