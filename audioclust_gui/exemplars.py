"""The clip that stands for a cluster, looked for by a worker."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.studying import features_at_hand
from engine.projects.project import Grouping, Project

_TITLE = "Looking for the medoid"


class Exemplars(QObject):
    """Finds the medoids of the document's clusters.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._grouping: Grouping | None = None
        self._labels: NDArray[np.int32] | None = None
        self._found: dict[int, int] = {}
        self._asked: Job | None = None

    @property
    def waiting(self) -> bool:
        """Whether a worker looks for one."""
        return self._asked is not None

    def cancel(self) -> None:
        """Leave the question of whoever does not want to know any more."""
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None

    def find(self, cluster: int, then: Callable[[int], None]) -> None:
        """Call ``then`` with the medoid of a cluster, at once where that is known.

        Where no medoid can be found, for want of features, with its first clip; never
        if the clusters change, or the medoid of another one is asked for, meanwhile.
        """
        self.cancel()
        project = self._document.project
        self._forget_others(project)
        clips = np.flatnonzero(project.labels == cluster)
        keys, grouping = features_at_hand(project), project.grouping
        if not len(clips):
            return
        if cluster in self._found or len(clips) == 1 or keys is None:
            then(self._found.get(cluster, int(clips[0])))
            return
        assert grouping is not None  # it has features

        def use(clip: int) -> None:
            if job is self._asked:
                then(clip)

        def keep(clip: int) -> None:
            self._forget_others(self._document.project)
            if self._labels is project.labels:
                self._found[cluster] = clip
                use(clip)

        job = self._asked = self._jobs.ask(
            "engine.projects.tree_steps:medoid",
            keys,
            grouping.pipeline,
            clips,
            title=_TITLE,
            then=keep,
            slot="exemplar",
        )
        for signal in (job.failed, job.crashed):
            signal.connect(lambda _: use(int(clips[0])))
        job.ended.connect(lambda _: self._forget(job))

    def _forget_others(self, project: Project) -> None:
        """Forget the medoids of clusters that are there no more."""
        of = project.grouping, project.labels
        if self._grouping is not of[0] or self._labels is not of[1]:
            self._grouping, self._labels = of
            self._found = {}

    def _forget(self, job: Job) -> None:
        if job is self._asked:
            self._asked = None
