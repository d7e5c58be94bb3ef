"""What stays of a project when something was computed, or has to be once more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.audio.dataset import Dataset
from engine.features.extraction import Extraction
from engine.projects.curation import named, regrouped
from engine.projects.edits import Edits, Waiting
from engine.projects.pipeline import Pipeline
from engine.projects.project import Layout, Project, View


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
        of_old = _places(project.dataset, dataset).tolist()
        moved = [
            (one.name, [of_old[old] for old in one.clips if of_old[old] >= 0])
            for one in waiting
        ]
        waiting = tuple(Waiting(n, tuple(sorted(kept))) for n, kept in moved if kept)
    return Project(
        dataset, project.pipeline, edits=Edits(waiting=waiting), second=second
    )


def seen_anew(view: View, before: Dataset, now: Dataset) -> View:
    """Return what was selected and heard of a collection as it is now.

    Clips that are new were never heard.
    """
    of_old = _places(before, now)
    selection = of_old[view.selection]
    plays = None if view.plays is None else np.zeros(len(now), np.int32)
    if plays is not None and view.plays is not None:
        plays[of_old[of_old >= 0]] = view.plays[of_old >= 0]
    current = -1 if view.current is None else int(of_old[view.current])
    return View(
        None if current < 0 else current, np.sort(selection[selection >= 0]), plays
    )


def _places(before: Dataset, now: Dataset) -> NDArray[np.int64]:
    """Return where each clip of before is now, -1 for one that is gone."""
    places = {clip: i for i, clip in enumerate(now.clips)}
    return np.array([places.get(clip, -1) for clip in before.clips], np.int64)
