"""Asks the quick worker for what can be known of every clip, when it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.studying import features_at_hand
from audioclust_gui.worker import Failure
from engine.projects.pipeline import Pipeline
from engine.projects.project import Project

_SETTLED_MS = 150  # the scores go first: they are always on screen
_ATTEMPTS = 2

Question = tuple[object, ...]
"""What the worker is asked, after the target; None in its place cannot be asked."""


class Measuring(QObject):
    """Keeps the newest answer about the document's project while that is wanted.

    Nothing is asked before it is wanted, nor while something is dragged.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    target : str
        An engine function, as `Jobs.ask` takes it.
    title : str
    question : callable
        What to ask about a project; None where there is nothing to ask.
    """

    changed = Signal()
    """There is an answer, or it is known that none will come."""
    troubled = Signal(str, str)

    def __init__(
        self,
        document: Document,
        jobs: Jobs,
        target: str,
        title: str,
        question: Callable[[Project], Question | None],
    ) -> None:
        super().__init__(document)
        self._document, self._jobs = document, jobs
        self._target, self._title = target, title
        self._question_of = question
        self._wanted = False
        self._answered: Question | None = None
        self._answer: Any = None
        self._asked: Question | None = None  # on its way, or given up
        self._job: Job | None = None
        self._left = _ATTEMPTS
        self._trouble = ""
        self._timer = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._timer.timeout.connect(self._ask)
        document.changed.connect(self._on_changed)
        document.history_changed.connect(self._wait)
        document.replaced.connect(self._on_replaced)

    @property
    def answer(self) -> Any:
        """The newest answer about this collection, perhaps an old one; None without."""
        return self._answer

    @property
    def fresh(self) -> bool:
        """Whether the answer is about the project as it is."""
        return same(self._question_of(self._document.project), self._answered)

    @property
    def trouble(self) -> str:
        """Why there will be no answer to the present question; "" where it may come."""
        return self._trouble

    def want(self, wanted: bool) -> None:
        """Begin to ask whenever there is something new to ask, or leave it."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if wanted:
            self._left, self._trouble = _ATTEMPTS, ""
            self._timer.start(0)
        else:
            self._stop()

    def _on_changed(self, old: Project, new: Project) -> None:
        if not self._wanted:
            return
        question = self._question_of(new)
        if same(question, self._answered):
            self._stop()
        elif old.extraction is not new.extraction or not same(question, self._asked):
            self._stop()
            self._left, self._trouble = _ATTEMPTS, ""
            self._wait()

    def _wait(self) -> None:
        """Begin to wait; the end of a drag changes nothing but the history."""
        if not self._wanted or self._document.dragging:
            return
        question = self._question_of(self._document.project)
        if not same(question, self._answered) and not same(question, self._asked):
            self._timer.start(_SETTLED_MS)

    def _on_replaced(self) -> None:
        self._stop()
        self._answered = self._answer = None
        self._left, self._trouble = _ATTEMPTS, ""
        self._wait()

    def _stop(self) -> None:
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
        self._job = self._asked = None

    def _ask(self) -> None:
        question = self._question_of(self._document.project)
        if question is None or same(question, self._answered):
            return
        self._asked = question
        self._job = job = self._jobs.ask(
            self._target,
            *question,
            title=self._title,
            then=lambda answer: self._keep(question, answer),
            slot=self._target,
        )
        job.ended.connect(lambda _: self._forget(job))
        job.failed.connect(lambda failure: self._failed(question, failure))
        job.crashed.connect(lambda text: self._crashed(question, text))

    def _forget(self, job: Job) -> None:
        if job is self._job:
            self._job = None

    def _keep(self, question: Question, answer: Any) -> None:
        if question is self._asked:
            self._answered, self._answer, self._asked = question, answer, None
            self.changed.emit()

    def _failed(self, question: Question, failure: Failure) -> None:
        if question is self._asked:
            self._trouble = failure.message
            self.changed.emit()

    def _crashed(self, question: Question, text: str) -> None:
        if question is not self._asked:
            return
        self._left -= 1
        if self._left:
            self._timer.start(0)
        else:
            self._trouble = "A worker process ended"
            self.troubled.emit(self._trouble, text)
            self.changed.emit()


def same(question: Question | None, other: Question | None) -> bool:
    """Tell whether two questions have one answer: of equal labels they have."""
    if question is None or other is None:
        return question is other
    return all(map(_alike, question, other))


def _alike(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one is other or np.array_equal(one, other)
    return one is other or (not isinstance(one, tuple) and one == other)


def about_features(project: Project) -> Question | None:
    """Return what is asked about every clip by itself."""
    done = project.extraction
    if done is None:
        return None
    return done.keys, Pipeline(done.preparation, done.params)


def about_groups(project: Project) -> Question | None:
    """Return what is asked about every clip in its group."""
    keys, grouping = features_at_hand(project), project.grouping
    if keys is None or grouping is None:
        return None
    labels: NDArray[np.int32] = project.labels
    return keys, grouping.pipeline, labels
