"""A table of sounds in, a `Dataset` out, and back: CSV, TSV and the like."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from engine.audio.dataset import Clip, Dataset
from engine.audio.lookup import Lookup, common_folder, is_below
from engine.audio.reasons import plain_reason
from engine.audio.roles import EXPORTED, SPAN, Roles, guess_label, roles_of
from engine.audio.tables import (
    NAMES_AS_BYTES,
    Row,
    cell_text,
    is_text,
    plain_text,
    read_rows,
    replacing,
)
from engine.errors import AudioError
from engine.progress import Report, Step, silent

_REPORT = 0.1  # seconds between two reports
_ROWS_A_STEP = 1024
_TRIED = 20  # rows, to find out where the files are
_NO_FILES = "no column of it names sound files; call that column path"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a table lists.

    Parameters
    ----------
    dataset : Dataset
        One clip per usable row, in the order of the table.
    missing : tuple of AudioError
        One for each row without a clip: its file is missing or not the only one of
        that name, or its span is none. The reason begins with the line.
    notes : tuple of str
        What else a person should know.
    """

    dataset: Dataset
    missing: tuple[AudioError, ...] = ()
    notes: tuple[str, ...] = ()


def read_table(
    path: str | Path, root: str | Path | None = None, report: Report = silent
) -> Listing:
    """Read which clips a table lists, and what it says about them.

    Delimiter, encoding and columns are found out; see `engine.audio.headings` for the
    names that columns may have. Files go by a path from the root with either kind of
    slash, by an absolute path, or by a name that only one file below the root has, with
    or without folder and extension. Rows with a start and an end (or a duration) are
    spans, in seconds. All columns but those of paths and spans are kept.

    Parameters
    ----------
    path : str or Path
        The table. Its first row is the header, unless it names a sound.
    root : str or Path, optional
        The folder that paths start from. Files outside it are missing then. Without
        it, the folder of the table, or the one above where the table's own has no
        sounds; and where sounds lie outside, the deepest folder that holds them all.
        What is no sound by its extension is missing there.
        Files on another drive than the table are never looked at.
    report : Report

    Returns
    -------
    Listing
        The label column is one called label, class, species and so on, else the first
        of words that make 2 to n / 2 classes, else none.

    Raises
    ------
    AudioError
        If the table cannot be read, is empty, or no column names files.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
    report(Step(0, 0, f"Reading {path.name}"))
    rows = read_rows(path)
    if not rows:
        raise AudioError(str(path), "the table is empty")
    if root is None:
        lookup, roles = _placed(rows, str(path.parent), report)
    else:
        lookup = Lookup(os.path.abspath(root), report, inside=True)  # noqa: PTH100
        roles = roles_of(rows, lookup)
    if roles is None:
        raise AudioError(str(path), _NO_FILES)
    entries, missing = _entries(rows[roles.header :], roles, lookup, report)
    files = [entry.file for entry in entries]
    base = lookup.base
    if not all(is_below(file, base) for file in files):
        base = common_folder(files)
    listed = _dataset(base, entries, roles)
    notes = _notes(entries, len(rows) - roles.header - len(missing), lookup)
    return Listing(listed, tuple(missing), tuple(notes))


def skim_table(path: str | Path, lookup: Lookup, most: int) -> Listing:
    """Read what the beginning of a table says about sounds, as `read_table` does.

    Parameters
    ----------
    path : str or Path
    lookup : Lookup
        That finds them.
    most : int
        Bytes of the table to read.

    Raises
    ------
    AudioError
        As from `read_table`.
    """
    rows = read_rows(path, most=most)
    roles = roles_of(rows, lookup) if rows else None
    if roles is None:
        raise AudioError(str(path), _NO_FILES)
    entries, missing = _entries(rows[roles.header :], roles, lookup, silent)
    return Listing(_dataset(lookup.base, entries, roles), tuple(missing))


def write_table(dataset: Dataset, path: str | Path, report: Report = silent) -> Path:
    """Write a table with one row per clip that `read_table` reads back as it was.

    The columns are name, extension, path, label (empty without truth), start and end
    where there are spans, and all columns of the dataset. Paths start from the
    dataset's root: put the table there, or give the root when reading.

    Parameters
    ----------
    dataset : Dataset
    path : str or Path
        Replaced whole, or left as it was.
    report : Report

    Returns
    -------
    Path
        The file written: CSV, UTF-8. Where a name is no text, a byte order mark says
        that it is UTF-8 all the same, and the name keeps its bytes. Text that a
        spreadsheet would take for a formula gets an apostrophe in front.

    Raises
    ------
    AudioError
        If the file cannot be written.
    """
    path = Path(path)
    truth = dataset.labels or ("",) * len(dataset)
    further = _further(dataset, truth)
    spans = further[:2] == [*SPAN] or any(
        clip.start or clip.end is not None for clip in dataset.clips
    )
    columns = [truth, *(dataset.columns[name] for name in further)]
    paths = [clip.path for clip in dataset.clips]
    marked = not all(map(is_text, (paths, further, *columns)))
    encoding = "utf-8-sig" if marked else "utf-8"
    try:
        with replacing(path, encoding=encoding, errors=NAMES_AS_BYTES) as file:
            table = csv.writer(file)
            names = map(cell_text, further)
            table.writerow([*EXPORTED, *(SPAN if spans else ()), *names])
            for i, clip in enumerate(dataset.clips):
                if i % _ROWS_A_STEP == 0:
                    report(Step(i, len(dataset), "Writing the table"))
                stem, extension = os.path.splitext(clip.path.rpartition("/")[2])  # noqa: PTH122
                label, *cells = [cell_text(values[i]) for values in columns]
                head = [*map(cell_text, (stem, extension[1:], clip.path)), label]
                span = [clip.start, "" if clip.end is None else clip.end]
                table.writerow([*head, *(span if spans else ()), *cells])
    except (OSError, ValueError) as error:
        raise AudioError(str(path), plain_reason(error)) from error
    return path


class _Entry(NamedTuple):
    """One usable row."""

    cells: tuple[str, ...]
    file: str
    start: float
    end: float | None


def _placed(
    rows: Sequence[Row], folder: str, report: Report
) -> tuple[Lookup, Roles | None]:
    """Return where a table's files are: in its folder, or in the one above."""
    lookup = Lookup(folder, report)
    roles = roles_of(rows, lookup)
    above = os.path.dirname(folder)  # noqa: PTH120
    nowhere = {folder, os.path.expanduser("~"), os.path.dirname(above)}  # noqa: PTH111, PTH120
    if above in nowhere or _any_found(rows, roles, lookup) or lookup.below:
        return lookup, roles
    lookup = Lookup(above, report)
    return lookup, roles_of(rows, lookup)


def _any_found(rows: Sequence[Row], roles: Roles | None, lookup: Lookup) -> bool:
    if roles is not None:
        for row in rows[roles.header : roles.header + _TRIED]:
            with suppress(AudioError):
                return bool(lookup.find(*_names(_padded(row, roles), roles)))
    return False


def _entries(
    rows: Sequence[Row], roles: Roles, lookup: Lookup, report: Report
) -> tuple[list[_Entry], list[AudioError]]:
    """Return the usable rows, each clip once, and what is wrong with the others."""
    entries: dict[tuple[str, float, float | None], _Entry] = {}
    missing = []
    reported = -_REPORT
    for i, row in enumerate(rows):
        if i % _ROWS_A_STEP == 0 and time.monotonic() - reported >= _REPORT:
            reported = time.monotonic()
            report(Step(i, len(rows), "Looking for the files of the table"))
        cells = _padded(row, roles)
        name, folder = _names(cells, roles)
        try:
            file = lookup.find(name, folder)
            span = roles.span(cells)
        except AudioError as error:
            missing.append(AudioError(name, f"line {row.line}: {error.reason}"))
        except ValueError as error:
            missing.append(AudioError(name, f"line {row.line}: {error}"))
        else:
            entries.setdefault((file, *span), _Entry(cells, file, *span))
    return list(entries.values()), missing


def _padded(row: Row, roles: Roles) -> tuple[str, ...]:
    return row.cells + ("",) * (len(roles.names) - len(row.cells))


def _names(cells: Sequence[str], roles: Roles) -> tuple[str, str]:
    """Return what a row calls its file and its folder."""
    folder = "" if roles.folder is None else cells[roles.folder]
    return plain_text(cells[roles.path]), plain_text(folder)


def _dataset(root: str, entries: Sequence[_Entry], roles: Roles) -> Dataset:
    start = len(root.rstrip(os.sep)) + 1
    clips = tuple(
        Clip(entry.file[start:].replace(os.sep, "/"), entry.start, entry.end)
        for entry in entries
    )
    columns = list(zip(*(entry.cells for entry in entries), strict=True))
    kept = [
        (roles.names[i], tuple(map(plain_text, columns[i]) if columns else ()))
        for i in roles.kept
    ]
    if not roles.exported:
        return Dataset(root, clips, dict(kept), guess_label(dict(kept)))
    (label, truth), *further = kept
    if not any(truth):
        return Dataset(root, clips, dict(further))
    if further and further[0][1] == truth:  # the column that was the label
        return Dataset(root, clips, dict(further), further[0][0])
    return Dataset(root, clips, {label: truth, **dict(further)}, label)


def _further(dataset: Dataset, truth: tuple[str, ...]) -> list[str]:
    """Return the columns to write after the fixed ones.

    The column of the labels comes first, under its own name, by which it is known when
    the table is read. One called label is there already, unless it would be mistaken
    for the next column.
    """
    source = dataset.label_column
    others = [name for name in dataset.columns if name != source]
    if source is None:
        return others
    twin = bool(others) and dataset.columns[others[0]] == truth
    if source == "label" and any(truth) and not twin:
        return others
    return [source, *others]


def _notes(entries: Sequence[_Entry], usable: int, lookup: Lookup) -> list[str]:
    notes = []
    if repeated := usable - len(entries):
        notes.append(
            f"{repeated} rows name a clip that an earlier row has; that one counts."
        )
    files = {entry.file for entry in entries}
    folder = common_folder(files) if files else os.sep
    # Not all of a drive or a home, for the sake of a count.
    if folder in (os.path.dirname(folder), os.path.expanduser("~")):  # noqa: PTH111, PTH120
        return notes
    with suppress(AudioError):  # a folder that may be entered, but not looked through
        if unlisted := sum(path not in files for path in lookup.sounds_in(folder)):
            notes.append(f"{unlisted} sounds in {folder} are not in the table.")
    return notes
