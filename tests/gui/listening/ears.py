"""An ear that hears a playback on paper."""

from dataclasses import replace

import numpy as np

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.listening import Listening
from engine.clustering.partition import NOISE, UNPLACED
from engine.projects.listening_steps import Tour
from engine.projects.project import Grouping
from tests.gui.paper_sound import PaperJobs, PaperPlayback

LABELS = (0, 0, 1, 1, 1, 2, NOISE, UNPLACED, 3, 3)


class Ear:
    """Everything that listening needs, and all that it says."""

    def __init__(self, tmp_path, project):
        self.document, self.jobs = Document(), PaperJobs()
        self.playback = PaperPlayback()
        self.audition = Audition(self.document, self.playback)
        self.listening = Listening(self.document, self.jobs, self.audition)
        self.said, self.refused, self.lit = [], [], []
        self.listening.stop_changed.connect(self.said.append)
        self.listening.refused.connect(self.refused.append)
        self.audition.playing_changed.connect(
            lambda _: self.lit.append(
                None if self.document.lit is None else self.document.lit.tolist()
            )
        )
        self.document.open(project, tmp_path / "p.audioclust")

    @property
    def playing(self):
        return self.playback.token

    def look_at(self, clip):
        self.document.set_current(clip)
        return self

    def regroup(self, labels):
        self.document.amend(labelled(self.document.project, labels))


def labelled(project, labels=LABELS):
    """Return a project whose method grows no tree, with these labels."""
    labels = np.array(labels, np.int32)
    rows = np.flatnonzero(labels != UNPLACED)
    grouping = Grouping(project.pipeline, rows, labels[rows])
    return replace(project, grouping=grouping)


def tour_of_1():
    return Tour(1, 3, np.array([2]), np.array([4]), 3, 9)
