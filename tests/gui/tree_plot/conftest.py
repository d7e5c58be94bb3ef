"""A tree on the screen."""

import pytest

from tests.gui.tree_plots import show_four, shown


@pytest.fixture
def plot(qtbot):
    return shown(qtbot)


@pytest.fixture
def small(plot):
    return show_four(plot)
