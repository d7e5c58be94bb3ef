"""Which column of a table holds the files, which the spans, and which the truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from engine.audio import headings
from engine.audio.lookup import Lookup, is_sound
from engine.audio.tables import Row, plain_text
from engine.errors import AudioError

EXPORTED = ("name", "extension", "path", "label")
"""What a table begins with that `engine.audio.metadata.write_table` wrote."""
SPAN = ("start", "end")
"""What follows there where clips are spans."""

_LOOKED_AT = 200  # rows, to find out what a column holds
_TRIED = 20  # rows whose files are looked for, to find out the same
# In UrbanSound8K, start and end are places in the recording the slice was cut of.
_NO_SPANS = frozenset({"slice_file_name"})
_NO_LABELS = frozenset(
    {"fold", "split", "subset", "set", "folder", "directory", "speaker", "author"}
    | {"license", "licence", "url", "user", "date", "time", "country", "recordist"}
)
_FLAGS = frozenset({"true", "false", "yes", "no"})


@dataclass(frozen=True, slots=True)
class Roles:
    """What the columns of a table are.

    Parameters
    ----------
    header : int
        Rows to pass over, 0 or 1.
    names : tuple of str
        Of all columns, each once.
    path : int
    folder, start, end : int or None
        Positions of columns.
    lasts : bool
        Whether the end is a duration.
    units : (float, float)
        Seconds in one unit of the start and of the end.
    exported : bool
        Whether the table is one of `engine.audio.metadata.write_table`.
    """

    header: int
    names: tuple[str, ...]
    path: int
    folder: int | None = None
    start: int | None = None
    end: int | None = None
    lasts: bool = False
    units: tuple[float, float] = (1.0, 1.0)
    exported: bool = False

    @property
    def kept(self) -> tuple[int, ...]:
        """Positions of the columns that become columns of the dataset."""
        known = {self.path, self.start, self.end}
        first = EXPORTED.index("label") if self.exported else 0
        return tuple(i for i in range(first, len(self.names)) if i not in known)

    def span(self, cells: Sequence[str]) -> tuple[float, float | None]:
        """Return start and end of a row in seconds, (0, None) for the whole file.

        Raises
        ------
        ValueError
            Where they are no span, with the reason.
        """
        if self.start is None or self.end is None:
            return 0.0, None
        texts = cells[self.start], cells[self.end]
        return headings.span(texts, self.units, lasts=self.lasts)


def roles_of(rows: Sequence[Row], lookup: Lookup) -> Roles | None:
    """Find out what the columns of a table are; None if none holds files."""
    width = max(len(row.cells) for row in rows)
    first = [plain_text(cell) for cell in rows[0].cells]
    first += [""] * (width - len(first))
    if tuple(first[:4]) == EXPORTED:
        spans = tuple(first[4:6]) == SPAN
        start, end = (4, 5) if spans else (None, None)
        return Roles(1, tuple(first), 2, None, start, end, exported=True)
    names = [headings.heading(cell) for cell in first]
    found = _path_column(rows, names, width, lookup)
    if found is None:
        return None
    path, header = found
    if not header:
        words = [f"column {i}" for i in range(1, width + 1)]
        words[path] = "path"
        if width == 2:
            words[1 - path] = "label"
        return Roles(0, tuple(words), path)
    folder = headings.column(names, headings.FOLDER)
    spans_at = None if _NO_SPANS & set(names) else span_columns(names)
    shown = tuple(headings.unique(first))
    if spans_at is None or not _holds_times(rows, spans_at[0]):
        return Roles(1, shown, path, folder)
    start, end, lasts = spans_at
    units = headings.scale(names[start]), headings.scale(names[end])
    return Roles(1, shown, path, folder, start, end, lasts, units)


def span_columns(names: Sequence[str]) -> tuple[int, int, bool] | None:
    """Return the columns of start and end, and whether the end is a duration.

    Parameters
    ----------
    names : sequence of str
        As from `engine.audio.headings.heading`.
    """
    start = headings.column(names, headings.START)
    end = headings.column(names, headings.END)
    duration = headings.column(names, headings.DURATION)
    if start is None and duration is not None:
        start, end = headings.column(names, ("offset",)), None
    if start is None:
        return None
    if end is not None:
        return start, end, False
    return None if duration is None else (start, duration, True)


def guess_label(columns: Mapping[str, Sequence[str]]) -> str | None:
    """Return the column that is most likely the truth, None if none is.

    One that is called label, class, species and so on; else the first column of words
    with 2 to n / 2 different ones.
    """
    keys = [headings.heading(name) for name in columns]
    known = dict(zip(keys, columns, strict=True))
    for word in headings.LABEL:
        if word in known:
            values = columns[known[word]]
            classes = len(set(values) - {""})
            # In a long table a name for every clip is no class.
            if classes >= 2 and (classes < len(values) or len(values) < 10):
                return known[word]
    for key, (name, values) in zip(keys, columns.items(), strict=True):
        words = set(values) - {""}
        if key not in _NO_LABELS and 2 <= len(words) <= len(values) / 2:
            flags = all(word.casefold() in _FLAGS for word in words)
            if not flags and any(_number(word) is None for word in words):
                return name
    return None


def _path_column(
    rows: Sequence[Row], names: Sequence[str], width: int, lookup: Lookup
) -> tuple[int, int] | None:
    """Return the column of files and the number of rows above them, 0 or 1."""
    sample = rows[1 : _LOOKED_AT + 1]
    sounds = [_share(sample, column, is_sound) > 0.5 for column in range(width)]
    first = [is_sound(cell) for cell in rows[0].cells]
    if any(first):
        best = next((i for i, cell in enumerate(first) if cell and sounds[i]), None)
        return (first.index(True) if best is None else best), 0
    named = [names.index(word) for word in headings.PATH if word in names]
    for column in (*named, *range(width)):
        if sounds[column]:
            return column, 1
    vague = [names.index(word) for word in headings.VAGUE_PATH if word in names]
    if named or vague:
        return (named or vague)[0], 1

    def is_there(cell: str) -> bool:
        with suppress(AudioError):
            return bool(lookup.find(plain_text(cell)))
        return False

    for column in range(width):
        if _share(rows[:_TRIED], column, is_there) > 0.5:
            return column, int(not is_there(_cell(rows[0], column)))
    return None


def _share(rows: Sequence[Row], column: int, test: Callable[[str], bool]) -> float:
    """Return the share of a column's cells, of those not empty, that pass a test."""
    cells = [cell for row in rows if (cell := _cell(row, column))]
    return sum(map(test, cells)) / len(cells) if cells else 0.0


def _holds_times(rows: Sequence[Row], column: int) -> bool:
    """Tell whether a column has times, be they such as no span can have."""

    def is_time(cell: str) -> bool:
        endless = math.isinf(_number(cell) or 0.0)
        return endless or headings.seconds(cell) is not None

    return _share(rows[1 : _LOOKED_AT + 1], column, is_time) > 0


def _cell(row: Row, column: int) -> str:
    return row.cells[column] if column < len(row.cells) else ""


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
