"""Neighbours belong to the clip that is looked at, and to these features."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui import neighbouring as module
from audioclust_gui.document import Document
from audioclust_gui.jobs import Job
from audioclust_gui.neighbouring import INVITATION, Neighbouring
from audioclust_gui.worker import Failure
from engine.errors import FeaturesMissingError
from engine.features.extraction import Extraction
from engine.projects.listening_steps import Nearest
from tests.gui.on_paper import collection


class Asked:
    """Takes questions, and leaves the answers to the test."""

    def __init__(self):
        self.jobs, self.clips = [], []

    def ask(self, target, *args, title, then, slot):
        job = Job(target, args, title)
        job.succeeded.connect(then)
        self.jobs.append(job)
        self.clips.append(args[2])
        return job

    def answer(self, clips, which=-1):
        far = np.arange(1, len(clips) + 1, dtype=np.float32)
        self.jobs[which].settle("succeeded", Nearest(np.array(clips, np.int64), far))


@pytest.fixture
def asked(monkeypatch):
    monkeypatch.setattr(module, "_SETTLED_MS", 1)
    return Asked()


@pytest.fixture
def document(tmp_path):
    document = Document()
    document.open(collection(40), tmp_path / "p.audioclust")
    return document


@pytest.fixture
def near(document, asked):
    return Neighbouring(document, asked)


def test_nothing_is_asked_until_somebody_wants_to_know(qtbot, document, near, asked):
    document.set_current(3)
    qtbot.wait(20)
    assert not asked.jobs
    assert near.words == INVITATION
    near.find()
    assert asked.clips == [3]
    with qtbot.waitSignal(near.changed):
        asked.answer([5, 9])
    assert near.clip == 3
    assert near.nearest.clips.tolist() == [5, 9]
    assert near.words == ""
    near.find()
    assert len(asked.jobs) == 1, "they are known"


def test_it_follows_the_current_clip_once_it_rests(qtbot, document, near, asked):
    document.set_current(3)
    near.find()
    asked.answer([5])
    for clip in 4, 5, 6:
        document.set_current(clip)
        assert near.nearest is None, "they are another clip's"
        assert near.clip == clip
    assert asked.clips == [3], "who walks on does not want to know"
    qtbot.waitUntil(lambda: asked.clips == [3, 6])
    asked.answer([2])
    assert near.nearest.clips.tolist() == [2]


def test_an_answer_that_comes_too_late_is_dropped(qtbot, document, near, asked):
    document.set_current(3)
    near.find()
    late = asked.jobs[0]
    document.set_current(4)
    assert late.cancel_asked
    qtbot.waitUntil(lambda: len(asked.jobs) == 2)
    asked.answer([8], which=0)
    assert near.nearest is None
    asked.answer([7])
    assert near.nearest.clips.tolist() == [7]


def test_other_features_are_another_question(qtbot, document, near, asked):
    document.set_current(3)
    near.find()
    asked.answer([5])
    project = document.project
    document.preview(project.with_n_clusters(3))
    document.commit(document.project, "move")
    qtbot.wait(20)
    assert near.nearest is not None, "another cut is no other matrix"
    pipeline = project.pipeline.choosing(feature="mel")
    other = replace(project.grouping, pipeline=pipeline)
    document.amend(replace(project, pipeline=pipeline, grouping=other))
    assert near.nearest is None
    qtbot.waitUntil(lambda: asked.clips == [3, 3])


def test_the_list_stays_while_a_neighbour_is_heard(qtbot, document, near, asked):
    document.set_current(3)
    near.find()
    asked.answer([5, 9])
    near.visit(5)
    document.set_current(5)
    near.visit(9)
    document.set_current(9)
    document.set_current(3)
    qtbot.wait(20)
    assert asked.clips == [3]
    assert near.nearest.clips.tolist() == [5, 9]
    near.visit(9)
    document.set_current(9)
    near.go_to(9)
    assert near.clip == 9
    qtbot.waitUntil(lambda: asked.clips == [3, 9])
    document.set_current(5)
    qtbot.waitUntil(lambda: asked.clips == [3, 9, 5])


def test_cleared_it_forgets_and_follows_no_more(qtbot, document, near, asked):
    document.set_current(3)
    near.find()
    asked.answer([5])
    near.clear()
    assert (near.clip, near.nearest, near.wanted) == (-1, None, False)
    document.set_current(4)
    qtbot.wait(20)
    assert asked.clips == [3]


def test_why_there_are_none_is_said_plainly(document, near, asked):
    near.find()
    assert near.words.startswith("Choose a clip")
    project = document.project
    keys = (None, *project.extraction.keys[1:])
    done = project.extraction
    gone = Extraction(keys, (), 0, 0, done.params, done.preparation)
    document.amend(replace(project, extraction=gone))
    document.set_current(0)
    near.find()
    assert "no features" in near.words
    assert not asked.jobs
    document.amend(replace(document.project, grouping=None))
    near.find()
    assert "grouped" in near.words
    assert not asked.jobs


def test_a_clip_alone_has_no_neighbours(document, near, asked):
    document.set_current(3)
    near.find()
    asked.answer([])
    assert near.words == "No other clip has features to be compared with."


@pytest.mark.parametrize("gone", [True, False])
def test_what_fails_is_said_once_and_may_be_tried_again(document, near, asked, gone):
    told = []
    near.troubled.connect(lambda *words: told.append(words))
    document.set_current(3)
    near.find()
    kind = FeaturesMissingError.__name__ if gone else ""
    asked.jobs[-1].settle("failed", Failure("No room", kind=kind))
    assert near.nearest is None
    assert "Run > Run" in near.words if gone else "Messages" in near.words
    assert told == ([] if gone else [("Looking for neighbours", "No room")])
    near.find()
    assert asked.clips == [3, 3]
    asked.jobs[-1].settle("crashed", "It fell")
    assert told[-1] == ("Looking for neighbours", "It fell")


def test_another_project_begins_anew(qtbot, document, near, asked, tmp_path):
    document.set_current(3)
    near.find()
    asked.answer([5])
    document.open(collection(12), tmp_path / "q.audioclust")
    assert near.nearest is None
    assert near.words.startswith("Choose a clip")
    document.set_current(7)
    qtbot.waitUntil(lambda: asked.clips[-1] == 7)
