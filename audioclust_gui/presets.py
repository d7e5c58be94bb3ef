"""Feature parameters by name: uses a preset, and tells which one is in use."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.worker import Failure
from engine.audio.dataset import Dataset
from engine.errors import ParameterError
from engine.features.presets import PRESETS
from engine.features.spectral import FeatureParams
from engine.projects.project import Project


class Presets(QObject):
    """Resolves presets for the document's collection.

    What depends on the files is found out by a worker, and remembered.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    changed = Signal()  # another preset is in use, or none
    refused = Signal(str)  # why one is not possible

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._known: dict[str, FeatureParams] = {}
        self._asked: set[str] = set()
        document.replaced.connect(self._begin)
        document.changed.connect(self._on_changed)
        self._begin()

    @property
    def current(self) -> str | None:
        """The preset that the present values are, or None."""
        now = self._document.pipeline.features
        return next((name for name, p in self._known.items() if p == now), None)

    def use(self, name: str) -> None:
        """Take the values of a preset, as one step of undo."""
        if name in self._known:
            self._take(name)
        else:
            self._resolve(name, take=True)

    def _begin(self) -> None:
        fixed = (name for name, preset in PRESETS.items() if not preset.own_rate)
        self._known = {name: PRESETS[name].params for name in fixed}
        self._asked = set()
        self._look()

    def _on_changed(self, old: Project, new: Project) -> None:
        if not _same_files(old.dataset, new.dataset):
            self._begin()
        elif old.pipeline.features is not new.pipeline.features:
            self._look()

    def _look(self) -> None:
        """Find out about the others only where the values may be theirs."""
        self.changed.emit()
        if self.current is None and self._document.project.dataset.clips:
            for name in PRESETS.keys() - self._known.keys() - self._asked:
                self._asked.add(name)
                self._resolve(name)

    def _resolve(self, name: str, *, take: bool = False) -> None:
        dataset = self._document.project.dataset

        def known(params: FeatureParams) -> None:
            if _same_files(dataset, self._document.project.dataset):
                self._known[name] = params
                self.changed.emit()
                if take:
                    self._take(name)

        job = self._jobs.ask(
            "engine.projects.steps:preset",
            name,
            dataset,
            title=f"Looking at sample rates for {PRESETS[name].label}",
            then=known,
        )
        job.failed.connect(self._failed)
        job.crashed.connect(self._refuse)

    def _failed(self, failure: Failure) -> None:
        self._refuse(failure.message)

    def _take(self, name: str) -> None:
        project = self._document.project
        if project.pipeline.features != self._known[name]:
            text = f"use preset {PRESETS[name].label.lower()}"
            try:
                pipeline = replace(project.pipeline, features=self._known[name])
            except ParameterError as error:
                self._refuse(str(error))
                return
            self._document.commit(replace(project, pipeline=pipeline), text)

    def _refuse(self, why: str) -> None:
        self.refused.emit(why)
        self.changed.emit()  # so that what is shown goes back


def _same_files(one: Dataset, other: Dataset) -> bool:
    """Tell whether one dataset was made from the other without touching its clips."""
    return one.root == other.root and one.clips is other.clips
