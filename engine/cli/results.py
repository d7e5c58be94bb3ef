"""The files that a command leaves behind, and the manifest that says how."""

from __future__ import annotations

import csv
import json
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.audio.dataset import Dataset
from engine.audio.reasons import plain_reason
from engine.audio.tables import cell_text, replacing
from engine.cli.console import PROGRAM
from engine.errors import EngineError
from engine.experiment.provenance import versions

MANIFEST = "manifest.json"
FAILURES = "failures.csv"


class Failed(Protocol):
    """A clip that could not be used."""

    @property
    def path(self) -> str:
        """The file, relative to the dataset."""

    @property
    def reason(self) -> str:
        """What is wrong with it, in words."""


class Results:
    """A folder of results.

    Every file is complete or not there. Files of the same names are replaced; those
    that an earlier run left here and this one does not make are removed, so that what
    lies together belongs together. Nothing else is touched.

    Parameters
    ----------
    folder : Path
        Made when the first file is written, or by `check`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[str] = []
        self._earlier = _files_of(folder / MANIFEST)
        self._began = time.perf_counter()
        self._started = datetime.now(UTC)

    def check(self) -> None:
        """See that the folder can be written to, before hours of work are for nothing.

        Raises
        ------
        EngineError
            If it cannot be.
        """
        with self._writing(self.folder):
            probe = self.folder / f"{MANIFEST}.part"
            probe.touch()
            probe.unlink()

    def table(
        self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Write a CSV that cannot run anything in a spreadsheet."""
        with self._new(name) as path, replacing(path, errors="backslashreplace") as f:
            writer = csv.writer(f)
            writer.writerow(map(_cell, header))
            writer.writerows(map(_cell, row) for row in rows)

    def json(self, name: str, document: dict[str, Any]) -> None:
        """Write a JSON document."""
        # A name that is no text becomes an escape, which is what JSON wants.
        self.text(name, json.dumps(document, indent=2, ensure_ascii=False) + "\n")

    def text(self, name: str, text: str) -> None:
        """Write a file of text."""
        with self._new(name) as path, replacing(path, errors="backslashreplace") as f:
            f.write(text)

    def array(self, name: str, array: NDArray[Any]) -> None:
        """Write an NPY file."""
        with self._new(name) as path, _replaced(path) as part, part.open("wb") as file:
            np.save(file, array, allow_pickle=False)

    def made(self, name: str, write: Callable[[Path], object]) -> None:
        """Let something else write a file of this name."""
        with self._new(name) as path:
            write(path)

    def failures(self, failures: Sequence[Failed]) -> None:
        """Write which clips failed and why, where any did."""
        if failures:
            rows = ((failure.path, failure.reason) for failure in failures)
            self.table(FAILURES, ("path", "reason"), rows)

    def manifest(self, document: dict[str, Any]) -> dict[str, Any]:
        """Write how all this came about, and remove what is out of date."""
        document = {
            "program": PROGRAM,
            **document,
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - self._began, 3),
            "platform": platform.platform(),
            "versions": versions(),
            "files": [*self.files, MANIFEST],
        }
        self.json(MANIFEST, document)
        for name in set(self._earlier) - set(self.files):
            with suppress(OSError):
                (self.folder / name).unlink(missing_ok=True)
        return document

    @contextmanager
    def _new(self, name: str) -> Iterator[Path]:
        with self._writing(self.folder / name) as path:
            yield path
        self.files.append(name)

    @contextmanager
    def _writing(self, path: Path) -> Iterator[Path]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            yield path
        except FileExistsError as error:
            raise EngineError(
                f"{self.folder}: cannot be written: it is a file, not a folder"
            ) from error
        except OSError as error:
            reason = plain_reason(error)
            raise EngineError(f"{path}: cannot be written: {reason}") from error


def clip_table(dataset: Dataset) -> tuple[list[str], list[list[Any]]]:
    """Return the columns that say which clip, with a row per clip.

    That is the path, and start and end in seconds where any clip is a span.
    """
    if not any(clip.start or clip.end is not None for clip in dataset.clips):
        return ["path"], [[clip.path] for clip in dataset.clips]
    rows = [[clip.path, clip.start, clip.end] for clip in dataset.clips]
    return ["path", "start", "end"], rows


@contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _cell(value: Any) -> Any:
    return cell_text(value) if isinstance(value, str) else value


def _files_of(manifest: Path) -> list[str]:
    """Return the files that an earlier run says it wrote beside its manifest."""
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
        if found["program"] != PROGRAM:
            return []
        # Names only: a manifest that was tampered with must not reach elsewhere.
        return [name for name in found["files"] if Path(name).name == name]
    except (OSError, ValueError, KeyError, TypeError):
        return []
