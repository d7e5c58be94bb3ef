"""Label files: which spans of a recording a person, or a detector, has named.

Audacity's labels, Raven's selection tables, and tables with a start and an end. Which
of them a file is shows in its content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.audio import headings
from engine.audio.roles import span_columns
from engine.audio.tables import Row, plain_text, read_rows
from engine.errors import AudioError

LOW, HIGH = "Low Freq (Hz)", "High Freq (Hz)"
"""The columns of the lowest and the highest frequency, as Raven calls them."""

ENDINGS = (
    *(".Table.1.selections.txt", ".selections.txt", ".BirdNET.selection.table.txt"),
    *(".BirdNET.results.csv", ".labels.txt", ".txt", ".csv", ".tsv"),
)
FOLDERS = (".", "labels", "Labels", "annotations", "Annotations", "selections")
"""What a recording's label file is called after its name, and in which folders."""
_VIEW = "view"
# Columns of Raven that are no annotation, whatever they hold.
_MEASURED = frozenset({"selection", _VIEW, "channel", "begin_file", "begin_path"})


@dataclass(frozen=True, slots=True)
class Span:
    """A named part of a recording.

    Parameters
    ----------
    path : str or None
        What the label file calls the recording; None where it does not say.
    start, end : float
        In seconds from the start of the recording, 0 <= start < end.
    label : str
        "" where it has no name.
    columns : mapping of name to str
        What else is known about it.
    """

    path: str | None
    start: float
    end: float
    label: str
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelFile:
    """What a label file holds.

    Parameters
    ----------
    spans : tuple of Span
        In the order of the file.
    problems : tuple of AudioError
        One for each row that is no span; the reason begins with the line.
    """

    spans: tuple[Span, ...]
    problems: tuple[AudioError, ...] = ()


def read_labels(path: Path, most: int = -1) -> LabelFile:
    r"""Read a label file.

    - Audacity: start, end and label between tabs, with a point or a comma in the times;
      lines that begin with a backslash hold the frequencies of the label above.
    - Raven: a table with Begin Time (s) and End Time (s). The views of one selection
      are one span; File Offset (s) counts where it is there, because the other times
      go on from file to file.
    - Any table with columns for start and end or duration, and maybe label and path.

    Parameters
    ----------
    path : Path
    most : int
        As of `engine.audio.tables.read_rows`.

    Returns
    -------
    LabelFile
        Points in time, which have no length, are among the problems.

    Raises
    ------
    AudioError
        If the file cannot be read, or holds no labels of these kinds.
    """
    rows = read_rows(path, most=most)
    if rows:
        header = [plain_text(cell) for cell in rows[0].cells]
        places = span_columns([headings.heading(cell) for cell in header])
        if places is not None:
            return _Table(path, header, places).read(rows[1:])
        rows = read_rows(path, "\t", most)
        if not _is_audacity(rows):
            rows = read_rows(path, most=most)
        if _is_audacity(rows):
            return _audacity(path, rows)
    reason = "it holds no labels of Audacity or Raven, and no table with start and end"
    raise AudioError(str(path), reason)


def labels_beside(recording: Path) -> Path | None:
    """Find the label file that belongs to a recording.

    It has the recording's name, with or without extension, and the ending of Raven,
    BirdNET or Audacity, .txt, .csv or .tsv; it lies beside the recording or in a folder
    there called labels, annotations or selections; and it holds labels.
    """
    recording = Path(recording)
    for folder in FOLDERS:
        for name in (recording.stem, recording.name):
            for ending in ENDINGS:
                path = recording.parent / folder / (name + ending)
                with suppress(AudioError):
                    if path.is_file() and read_labels(path):
                        return path
    return None


def _is_audacity(rows: Sequence[Row]) -> bool:
    """Tell whether rows begin with two times; the first may be of frequencies."""
    first = next((row.cells for row in rows if row.cells[0] != "\\"), ())
    return len(first) >= 2 and None not in map(headings.seconds, first[:2])


def _audacity(path: Path, rows: Sequence[Row]) -> LabelFile:
    spans: list[Span] = []
    problems: list[AudioError] = []
    described = False  # whether the row before is a span
    for row in rows:
        cells = [*map(plain_text, row.cells), "", "", ""]
        if cells[0] == "\\":
            if described:
                known = {LOW: cells[1], HIGH: cells[2]}
                spans[-1] = replace(spans[-1], columns=known)
            continue
        try:
            start, end = _times((cells[0], cells[1]))
        except ValueError as error:
            problems.append(_problem(path, row, error))
            described = False
        else:
            label = " ".join(cells[2:]).strip()
            spans.append(Span(None, start, end, label))
            described = True
    return LabelFile(tuple(spans), tuple(problems))


class _Table:
    """A table of spans with a header, of Raven or of any other program."""

    def __init__(
        self, path: Path, header: Sequence[str], places: tuple[int, int, bool]
    ) -> None:
        self._path = path
        self._start, self._end, self._lasts = places
        self._keys = [headings.heading(cell) for cell in header]
        self._names = headings.unique(header)
        self._file = headings.column(self._keys, headings.PATH)
        self._offset = headings.column(self._keys, ("file_offset",))
        self._selection = headings.column(self._keys, ("selection",))
        self._units = (
            headings.scale(self._keys[self._start]),
            headings.scale(self._keys[self._end]),
        )

    def read(self, rows: Sequence[Row]) -> LabelFile:
        """Return the spans of the rows below the header."""
        labelled = self._labelled(rows)
        known = {self._start, self._end, self._offset, self._file, labelled}
        kept = [
            i
            for i, key in enumerate(self._keys)
            if i not in known and not (self._selection is not None and key == _VIEW)
        ]
        spans: dict[object, Span] = {}
        problems = []
        for row in rows:
            cells = [*map(plain_text, row.cells)]
            cells += [""] * (len(self._names) - len(cells))
            file = "" if self._file is None else cells[self._file].strip()
            try:
                start, end = self._span(cells)
            except ValueError as error:
                problems.append(_problem(self._path, row, error))
                continue
            label = "" if labelled is None else cells[labelled].strip()
            columns = {self._names[i]: cells[i] for i in kept}
            # One selection has a row for each view of it.
            number = None if self._selection is None else cells[self._selection].strip()
            key = (number, file, start, end) if number else row.line
            spans.setdefault(key, Span(file or None, start, end, label, columns))
        return LabelFile(tuple(spans.values()), tuple(problems))

    def _span(self, cells: Sequence[str]) -> tuple[float, float]:
        texts = cells[self._start], cells[self._end]
        start, end = _times(texts, self._units, lasts=self._lasts)
        offset = None if self._offset is None else headings.seconds(cells[self._offset])
        if offset is not None and offset >= 0:
            return offset, offset + end - start
        return start, end

    def _labelled(self, rows: Sequence[Row]) -> int | None:
        """Return the column of labels: one known by its name, else one of words."""
        named = headings.column(self._keys, headings.LABEL)
        if named is not None:
            return named
        for i, key in enumerate(self._keys):
            texts = [row.cells[i] for row in rows if len(row.cells) > i]
            words = [text for text in texts if text and headings.seconds(text) is None]
            if i != self._file and key not in _MEASURED and 2 * len(words) > len(texts):
                return i
        return None


def _times(
    texts: tuple[str, str],
    units: tuple[float, float] = (1.0, 1.0),
    *,
    lasts: bool = False,
) -> tuple[float, float]:
    """Return start and end in seconds, or raise ValueError with the reason."""
    begin, until = map(headings.seconds, texts)
    if not lasts and begin is not None and begin == until:
        raise ValueError(f"it marks a point in time, {texts[0].strip()}, and no span")
    start, end = headings.span(texts, units, lasts=lasts)
    if end is None:
        raise ValueError("it has no end")
    return start, end


def _problem(path: Path, row: Row, error: ValueError) -> AudioError:
    return AudioError(str(path), f"line {row.line}: {error}")
