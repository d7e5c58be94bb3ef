"""Brings the project up to date with its own pipeline: extract, group, map, score.

After every change of the document it asks what the pipeline wants that the results do
not answer yet, and runs that one step; its end asks again. So a person may change
anything at any time, and nothing that was computed is computed twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.worker import Failure
from engine.errors import FeaturesMissingError
from engine.features.extraction import Extraction
from engine.progress import Step
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Layout, Project
from engine.projects.steps import scattered

AUTOMATIC_LIMIT = 5_000  # clips up to which a changed parameter starts work by itself
_DEBOUNCE_MS = 120
_WHILE_DRAGGING_MS = 60  # from the last step of a drag to its scores


class Workflow(QObject):
    """Runs the next missing step of the document's project.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    settling = Signal(object)  # float32 (n_clips, 2): the map while it takes shape
    troubled = Signal(str, str)  # title, what happened and what to do
    state_changed = Signal()  # busy, stale or neither

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._job: Job | None = None
        self._question: tuple[str, Pipeline] | None = None
        self._scoring: Job | None = None
        self.automatic = True
        self._halted = False  # after cancel or trouble, until something changes
        self._held = False  # while something else is being opened
        self._partial: Layout | None = None
        self._timer = QTimer(self, singleShot=True, interval=_DEBOUNCE_MS)
        self._timer.timeout.connect(self._advance_unasked)
        self._score_timer = QTimer(self, singleShot=True)
        self._score_timer.timeout.connect(self._score)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)

    @property
    def busy(self) -> bool:
        """Whether a step is running."""
        return self._job is not None

    @property
    def stale(self) -> bool:
        """Whether the results do not answer the pipeline, and nothing is running."""
        return not self.busy and self._missing() is not None

    @property
    def finished(self) -> bool:
        """Whether everything the pipeline asks for is there, scores included."""
        project = self._document.project
        return not self.busy and self._missing() is None and project.scores is not None

    @property
    def halted(self) -> bool:
        """Whether it waits for the person after a cancel or a trouble."""
        return self._halted

    @property
    def unusable(self) -> bool:
        """Whether features were asked for and not one clip has any."""
        project = self._document.project
        done = project.extraction if project.extracted else None
        return done is not None and not any(done.keys)

    def run(self) -> None:
        """Start what is missing, also where that would not happen by itself."""
        self._halted = False
        self._advance()

    def cancel(self) -> None:
        """Stop the running step and wait for the person."""
        self._halted = True
        if self._job is not None:
            self._job.cancel()

    def hold(self, on: bool) -> None:
        """Make way for what is being opened, or go on where that came to nothing."""
        self._held = on
        if not on:
            self._advance()
        elif self._job is not None:
            self._job.cancel()

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.pipeline is not new.pipeline or old.dataset is not new.dataset:
            self._halted = False
            self._timer.start()
        if new.scores is None:
            pause = _WHILE_DRAGGING_MS if self._document.dragging else 0
            self._score_timer.start(pause)
        self.state_changed.emit()

    def _on_replaced(self) -> None:
        for job in (self._job, self._scoring):
            if job is not None:
                job.cancel()
        self._job = self._scoring = self._question = None
        self._halted = False
        self._say_if_unusable()
        self._advance()
        self._score_timer.start(0)

    def _advance_unasked(self) -> None:
        project = self._document.project
        first_time = project.grouping is None
        small = len(project.dataset) <= AUTOMATIC_LIMIT
        if not self._halted and (first_time or (self.automatic and small)):
            self._advance()
        self.state_changed.emit()

    def _missing(self) -> str | None:
        project = self._document.project
        if not project.dataset.clips or self.unusable:
            return None
        if project.grouped and project.mapped:
            return None
        if not project.extracted:
            return "extract"
        return "lay_out" if project.grouped else "group"

    def _advance(self) -> None:
        missing = self._missing()
        if self._job is not None:
            if self._question != (missing, self._document.pipeline):
                self._job.cancel()  # its end asks again
            return
        if missing is None or self._halted or self._held:
            self.state_changed.emit()
            return
        project = self._document.project
        self._partial = None
        self._question = (missing, project.pipeline)
        if missing == "extract":
            self._start(
                "engine.features.extraction:extract",
                (project.dataset, project.pipeline.features),
                "Extracting features",
                self._extracted,
            )
        elif missing == "group":
            self._start(
                "engine.projects.steps:group",
                (self._keys(), project.pipeline),
                "Grouping",
                self._grouped,
            )
        else:
            self._start(
                "engine.projects.steps:lay_out",
                (self._keys(), project.pipeline),
                "Drawing the map",
                self._laid_out,
            )
        self.state_changed.emit()

    def _start(self, target: str, args: tuple[Any, ...], title: str, then: Any) -> None:
        self._job = job = self._jobs.run(target, *args, title=title)
        job.succeeded.connect(lambda value: self._if_current(job, then, value))
        job.progressed.connect(lambda step: self._if_current(job, self._step, step))
        job.failed.connect(lambda failure: self._if_current(job, self._failed, failure))
        job.crashed.connect(lambda text: self._if_current(job, self._crashed, text))
        job.cancelled.connect(lambda: self._if_current(job, self._stopped, None))
        job.ended.connect(lambda _: self._ended(job))

    def _if_current(self, job: Job, handler: Any, value: Any) -> None:
        if job is self._job:
            handler(value)

    def _ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            QTimer.singleShot(0, self._advance)  # what was begun is brought to its end

    def _extracted(self, extraction: Extraction) -> None:
        self._document.amend(replace(self._document.project, extraction=extraction))
        self._say_if_unusable()

    def _say_if_unusable(self) -> None:
        if self.unusable:
            count = len(self._document.project.dataset)
            self.troubled.emit(
                f"None of the {count:,} files could be used",
                "The list of messages says why for each of them.",
            )

    def _grouped(self, grouping: Grouping) -> None:
        project = replace(self._document.project, grouping=grouping, scores=None)
        self._document.amend(project)

    def _laid_out(self, layout: Layout) -> None:
        self._document.amend(replace(self._document.project, layout=layout))

    def _step(self, step: Step) -> None:
        keys = self._keys()
        if step.partial is not None and keys:
            rows = [i for i, key in enumerate(keys) if key is not None]
            if len(rows) == len(step.partial):
                positions = scattered(step.partial, rows, len(keys))
                self._partial = Layout(self._document.pipeline, positions)
                self.settling.emit(positions)

    def _failed(self, failure: Failure) -> None:
        if failure.kind == FeaturesMissingError.__name__:
            # The cache may be deleted at any time; what was in it is made again.
            self._document.amend(replace(self._document.project, extraction=None))
            return
        self._halted = True
        self.troubled.emit(self._job.title if self._job else "", failure.message)

    def _crashed(self, text: str) -> None:
        self._halted = True
        self.troubled.emit("A worker process ended", text)

    def _stopped(self, _: None) -> None:
        """Wait for the person, unless the job was stopped to make way for another."""
        if self._held or self._question != (self._missing(), self._document.pipeline):
            return
        self._halted = True
        if self._partial is not None:  # a map that has not quite settled is a map
            self._laid_out(self._partial)

    def _score(self) -> None:
        project = self._document.project
        if project.grouping is None or project.scores is not None:
            return
        if project.extraction is None or not project.extracted:
            return
        labels = project.labels
        self._scoring = self._jobs.ask(
            "engine.projects.steps:evaluate",
            self._keys(),
            project.grouping.pipeline,
            labels,
            project.dataset.labels,
            title="Scoring",
            then=lambda scores: self._scored(labels, scores),
            slot="scores",
        )
        self._scoring.failed.connect(
            lambda failure: self.troubled.emit("Scoring", failure.message)
        )

    def _scored(self, labels: Any, scores: Any) -> None:
        project = self._document.project
        if project.labels is labels and project.scores is None:
            self._document.amend(replace(project, scores=scores))
            self.state_changed.emit()

    def _keys(self) -> tuple[str | None, ...]:
        extraction = self._document.project.extraction
        return () if extraction is None else extraction.keys
