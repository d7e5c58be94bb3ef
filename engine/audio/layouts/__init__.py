"""The known collections: how they lie on disk, and where their labels are."""

from __future__ import annotations

from dataclasses import dataclass

from engine.audio.dataset import Dataset
from engine.audio.layouts.digits import FREE_SPOKEN_DIGITS
from engine.audio.layouts.esc import ESC10, ESC50
from engine.audio.layouts.genres import MUSIC_AUDIO_BENCHMARK
from engine.audio.layouts.layout import Columns, Layout, stem
from engine.audio.layouts.tess import TESS
from engine.audio.layouts.urbansound import URBANSOUND8K

LAYOUTS: tuple[Layout, ...] = (
    *(URBANSOUND8K, TESS, ESC50, ESC10, FREE_SPOKEN_DIGITS, MUSIC_AUDIO_BENCHMARK),
)
"""No collection fits two of them."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A dataset that is a known collection, or a part of it.

    Parameters
    ----------
    name, title : str
        Those of the `Layout`.
    dataset : Dataset
        With the columns of the layout, scored by its first label column that tells two
        classes apart, and without second copies of a recording.
    label_columns : tuple of (str, int)
        The columns offered for scoring, and their numbers of classes.
    sentence : str
        All this for a person.
    """

    name: str
    title: str
    dataset: Dataset
    label_columns: tuple[tuple[str, int], ...]
    sentence: str


def recognise(dataset: Dataset) -> Recognised | None:
    """Find out which known collection a dataset is, by names and folders.

    A part of it will do, its folder or one above or below it, and a few files more; no
    file is opened but the collection's own table.

    Returns
    -------
    Recognised or None
        None for any other collection.
    """
    if not dataset.clips:
        return None
    for layout in LAYOUTS:
        columns = layout.read(dataset)
        if columns is not None:
            return _recognised(layout, dataset, columns)
    return None


def _recognised(layout: Layout, dataset: Dataset, columns: Columns) -> Recognised:
    whole = dataset.with_columns(columns)
    chosen = whole.subset(_originals(dataset)) if layout.names_once else whole
    counts = {name: len(set(chosen.columns[name]) - {""}) for name in columns}
    offered = tuple((name, counts[name]) for name in layout.label_columns)
    label = next((name for name, n in offered if n > 1), chosen.label_column)
    chosen = chosen.with_label_column(label)
    sentence = f"Recognised as {layout.title}"
    if label in counts:
        sentence += f": scored by {label} ({counts[label]} classes)"
    others = [name for name in columns if name != label]
    if others:
        sentence += f"; other columns: {', '.join(others)}"
    if left_out := len(whole) - len(chosen):
        sentence += f". {left_out} second copies of recordings were left out"
    return Recognised(layout.name, layout.title, chosen, offered, sentence + ".")


def _originals(dataset: Dataset) -> list[int]:
    """Return the clips without those that another one nearer the root is a copy of."""
    nearest: dict[object, int] = {}
    depths = [clip.path.count("/") for clip in dataset.clips]
    for i, clip in enumerate(dataset.clips):
        key = stem(clip).casefold(), clip.start, clip.end
        if depths[i] < depths[nearest.setdefault(key, i)]:
            nearest[key] = i
    return sorted(nearest.values())
