"""Steps with the arrow keys: from clip to clip in a cluster, and between clusters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.exemplars import Exemplars
from audioclust_gui.jobs import Jobs

_AHEAD = 2  # clips in the direction of a step that are made ready


class Stepping(QObject):
    """Goes on from the current clip. A selection of several clips is left as it is.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    audition : Audition
    shown : callable
        Returns the clips of the table in its order: int64 array.
    """

    refused = Signal(str)  # why there is nothing to step to
    stopped = Signal(str)  # what ends here

    def __init__(
        self,
        document: Document,
        jobs: Jobs,
        audition: Audition,
        shown: Callable[[], NDArray[np.int64]],
    ) -> None:
        super().__init__(document)
        self._document = document
        self._audition = audition
        self._shown = shown
        self._exemplars = Exemplars(document, jobs)
        self._going_to: int | None = None  # a cluster whose medoid is looked for
        audition.asked.connect(self._on_asked)

    @property
    def cluster(self) -> int | None:
        """The label of the current clip; None where no clip is looked at."""
        current, labels = self._document.current, self._document.project.labels
        return int(labels[current]) if 0 <= current < len(labels) else None

    @property
    def waiting(self) -> bool:
        """Whether the medoid of a cluster to go to is being looked for."""
        return self._exemplars.waiting

    def step(self, by: int) -> None:
        """Play the clip before or behind (-1, 1) in the cluster of the current one.

        In the order of the table, without the clips that it does not show.
        """
        shown, cluster = self._shown(), self.cluster
        if cluster is not None:
            shown = shown[self._document.project.labels[shown] == cluster]
        if not len(shown):
            self.refused.emit("The table shows no clip of this cluster to go to")
            return
        forward = by > 0
        here = np.flatnonzero(shown == self._document.current)
        at = int(here[0]) + by if len(here) else (0 if forward else len(shown) - 1)
        if 0 <= at < len(shown):
            self._play(int(shown[at]))
            ahead = shown[at + 1 :] if forward else shown[:at][::-1]
            self._audition.prepare(ahead[:_AHEAD].tolist())
        else:
            of = "" if cluster is None else self._document.project.title(cluster)
            self.stopped.emit(f"{of} {'ends' if forward else 'begins'} here".lstrip())

    def step_cluster(self, by: int) -> None:
        """Go to the cluster before or behind (-1, 1) by its id, and play its medoid.

        Noise and clips that are not grouped stand behind the clusters.
        """
        ids = self._document.project.clusters.ids
        if not len(ids):
            self.refused.emit("There are no clusters yet")
            return
        here = self.cluster if self._going_to is None else self._going_to
        if here is None:
            at = 0 if by > 0 else len(ids) - 1
        else:
            at = (len(ids) if here < 0 else int(np.searchsorted(ids, here))) + by
        if 0 <= at < len(ids):
            self._going_to = int(ids[at])
            self._exemplars.find(self._going_to, self._play)
        else:
            self.stopped.emit(f"This is the {'last' if by > 0 else 'first'} cluster")

    def _on_asked(self) -> None:
        self._going_to = None
        self._exemplars.cancel()

    def _play(self, clip: int) -> None:
        if len(self._document.selection) <= 1:
            self._document.select([clip])
        self._audition.play(clip)
