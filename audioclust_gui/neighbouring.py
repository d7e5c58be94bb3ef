"""Finds the clips that sound most like the current one, while that is wanted."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.studying import Keys, features_at_hand
from audioclust_gui.worker import Failure
from engine.errors import FeaturesMissingError
from engine.projects.listening_steps import Nearest
from engine.projects.network_steps import by_network
from engine.projects.pipeline import Pipeline
from engine.projects.project import Project

COUNT = 12
INVITATION = "Sound > Find neighbours lists the clips that sound most like one  (F)"
_SETTLED_MS = 120  # on a clip: who walks on does not want to know
_TITLE = "Looking for neighbours"


@dataclass(frozen=True, eq=False)
class _Question:
    """What neighbours are of: a clip, in a matrix."""

    clip: int
    keys: Keys
    pipeline: Pipeline

    def same(self, other: _Question | None) -> bool:
        """Tell whether the answer to one is that to the other."""
        return (
            other is not None
            and self.clip == other.clip
            and self.keys is other.keys
            and self.pipeline.matrix_key == other.pipeline.matrix_key
        )


class Neighbouring(QObject):
    """Asks the quick worker for the neighbours of the current clip, as long as wanted.

    Parameters
    ----------
    document : Document
    jobs : Jobs

    Attributes
    ----------
    wanted : bool
        Whether anybody wants to know.
    clip : int
        The clip whose neighbours they are, or will be; -1 for none.
    nearest : Nearest or None
        Its neighbours, the nearest first; None until they are known.
    network : str
        The network in whose embedding they are near; "" for what the groups are of.
    """

    changed = Signal()  # the clip, its neighbours, or why there are none
    troubled = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self.wanted = False
        self.clip = -1
        self.nearest: Nearest | None = None
        self.network = ""
        self._visited = -1  # a neighbour that is looked at from here
        self._asked: _Question | None = None  # on its way, answered or given up
        self._refusal = ""
        self._job: Job | None = None
        self._timer = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._timer.timeout.connect(self._ask)
        document.current_changed.connect(self._on_current)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)

    @property
    def words(self) -> str:
        """Why there are no neighbours to show; "" where there are some."""
        if not self.wanted:
            return INVITATION
        if self.clip < 0:
            return "Choose a clip: those that sound most like it are listed here."
        if self.nearest is None:
            return self._refusal or "Looking for the nearest clips…"
        alone = "No other clip has features to be compared with."
        return "" if len(self.nearest.clips) else alone

    def find(self) -> None:
        """Follow the current clip from now on; what failed is tried again."""
        known = self.nearest is not None and self.clip == self._document.current
        if not known and self._job is None:
            self.wanted, self._visited = True, -1
            self._ask()

    def clear(self) -> None:
        """Follow no more, and forget the neighbours."""
        if self.wanted:
            self.wanted = False
            self._leave()
            self.changed.emit()

    def visit(self, clip: int) -> None:
        """Stay with these neighbours while one of them becomes the current clip."""
        self._visited = clip

    def go_to(self, clip: int) -> None:
        """Make a clip the current one, and find its own neighbours."""
        self._visited = -1
        self._document.set_current(clip)
        self._follow()

    def choose(self, network: str) -> None:
        """Measure nearness in the embedding of a network; "" as the groups do."""
        if network != self.network:
            self.network = network
            self._follow()
            self.changed.emit()

    def _on_current(self, clip: int) -> None:
        if clip != self._visited and clip != self.clip:
            self._visited = -1
            self._follow()

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.extraction is not new.extraction or old.grouping is not new.grouping:
            self._follow()

    def _on_replaced(self) -> None:
        self._visited, self._asked, self.network = -1, None, ""
        self._follow()

    def _follow(self) -> None:
        """Forget neighbours of another clip or in another matrix, and look again."""
        question = self._question()
        if self.wanted and (question is None or not question.same(self._asked)):
            self._leave()
            self.clip = self._wanted_clip
            self._timer.start()
            self.changed.emit()

    def _leave(self) -> None:
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
        self._job = self._asked = self.nearest = None
        self.clip, self._refusal = -1, ""

    @property
    def _wanted_clip(self) -> int:
        """The current clip, or the one from which it is visited; -1 for none."""
        clip = self._document.current
        if clip == self._visited and self.clip >= 0:
            clip = self.clip
        return clip if clip < len(self._document.project.dataset) else -1

    def _question(self) -> _Question | None:
        project, clip = self._document.project, self._wanted_clip
        keys, grouping = features_at_hand(project), project.grouping
        if keys is None or grouping is None or clip < 0:
            return None
        pipeline = grouping.pipeline
        if self.network:
            pipeline = by_network(pipeline, self.network)
        return _Question(clip, keys, pipeline)

    def _ask(self) -> None:
        question, clip = self._question(), self._wanted_clip
        self._leave()
        self.clip = clip
        if question is None:
            self._refusal = (
                "Neighbours are found once the clips are grouped: Run > Run."
            )
        elif question.keys[clip] is None:
            self._refusal = "This clip has no features, and so no neighbours."
        else:
            self._run(question)
        self.changed.emit()

    def _run(self, question: _Question) -> None:
        self._asked = question
        self._job = job = self._jobs.ask(
            "engine.projects.listening_steps:neighbours",
            question.keys,
            question.pipeline,
            question.clip,
            COUNT,
            title=_TITLE,
            then=lambda nearest: self._keep(question, nearest),
            slot="neighbours",
        )
        job.ended.connect(lambda _: self._forget(job))
        job.failed.connect(lambda why: self._failed(question, why))
        job.crashed.connect(lambda text: self._failed(question, Failure(text)))

    def _forget(self, job: Job) -> None:
        if job is self._job:
            self._job = None

    def _keep(self, question: _Question, nearest: Nearest) -> None:
        if question is self._asked:
            self.nearest = nearest
            self.changed.emit()

    def _failed(self, question: _Question, failure: Failure) -> None:
        if question is not self._asked:
            return
        if failure.kind == FeaturesMissingError.__name__:  # the scores see to it
            self._refusal = "The features are not there any more: Run > Run."
        else:
            self._refusal = "They could not be found: see Messages."
            self.troubled.emit(_TITLE, failure.message)
        self.changed.emit()
