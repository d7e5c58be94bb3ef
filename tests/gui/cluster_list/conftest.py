"""The list of clusters, alone on the screen."""

import pytest

from audioclust_gui.document import Document
from tests.gui.cluster_lists import Known, shown
from tests.gui.on_paper import collection


@pytest.fixture
def document():
    return Document()


@pytest.fixture
def known():
    return Known()


@pytest.fixture
def view(qtbot, document, known):
    with shown(qtbot, document, known) as view:
        yield view


@pytest.fixture
def opened(view, document, tmp_path):
    document.open(collection(60, kinds=4, n_clusters=5), tmp_path / "p.audioclust")
    return view
