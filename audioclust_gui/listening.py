"""What a person hears next: sequences, tours, steps, and what is under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.audition import Audition
from audioclust_gui.comparing import Comparing
from audioclust_gui.document import Document
from audioclust_gui.hovering import Hovering
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.ordering import walk
from audioclust_gui.programme import Programme, programme_of
from audioclust_gui.stepping import Stepping
from audioclust_gui.studying import features_at_hand
from engine.clustering.partition import NOISE, UNPLACED
from engine.projects.listening_steps import Tour
from engine.projects.project import Project

Clips = NDArray[np.int64]

ORDERS = {
    "map": "Walk over the map",
    "table": "As in the table",
    "medoid": "From the medoid outwards",
}
LONGEST_PAUSE = 5.0  # seconds
TOUR_PAUSE = 0.5
"""Seconds between two clips of a tour at least: a role has to be read."""
_NO_FEATURES = "The features of these clips are not there: Run > Run"


class Listening(QObject):
    """Decides what is heard next, and says what it is there for.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    audition : Audition
    """

    refused = Signal(str)  # why something cannot be heard, in plain words
    stop_changed = Signal(str)  # what the clip that sounds is there for, "" for nothing
    kept_changed = Signal(int)  # the clip kept as A, -1 for none

    def __init__(self, document: Document, jobs: Jobs, audition: Audition) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._audition = audition
        self.order, self.pause = "map", 0.0
        self.comparing = Comparing(document)
        self._programme: Programme | None = None
        self._question: Job | None = None
        self._lit: Clips | None = None  # what was lit here
        self._words = ""
        self._table_order: Callable[[], Clips] | None = None
        # The last role of a tour has to be read as well.
        self._leaving = QTimer(self, singleShot=True, interval=int(1000 * TOUR_PAUSE))
        self._leaving.timeout.connect(self._end)
        self._hovering = Hovering(document, audition)
        self._stepping = Stepping(document, jobs, audition, self._shown)
        self._stepping.refused.connect(self.refused)
        self._stepping.stopped.connect(self._say)
        self.comparing.changed.connect(self.kept_changed)
        audition.asked.connect(self._on_asked)
        audition.ended.connect(self._on_ended)
        audition.playing_changed.connect(self._on_playing)
        document.changed.connect(self._on_changed)

    @property
    def cluster(self) -> int | None:
        """The label of the current clip, NOISE and UNPLACED among them."""
        return self._stepping.cluster

    @property
    def place(self) -> tuple[int, int]:
        """Which clip of how many of a sequence sounds; (0, 0) outside one."""
        programme = self._programme
        if programme is None:
            return 0, 0
        return programme.place_of(self._audition.playing) + 1, len(programme.clips)

    @property
    def waiting(self) -> bool:
        """Whether a worker is asked for what is to be heard next."""
        return self._question is not None or self._stepping.waiting

    def set_table_order(self, shown: Callable[[], Clips]) -> None:
        """Say who knows the clips that the table shows, in its order."""
        self._table_order = shown

    def set_order(self, order: str) -> None:
        """Choose the order of the next sequences, one of `ORDERS`."""
        if order not in ORDERS:
            raise ValueError(f"order must be one of {', '.join(ORDERS)}, not {order!r}")
        self.order = order

    def set_pause(self, pause: float) -> None:
        """Choose the silence between clips of the next sequences, 0 to 5 seconds."""
        self.pause = min(max(pause, 0.0), LONGEST_PAUSE)

    def play_selection(self) -> None:
        """Play the selected clips in sequence."""
        if len(self._document.selection):
            self.play_clips(self._document.selection, title="Selection")
        else:
            self.refused.emit("No clips are selected: there is nothing to play")

    def play_cluster(self, cluster: int | None = None) -> None:
        """Play the clips of a cluster in sequence, by default of the current clip's."""
        cluster = self.cluster if cluster is None else cluster
        project = self._document.project
        clips = np.flatnonzero(project.labels == cluster)
        if cluster is None:
            self.refused.emit("No clip is looked at: click one to choose its cluster")
        elif len(clips):
            self.play_clips(clips, title=project.title(cluster), cluster=cluster)
        else:
            self.refused.emit("This cluster has no clips any more")

    def play_clips(
        self,
        clips: Clips,
        order: str | None = None,
        pause: float | None = None,
        *,
        title: str = "Clips",
        cluster: int | None = None,
    ) -> None:
        """Play clips one after another.

        Parameters
        ----------
        clips : int64 array, shape (n,)
            Each once, n at least 1.
        order : str, optional
            One of `ORDERS`; "table" leaves out what the table does not show. By default
            what was chosen last, as the pause.
        pause : float, optional
            Seconds between two clips, 0 to 5.
        title : str
            What the sequence is called.
        cluster : int, optional
            To be lit while it plays.
        """
        order = self.order if order is None else order
        pause = self.pause if pause is None else pause

        def begin(ordered: Clips) -> None:
            self._begin(Programme(title, ordered, cluster), pause)

        if order == "medoid":
            self._ask("by_medoid", "Looking for the medoid", begin, clips)
        elif order == "table":
            inside = np.zeros(len(self._document.project.dataset), bool)
            inside[clips] = True
            shown = self._shown()
            if inside[shown].any():
                begin(shown[inside[shown]])
            else:
                self.refused.emit("The filter of the table hides all of these clips")
        else:
            begin(clips[walk(self._document.project.positions[clips])])

    def tour(self, cluster: int | None = None) -> None:
        """Introduce a cluster: its middle, its like, its edge, its nearest rival."""
        cluster = self.cluster if cluster is None else cluster
        project = self._document.project
        labels = project.labels
        if cluster is None:
            self.refused.emit("No clip is looked at: click one to tour its cluster")
        elif cluster == NOISE:
            self.refused.emit("Noise is no cluster: nothing to tour")
        elif cluster == UNPLACED:
            self.refused.emit("This clip is in no cluster yet: nothing to tour")
        elif not (labels == cluster).any():
            self.refused.emit("This cluster has no clips any more: nothing to tour")
        else:

            def begin(tour: Tour) -> None:
                if np.array_equal(self._document.project.labels, labels):
                    words = programme_of(tour, project.title)
                    self._begin(words, max(self.pause, TOUR_PAUSE))
                else:
                    self.refused.emit("The clusters have changed meanwhile: tour again")

            self._ask("tour", "Planning the tour", begin, labels, cluster)

    def step(self, by: int) -> None:
        """Play the clip before or behind (-1, 1) in the current cluster."""
        self._stepping.step(by)

    def step_cluster(self, by: int) -> None:
        """Go to the cluster before or behind (-1, 1), and play its medoid."""
        self._stepping.step_cluster(by)

    def keep_a(self) -> None:
        """Keep the current clip as A, to compare others with it."""
        if self.cluster is None:
            self.refused.emit("No clip is looked at: nothing to keep as A")
        else:
            self.comparing.keep(self._document.current)

    def switch_ab(self) -> None:
        """Play the other of A and B."""
        clip = self.comparing.switch()
        if clip < 0:
            self.refused.emit("Nothing to compare: select two clips, or keep one as A")
            return
        one, two = "AB" if clip == self.comparing.a else "BA"
        other = self.comparing.b if one == "A" else self.comparing.a
        self._audition.play(clip)
        name = self._document.project.dataset.clips[other].name
        self._say(f"{one}, beside {two}: {name}")

    def hover(self, clip: int, heard: bool = True) -> None:
        """Make ready the clip under the cursor, -1 for none, and play it if it stays.

        A sequence that plays goes on, and what sounds already is not begun again.
        """
        self._hovering.over(clip, heard)

    def _shown(self) -> Clips:
        if self._table_order is not None:
            return self._table_order()
        return np.arange(len(self._document.project.dataset))

    def _ask(
        self, step: str, title: str, then: Callable[[Any], None], *args: object
    ) -> None:
        """Ask the worker; a newer question, or anything else to hear, replaces it."""
        project = self._document.project
        keys, grouping = features_at_hand(project), project.grouping
        if keys is None or grouping is None:
            self.refused.emit(_NO_FEATURES)
            return
        self._cancel()
        target = f"engine.projects.listening_steps:{step}"

        def answer(found: object) -> None:
            if job is self._question:
                self._question = None
                then(found)

        job = self._question = self._jobs.ask(
            target,
            keys,
            grouping.pipeline,
            *args,
            title=title,
            then=answer,
            slot="listening",
        )
        job.failed.connect(lambda why: self._refuse(job, why.message))
        job.crashed.connect(lambda text: self._refuse(job, text))

    def _refuse(self, job: Job, why: str) -> None:
        if job is self._question:
            self._question = None
            self.refused.emit(why)

    def _cancel(self) -> None:
        """Leave what was asked for and has not begun."""
        if self._question is not None:
            self._question.cancel()
        self._question = None

    def _begin(self, programme: Programme, pause: float) -> None:
        self._end()
        self._programme = programme
        self._audition.play_all(programme.clips, pause)

    def _on_asked(self, clips: Clips | None) -> None:
        self._cancel()
        if self._programme is None or clips is not self._programme.clips:
            self._end()

    def _on_ended(self) -> None:
        if self._programme is not None and self._programme.roles:
            self._leaving.start()
        elif self._programme is not None:
            self._end()

    def _end(self) -> None:
        """Forget the sequence; nothing of it is lit or said any more."""
        self._leaving.stop()
        self._programme = None
        self._light(None)
        self._say("")

    def _on_playing(self, clip: int) -> None:
        programme = self._programme
        place = -1 if programme is None else programme.place_of(clip)
        if programme is not None and place >= 0:
            self._light(programme.cluster_at(place))
            self._say(programme.role(place))

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.labels is not new.labels and self._programme is not None:
            self._on_playing(self._audition.playing)

    def _light(self, cluster: int | None) -> None:
        """Light the clips of a cluster, None for none; leave what others have lit."""
        clips: Clips | None = None
        if cluster is not None:
            found = np.flatnonzero(self._document.project.labels == cluster)
            clips = found if len(found) else None
        ours = self._lit is not None and self._document.lit is self._lit
        if ours and clips is not None and np.array_equal(clips, self._lit):
            return
        self._lit = clips
        if clips is not None or ours:
            self._document.light(clips)

    def _say(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.stop_changed.emit(words)
