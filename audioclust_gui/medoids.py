"""The clip that stands for a branch: found by a worker, then played."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.audition import Audition
from audioclust_gui.branch_words import clips_of
from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.studying import features_at_hand
from engine.projects.project import Project

_REST_MS = 150  # over a branch, before its medoid is looked for
_TITLE = "Looking for the medoid"


class Medoids(QObject):
    """Finds the medoids of branches of the document's tree, each once.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    audition : Audition
    """

    troubled = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs, audition: Audition) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._audition = audition
        self._found: dict[int, int] = {}  # by node
        self._resting = -1
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._look_ahead)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._forget)

    def of(self, node: int) -> int | None:
        """Return the clip that stands for a branch, where that is known already."""
        clips = clips_of(self._document.project, node)
        return int(clips[0]) if len(clips) == 1 else self._found.get(node)

    def play(self, node: int) -> None:
        """Play the clip that stands for a branch, looking for it first if need be."""
        self._use(node, self._audition.play, "medoid", self.troubled.emit)

    def rest_on(self, node: int) -> None:
        """Make ready to play a branch that the mouse is over; -1 for none."""
        self._resting = node
        self._rest.start()

    def _look_ahead(self) -> None:
        def prepare(clip: int) -> None:
            self._audition.prepare([clip])

        self._use(self._resting, prepare, "next medoid", lambda *_: None)

    def _use(
        self,
        node: int,
        then: Callable[[int], None],
        slot: str,
        refuse: Callable[[str, str], None],
    ) -> None:
        project, known = self._document.project, self.of(node)
        if known is not None:
            then(known)
            return
        clips = clips_of(project, node)
        keys, grouping = features_at_hand(project), project.grouping
        if not len(clips) or grouping is None:
            return
        if keys is None:
            refuse(_TITLE, "The features of these clips are not there: Run > Run.")
            return

        def keep(clip: int) -> None:
            if self._document.project.grouping is grouping:
                self._found[node] = clip
                then(clip)

        job = self._jobs.ask(
            "engine.projects.tree_steps:medoid",
            keys,
            grouping.pipeline,
            clips,
            title=_TITLE,
            then=keep,
            slot=slot,
        )
        job.failed.connect(lambda why: refuse(_TITLE, why.message))
        job.crashed.connect(lambda text: refuse(_TITLE, text))

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.grouping is not new.grouping:
            self._forget()

    def _forget(self) -> None:
        self._found.clear()
