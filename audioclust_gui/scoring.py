"""Scores the labels that are shown, whenever they change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.studying import Studying
from audioclust_gui.worker import Failure
from engine.clustering.metrics import Scores
from engine.errors import FeaturesMissingError
from engine.projects.project import Project

_WHILE_DRAGGING_MS = 60  # from the last step of a drag to its scores
_ATTEMPTS = 2


class Scoring(QObject):
    """Asks the quick worker for scores, and puts them into the document.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    studying : Studying
        While something is dragged, what it knows is not asked for.
    """

    done = Signal()
    features_missing = Signal()
    troubled = Signal(str, str)

    def __init__(
        self, document: Document, jobs: Jobs, studying: Studying, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._studying = studying
        self._left = _ATTEMPTS
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)
        self._left_out = False  # whether a drag showed what was known already
        document.changed.connect(self._on_changed)
        document.settled.connect(self._on_settled)
        document.replaced.connect(self._on_replaced)

    def _on_changed(self, old: Project, new: Project) -> None:
        dragging = self._document.dragging
        self._left_out = dragging and self._studying.scores_at(new) is not None
        if self._left_out:
            self._timer.stop()
        elif new.scores is None:
            self._left = _ATTEMPTS
            self._timer.start(_WHILE_DRAGGING_MS if dragging else 0)

    def _on_settled(self) -> None:
        """Ask for all scores where a drag has ended that needed none."""
        if self._left_out and not self._document.dragging:
            self._left_out = False
            self._left = _ATTEMPTS
            self._timer.start(0)

    def _on_replaced(self) -> None:
        self._left = _ATTEMPTS
        self._timer.start(0)

    def _ask(self) -> None:
        project = self._document.project
        if project.grouping is None or project.scores is not None:
            return
        if project.extraction is None or not project.extracted:
            return
        labels, truth = project.labels, project.dataset.labels
        job = self._jobs.ask(
            "engine.projects.steps:evaluate",
            project.extraction.keys,
            project.grouping.pipeline,
            labels,
            truth,
            title="Scoring",
            then=lambda scores: self._keep(labels, truth, scores),
            slot="scores",
        )
        job.failed.connect(self._failed)
        job.crashed.connect(self._crashed)

    def _keep(
        self, labels: NDArray[np.int32], truth: tuple[str, ...] | None, scores: Scores
    ) -> None:
        project = self._document.project
        asked = project.labels is labels and project.dataset.labels is truth
        if asked and project.scores is None:
            self._document.amend(replace(project, scores=scores))
            self.done.emit()

    def _failed(self, failure: Failure) -> None:
        if failure.kind == FeaturesMissingError.__name__:
            self.features_missing.emit()
        else:
            self.troubled.emit("Scoring", failure.message)

    def _crashed(self, text: str) -> None:
        self._left -= 1
        if self._left:
            self._timer.start(0)
        else:
            self.troubled.emit("A worker process ended", text)
