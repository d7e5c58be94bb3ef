"""Describes the clusters that are shown: how far apart they lie, and their medoids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.studying import features_at_hand
from audioclust_gui.worker import Failure
from engine.clustering.describing import ClusterReport
from engine.errors import FeaturesMissingError
from engine.projects.project import Grouping, Project

_SETTLED_MS = 200  # the scores go first: they are always on screen
_ATTEMPTS = 2
_TITLE = "Describing the clusters"
_NOTHING: Mapping[int, ClusterReport] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class _Question:
    """What reports are of: clusters, and the labels they are compared with."""

    grouping: Grouping | None
    labels: NDArray[np.int32]
    truth: tuple[str, ...] | None

    def same(self, other: _Question | None) -> bool:
        """Tell whether the answer to one is that to the other."""
        return (
            other is not None
            and self.grouping is other.grouping
            and self.truth is other.truth
            and np.array_equal(self.labels, other.labels)
        )


class Describing(QObject):
    """Asks the quick worker about the present clusters, once they have settled.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    changed = Signal()  # reports have come; that they are stale the document tells
    troubled = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._answered: _Question | None = None
        self._reports = _NOTHING
        self._asked: _Question | None = None  # on its way, or given up
        self._job: Job | None = None
        self._left = _ATTEMPTS
        self._timer = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._timer.timeout.connect(self._ask)
        document.changed.connect(self._on_changed)
        document.history_changed.connect(self._wait)
        document.replaced.connect(self._on_replaced)

    @property
    def reports(self) -> Mapping[int, ClusterReport]:
        """What is known of every cluster, by its id, and of the noise.

        Empty as long as these very clusters have not been described.
        """
        question = _question_of(self._document.project)
        return self._reports if question.same(self._answered) else _NOTHING

    def _on_changed(self, old: Project, new: Project) -> None:
        question = _question_of(new)
        if question.same(self._answered):
            self._stop()
        elif old.extraction is not new.extraction or not question.same(self._asked):
            self._stop()
            self._left = _ATTEMPTS
            self._wait()

    def _wait(self) -> None:
        """Begin to wait; the end of a drag changes nothing but the history."""
        question = _question_of(self._document.project)
        known = question.same(self._answered) or question.same(self._asked)
        if not known and not self._document.dragging:
            self._timer.start()

    def _on_replaced(self) -> None:
        self._stop()
        self._answered, self._reports, self._left = None, _NOTHING, _ATTEMPTS
        self._timer.start()

    def _stop(self) -> None:
        """Leave a question that nobody asks any more: a drag's scores wait behind."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
        self._job = self._asked = None

    def _ask(self) -> None:
        project = self._document.project
        keys, grouping = features_at_hand(project), project.grouping
        if keys is None or grouping is None:
            return
        self._asked = question = _question_of(project)
        self._job = job = self._jobs.ask(
            "engine.projects.tree_steps:describe_clusters",
            keys,
            grouping.pipeline,
            question.labels,
            question.truth,
            title=_TITLE,
            then=lambda reports: self._keep(question, reports),
            slot="clusters",
        )
        job.ended.connect(lambda _: self._forget(job))
        job.failed.connect(self._failed)
        job.crashed.connect(self._crashed)

    def _forget(self, job: Job) -> None:
        if job is self._job:
            self._job = None

    def _keep(self, question: _Question, reports: tuple[ClusterReport, ...]) -> None:
        if question is self._asked:
            self._answered, self._asked = question, None
            self._reports = MappingProxyType({report.id: report for report in reports})
            self.changed.emit()

    def _failed(self, failure: Failure) -> None:
        # Features that are gone are found missing by the scores, which see to it.
        if failure.kind != FeaturesMissingError.__name__:
            self.troubled.emit(_TITLE, failure.message)

    def _crashed(self, text: str) -> None:
        self._left -= 1
        if self._left:
            self._timer.start()
        else:
            self.troubled.emit("A worker process ended", text)


def _question_of(project: Project) -> _Question:
    return _Question(project.grouping, project.labels, project.dataset.labels)
