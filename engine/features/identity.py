"""What a clip is, for the feature store: the content of its file and its span.

A clip that was moved, renamed or copied keeps its key; one that was edited gets a new
one. So that opening a collection does not read all of it again, the digest of every
file is remembered under its path, size and time of change.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

KEY_BYTES = 16

_CHUNK = 1 << 16  # below what the allocator maps afresh


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file does: its size in bytes and times of change in ns.

    Some programs write a file anew and put the old time back. ``ctime_ns``, which they
    cannot, tells (not on Windows); it changes with a file's rights and name as well, so
    that two stamps may be equal without it.
    """

    size: int
    mtime_ns: int
    ctime_ns: int = field(default=0, compare=False)

    @property
    def numbers(self) -> tuple[int, int, int]:
        """All of it."""
        return self.size, self.mtime_ns, self.ctime_ns

    @classmethod
    def of(cls, path: str) -> Stamp:
        """Read the stamp of a file; raises OSError, also for a pipe or a device.

        Reading one of those might never end.
        """
        status = os.stat(path)  # noqa: PTH116 - thousands of calls
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", path)
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def file_digest(path: str, beat: Callable[[], None]) -> bytes:
    """Return the digest of a file's content, 16 bytes; raises OSError.

    ``beat`` is called after every chunk, so that a caller can stay responsive (or
    raise) while a long recording is read.
    """
    digest = hashlib.sha256()  # in hardware on most machines: 2 GB/s
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - thousands of calls
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            beat()
    return digest.digest()[:KEY_BYTES]


def clip_key(digest: bytes, start: float, end: float | None) -> str:
    """Return the key of a span of a file with this digest, 32 hexadecimal digits."""
    span = f"{float(start)!r}:{'' if end is None else repr(float(end))}"
    return hashlib.blake2b(digest + span.encode(), digest_size=KEY_BYTES).hexdigest()


class DigestCache:
    """The digests of the files met so far, in one SQLite file.

    Several processes may use it at once. It is disposable: one that cannot be read is
    replaced, one that cannot be written is done without.

    Parameters
    ----------
    path : Path
        The file; made when it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._connection = _connect(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def get(self, path: str, stamp: Stamp) -> bytes | None:
        """Return the digest of a file, or None if it is new or has changed."""
        with suppress(sqlite3.Error):
            row = self._connection.execute(
                "SELECT digest FROM contents WHERE path = ? AND size = ? "
                "AND mtime_ns = ? AND ctime_ns = ?",
                (_name(path), *stamp.numbers),
            ).fetchone()
            return None if row is None else bytes(row[0])
        return None

    def remember(self, files: Iterable[tuple[str, Stamp, bytes]]) -> None:
        """Keep the digests of files under their paths and stamps."""
        rows = [(_name(p), *stamp.numbers, digest) for p, stamp, digest in files]
        with suppress(sqlite3.Error), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?)", rows
            )


def _name(path: str) -> bytes:
    # As bytes: a name that is not UTF-8 holds surrogates, which SQLite text refuses.
    return os.fsencode(os.path.abspath(path))  # noqa: PTH100 - thousands of calls


def _connect(path: Path) -> sqlite3.Connection:
    for place in (path, path, Path(":memory:")):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            return _opened(place)
        except (sqlite3.OperationalError, OSError):
            continue
        except sqlite3.DatabaseError:
            with suppress(OSError):
                place.unlink(missing_ok=True)
    raise AssertionError("SQLite cannot open a database in memory")


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5.0)
    try:
        # Losing the last second to a power cut costs reading a few files again.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS contents (path BLOB PRIMARY KEY, size INTEGER, "
            "mtime_ns INTEGER, ctime_ns INTEGER, digest BLOB) WITHOUT ROWID"
        )
        connection.execute("SELECT path, size, digest FROM contents LIMIT 1")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
