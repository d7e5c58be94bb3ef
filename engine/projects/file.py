"""The project on disk: one SQLite file ``NAME.audioclust``, written at every change.

SQLite's rollback journal makes each write whole or absent, whatever kills the process,
and leaves one file. A write stores only the parts that differ from the last one, so
a moved cut costs a few hundred bytes however large the collection is. The features
are not here: the feature store can make them again.

A project file may come from a stranger: no pickle, declared array types only, sizes
checked, and no clip may point outside the collection's folder.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from engine.audio.dataset import Dataset
from engine.errors import EngineError, ProjectError
from engine.projects import blobs, records
from engine.projects.project import Project, View

SUFFIX = ".audioclust"
SCHEMA_VERSION = 1
_APPLICATION_ID = 0x41434C55  # "ACLU": what `file` and SQLite tools show
_SCHEMA = """
CREATE TABLE part (name TEXT PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE clip (
    position INTEGER PRIMARY KEY, path NOT NULL, start REAL NOT NULL, "end" REAL);
CREATE TABLE metadata (
    name TEXT NOT NULL, position INTEGER NOT NULL, value NOT NULL,
    PRIMARY KEY (name, position)) WITHOUT ROWID;
CREATE TABLE array (
    part TEXT NOT NULL, name TEXT NOT NULL, dtype TEXT NOT NULL, shape TEXT NOT NULL,
    data BLOB NOT NULL, PRIMARY KEY (part, name));
"""
_PARTS: dict[str, tuple[Callable[..., records.Record], Callable[..., Any]]] = {
    name: (getattr(records, f"encode_{name}"), getattr(records, f"decode_{name}"))
    for name in ("pipeline", "extraction", "grouping", "layout", "scores", "view")
}


class ProjectFile:
    """A project file open for writing, which knows what it wrote last.

    Parameters
    ----------
    path : str or Path
        The file; made where there is none.

    Raises
    ------
    ProjectError
        If it is not a project, is of a newer version, or cannot be opened.

    Notes
    -----
    Use it from one thread only, as SQLite asks.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._written: dict[str, Any] = {}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh = not self.path.exists() or self.path.stat().st_size == 0
            self._connection = sqlite3.connect(self.path, timeout=5.0)
        except (sqlite3.Error, OSError) as error:
            raise ProjectError(f"{self.path}: cannot be opened: {error}") from error
        try:
            if fresh:
                self._connection.executescript(
                    f"BEGIN; PRAGMA application_id = {_APPLICATION_ID};"
                    f"PRAGMA user_version = {SCHEMA_VERSION}; {_SCHEMA} COMMIT;"
                )
            _check_kind(self._connection, self.path)
        except sqlite3.Error as error:
            self.close()
            raise ProjectError(f"{self.path}: cannot be opened: {error}") from error
        except ProjectError:
            self.close()
            raise

    def write(self, project: Project, view: View) -> None:
        """Store what differs from the last write, whole or not at all.

        Raises
        ------
        ProjectError
            If the disk is full or the file is locked or gone; what it held stays.
        """
        values = {
            name: view if name == "view" else getattr(project, name) for name in _PARTS
        }
        changed = {
            name: value
            for name, value in values.items()
            if name not in self._written or self._written[name] is not value
        }
        try:
            with self._connection as transaction:
                if self._written.get("dataset") is not project.dataset:
                    _write_dataset(transaction, project.dataset, self.path)
                for name, value in changed.items():
                    _write_part(transaction, name, value)
        except (sqlite3.Error, OSError) as error:
            raise ProjectError(f"{self.path}: cannot be written: {error}") from error
        self._written = {**values, "dataset": project.dataset}

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def read(path: str | Path) -> tuple[Project, View]:
    """Read a project as it was left.

    Returns
    -------
    project : Project
    view : View

    Raises
    ------
    ProjectError
        If the file is missing, no project, of a newer version, or damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise ProjectError(f"{path}: there is no such file")
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=5.0)) as connection:
            _check_kind(connection, path)
            dataset = _read_dataset(connection, path)
            found = {
                name: _read_part(connection, name, len(dataset)) for name in _PARTS
            }
    except ProjectError as error:
        known = str(error)
        raise ProjectError(
            known if str(path) in known else f"{path}: {known}"
        ) from error
    except (sqlite3.Error, EngineError) as error:
        raise ProjectError(f"{path}: cannot be read: {error}") from error
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ProjectError(f"{path}: is damaged: {error!r}") from error
    view = found.pop("view") or View()
    return Project(dataset, **{k: v for k, v in found.items() if v is not None}), view


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    try:
        (kind,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise ProjectError(f"{path}: is not an AudioClust project: {error}") from error
    if kind != _APPLICATION_ID:
        raise ProjectError(f"{path}: is a database, but not an AudioClust project")
    if not 1 <= version <= SCHEMA_VERSION:
        raise ProjectError(
            f"{path}: has version {version}; this AudioClust reads versions 1 to "
            f"{SCHEMA_VERSION}. Open it with a newer AudioClust."
        )


def _write_part(connection: sqlite3.Connection, name: str, value: Any) -> None:
    connection.execute("DELETE FROM array WHERE part = ?", (name,))
    connection.execute("DELETE FROM part WHERE name = ?", (name,))
    if value is None:
        return
    encode, _ = _PARTS[name]
    text, arrays = encode(value)
    connection.execute("INSERT INTO part VALUES (?, ?)", (name, json.dumps(text)))
    connection.executemany(
        "INSERT INTO array VALUES (?, ?, ?, ?, ?)",
        [(name, key, *blobs.pack(array)) for key, array in arrays.items()],
    )


def _read_part(connection: sqlite3.Connection, name: str, n_clips: int) -> Any:
    row = connection.execute("SELECT json FROM part WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None
    stored = connection.execute(
        "SELECT name, dtype, shape, data FROM array WHERE part = ?", (name,)
    )
    arrays = {key: blobs.unpack(*packed) for key, *packed in stored}
    _, decode = _PARTS[name]
    return decode(json.loads(row[0]), arrays, n_clips)


def _write_dataset(
    connection: sqlite3.Connection, dataset: Dataset, path: Path
) -> None:
    connection.execute("DELETE FROM clip")
    connection.execute("DELETE FROM metadata")
    connection.executemany(
        "INSERT INTO clip VALUES (?, ?, ?, ?)",
        (
            (i, blobs.pack_text(clip.path), clip.start, clip.end)
            for i, clip in enumerate(dataset.clips)
        ),
    )
    for name, values in dataset.columns.items():
        connection.executemany(
            "INSERT INTO metadata VALUES (?, ?, ?)",
            ((name, i, blobs.pack_text(value)) for i, value in enumerate(values)),
        )
    try:
        beside = os.path.relpath(dataset.root, path.absolute().parent)
    except ValueError:  # another drive
        beside = ""
    about = {
        "root": dataset.root,
        "root_from_here": Path(beside).as_posix() if beside else "",
        "columns": list(dataset.columns),
        "label_column": dataset.label_column,
    }
    connection.execute(
        "INSERT OR REPLACE INTO part VALUES ('dataset', ?)", (json.dumps(about),)
    )


def _read_dataset(connection: sqlite3.Connection, path: Path) -> Dataset:
    row = connection.execute("SELECT json FROM part WHERE name = 'dataset'").fetchone()
    if row is None:
        raise ProjectError(f"{path}: holds no collection")
    about = json.loads(row[0])
    clips = tuple(
        blobs.clip(*fields)
        for fields in connection.execute(
            'SELECT path, start, "end" FROM clip ORDER BY position'
        )
    )
    columns = {
        str(name): tuple(
            blobs.unpack_text(value)
            for (value,) in connection.execute(
                "SELECT value FROM metadata WHERE name = ? ORDER BY position", (name,)
            )
        )
        for name in about["columns"]
    }
    root, beside = str(about["root"]), str(about["root_from_here"])
    moved = os.path.normpath(path.absolute().parent / beside) if beside else ""
    if not Path(root).is_dir() and moved and Path(moved).is_dir():
        root = moved  # the project travelled together with its sounds
    return Dataset(root, clips, columns, about["label_column"])
