"""Arrays, texts and clips in a form that SQLite keeps and that can be checked."""

from __future__ import annotations

import json
import math
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio.dataset import Clip
from engine.errors import DamagedProjectError

_DTYPES = frozenset({"<i4", "<i8", "<f4", "<f8"})
Packed = tuple[str, str, bytes]


def pack(array: NDArray[Any]) -> Packed:
    """Return type, shape and bytes (little-endian, C order) of an array."""
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return little.dtype.str, json.dumps(list(array.shape)), little.tobytes()


def unpack(dtype: str, shape: str, data: bytes) -> NDArray[Any]:
    """Return the array that `pack` took, read only.

    Raises
    ------
    DamagedProjectError
        If the type is none of those that projects hold, or the size does not fit.
    """
    if dtype not in _DTYPES:
        raise DamagedProjectError(
            f"array type must be one of {sorted(_DTYPES)}; it is {dtype}"
        )
    sides = json.loads(shape)
    if not all(isinstance(side, int) and side >= 0 for side in sides):
        raise DamagedProjectError(f"array shape must hold whole numbers; it is {shape}")
    if math.prod(sides) * np.dtype(dtype).itemsize != len(data):
        raise DamagedProjectError(
            f"array of shape {shape} does not fit its {len(data)} bytes"
        )
    stored = np.frombuffer(data, dtype=dtype).reshape(sides)
    native = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    native.setflags(write=False)
    return native


def pack_text(text: str) -> str | bytes:
    """Return a text as SQLite can hold it.

    A file name that is not UTF-8 reaches Python with surrogates in it, which no UTF-8
    text column takes; it is kept as its bytes.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogateescape")
    return text


def unpack_text(stored: str | bytes) -> str:
    """Return the text that `pack_text` took."""
    if isinstance(stored, bytes):
        return stored.decode(errors="surrogateescape")
    return str(stored)


def clip(path: str | bytes, start: float, end: float | None) -> Clip:
    """Return a stored clip, refusing a path that leaves the collection's folder.

    Raises
    ------
    DamagedProjectError
        If the path is absolute or climbs out, or the span is not one.
    """
    name = unpack_text(path)
    there = PurePath(name)
    if not name or there.anchor or ".." in there.parts or "\0" in name:
        raise DamagedProjectError(
            f"clip {name!r} must lie inside the collection's folder"
        )
    if not 0 <= start < math.inf or (end is not None and not start < end < math.inf):
        raise DamagedProjectError(
            f"clip {name!r} must span a time; it is {start} to {end}"
        )
    return Clip(name, float(start), None if end is None else float(end))
