"""A cache that does not keep what is written: said in words, not tried for ever."""

import pytest
from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job
from audioclust_gui.studying import Studying
from audioclust_gui.worker import Failure
from audioclust_gui.workflow import Workflow
from engine.audio.dataset import Clip, Dataset
from engine.errors import FeaturesMissingError
from engine.features.extraction import Extraction
from engine.projects.project import Project

N = 5


class Forgetful(QObject):
    """Stands for the workers: every extraction succeeds, and nothing is there then."""

    started = Signal(object)

    def __init__(self):
        super().__init__()
        self.titles = []
        self.unanswered = ""

    def run(self, target, *args, title):
        job = Job(target, args, title)
        self.titles.append(title)
        done = Extraction(("key",) * N, (), N, 0)
        gone = Failure("Gone", kind=FeaturesMissingError.__name__)
        extracts = target.endswith(":extract")
        answer = ("succeeded", done) if extracts else ("failed", gone)
        if title != self.unanswered:
            QTimer.singleShot(0, job, lambda: job.settle(*answer))
        return job

    def ask(self, target, *args, title, then, slot):
        return Job(target, args, title)


@pytest.fixture
def place(qtbot, tmp_path):
    document, jobs = Document(), Forgetful()
    workflow = Workflow(document, jobs, Studying(document, jobs))
    troubles = []
    workflow.troubled.connect(lambda *words: troubles.append(words))
    clips = tuple(Clip(f"{i}.wav") for i in range(N))
    document.open(Project(Dataset("x", clips)), tmp_path / "x.audioclust")
    return document, jobs, workflow, troubles


def test_it_is_tried_twice_and_then_said(qtbot, place):
    _, jobs, workflow, troubles = place
    twice = ["Extracting features", "Grouping"] * 2
    qtbot.waitUntil(lambda: len(troubles) == 1)
    qtbot.wait(300)  # longer than what starts work by itself waits
    assert jobs.titles == twice
    assert len(troubles) == 1
    assert "cache" in troubles[0][1]
    assert workflow.halted
    assert workflow.runnable
    workflow.run()
    qtbot.waitUntil(lambda: len(troubles) == 2)
    assert jobs.titles == 2 * twice


def test_two_who_miss_the_same_features_are_one(qtbot, place):
    document, jobs, workflow, troubles = place
    jobs.unanswered = "Grouping"
    qtbot.waitUntil(lambda: jobs.titles[-1] == "Grouping")
    workflow._scoring.features_missing.emit()
    assert document.project.extraction is None
    workflow._scoring.features_missing.emit()
    assert not troubles
    assert not workflow.halted
