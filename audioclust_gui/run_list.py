"""The runs that were trained on the document's clips, as they lie on the disk."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QFile, QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.worker import Failure
from engine.autoencoder.history import Moment
from engine.autoencoder.runs import FoundRuns, Run, folder_of
from engine.features.extraction import Extraction
from engine.projects.project import Project

_TITLE = "Looking for trained networks"
_NONE = FoundRuns((), ())


class RunList(QObject):
    """Asks the quick worker which runs there are, whenever there may be others.

    Parameters
    ----------
    document : Document
    jobs : Jobs

    Attributes
    ----------
    runs : tuple of Run
        The newest first.
    """

    changed = Signal()
    damaged = Signal(str)  # which others cannot be read, and why; each is told once
    found = Signal()  # they have been read once more, be there others or not
    troubled = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._extraction: Extraction | None = None  # whose runs these are
        self._job: Job | None = None
        self._told: set[str] = set()
        self.runs: tuple[Run, ...] = ()
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._begin_anew)

    def runs_with(self, live: Moment | None) -> tuple[Run, ...]:
        """Return them, one of them with the epochs that it has had by now."""
        if live is None:
            return self.runs
        return tuple(
            replace(run, history=live.history) if run.id == live.run else run
            for run in self.runs
        )

    def refresh(self) -> None:
        """Read them again; what is asked meanwhile is asked once."""
        self._extraction = extraction = self._document.project.extraction
        if extraction is None or not any(extraction.keys):
            self._take(None, _NONE)
            return
        self._job = job = self._jobs.ask(
            "engine.projects.network_steps:runs",
            extraction.keys,
            title=_TITLE,
            then=lambda found: self._take(job, found),
            slot="runs",
        )
        job.failed.connect(partial(self._failed, _TITLE))
        job.crashed.connect(lambda text: self._failed(_TITLE, Failure(text)))

    def rename(self, run_id: str, name: str) -> None:
        """Call a run something else."""
        if name := name.strip():
            target = "engine.autoencoder.runs:rename"
            self._alter(target, run_id, name, title="Renaming a run")
        else:
            self.changed.emit()  # so that what is shown goes back

    def remove(self, run_id: str) -> None:
        """Move a run and its networks to the trash, unless they are needed now."""
        title = "The run was not removed"
        if self._document.pipeline.network.startswith(f"{run_id}@"):
            why = "The clips are described by it: choose features first."
            self.troubled.emit(title, why)
            return
        if any(run.id == run_id and run.alive for run in self.runs):
            why = "It is being trained: stop or cancel that first."
            self.troubled.emit(title, why)
            return
        folder = str(folder_of(run_id))
        moved = QFile.moveToTrash(folder)
        gone = moved[0] if isinstance(moved, tuple) else moved
        if not gone:
            text = f"{folder} cannot be moved to the trash. Remove it by hand."
            self.troubled.emit(title, text)
        self.refresh()

    def discard(self, run_id: str) -> None:
        """Delete what is left of a run that nobody wants."""
        folder = str(folder_of(run_id))
        self._alter("shutil:rmtree", folder, True, title="Throwing a run away")

    def _alter(self, target: str, *args: object, title: str) -> None:
        job = self._jobs.ask(target, *args, title=title, then=lambda _: self.refresh())
        job.failed.connect(partial(self._failed, title))
        job.crashed.connect(lambda text: self._failed(title, Failure(text)))

    def _begin_anew(self) -> None:
        self._job = None
        self._take(None, _NONE)
        self.refresh()

    def _on_changed(self, old: Project, new: Project) -> None:
        if new.extraction is not None and not _same_clips(
            new.extraction, self._extraction
        ):
            self.refresh()

    def _take(self, job: Job | None, found: FoundRuns) -> None:
        if job is self._job:
            self.runs = found.runs
            self.changed.emit()
            if job is not None:
                self.found.emit()
            for sentence in found.damaged:
                if sentence not in self._told:
                    self._told.add(sentence)
                    self.damaged.emit(sentence)

    def _failed(self, title: str, failure: Failure) -> None:
        self.troubled.emit(title, failure.message)
        self.changed.emit()


def _same_clips(one: Extraction, other: Extraction | None) -> bool:
    return other is not None and (one is other or one.keys == other.keys)
