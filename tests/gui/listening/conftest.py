"""Ten clips in four clusters, with noise and one that is in none."""

import pytest

from tests.gui.listening.ears import LABELS, Ear, labelled
from tests.gui.on_paper import collection


@pytest.fixture
def ear(qtbot, tmp_path):
    return Ear(tmp_path, labelled(collection(len(LABELS))))
