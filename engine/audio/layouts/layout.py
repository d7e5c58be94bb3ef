"""What a known collection is: names and folders that tell what each clip is."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.audio.dataset import Clip, Dataset
from engine.audio.metadata import read_table
from engine.errors import AudioError

Columns = dict[str, tuple[str, ...]]

MOST = 0.9
"""The share of the clips that have to fit; a person may have added some."""
_LOOKED_AT = 64  # clips, to turn away most collections at once
_LEVELS = 4  # folders from a clip upward in which a collection's table may lie


@dataclass(frozen=True, slots=True)
class Layout:
    """A known collection.

    Parameters
    ----------
    name : str
        One word.
    title : str
        For a person.
    label_columns : tuple of str
        The columns that may score, the usual one first.
    read : callable
        Returns the columns that names, folders and tables tell of a dataset's clips, ""
        where they tell nothing; None if the dataset is another collection.
    names_once : bool
        Whether every file name is there once, so that another is a copy, of which some
        downloads have many.
    """

    name: str
    title: str
    label_columns: tuple[str, ...]
    read: Callable[[Dataset], Columns | None]
    names_once: bool = False


def matches(
    dataset: Dataset, text_of: Callable[[Clip], str], pattern: re.Pattern[str]
) -> list[re.Match[str] | None] | None:
    """Match a text of each clip as a whole; None unless most of them fit.

    Returns
    -------
    list of re.Match or None
        One per clip.
    """
    clips = dataset.clips
    some = clips[:: max(1, len(clips) // _LOOKED_AT)]
    if sum(pattern.fullmatch(text_of(c)) is not None for c in some) * 2 < len(some):
        return None
    found = [pattern.fullmatch(text_of(clip)) for clip in clips]
    return found if len(found) - found.count(None) >= MOST * len(clips) else None


def stem(clip: Clip) -> str:
    """Return a clip's file name without folder and extension."""
    return os.path.splitext(clip.path.rpartition("/")[2])[0]  # noqa: PTH122


def folder_in(dataset: Dataset) -> Callable[[Clip], str]:
    """Return what tells the name of a clip's folder, which may be the root."""
    root = Path(dataset.root).name
    return lambda clip: clip.folder.rpartition("/")[2] or root


def group_of(found: Sequence[re.Match[str] | None], name: str) -> tuple[str, ...]:
    """Return one group of each match, "" where there is no match."""
    return tuple("" if match is None else match[name] or "" for match in found)


def table_of(dataset: Dataset, *names: str) -> Columns:
    """Return the columns of a collection's own table, in the order of the clips.

    The table is looked for in the folders from the first clip upward, in any case; {}
    where there is none that can be read.

    Parameters
    ----------
    dataset : Dataset
    names : str
        The table's path from the collection's folder, and others it may have.
    """
    folder = dataset.file(dataset.clips[0]).parent
    for base in (folder, *folder.parents[: _LEVELS - 1]):
        for name in names:
            table = _any_case(base, name)
            if table is not None:
                try:
                    return _aligned(read_table(table, dataset.root).dataset, dataset)
                except AudioError:
                    continue
    return {}


def _any_case(base: Path, name: str) -> Path | None:
    for part in name.split("/"):
        try:
            entries = os.listdir(base)  # noqa: PTH208
        except OSError:
            return None
        same = [entry for entry in entries if entry.casefold() == part.casefold()]
        if not same:
            return None
        base /= same[0]
    return base


def _aligned(listed: Dataset, dataset: Dataset) -> Columns:
    """Return the columns of one dataset in the order of another's clips."""
    row_of = {clip.path: i for i, clip in enumerate(listed.clips)}
    rows = [row_of.get(clip.path) for clip in dataset.clips]
    return {
        name: tuple("" if row is None else values[row] for row in rows)
        for name, values in listed.columns.items()
    }
