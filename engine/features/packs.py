"""One pack of the feature store: an immutable ``.npy`` file of rows and their keys.

A pack is one structured record whose fields are whole columns (n, ...), so that reading
one feature of many clips reads one contiguous stretch of the file. Its last field is a
seal over the keys: a file that was cut short or never reached the disk lacks it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.features.identity import KEY_BYTES

SUFFIX = ".pack.npy"
PART_SUFFIX = ".part"


class Pack:
    """A pack on disk, memory-mapped for reading.

    Parameters
    ----------
    path : Path
        The file.
    row : numpy.dtype
        The structured type of one row.

    Raises
    ------
    OSError
        If the file is gone or may not be read.
    ValueError
        If it is damaged or holds other rows.
    """

    def __init__(self, path: Path, row: np.dtype[np.void]) -> None:
        try:
            record = np.load(path, mmap_mode="r", allow_pickle=False)
            n_rows = len(record["key"][0])
            sound = record.dtype == _record_dtype(row, n_rows)
        except (EOFError, IndexError, TypeError, SyntaxError, OverflowError) as error:
            raise ValueError(f"{path} is no pack") from error
        if not sound or record["seal"].tobytes() != _seal(record["key"].tobytes()):
            raise ValueError(f"{path} is damaged or holds other rows")
        self.path = path
        self._record = record[0]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._record["key"])

    def keys(self) -> list[str]:
        """Return the clip keys in the order of the rows."""
        text = self._record["key"].tobytes().hex()
        width = 2 * KEY_BYTES
        return [text[i : i + width] for i in range(0, len(text), width)]

    def column(self, field: str) -> NDArray[Any]:
        """Return one field of every row, mapped and not copied: (n, ...)."""
        column: NDArray[Any] = self._record[field]
        return column


def write_pack(
    folder: Path,
    row: np.dtype[np.void],
    keys: Sequence[str],
    columns: Mapping[str, NDArray[Any]],
) -> Path:
    """Write a pack; it appears under its name only when it is complete.

    Parameters
    ----------
    folder : Path
        Made when it is missing.
    row : numpy.dtype
        The structured type of one row.
    keys : sequence of str
        Clip keys.
    columns : mapping of field name to array, shape (len(keys), ...)
        Every field of ``row``.

    Returns
    -------
    Path
        The new file.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    record = np.zeros(1, _record_dtype(row, len(keys)))
    raw = bytes.fromhex("".join(keys))
    record["key"] = np.frombuffer(raw, np.uint8).reshape(1, len(keys), KEY_BYTES)
    record["seal"] = np.frombuffer(_seal(raw), np.uint8)
    for name, column in columns.items():
        record[name] = column
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (uuid.uuid4().hex + SUFFIX)
    part = path.with_suffix(PART_SUFFIX)
    try:
        with part.open("wb") as file:
            np.save(file, record, allow_pickle=False)
        return part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _record_dtype(row: np.dtype[np.void], n_rows: int) -> np.dtype[np.void]:
    columns = [(n, row[n].base, (n_rows, *row[n].shape)) for n in row.names or ()]
    key, seal = ("key", "u1", (n_rows, KEY_BYTES)), ("seal", "u1", (KEY_BYTES,))
    return np.dtype([key, *columns, seal])


def _seal(keys: bytes) -> bytes:
    return hashlib.blake2b(keys, digest_size=KEY_BYTES, person=b"pack").digest()
