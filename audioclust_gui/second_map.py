"""Makes the second map: while it is seen, and while nothing else is being made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.worker import Failure
from audioclust_gui.workflow import AUTOMATIC_LIMIT
from engine.errors import FeaturesMissingError
from engine.progress import Step
from engine.projects.project import Layout, Project
from engine.projects.steps import scattered

_TITLE = "Drawing the second map"
_IDLE_MS = 250  # without other long work, before it begins


class SecondMap(QObject):
    """Runs the projection that the document's second map asks for.

    Other long work interrupts it, and it goes on afterwards from where it was; so it
    does after a cancel, but only when the person says so.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    settling = Signal(object)  # float32 (n_clips, 2): the map while it takes shape
    troubled = Signal(str, str)  # title, what happened and what to do
    state_changed = Signal()

    def __init__(self, document: Document, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._job: Job | None = None
        self._others: set[Job] = set()  # long work that is not this
        self._question = ""  # what is asked for, as far as it can be made
        self._partial: tuple[NDArray[np.float32], int] | None = None  # and steps done
        self._shown = False
        self._wanted = False  # whether the person asked for just this map
        self._making_way = False
        self.halted = False  # after cancel or trouble, until something changes
        self.refusal = ""  # why there is no map, in words
        self._timer = QTimer(self, singleShot=True, interval=_IDLE_MS)
        self._timer.timeout.connect(self._go_on)
        jobs.started.connect(self._on_started)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)

    @property
    def busy(self) -> bool:
        """Whether it is being made."""
        return self._job is not None

    @property
    def ready(self) -> bool:
        """Whether there are features that it could be made from."""
        return self._keys is not None

    @property
    def stale(self) -> bool:
        """Whether it is missing, was stopped, or answers an earlier choice."""
        return not self._answered or self._half_mapped

    @property
    def waiting(self) -> bool:
        """Whether it goes on by itself when other work is done."""
        return self._wanted and self._job is None and self.stale

    @property
    def runnable(self) -> bool:
        """Whether `run` would begin something that does not begin by itself."""
        idle = not self.busy and not self.waiting
        return idle and self.ready and self.stale

    def set_shown(self, shown: bool) -> None:
        """Say whether a person can see it: if not, it is not begun."""
        self._shown = shown
        self._timer.start()

    def run(self) -> None:
        """Make what is missing, or go on where it was stopped."""
        self._wanted, self.halted, self.refusal = True, False, ""
        self._timer.start(0)
        self.state_changed.emit()

    def cancel(self) -> None:
        """Stop, keep what there is of it, and wait for the person."""
        self.halted, self._wanted = True, False
        if self._job is not None:
            self._job.cancel()
        self.state_changed.emit()

    @property
    def _keys(self) -> tuple[str | None, ...] | None:
        project = self._document.project
        done = project.extraction if project.extracted else None
        return done.keys if done is not None and any(done.keys) else None

    def _ask(self) -> str:
        """Name what its positions depend on, and nothing else; "" if it cannot be."""
        project = self._document.project
        if project.second is None or self._keys is None:
            return ""
        key = project.second.asked_of(project.pipeline).layout_key
        return f"{key} {hash(self._keys)}"

    @property
    def _answered(self) -> bool:
        second = self._document.project.second
        return second is None or (
            second.layout is not None
            and second.layout.answers(second.asked_of(self._document.pipeline))
        )

    @property
    def _half_mapped(self) -> bool:
        second = self._document.project.second
        layout = None if second is None else second.layout
        return layout is not None and layout.unfinished and self._answered

    def _go_on(self) -> None:
        project = self._document.project
        first = project.second is not None and project.second.layout is None
        small = len(project.dataset) <= AUTOMATIC_LIMIT
        asked_for = self._wanted or first or (small and not self._half_mapped)
        free = self._job is None and not self._others and not self.halted
        if self._shown and free and asked_for and self.stale and self._question:
            self._start()
        self.state_changed.emit()

    def _start(self) -> None:
        second, keys = self._document.project.second, self._keys
        assert second is not None  # as `_ask` says
        assert keys is not None
        self._partial, self.refusal = None, ""
        self._making_way = False
        asked = second.asked_of(self._document.pipeline)
        begun = second.layout if self._half_mapped else None
        rows = np.flatnonzero([key is not None for key in keys])
        job = self._jobs.run(
            "engine.projects.steps:lay_out", keys, asked, begun, title=_TITLE
        )
        self._job = job
        job.progressed.connect(lambda step: self._show(job, step, rows))
        job.succeeded.connect(lambda layout: self._keep(job, layout))
        job.cancelled.connect(lambda: self._stopped(job))
        job.failed.connect(lambda why: self._failed(job, why))
        job.crashed.connect(lambda text: self._failed(job, Failure(text)))
        job.ended.connect(lambda _: self._ended(job))

    def _on_started(self, job: Job) -> None:
        """Make way for other long work."""
        if job.title == _TITLE:
            return
        self._others.add(job)
        job.ended.connect(lambda _: self._other_ended(job))
        if self._job is not None and not self._job.cancel_asked:
            self._making_way = True
            self._job.cancel()

    def _other_ended(self, job: Job) -> None:
        self._others.discard(job)
        self._timer.start()

    def _on_changed(self, old: Project, new: Project) -> None:
        before, now = old.second, new.second
        chosen = now is not None and not now.asks_as(before)
        same = old.pipeline is new.pipeline and old.extraction is new.extraction
        if same and not chosen and now is not None:
            return
        question = self._ask()
        if question != self._question:
            # What was asked for before there were features still is.
            wanted = chosen or (self._wanted and not self._question)
            self._begin_anew(question)
            self._wanted = wanted

    def _on_replaced(self) -> None:
        self._begin_anew(self._ask())

    def _begin_anew(self, question: str) -> None:
        """Do not wait for what was asked before; what it says is not listened to."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._partial = None
        self._question, self.refusal = question, ""
        self._wanted = self.halted = False
        self._timer.start()
        self.state_changed.emit()

    def _show(self, job: Job, step: Step, rows: NDArray[np.int64]) -> None:
        if job is self._job and step.partial is not None:
            n_clips = len(self._document.project.dataset)
            positions = scattered(step.partial, rows, n_clips)
            self._partial = (positions, step.done)
            self.settling.emit(positions)

    def _keep(self, job: Job, layout: Layout) -> None:
        project = self._document.project
        if job is self._job and project.second is not None:
            self._wanted = False
            second = replace(project.second, layout=layout)
            self._document.amend(replace(project, second=second))

    def _stopped(self, job: Job) -> None:
        second = self._document.project.second
        if job is not self._job or second is None:
            return
        if not self._making_way:
            self.halted = True
        if self._partial is not None:
            asked = second.asked_of(self._document.pipeline)
            self._keep(job, Layout(asked, *self._partial))
        self._wanted = self._making_way

    def _failed(self, job: Job, failure: Failure) -> None:
        if job is not self._job:
            return
        self.halted = True
        if failure.kind == FeaturesMissingError.__name__:  # the scores see to it
            self.refusal = "The features are not there any more. Press Run"
        else:
            self.refusal = "It could not be drawn: see Messages"
            self.troubled.emit(_TITLE, failure.message)

    def _ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self._timer.start()
            self.state_changed.emit()
