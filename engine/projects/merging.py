"""A collection that was worked on, and the same collection as it is found now."""

from __future__ import annotations

from dataclasses import replace

from engine.audio.dataset import Clip, Dataset
from engine.audio.roles import guess_label
from engine.audio.scanning import LABEL_COLUMN


def merged(before: Dataset, found: Dataset) -> Dataset:
    """Return the collection as it is now, with what a person had decided about it.

    Clips are those found, except where the person had cut recordings into spans: those
    stay for as long as their files do. Columns are those found, and those that only the
    collection of before has, "" for new clips. The label column stays the one of before
    while there is one of that name; none stays none where there was one to be chosen.

    Parameters
    ----------
    before, found : Dataset

    Returns
    -------
    Dataset
        The very dataset of before where nothing is new.
    """
    clips = _clips(before, found)
    columns = {name: _values(found, name, clips) for name in found.columns} | {
        name: _values(before, name, clips)
        for name in before.columns
        if name not in found.columns
    }
    label = found.label_column
    chosen = before.label_column
    if chosen in columns or (chosen is None and _had_labels(before)):
        label = chosen
    whole = replace(found, clips=clips, columns=columns, label_column=label)
    return before if whole == before else whole


def _clips(before: Dataset, found: Dataset) -> tuple[Clip, ...]:
    if all(map(_is_whole, before.clips)) or not all(map(_is_whole, found.clips)):
        return found.clips
    there = {clip.path for clip in found.clips}
    return tuple(clip for clip in before.clips if clip.path in there) or found.clips


def _is_whole(clip: Clip) -> bool:
    return clip.start == 0.0 and clip.end is None


def _values(source: Dataset, name: str, clips: tuple[Clip, ...]) -> tuple[str, ...]:
    """Return a column for other clips; a span has what its whole file has."""
    values = source.columns[name]
    if source.clips == clips:
        return values
    known = dict(zip(source.clips, values, strict=True))
    return tuple(known.get(clip, known.get(Clip(clip.path), "")) for clip in clips)


def _had_labels(dataset: Dataset) -> bool:
    """Tell whether a person who opened the collection anew would get labels."""
    folders = set(dataset.columns.get(LABEL_COLUMN, ())) - {""}
    return len(folders) >= 2 or guess_label(dataset.columns) is not None
