"""Tables of text: read whatever program wrote them, and written so that none can run.

Comma, tab, semicolon and bar; UTF-8, UTF-16 and the Windows code page; quoted cells of
several lines; rows of uneven length.
"""

from __future__ import annotations

import codecs
import csv
import io
import locale
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple, TextIO

from engine.audio.reasons import plain_reason
from engine.errors import AudioError

NAMES_AS_BYTES = sys.getfilesystemencodeerrors()
"""How a file name that is no text is written and read back (a codec's `errors`)."""

_DELIMITERS = "\t;,|"  # of two that fit alike the first: commas are in texts
_SNIFFED = 65_536  # characters
_LONGEST_CELL = 2**31 - 1
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = frozenset("'=+-@\t\r")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_QUOTINGS: tuple[Literal[0, 3], ...] = (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)
_ARCHIVE = b"PK\x03\x04"  # what XLSX and ODS files start with


Records = list[tuple[int, tuple[str, ...]]]


class Row(NamedTuple):
    """One record of a table.

    Parameters
    ----------
    line : int
        Where it begins in the file, from 1.
    cells : tuple of str
    """

    line: int
    cells: tuple[str, ...]


def read_rows(
    path: str | Path, delimiter: str | None = None, most: int = -1
) -> list[Row]:
    """Read the rows of a table that are not empty, its header among them.

    Parameters
    ----------
    path : str or Path
    delimiter : str, optional
        One character; found out where it is not given.
    most : int
        Bytes to read, up to the end of a line; -1 for all.

    Raises
    ------
    AudioError
        If the file cannot be read or is no table of text.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(most)
            if len(data) == most:
                data = data[: data.rfind(b"\n") + 1]
    except (OSError, ValueError) as error:
        raise AudioError(str(path), plain_reason(error)) from error
    if data.startswith(_ARCHIVE):
        reason = "it is a spreadsheet or an archive, not text; save it as CSV"
        raise AudioError(str(path), reason)
    text = _decoded(data)
    first = 1
    if text[:4].lower() == "sep=":  # Excel's way of naming the delimiter
        head, _, text = text.partition("\n")
        delimiter, first = head[4:5] or ",", 2
    elif delimiter is None:
        delimiter = _delimiter(text[:_SNIFFED])
    rows = _parsed(text, delimiter, _spaced(text[:_SNIFFED], delimiter))
    return [Row(first + before, cells) for before, cells in rows if any(cells)]


def cell_text(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula.

    What could be one gets an apostrophe in front; plain numbers stay as they are.
    `plain_text` is the way back.
    """
    if text[:1] not in _GUARDED or _FORMULA.match(text) is None:
        return text
    return text if _NUMBER.fullmatch(text) else "'" + text


def plain_text(cell: str) -> str:
    """Return the text that `cell_text` made a cell of."""
    if cell[:1] != "'":
        return cell
    return cell[1:] if _FORMULA.match(cell) else cell


def is_text(texts: Sequence[str]) -> bool:
    """Tell whether all of them can be written as UTF-8."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def replacing(path: Path, *, encoding: str = "utf-8", errors: str) -> Iterator[TextIO]:
    """Open a file for a table that takes its name only when it is complete.

    Raises
    ------
    OSError
        If it cannot be written; what was there before stays.
    """
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("w", newline="", encoding=encoding, errors=errors) as file:
            yield file
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF16):
        return data.decode("utf-16", "replace")
    if data.startswith(codecs.BOM_UTF8):
        return data[len(codecs.BOM_UTF8) :].decode("utf-8", NAMES_AS_BYTES)
    head = data[:4096]
    for place, codec in ((1, "utf-16-le"), (0, "utf-16-be")):  # without their mark
        if len(head) > 3 and head[place::2].count(0) * 10 >= len(head) * 4:
            return data.decode(codec, "replace")
    # The second is what the spreadsheets of this system write.
    for codec in ("utf-8", locale.getencoding(), "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(codec)
    return data.decode("latin-1")


def _delimiter(head: str) -> str:
    """Return the delimiter by which the first rows are most alike, tab if none is."""
    if len(head) == _SNIFFED:  # the last row may be cut off
        head = head[: head.rfind("\n") + 1] or head
    best, delimiter = 0.0, _DELIMITERS[0]
    for candidate in _DELIMITERS:
        widths = [len(row) for _, row in _parsed(head, candidate) if any(row)]
        if widths and widths[0] > 1:
            alike = sum(width == widths[0] for width in widths) / len(widths)
            if alike > best:
                best, delimiter = alike, candidate
    return delimiter


def _spaced(head: str, delimiter: str) -> bool:
    """Tell whether every delimiter is followed by a space that belongs to no cell."""
    later = [cell for _, row in _parsed(head, delimiter)[:50] for cell in row[1:]]
    return bool(later) and all(cell.startswith(" ") for cell in later if cell)


def _parsed(text: str, delimiter: str, spaced: bool = False) -> Records:
    """Return (number of lines before it, cells) of every record."""
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        try:
            return _records(text, delimiter, spaced, strict=True)
        except csv.Error:
            # A lone quotation mark, which may swallow all that follows: the reading
            # that finds more rows like the first one is right.
            readings = [
                _records(text, delimiter, spaced, quoting=quoting)
                for quoting in _QUOTINGS
            ]
            return max(readings, key=_alike)
    finally:
        csv.field_size_limit(limit)


def _alike(rows: Records) -> int:
    return sum(len(cells) == len(rows[0][1]) for _, cells in rows)


def _records(
    text: str,
    delimiter: str,
    spaced: bool,
    *,
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL,
    strict: bool = False,
) -> Records:
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=quoting,
        skipinitialspace=spaced,
        strict=strict,
    )
    found, before = [], 0
    for cells in reader:
        # Tuples of texts cost the garbage collector nothing, lists a third of the time.
        found.append((before, tuple(cells)))
        before = reader.line_num
    return found
