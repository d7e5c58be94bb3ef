"""Brings the project up to date with its own pipeline: extract, group, map, score.

After every change of the document it asks what the pipeline wants that the results do
not answer yet, and runs that one step; its end asks again. So a person may change
anything at any time, and nothing that was computed is computed twice. A map that the
person stops is kept as far as it came, and goes on when they say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.document import Document
from audioclust_gui.glancing import Glancing
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.scoring import Scoring
from audioclust_gui.studying import Studying
from audioclust_gui.worker import Failure
from engine.errors import FeaturesMissingError
from engine.features.extraction import Extraction
from engine.progress import Step
from engine.projects.curation import regrouped
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Layout, Project
from engine.projects.results import with_extraction
from engine.projects.steps import scattered

AUTOMATIC_LIMIT = 5_000  # clips up to which a changed parameter starts work by itself
_DEBOUNCE_MS = 120
_NOT_KEPT = (
    "They were extracted, and then they were not in the cache, twice. Is its disk full "
    "or does something else empty it? Run > Run tries once more."
)
_STEPS = {
    "extract": ("engine.features.extraction:extract", "Extracting features"),
    "group": ("engine.projects.steps:group", "Grouping"),
    "lay_out": ("engine.projects.steps:lay_out", "Drawing the map"),
}


class Workflow(QObject):
    """Runs the next missing step of the document's project.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    studying : Studying
        What is known of the tree already.
    """

    settling = Signal(object)  # float32 (n_clips, 2): the map while it takes shape
    troubled = Signal(str, str)  # title, what happened and what to do
    state_changed = Signal()  # busy, stale or neither

    def __init__(self, document: Document, jobs: Jobs, studying: Studying) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._job: Job | None = None
        self._question = ""  # what the running step answers
        self._wanted = ""  # all that was asked for when it began
        self._before: Extraction | None = None  # set aside, to be tried again
        self._partial: tuple[NDArray[np.float32], int] | None = None  # and steps done
        self._resumed: Layout | None = None  # the stopped map that is to go on
        self._forgotten = False  # features, since something was scored last
        self.automatic = True
        self._halted = False  # after cancel or trouble, until something changes
        self._held = False  # while something else is being opened
        self._timer = QTimer(self, singleShot=True, interval=_DEBOUNCE_MS)
        self._timer.timeout.connect(self._go_on)
        self._glancing = Glancing(document, jobs, self)
        self._glancing.seen.connect(self._show_glance)
        self._scoring = Scoring(document, jobs, studying, self)
        self._scoring.troubled.connect(self.troubled)
        self._scoring.features_missing.connect(self._extract_again)
        self._scoring.done.connect(self._scored)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)

    @property
    def busy(self) -> bool:
        """Whether a step is running."""
        return self._job is not None

    @property
    def stale(self) -> bool:
        """Whether the results do not answer the pipeline, and nothing is running.

        A map that was stopped before it had settled is only half an answer.
        """
        return not self.busy and (self._missing() is not None or self._half_mapped)

    @property
    def runnable(self) -> bool:
        """Whether `run` would do something: what is missing, or failed files again."""
        return self.stale or (not self.busy and self._failures)

    @property
    def finished(self) -> bool:
        """Whether everything the pipeline asks for is there, scores included."""
        project = self._document.project
        return not self.busy and self._missing() is None and project.scores is not None

    @property
    def halted(self) -> bool:
        """Whether it waits for the person after a cancel or a trouble."""
        return self._halted or self._half_mapped

    @property
    def waiting(self) -> bool:
        """Whether nothing more happens before the person says Run."""
        return self.halted or (self.stale and not self._asked)

    @property
    def glancing(self) -> bool:
        """Whether the map that settles is still the first look at it, by PCA."""
        return self._partial is None

    @property
    def unusable(self) -> bool:
        """Whether features were asked for and not one clip has any."""
        project = self._document.project
        done = project.extraction if project.extracted else None
        return done is not None and not any(done.keys)

    def run(self) -> None:
        """Start what is missing, and try again what failed."""
        self._halted = False
        project = self._document.project
        if self._missing() is None and self._half_mapped:
            self._resumed = project.layout
            self._advance()
        elif self._missing() is None and self._failures:
            self._before = project.extraction
            self._document.amend(replace(project, extraction=None))
            self._start("extract")
        else:
            self._advance()

    def cancel(self) -> None:
        """Stop the running step and wait for the person."""
        self._halted = True
        self._glancing.forget()
        if self._job is not None:
            self._job.cancel()

    def hold(self, on: bool) -> None:
        """Make way for what is being opened, or go on where that came to nothing."""
        self._held = on
        if not on:
            self._go_on()
        elif self._job is not None:
            self._job.cancel()

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.pipeline is not new.pipeline or old.dataset is not new.dataset:
            self._halted = False
            self._timer.start()
        self.state_changed.emit()

    def _on_replaced(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._before = self._partial = self._resumed = None
        self._halted = self._forgotten = False
        self._glancing.forget()
        self._say_if_unusable()
        self._advance()

    def _go_on(self) -> None:
        """Advance, unless what is missing now was never asked for."""
        if self._asked:
            self._advance()
        else:
            self.state_changed.emit()

    @property
    def _asked(self) -> bool:
        """Whether what is missing may be done without Run."""
        project = self._document.project
        small = len(project.dataset) <= AUTOMATIC_LIMIT
        begun = self._wanted == _all_of(project.pipeline)
        first = project.grouping is None or (project.grouped and project.layout is None)
        return begun or first or (self.automatic and small)

    @property
    def _failures(self) -> bool:
        extraction = self._document.project.extraction
        return extraction is not None and bool(extraction.failures)

    @property
    def _half_mapped(self) -> bool:
        """Whether the map answers, but was stopped before it had settled."""
        project = self._document.project
        layout = project.layout
        return layout is not None and layout.unfinished and project.mapped

    def _missing(self) -> str | None:
        project = self._document.project
        if not project.dataset.clips or self.unusable:
            return None
        whole = self._resumed is None or self._resumed is not project.layout
        complete = project.grouped and project.mapped and whole
        if complete and (project.extracted or project.scores is not None):
            return None
        if not project.extracted:
            return "extract"
        return "lay_out" if project.grouped else "group"

    def _advance(self) -> None:
        missing = self._missing()
        if self._job is not None:
            retrying = self._before is not None
            if not retrying and self._question != self._ask(missing):
                self._job.cancel()  # its end asks again
        elif missing is None or self._halted or self._held:
            self.state_changed.emit()
        else:
            self._start(missing)

    def _ask(self, step: str | None) -> str:
        """Name a step and what its result depends on, and nothing else."""
        pipeline, root = self._document.pipeline, self._document.project.dataset.root
        keys = {
            # What was found in one folder says nothing of another.
            "extract": f"{pipeline.extraction_key} {root}",
            "group": pipeline.grouping_key,
            "lay_out": pipeline.layout_key,
        }
        return f"{step} {keys[step]}" if step else ""

    def _start(self, step: str) -> None:
        project = self._document.project
        self._question, self._wanted = self._ask(step), _all_of(project.pipeline)
        target, title = _STEPS[step]
        args: tuple[Any, ...] = (self._keys(), project.pipeline)
        if step == "extract":
            pipeline = project.pipeline
            args = (project.dataset, pipeline.features, pipeline.preparation)
        elif step == "lay_out":
            args = (*args, project.layout if self._half_mapped else None)
        elif not project.mapped:
            self._glancing.look()
        self._partial = None
        self._job = job = self._jobs.run(target, *args, title=title)
        handlers: dict[str, Callable[[Any], None]] = {
            "extract": self._extracted,
            "group": self._grouped,
            "lay_out": self._laid_out,
        }
        then, rows = handlers[step], self._rows()

        def if_current(handler: Callable[[Any], None]) -> Callable[..., None]:
            return lambda value=None: handler(value) if job is self._job else None

        job.succeeded.connect(if_current(then))
        job.progressed.connect(if_current(lambda step: self._show(step, rows)))
        job.failed.connect(if_current(lambda why: self._failed(title, why)))
        job.crashed.connect(if_current(self._crashed))
        job.cancelled.connect(if_current(self._stopped))
        job.ended.connect(if_current(self._ended))
        self.state_changed.emit()

    def _ended(self, _: str) -> None:
        self._job = self._before = None
        QTimer.singleShot(0, self._go_on)  # what was begun is brought to its end

    def _extracted(self, extraction: Extraction) -> None:
        project = self._document.project
        self._document.amend(with_extraction(project, extraction, self._before))
        self._say_if_unusable()

    def _say_if_unusable(self) -> None:
        if self.unusable:
            count = len(self._document.project.dataset)
            self.troubled.emit(
                f"None of the {count:,} files could be used",
                "The list of messages says why for each of them.",
            )

    def _grouped(self, grouping: Grouping) -> None:
        project = self._document.project
        if not project.grouped:  # or a tree was imported meanwhile
            self._document.amend(regrouped(project, grouping))

    def _laid_out(self, layout: Layout) -> None:
        self._document.amend(replace(self._document.project, layout=layout))

    def _show(self, step: Step, rows: np.ndarray) -> None:
        """Show a map that still settles."""
        if step.partial is not None and len(rows) == len(step.partial):
            n_clips = len(self._document.project.dataset)
            positions = scattered(step.partial, rows, n_clips)
            self._partial = (positions, step.done)
            self.settling.emit(positions)

    def _show_glance(self, positions: NDArray[np.float32]) -> None:
        """Show where the clips lie by PCA, unless there is a better map by now."""
        project = self._document.project
        fits = len(positions) == len(project.dataset)
        if self.busy and self.glancing and fits and not project.mapped:
            self.settling.emit(positions)

    def _failed(self, title: str, failure: Failure) -> None:
        if failure.kind == FeaturesMissingError.__name__:
            self._extract_again()
        else:
            self._halted = True
            self.troubled.emit(title, failure.message)

    def _crashed(self, text: str) -> None:
        self._halted = True
        self.troubled.emit("A worker process ended", text)

    def _stopped(self, _: None) -> None:
        """Wait for the person, unless the job was stopped to make way for another.

        A map is kept as far as it came; where it made way, it goes on afterwards.
        """
        made_way = self._held or self._question != self._ask(self._missing())
        if not made_way:
            self._halted, self._resumed = True, None
        if self._partial is not None and self._question == self._ask("lay_out"):
            project = self._document.project
            layout = Layout(project.pipeline, *self._partial)
            self._resumed = layout if made_way else None
            self._document.amend(replace(project, layout=layout))

    def _extract_again(self) -> None:
        """Forget the features: the cache may be deleted at any time.

        Where they are gone again at once, the cache does not keep what is written.
        """
        self._before = None
        project = self._document.project
        if project.extraction is None:  # whoever asked first has said so
            return
        self._document.amend(replace(project, extraction=None, scores=None))
        if self._forgotten:
            self._halted = True
            self.troubled.emit("The features are gone again", _NOT_KEPT)
        self._forgotten = not self._forgotten
        self._timer.start()

    def _scored(self) -> None:
        self._forgotten = False
        self.state_changed.emit()

    def _keys(self) -> tuple[str | None, ...]:
        extraction = self._document.project.extraction
        return () if extraction is None else extraction.keys

    def _rows(self) -> np.ndarray:
        return np.flatnonzero([key is not None for key in self._keys()])


def _all_of(pipeline: Pipeline) -> str:
    return f"{pipeline.grouping_key} {pipeline.layout_key}"
