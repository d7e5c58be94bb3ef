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
from engine.errors import DamagedProjectError, EngineError, ProjectError
from engine.projects import blobs, records
from engine.projects.database import open_existing, open_or_make, trouble
from engine.projects.project import Project, View

SUFFIX = ".audioclust"
_PARTS: dict[str, tuple[Callable[..., records.Record], Callable[..., Any]]] = {
    name: (getattr(records, f"encode_{name}"), getattr(records, f"decode_{name}"))
    for name in (
        "pipeline",
        "extraction",
        "grouping",
        "layout",
        "scores",
        "edits",
        "second",
        "view",
    )
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
        If something else is there, it is of a newer version, or cannot be opened.

    Notes
    -----
    Use it from one thread only, as SQLite asks.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._connection = open_or_make(self.path)
        self._identity = _identity(self.path)
        self._written: dict[str, Any] = {}
        self._version: int | None = None

    @property
    def in_place(self) -> bool:
        """Whether the path still leads to the file that was opened.

        Not after it was deleted, moved, or replaced by a backup or a sync program.
        """
        found = _identity(self.path)
        return found is not None and found == self._identity

    def write(self, project: Project, view: View) -> bool:
        """Store what differs from the last write, whole or not at all.

        Returns
        -------
        bool
            Whether another program had written to the file since the last write; all
            of the project was stored then, so that the file is of one piece.

        Raises
        ------
        ProjectError
            If the disk is full or the file is locked or gone; what it held stays.
        """
        values = {
            name: view if name == "view" else getattr(project, name) for name in _PARTS
        }
        try:
            with self._connection as transaction:
                transaction.execute("BEGIN IMMEDIATE")
                (version,) = transaction.execute("PRAGMA data_version").fetchone()
                shared = self._version is not None and version != self._version
                known = {} if shared else self._written
                if known.get("dataset") is not project.dataset:
                    _write_dataset(transaction, project.dataset, self.path)
                for name, value in values.items():
                    if name not in known or known[name] is not value:
                        _write_part(transaction, name, value)
        except sqlite3.Error as error:
            raise trouble(self.path, "cannot be written", error) from error
        except (OSError, ValueError) as error:
            raise ProjectError(f"{self.path}: cannot be written: {error}") from error
        self._written = {**values, "dataset": project.dataset}
        self._version = version
        return shared

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def about(path: str | Path) -> tuple[str, tuple[str, ...]]:
    """Read of a project only where its sounds are, and its names of columns.

    Returns
    -------
    root : str
        As it was written.
    columns : tuple of str

    Raises
    ------
    ProjectError
        If it cannot be read at once.
    """
    path = Path(path)
    try:
        with closing(open_existing(path, patience=0.0)) as connection:
            found = _about(connection, path)
            return str(found["root"]), tuple(map(str, found["columns"]))
    except sqlite3.Error as error:
        raise trouble(path, "cannot be read", error) from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise DamagedProjectError(f"{path}: is damaged: {error!r}") from error


def read(path: str | Path) -> tuple[Project, View]:
    """Read a project as it was left.

    Returns
    -------
    project : Project
    view : View

    Raises
    ------
    DamagedProjectError
        If what the file holds is no project, or only the remains of one.
    ProjectError
        If the file is missing, of a newer version, or cannot be read now.
    """
    path = Path(path)
    if not os.path.isfile(path):  # noqa: PTH113 - does not raise
        raise ProjectError(f"{path}: there is no such file")
    try:
        with closing(open_existing(path)) as connection:
            dataset = _read_dataset(connection, path)
            found = {
                name: _read_part(connection, name, len(dataset)) for name in _PARTS
            }
    except ProjectError as error:
        known = str(error)
        raise type(error)(
            known if str(path) in known else f"{path}: {known}"
        ) from error
    except sqlite3.Error as error:
        raise trouble(path, "cannot be read", error) from error
    except EngineError as error:
        raise DamagedProjectError(f"{path}: cannot be read: {error}") from error
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise DamagedProjectError(f"{path}: is damaged: {error!r}") from error
    view = found.pop("view") or View()
    project = Project(dataset, **{k: v for k, v in found.items() if v is not None})
    tree = None if project.grouping is None else project.grouping.hierarchy
    try:
        project.edits.check(tree)
    except EngineError as error:
        raise DamagedProjectError(f"{path}: cannot be read: {error}") from error
    return project, view


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells two files of one name apart, None where there is no file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


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


def _about(connection: sqlite3.Connection, path: Path) -> dict[str, Any]:
    """Return what is written about the collection besides the clips."""
    row = connection.execute("SELECT json FROM part WHERE name = 'dataset'").fetchone()
    if row is None:
        raise DamagedProjectError(f"{path}: holds no collection")
    about: dict[str, Any] = json.loads(row[0])
    return about


def _read_dataset(connection: sqlite3.Connection, path: Path) -> Dataset:
    about = _about(connection, path)
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
    # Not Path.is_dir, which raises where a folder above may not be looked into.
    if not os.path.isdir(root) and moved and os.path.isdir(moved):  # noqa: PTH112
        root = moved  # the project travelled together with its sounds
    return Dataset(root, clips, columns, about["label_column"])
