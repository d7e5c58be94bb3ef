"""Undo while the mouse holds a line: the drag ends, and what was undone can return."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionSlider

from audioclust_gui.app import build
from audioclust_gui.sound.playback import Playback
from audioclust_gui.sound.sink import SilentSink
from tests.gui import on_paper
from tests.gui.test_cutting import choose_log_heights, mouse

N = 120
Kind, LEFT = QEvent.Type, Qt.MouseButton.LeftButton


@pytest.fixture
def app(places, qtbot):
    """The application with a tree, one step of undo, and no worker behind it."""
    app = build(QApplication.instance(), "light", Playback(sink=SilentSink()))
    app.jobs.close()
    app.window.resize(1280, 800)
    app.window.show()
    qtbot.waitExposed(app.window)
    project = on_paper.collection(N, kinds=6, root=str(places))
    app.document.open(project, places / "paper.audioclust")
    on_paper.know(app)
    choose_log_heights(app)
    yield app
    app.window.close()
    app.window.deleteLater()
    qtbot.wait(1)


def line_of(app):
    """Return how far down the line across the tree is drawn."""
    view = app.window.tree
    return view.plot.place_of_height(view._lines.of(app.document.project.cut))


def undone_in_a_drag(app, widget, places):
    """Drag through the places, with undo in the middle; nothing may come of it."""
    document, half = app.document, len(places) // 2
    text, after = document.undo_text, document.project
    mouse(widget, Kind.MouseMove, places[0])
    mouse(widget, Kind.MouseButtonPress, places[0], LEFT)
    for place in places[1:half]:
        mouse(widget, Kind.MouseMove, place, LEFT)
    assert document.dragging
    app.window.action("Undo").trigger()
    assert not document.dragging
    before = document.project
    assert document.redo_text == text
    for place in places[half:]:
        mouse(widget, Kind.MouseMove, place, LEFT)
        assert document.project.asks_as(before)
    mouse(widget, Kind.MouseButtonRelease, places[-1], LEFT)
    assert document.project.asks_as(before)
    assert document.undo_text is None
    document.redo()
    assert document.project.asks_as(after)


def test_undo_ends_a_drag_of_the_line(app):
    app.window.tree.controls.spin.setValue(12)
    plot = app.window.tree.plot
    x, y = plot.width() // 2, line_of(app)
    undone_in_a_drag(app, plot, [QPointF(x, y + 10 * i) for i in range(10)])
    # and the next one is a drag like any other
    x, y = plot.width() // 2, line_of(app)
    mouse(plot, Kind.MouseButtonPress, QPointF(x, y), LEFT)
    mouse(plot, Kind.MouseMove, QPointF(x, y + 60), LEFT)
    assert app.document.dragging
    mouse(plot, Kind.MouseButtonRelease, QPointF(x, y + 60), LEFT)
    assert not app.document.dragging
    assert app.document.redo_text is None


def test_undo_ends_a_drag_of_a_branch(app):
    view, tree = app.window.tree, app.document.project.grouping.hierarchy
    node = int(tree.nodes_at(3)[0])
    app.window.tree._branching.cut_here(node, 0.6 * tree.height(node))
    plot = view.plot
    height = view._lines.of_branch(node, app.document.project.edits.branches.cuts[0].k)
    at = QPointF(plot.place_of(node).x(), plot.place_of_height(height))
    undone_in_a_drag(app, plot, [at + QPointF(0, 6 * i) for i in range(10)])


def test_undo_ends_a_drag_of_the_strip(app):
    app.window.tree.controls.spin.setValue(12)
    strip = app.window.tree.strip
    middle = strip.slider.geometry().center()
    places = [QPoint(x, middle.y()) for x in np.arange(200, 500, 30).tolist()]
    undone_in_a_drag(
        app, strip.slider, [strip.slider.mapFrom(strip, place) for place in places]
    )


def test_undo_ends_a_drag_of_the_slider_in_the_panel(app):
    app.window.tree.controls.spin.setValue(12)
    slider = app.window.cut.slider
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    complex_, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
    handle = slider.style().subControlRect(complex_, option, part, slider).center()
    places = [QPointF(handle + QPoint(9 * i, 0)) for i in range(8)]
    undone_in_a_drag(app, slider, places)
    assert slider.value() == app.document.project.cut
