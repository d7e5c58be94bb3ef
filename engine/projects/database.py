"""The SQLite file below a project: how it is opened, and what its complaints mean."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path, PurePath
from urllib.parse import quote

from engine.errors import DamagedProjectError, ProjectError

SCHEMA_VERSION = 1
_APPLICATION_ID = 0x41434C55  # "ACLU": what `file` and SQLite tools show
_SCHEMA = """
CREATE TABLE IF NOT EXISTS part (name TEXT PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS clip (
    position INTEGER PRIMARY KEY, path NOT NULL, start REAL NOT NULL, "end" REAL);
CREATE TABLE IF NOT EXISTS metadata (
    name TEXT NOT NULL, position INTEGER NOT NULL, value NOT NULL,
    PRIMARY KEY (name, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS array (
    part TEXT NOT NULL, name TEXT NOT NULL, dtype TEXT NOT NULL, shape TEXT NOT NULL,
    data BLOB NOT NULL, PRIMARY KEY (part, name));
"""
_PATIENCE = 5.0  # seconds for another program to let go of the file
# What the file holds is to blame; a lock, a disk or a permission passes. Trouble that
# has no code comes from Python: a text that is not UTF-8.
_DAMAGE = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, None}
)


def uri_of(path: PurePath) -> str:
    """Return the URI by which SQLite opens an existing file.

    For writing where the system allows it, because only a writer can take back what
    a killed process left half done; SQLite turns to reading where it does not. The
    authority stays empty: SQLite refuses the name of a server there.
    """
    place = path.as_posix()
    place = place if place.startswith("/") else f"/{place}"
    return f"file://{quote(os.fsencode(place), safe='/:')}?mode=rw"


def open_existing(path: Path, patience: float | None = None) -> sqlite3.Connection:
    """Open a project file that is there, and see that it is one.

    Parameters
    ----------
    path : Path
    patience : float, optional
        Seconds to wait for another program to let go of it; by default a few.

    Raises
    ------
    DamagedProjectError
        If its content is no project.
    ProjectError
        If it is of a newer version or cannot be read now.
    """
    try:
        connection = sqlite3.connect(
            uri_of(path.absolute()),
            uri=True,
            timeout=_PATIENCE if patience is None else patience,
        )
    except sqlite3.Error as error:
        raise ProjectError(f"{path}: cannot be opened: {error}") from error
    try:
        _check_kind(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def open_or_make(path: Path) -> sqlite3.Connection:
    """Open a project file for writing, and make it where there is none.

    Raises
    ------
    ProjectError
        If something else is there, or the file cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_PATIENCE)
    except (sqlite3.Error, OSError) as error:
        raise ProjectError(f"{path}: cannot be opened: {error}") from error
    try:
        if connection.execute("PRAGMA page_count").fetchone() == (0,):
            connection.executescript(
                f"BEGIN IMMEDIATE; PRAGMA application_id = {_APPLICATION_ID};"
                f"PRAGMA user_version = {SCHEMA_VERSION}; {_SCHEMA} COMMIT;"
            )
        _check_kind(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise trouble(path, "cannot be opened", error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def trouble(path: Path, what: str, error: sqlite3.Error) -> ProjectError:
    """Return SQLite's complaint as ours, telling damage from what passes."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    kind = DamagedProjectError if primary in _DAMAGE else ProjectError
    return kind(f"{path}: {what}: {error}")


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    try:
        (kind,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        raise trouble(path, "cannot be read as an AudioClust project", error) from error
    if kind != _APPLICATION_ID:
        raise DamagedProjectError(
            f"{path}: is a database, but not an AudioClust project"
        )
    if not 1 <= version <= SCHEMA_VERSION:
        raise ProjectError(
            f"{path}: has version {version}; this AudioClust reads versions 1 to "
            f"{SCHEMA_VERSION}. Open it with a newer AudioClust."
        )
