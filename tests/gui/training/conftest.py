"""Training on paper: a document, workers that wait for a test, and what is heard."""

import pytest

from audioclust_gui.document import Document
from audioclust_gui.training import Training
from engine.autoencoder.runs import FoundRuns
from tests.gui.on_paper import collection
from tests.gui.paper_jobs import PaperJobs


class Heard:
    """What a training has told, in the order of it."""

    def __init__(self, training):
        self.notes, self.troubles, self.ends, self.offers = [], [], [], []
        self.looks, self.uses = [], []
        training.noted.connect(lambda *words: self.notes.append(words))
        training.troubled.connect(lambda *words: self.troubles.append(words))
        training.ended.connect(lambda *how: self.ends.append(how))
        training.offered.connect(self.offers.append)
        training.looked.connect(lambda run, look: self.looks.append((run, look.epoch)))
        training.used.connect(lambda: self.uses.append(training))


@pytest.fixture
def jobs():
    return PaperJobs()


@pytest.fixture
def document(places):
    document = Document()
    document.open(collection(40), places / "p.audioclust")
    return document


@pytest.fixture
def training(document, jobs):
    training = Training(document, jobs)
    document.replaced.emit()
    return training


@pytest.fixture
def heard(training):
    return Heard(training)


@pytest.fixture
def tell(jobs):
    """Answer the last question about runs."""

    def answer(*runs, damaged=()):
        jobs.waiting("runs")[-1].settle("succeeded", FoundRuns(runs, tuple(damaged)))

    return answer
