"""Opens folders, projects and the demo, and remembers what was opened."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from audioclust_gui.autosave import Autosave
from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.worker import Failure
from engine.projects.file import SUFFIX
from engine.projects.opening import Opened, projects_folder

RECENT_LIMIT = 12
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
    recent_changed = Signal()
    opening_changed = Signal(bool)  # whether something is being opened

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._opening: Job | None = None
        file = projects_folder().parent / "settings.ini"
        self.settings = QSettings(str(file), QSettings.Format.IniFormat)
        self.autosave = Autosave(self)
        self.autosave.failed.connect(self._not_saved)
        self._trouble = ""
        document.settled.connect(self._save)

    @property
    def opening(self) -> bool:
        """Whether something is being opened right now."""
        return self._opening is not None

    def open(self, path: str | Path) -> None:
        """Open a folder of sounds or a project file."""
        path = Path(path).absolute()
        if path.is_dir():
            target, title = "open_folder", f"Looking through {path.name}"
        elif path.suffix.lower() == SUFFIX:
            target, title = "open_project", f"Opening {path.name}"
        elif path.exists():
            words = f"{path} is neither a folder nor a project ({SUFFIX})."
            self.troubled.emit("Cannot open this", f"{words} Open its folder instead.")
            return
        else:
            self._forget(str(path))
            self.troubled.emit("Cannot open this", f"{path} does not exist.")
            return
        self._run(target, (str(path),), title, str(path))

    def open_demo(self) -> None:
        """Open the demo collection, making it first where it is missing."""
        self._run("open_demo", (), "Synthesising the demo collection", "")

    def open_last(self) -> None:
        """Open what was open last, or the demo on the first start."""
        last = str(self.settings.value(_LAST, "") or "")
        if last and Path(last).exists():
            self.open(last)
        else:
            self.open_demo()

    def locate(self, folder: str | Path) -> None:
        """Say where the sounds of this project are now."""
        project = self._document.project
        dataset = replace(project.dataset, root=str(Path(folder).absolute()))
        self._document.commit(replace(project, dataset=dataset), "locate sounds")

    @property
    def recent(self) -> list[str]:
        """What was opened lately, the newest first."""
        stored = self.settings.value(_RECENT, [])
        paths = [stored] if isinstance(stored, str) else list(stored or [])
        return [path for path in paths if isinstance(path, str) and path]

    def clear_recent(self) -> None:
        """Forget what was opened."""
        self.settings.remove(_RECENT)
        self.recent_changed.emit()

    def close(self) -> None:
        """Write what is left."""
        self.autosave.close()
        self.settings.sync()

    def _run(self, name: str, args: tuple[str, ...], title: str, shown: str) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self.opening_changed.emit(True)  # so that nothing else keeps it waiting
        target = f"engine.projects.opening:{name}"
        self._opening = job = self._jobs.run(target, *args, title=title)
        job.succeeded.connect(lambda opened: self._opened(job, opened, shown))
        job.failed.connect(lambda failure: self._failed(title, failure))
        job.crashed.connect(lambda text: self.troubled.emit(title, text))
        job.ended.connect(lambda _: self._ended(job))

    def _ended(self, job: Job) -> None:
        if self._opening is job:
            self._opening = None
            self.opening_changed.emit(False)

    def _opened(self, job: Job, opened: Opened, shown: str) -> None:
        if self._opening is not job:
            return
        self._document.open(opened.project, opened.path, opened.view)
        for note in opened.notes:
            self.noted.emit("Opened", note)
        self.settings.setValue(_LAST, shown)
        if shown:
            self._remember(shown)

    def _failed(self, title: str, failure: Failure) -> None:
        self.troubled.emit(title, failure.message)

    def _remember(self, path: str) -> None:
        paths = [path, *(known for known in self.recent if known != path)]
        self.settings.setValue(_RECENT, paths[:RECENT_LIMIT])
        self.recent_changed.emit()

    def _forget(self, path: str) -> None:
        others = [known for known in self.recent if known != path]
        self.settings.setValue(_RECENT, others)
        self.recent_changed.emit()

    def save_as(self, path: Path) -> None:
        """Go on in a file of that name."""
        if path.suffix.lower() != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
        self._document.save_as(path)
        self.noted.emit("Saved", f"The project is in {path} from now on")
        self.settings.setValue(_LAST, os.fspath(path))
        self._remember(os.fspath(path))

    def _save(self) -> None:
        document = self._document
        if document.path is not None:
            self.autosave.save(document.path, document.project, document.view)

    def _not_saved(self, reason: str) -> None:
        if reason != self._trouble:
            self._trouble = reason
            self.troubled.emit("The project was not saved", reason)
