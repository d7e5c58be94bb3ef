"""One pack of the feature store: an immutable ``.npy`` file of rows and their keys.

A pack is one structured record whose fields are whole columns (n, ...), so that reading
one feature of many clips reads one contiguous stretch of the file. Its last fields are
a checksum of every column, compared when the column is first read, and a seal over keys
and checksums: a file that was cut short or never reached the disk lacks it.
"""

from __future__ import annotations

import hashlib
import uuid
import warnings
import zlib
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
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                record = np.load(path, mmap_mode="r", allow_pickle=False)
            n_rows = len(record["key"][0])
            sound = record.dtype == _record_dtype(row, n_rows)
        except OSError:
            raise
        # NumPy has the header parsed as Python, and damage there can raise anything.
        except Exception as error:
            raise ValueError(f"{path} is no pack") from error
        if not sound or record["seal"].tobytes() != _seal(record):
            raise ValueError(f"{path} is damaged or holds other rows")
        self.path = path
        self._record = record[0]
        self._checked: set[str] = set()

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

    def is_intact(self, field: str) -> bool:
        """Tell whether a field is what was written: reads all of it, the first time."""
        if field not in self._checked:
            place = list(self._record.dtype.names or ()).index(field) - 1
            if _checksum(self._record[field]) != self._record["checksums"][place]:
                return False
            self._checked.add(field)
        return True


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
    for place, name in enumerate(row.names or ()):
        record[name] = columns[name]
        record["checksums"][0, place] = _checksum(record[name][0])
    record["seal"] = np.frombuffer(_seal(record), np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (uuid.uuid4().hex + SUFFIX)
    part = path.with_suffix(PART_SUFFIX)
    try:
        with part.open("wb") as file:
            header = np.lib.format.header_data_from_array_1_0(record)
            np.lib.format.write_array_header_2_0(file, header)
            # np.save would not tell a full disk from any other failure.
            file.write(record.view(np.uint8).data)
        return part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _record_dtype(row: np.dtype[np.void], n_rows: int) -> np.dtype[np.void]:
    columns = [(n, row[n].base, (n_rows, *row[n].shape)) for n in row.names or ()]
    key, seal = ("key", "u1", (n_rows, KEY_BYTES)), ("seal", "u1", (KEY_BYTES,))
    return np.dtype([key, *columns, ("checksums", "<u4", (len(columns),)), seal])


def _checksum(column: NDArray[Any]) -> int:
    return zlib.crc32(column.view(np.uint8).data)


def _seal(record: NDArray[Any]) -> bytes:
    content = record["key"].tobytes() + record["checksums"].tobytes()
    return hashlib.blake2b(content, digest_size=KEY_BYTES, person=b"pack").digest()
