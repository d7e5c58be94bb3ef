"""Opens folders, projects and the demo, and remembers what was opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QSettings, Signal

from audioclust_gui.autosave import Autosave
from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.worker import Failure
from engine.audio.dataset import Dataset
from engine.audio.failure import Failure as FailedClip
from engine.audio.segmentation import SegmentationParams
from engine.errors import ParameterError
from engine.projects.file import SUFFIX
from engine.projects.importing import with_linkage
from engine.projects.opening import Opened, kept_project_of, projects_folder
from engine.projects.results import started_anew

RECENT_LIMIT = 12
LOOKED_FOR = 16  # clips that tell whether a folder is the one that was meant
TABLES = (".csv", ".tsv", ".txt")  # files that may list sounds
_RECENT = "recent"
_LAST = "last"


class Session(QObject):
    """Puts what a person points at into the document, and keeps its file up to date.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    troubled = Signal(str, str)  # title, what happened and what to do
    noted = Signal(str, str)
    failed_for = Signal(object)  # tuple of Failure: the recordings that were not cut
    recent_changed = Signal()
    opening_changed = Signal(bool)  # whether something is being opened

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._opening: Job | None = None
        self._next: Callable[[], None] | None = None  # what opens when all is written
        self._moving_to: Path | None = None  # where the project goes on once written
        file = projects_folder().parent / "settings.ini"
        self.settings = QSettings(str(file), QSettings.Format.IniFormat)
        self.autosave = Autosave(self)
        self.autosave.saved.connect(self._saved)
        self.autosave.failed.connect(self._not_saved)
        self.autosave.shared.connect(self._shared)
        self.autosave.rested.connect(self._open_next)
        self._troubles: dict[Path, str] = {}
        self._told_shared: set[Path] = set()
        document.settled.connect(self._save)

    @property
    def opening(self) -> bool:
        """Whether something is being opened right now."""
        return self._opening is not None or self._next is not None

    def open(self, path: str | Path) -> None:
        """Open a folder of sounds, a table that lists some, or a project file."""
        path = Path(path).absolute()
        # Not Path.is_dir and exists, which raise where a folder may not be looked into.
        if os.path.isdir(path):  # noqa: PTH112
            target, title = "open_folder", f"Looking through {path.name}"
        elif path.suffix.lower() == SUFFIX:
            target, title = "open_project", f"Opening {path.name}"
        elif path.suffix.lower() in TABLES and os.path.exists(path):  # noqa: PTH110
            target, title = "open_table", f"Looking for the sounds of {path.name}"
        elif os.path.exists(path):  # noqa: PTH110
            tables = ", ".join(TABLES)
            words = f"{path} is no folder, table ({tables}) or project ({SUFFIX})."
            self.troubled.emit("Cannot open this", f"{words} Open its folder instead.")
            return
        elif kept_project_of(path).exists():
            # The sounds are away; what was made of them is not.
            target, title = "open_kept", f"Opening {path.name}"
        else:
            self._forget(str(path))
            text = f"{path} does not exist, and no project of it was kept. If it was "
            text += "moved, open it where it is now: File > Open folder."
            self.troubled.emit("Cannot open this", text)
            return
        self._run(target, (str(path),), title, str(path))

    def open_demo(self) -> None:
        """Open the demo collection, making it first where it is missing."""
        self._run("open_demo", (), "Synthesising the demo collection", "")

    def split(self, params: SegmentationParams) -> None:
        """Cut the recordings into clips, and open these as a project of their own."""
        document = self._document
        if document.path is not None:
            args = (document.project.dataset, document.path, params)
            self._run("open_segmented", args, "Cutting recordings into clips", None)

    def import_tree(self, path: str | Path) -> None:
        """Cut a tree that was grown elsewhere in place of the project's own."""
        name, title = Path(path).name, "Importing the tree"
        clips = self._document.project.dataset.clips
        if not clips:
            self.troubled.emit(title, "Open its sounds first: File > Open folder.")
            return
        target = "engine.clustering.linkage_files:read_linkage"
        job = self._jobs.run(target, str(path), title=title)

        def take(linkage: NDArray[np.float64]) -> None:
            if self._document.project.dataset.clips is not clips:
                return  # it was about another collection
            try:
                project = with_linkage(self._document.project, linkage, name)
            except ParameterError as error:
                self.troubled.emit(title, f"{path}: {error}")
                return
            self._document.commit(project, "import tree")
            self.noted.emit("Imported", f"The tree of {path} is cut from now on")

        job.succeeded.connect(take)
        job.failed.connect(lambda failure: self._failed(title, failure))
        job.crashed.connect(lambda text: self.troubled.emit(title, text))

    def open_last(self) -> None:
        """Open what was open last, or the demo on the first start."""
        last = _stored_path(self.settings.value(_LAST, ""))
        if last and (os.path.exists(last) or kept_project_of(last).exists()):  # noqa: PTH110
            self.open(last)
            return
        if last:
            text = f"{last} was open last, and is not there any more: here is the demo."
            self.troubled.emit("Not opened", text)
        self.open_demo()

    def locate(self, folder: str | Path) -> None:
        """Say where the sounds of this project are now.

        What failed while they were away is tried again.
        """
        project = self._document.project
        dataset = replace(project.dataset, root=str(Path(folder).absolute()))
        there, looked_for = _found(dataset)
        if not there:
            name = dataset.clips[0].path if dataset.clips else "there"
            text = f"None of this project's sounds is in {folder}: no {name}, for one."
            self.troubled.emit("These are not the sounds", text)
            return
        if there < looked_for:
            text = f"Of {looked_for} sounds looked for, {there} are in {folder}."
            self.noted.emit("Locate sounds", text)
        project = replace(project, dataset=dataset)
        if project.extraction is not None and project.extraction.failures:
            project = started_anew(project)
        self._document.commit(project, "locate sounds")

    @property
    def recent(self) -> list[str]:
        """What was opened lately, the newest first."""
        stored = self.settings.value(_RECENT, [])
        paths = [stored] if isinstance(stored, str) else list(stored or [])
        return [path for path in map(_stored_path, paths) if path]

    def clear_recent(self) -> None:
        """Forget what was opened."""
        self.settings.remove(_RECENT)
        self.recent_changed.emit()

    def close(self) -> None:
        """Write what is left."""
        self.autosave.close()
        self.settings.sync()

    def _run(
        self, name: str, args: tuple[Any, ...], title: str, shown: str | None
    ) -> None:
        """Open in a job what is remembered under a path, None for that of the file."""
        if self._opening is not None:
            self._opening.cancel()
        self._next = partial(self._start, name, args, title, shown)
        self.opening_changed.emit(True)  # so that nothing else keeps it waiting
        self._open_next()

    def _open_next(self) -> None:
        """Open what waits, but not before what it may read has been written."""
        if self._next is None or self._moving_to is not None or not self.autosave.idle:
            return
        begin, self._next = self._next, None
        begin()

    def _start(
        self, name: str, args: tuple[Any, ...], title: str, shown: str | None
    ) -> None:
        target = f"engine.projects.opening:{name}"
        self._opening = job = self._jobs.run(target, *args, title=title)
        job.succeeded.connect(lambda opened: self._opened(job, opened, shown))
        job.failed.connect(lambda failure: self._failed(title, failure))
        job.crashed.connect(lambda text: self.troubled.emit(title, text))
        job.ended.connect(lambda _: self._ended(job))

    def _ended(self, job: Job) -> None:
        if self._opening is job:
            self._opening = None
            if self._next is None:
                self.opening_changed.emit(False)

    def _opened(self, job: Job, opened: Opened, shown: str | None) -> None:
        if self._opening is not job or self._next is not None:
            return
        self._moving_to = None
        self._document.open(opened.project, opened.path, opened.view)
        for note in opened.notes:
            self.noted.emit("Opened", note)
        if opened.failures:
            self.failed_for.emit(tuple(map(_of_no_clip, opened.failures)))
        if shown is None:  # nothing else leads back to this project than its file
            shown = os.fspath(opened.path)
            self._save()
        self.settings.setValue(_LAST, _storable(shown))
        if shown:
            self._remember(shown)

    def _failed(self, title: str, failure: Failure) -> None:
        self.troubled.emit(title, failure.message)

    def _remember(self, path: str) -> None:
        paths = [path, *(known for known in self.recent if known != path)]
        self._store_recent(paths[:RECENT_LIMIT])

    def _forget(self, path: str) -> None:
        others = [known for known in self.recent if known != path]
        self._store_recent(others)

    def _store_recent(self, paths: list[str]) -> None:
        self.settings.setValue(_RECENT, [_storable(path) for path in paths])
        self.recent_changed.emit()

    def save_as(self, path: Path) -> None:
        """Go on in a file of that name, once the project could be written there."""
        path = path.absolute()
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        self._moving_to = path
        self.autosave.save(path, self._document.project, self._document.view)

    def _save(self) -> None:
        document = self._document
        if document.path is not None:
            self.autosave.save(document.path, document.project, document.view)

    def _saved(self, path: Path) -> None:
        self._troubles.pop(path, None)
        if path == self._moving_to:
            self._moving_to = None
            self._document.save_as(path)
            self.noted.emit("Saved", f"The project is in {path} from now on")
            self.settings.setValue(_LAST, _storable(os.fspath(path)))
            self._remember(os.fspath(path))

    def _not_saved(self, path: Path, reason: str) -> None:
        if path == self._moving_to:
            self._moving_to = None
            text = f"{reason}. It goes on in {self._document.path}"
            self.troubled.emit("The project was not saved there", text)
        elif self._troubles.get(path) != reason:
            self._troubles[path] = reason
            self.troubled.emit("The project was not saved", reason)

    def _shared(self, path: Path) -> None:
        if path not in self._told_shared:
            self._told_shared.add(path)
            text = f"{path} is being changed by another window, too. "
            text += "What was changed last is kept."
            self.troubled.emit("Open twice", text)


def _of_no_clip(failure: FailedClip) -> FailedClip:
    """Return a failure that is not about one of the clips that are open now."""
    return replace(failure, index=-1)


def _found(dataset: Dataset) -> tuple[int, int]:
    """Count the clips that are there, of some that lie evenly in the collection."""
    clips = dataset.clips[:: max(1, len(dataset) // LOOKED_FOR)]
    there = [os.path.isfile(dataset.file(clip)) for clip in clips]  # noqa: PTH113
    return sum(there), len(there)


def _storable(path: str) -> str:
    """Return a path as the settings can hold it: a name need not be UTF-8."""
    return quote(os.fsencode(path))


def _stored_path(value: object) -> str:
    """Return the path that `_storable` took, "" for anything else."""
    return os.fsdecode(unquote_to_bytes(value)) if isinstance(value, str) else ""
