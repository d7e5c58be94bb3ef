"""The monitor of a training that exists on paper."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.jobs import Job
from audioclust_gui.sound.playback import Playback
from audioclust_gui.sound.sink import SilentSink
from audioclust_gui.training import Training
from audioclust_gui.views.training import TrainingView
from engine.autoencoder.runs import FoundRuns
from engine.progress import Step
from tests.gui import on_paper
from tests.gui.paper_jobs import PaperJobs
from tests.gui.training_view import runs as paper


class TrainingJobs(PaperJobs):
    """Workers on paper that train as well."""

    def __init__(self):
        super().__init__()
        self.training = []

    def train(self, target, *args, title):
        return self._take(self.training, target, args, title, None)

    def answer(self, function, value):
        """Let every question of this kind be answered alike; return how many."""
        asked = self.waiting(function)
        for job in asked:
            job.settle("succeeded", value)
        return len(asked)

    @property
    def job(self) -> Job:
        """The run that is being trained."""
        return self.training[-1]


def build(folder, *, labelled=True, found=(), clips=60):
    """Return the parts around a monitor of a collection with some runs."""
    document, jobs = Document(), TrainingJobs()
    playback = Playback(sink=SilentSink())
    audition = Audition(document, playback)
    training = Training(document, jobs)
    view = TrainingView(training, document, audition)
    parts = SimpleNamespace(
        document=document,
        jobs=jobs,
        playback=playback,
        audition=audition,
        training=training,
        view=view,
    )
    project = on_paper.collection(clips, kinds=5)
    if not labelled:
        project = _without_labels(project)
    document.open(project, folder / "p.audioclust")
    jobs.answer("runs", FoundRuns(tuple(found), ()))
    return parts


def see(parts, look):
    """Let the look that is asked for be there."""
    for job in parts.jobs.waiting("look_at"):
        job.settle("succeeded", look or paper.look(parts.jobs.questions[job.ticket][1]))


def move(parts, moment):
    """Let the run that is trained tell where it is."""
    parts.jobs.job.settle("progressed", Step(0, 0, "Training", moment, True))


def _without_labels(project):
    dataset = replace(project.dataset, columns={}, label_column=None)
    return replace(project, dataset=dataset)


@pytest.fixture
def made(qtbot, tmp_path):
    """Make monitors, and end their sound with the test."""
    all_parts = []

    def make(**about):
        parts = build(tmp_path, **about)
        qtbot.addWidget(parts.view)
        parts.view.resize(400, 600)
        parts.view.show()
        all_parts.append(parts)
        return parts

    yield make
    for parts in all_parts:
        parts.playback.shutdown()


@pytest.fixture
def heard(monkeypatch):
    """Which clips were played."""
    played = []
    monkeypatch.setattr(
        Audition, "play", lambda self, clip, *_: played.append(int(clip))
    )
    return played
