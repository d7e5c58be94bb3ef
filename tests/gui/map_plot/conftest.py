"""A map on the screen."""

import pytest

from audioclust_gui.plots.scatter import ScatterPlot


@pytest.fixture
def plot(qtbot):
    plot = ScatterPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    qtbot.waitExposed(plot)
    return plot
