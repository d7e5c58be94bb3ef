"""What a map can be coloured by: groups, what the collection says, and descriptors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.measuring import about_groups
from engine.features.descriptors import DESCRIPTORS
from engine.projects.project import Project

CLUSTER, MEMBERSHIP, SILHOUETTE = "cluster", "membership", "silhouette"
LABEL, PLAYS = "label", "plays"
COLUMN, DESCRIPTOR = "column:", "descriptor:"
"""What keys of metadata and of descriptors begin with, before their names."""

_NO_GROUPS = "Nothing has been grouped yet"
_NO_FEATURES = "No features have been computed yet"
_OTHER_FEATURES = "The groups were made from other features"
_NO_DEGREES = "This method puts every clip wholly into one cluster"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to colour by.

    Parameters
    ----------
    key : str
        What `Colouring.choose` takes.
    text : str
        For a person; the name of a column may be any text.
    group : str
        The heading it belongs to.
    refusal : str
        Why there is nothing to see by it now; "" where there is.
    """

    key: str
    text: str
    group: str
    refusal: str = ""


def choices_of(project: Project) -> tuple[Choice, ...]:
    """Return everything that a project could be coloured by, group by group."""
    return (*_of_groups(project), *_of_collection(project), *_of_sound(project))


def degrees_of(project: Project) -> NDArray[np.float32] | None:
    """Return how firmly every clip belongs to its cluster.

    Returns
    -------
    float32 array, shape (n_clips,), or None
        0 to 1: its strength, or the highest of its memberships; NaN for a clip that did
        not take part. None where the method does not tell.
    """
    grouping = project.grouping
    if grouping is None or (grouping.strength is None and grouping.membership is None):
        return None
    found = grouping.strength
    if found is None:
        found = grouping.membership.max(axis=1, initial=0.0)
    degrees = np.full(len(project.dataset), np.nan, np.float32)
    degrees[grouping.rows] = found
    return degrees


def _of_groups(project: Project) -> Iterator[Choice]:
    group, grouping = "Groups", project.grouping
    yield Choice(CLUSTER, "Cluster", group)
    refusal = _NO_GROUPS
    if grouping is not None:
        told = grouping.strength is not None or grouping.membership is not None
        refusal = "" if told else _NO_DEGREES
    yield Choice(MEMBERSHIP, "Membership", group, refusal)
    refusal = _NO_GROUPS
    if grouping is not None:
        refusal = "" if about_groups(project) is not None else _OTHER_FEATURES
    yield Choice(SILHOUETTE, "Silhouette", group, refusal)


def _of_collection(project: Project) -> Iterator[Choice]:
    group, label = "Collection", project.dataset.label_column
    if label is not None:
        yield Choice(LABEL, f"Label: {label}", group)
    for name in project.dataset.columns:
        if name != label:
            yield Choice(COLUMN + name, name, group)
    yield Choice(PLAYS, "Play count", group)


def _of_sound(project: Project) -> Iterator[Choice]:
    refusal = _NO_FEATURES if project.extraction is None else ""
    for name, text in DESCRIPTORS.items():
        yield Choice(DESCRIPTOR + name, text, "Descriptors", refusal)
