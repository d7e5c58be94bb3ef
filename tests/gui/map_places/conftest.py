"""Both maps of a project on paper, and the workers that are asked for them."""

import pytest

from audioclust_gui.document import Document
from audioclust_gui.places import FirstPlaces, SecondPlaces
from audioclust_gui.studying import Studying
from audioclust_gui.workflow import Workflow
from tests.gui.map_places.maps import N
from tests.gui.on_paper import collection
from tests.gui.paper_jobs import PaperJobs


@pytest.fixture
def jobs():
    return PaperJobs()


@pytest.fixture
def document(qapp):
    return Document()


@pytest.fixture
def workflow(document, jobs):
    return Workflow(document, jobs, Studying(document, jobs))


@pytest.fixture
def first(document, workflow):
    return FirstPlaces(document, workflow)


@pytest.fixture
def second(document, jobs):
    places = SecondPlaces(document, jobs)
    places.making.set_shown(True)
    return places


@pytest.fixture
def project():
    return collection(N)
