"""Linkages in files: read whatever NumPy, a spreadsheet or a script has written.

Leaf i is row i of the matrix that was clustered. Nothing in a file is run, and nothing
is unpacked before its size is known.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from engine.audio.reasons import plain_reason
from engine.audio.tables import Row, cell_text, read_rows, replacing
from engine.clustering.hierarchy import Floats, Hierarchy
from engine.errors import EngineError, ParameterError
from engine.features.clip_files import write_whole
from engine.progress import Report, Step, silent

ARRAYS = (".npy", ".npz")
TABLES = (".csv", ".tsv", ".txt")
MOST_LEAVES = 2_000_000

_COLUMNS = ("left", "right", "height", "size")
_CLIPS = ("left_clip", "right_clip")
_NAMES = ("linkage.npy", "Z.npy")  # of the array, where an archive holds several
_LONGEST = 256 * 2**20  # bytes of a file
_ROWS_A_STEP = 4096
_WANTED = "it must hold n - 1 rows of 4 numbers: two nodes, their height, their leaves"


def read_linkage(path: str | Path, report: Report = silent) -> Floats:
    """Read a linkage in SciPy's convention, which is fastcluster's as well.

    Parameters
    ----------
    path : str or Path
        An array (.npy; .npz with one array, or one named "linkage" or "Z") or a table
        (.csv, .tsv, .txt) of four columns, with or without a header, parted by commas,
        semicolons, tabs or blanks. A column in front may number the rows.
    report : Report

    Returns
    -------
    float64 array, shape (n - 1, 4)
        One that `Hierarchy` takes.

    Raises
    ------
    EngineError
        If the file cannot be read, is too large, or holds something else, such as a
        tree that is not monotone.
    """
    path = Path(path)
    report(Step(0, 1, f"Reading {path.name}"))
    suffix = path.suffix.lower()
    if suffix not in (*ARRAYS, *TABLES):
        kinds = ", ".join((*ARRAYS, *TABLES))
        raise EngineError(f"{path}: a linkage is read from {kinds}")
    try:
        _check_size(path)
        if suffix in TABLES:
            found = _tabled(read_rows(path))
        elif suffix == ".npz":
            found = _archived(path)
        else:
            with path.open("rb") as file:
                found = _array(file)
        _refuse_other_conventions(found)
        return Hierarchy(found).linkage
    except OSError as error:
        raise EngineError(f"{path}: {plain_reason(error)}") from error
    except ParameterError as error:
        raise EngineError(f"{path}: no linkage can be read: {error}") from error


def write_linkage(
    linkage: Floats,
    path: str | Path,
    leaf_names: Sequence[str],
    report: Report = silent,
) -> None:
    """Write a linkage as an array, or as a table that says which leaf is which clip.

    Parameters
    ----------
    linkage : float64 array, shape (n - 1, 4)
    path : str or Path
        Replaced whole, or left as it was. A table where it ends in .csv, whose numbers
        are complete, with the name of every leaf in the row of its merge; otherwise an
        NPY file.
    leaf_names : sequence of str, length n
    report : Report

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".csv":
        file = io.BytesIO()
        np.save(file, linkage, allow_pickle=False)
        write_whole(path, file.getvalue())
        return
    with replacing(path, errors="backslashreplace") as table:
        writer = csv.writer(table)
        writer.writerow((*_COLUMNS, *_CLIPS))
        for i, (left, right, height, size) in enumerate(linkage.tolist()):
            if i % _ROWS_A_STEP == 0:
                report(Step(i, len(linkage), "Exporting the tree"))
            nodes = int(left), int(right)
            clips = (leaf_names[i] if i < len(leaf_names) else "" for i in nodes)
            writer.writerow([*nodes, height, int(size), *map(cell_text, clips)])


def _check_size(path: Path) -> None:
    if not path.is_file():
        raise ParameterError("there is no such file")
    if path.stat().st_size > _LONGEST:
        raise ParameterError(f"the file is larger than {_LONGEST >> 20} MiB")


def _archived(path: Path) -> Floats:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            chosen = [n for n in _NAMES if n in names][:1] or names
            if len(chosen) != 1:
                raise ParameterError(
                    f"it must hold one array, or one named linkage or Z; it holds "
                    f"{len(names)}"
                )
            with archive.open(chosen[0]) as file:
                return _array(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        # The last is what an encrypted or an unknown compression raises.
        raise ParameterError(f"it is no archive of NumPy's: {error}") from error


def _array(file: IO[bytes]) -> Floats:
    """Read an NPY file, but only once its header tells that it is a linkage."""
    try:
        shape, by_column, dtype = _header(file)
    except Exception as error:  # any: the header of a foreign file is a program's text
        raise ParameterError(f"it is no array of NumPy's: {error}") from error
    narrow = len(shape) == 2 and 0 <= shape[1] <= len(_COLUMNS)
    if not narrow or dtype.kind not in "fiu":
        raise ParameterError(f"{_WANTED}; it holds {dtype} of the shape {shape}")
    if not 0 <= shape[0] < MOST_LEAVES:
        raise ParameterError(
            f"it has more than {MOST_LEAVES:,} leaves: {shape[0]} rows"
        )
    count = shape[0] * shape[1]
    data = file.read(count * dtype.itemsize)
    if len(data) < count * dtype.itemsize:
        raise ParameterError(f"it is cut short: its {shape[0]} rows are not all there")
    numbers = np.frombuffer(data, dtype, count)
    return numbers.reshape(shape, order="F" if by_column else "C").astype(np.float64)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    """Return the shape, whether columns come first, and what the numbers are."""
    # Later versions are for records, and their headers may be 4 GB long.
    if (version := np.lib.format.read_magic(file)) != (1, 0):
        raise ParameterError(f"its version is {version}, that of plain numbers (1, 0)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Python 2's way to write numbers
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(file)
    return tuple(map(int, shape)), by_column, dtype


def _tabled(rows: list[Row]) -> Floats:
    """Return the numbers of a table, without its header and the numbers of its rows."""
    cells = [_ended(row) for row in rows if not row.cells[0].startswith("#")]
    if cells and _is_parted_by_blanks(cells):
        cells = [Row(line, tuple(_words(found))) for line, found in cells]
    header: tuple[str, ...] = ()
    if cells and not _is_merge(cells[0].cells):
        header = tuple(name.strip().lower() for name in cells.pop(0).cells)
    ours = header[: len(_COLUMNS)] == _COLUMNS
    if not (cells or ours):  # with our header, the tree of one clip
        raise ParameterError(f"{_WANTED}; it holds none")
    if len(cells) >= MOST_LEAVES:
        raise ParameterError(f"it has more than {MOST_LEAVES:,} leaves")
    if ours:  # beside the numbers stand the clips
        cells = [Row(line, found[: len(_COLUMNS)]) for line, found in cells]
    width = len(cells[0].cells) if cells else len(_COLUMNS)
    found = np.empty((len(cells), width))
    for i, (line, texts) in enumerate(cells):
        if len(texts) != width:
            raise ParameterError(
                f"line {line} has {len(texts)} columns, those before {width}"
            )
        found[i] = [_number(text, line) for text in texts]
    return found[:, 1:] if _is_numbered(found) else found


def _ended(row: Row) -> Row:
    """Return a row without empty cells at its end, as where each line ends in one."""
    count = max(i for i, cell in enumerate(row.cells, 1) if cell)
    return Row(row.line, row.cells[:count])


def _is_parted_by_blanks(rows: list[Row]) -> bool:
    """Tell whether a comma in these rows, if there is any, is a decimal one."""
    if max(len(row.cells) for row in rows) == 1:
        return True
    words = _words(rows[-1].cells)
    return (
        len(words) >= len(_COLUMNS)
        and not any(word.endswith(",") for word in words)
        and _is_merge(tuple(words))
    )


def _words(cells: tuple[str, ...]) -> list[str]:
    return ",".join(cells).split()


def _is_merge(cells: tuple[str, ...]) -> bool:
    """Tell a row of numbers from a header, also from one that numbers the columns."""
    try:
        numbers = [_number(cell, 0) for cell in cells]
    except ParameterError:
        return False
    return numbers != [0, 1, 2, 3]  # two leaves are no three


def _number(text: str, line: int) -> float:
    for written in (text, text.replace(",", ".")):  # a decimal comma
        try:
            return float(written)
        except ValueError:
            continue
    raise ParameterError(f"line {line}: {text[:40]!r} is no number")


def _is_numbered(found: Floats) -> bool:
    if found.shape[1] != len(_COLUMNS) + 1:
        return False
    rows = found[:, 0] - np.arange(len(found))
    return bool((rows == 0).all() or (rows == 1).all())


def _refuse_other_conventions(found: Floats) -> None:
    """Say what to do with a tree of MATLAB's or R's, and what a linkage looks like."""
    nodes = found[:, :2]
    last = 2 * len(found)  # with 0 as the first; a linkage never names the root
    if nodes.size and (nodes.min(), nodes.max()) == (1, last):
        raise ParameterError(
            "its nodes are counted from 1, as MATLAB does; "
            "scipy.cluster.hierarchy.from_mlab_linkage makes a linkage of it"
        )
    if found.shape[1] < len(_COLUMNS) and (found[:, -2:] < 0).any():
        raise ParameterError(
            "its leaves are negative, as in the merge of R's hclust, which counts from "
            "1 and keeps heights apart"
        )
    if found.shape[1] != len(_COLUMNS):
        raise ParameterError(f"{_WANTED}; it has the shape {found.shape}")
