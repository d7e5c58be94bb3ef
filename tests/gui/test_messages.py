"""The list of what went wrong, with any number of rows."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from audioclust_gui import assets
from audioclust_gui.document import Document
from audioclust_gui.views.messages import MessagesView
from engine.audio.dataset import Clip, Dataset
from engine.features.extraction import Extraction, Failure
from engine.projects.project import Project

N = 2000


@pytest.fixture
def document(tmp_path):
    document = Document()
    clips = tuple(Clip(f"<b>{i}\n.wav") for i in range(N))
    document.open(Project(Dataset("sounds", clips)), tmp_path / "p.audioclust")
    return document


@pytest.fixture
def view(qtbot, document):
    view = MessagesView(document)
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()
    return view


def fail(document, indices):
    project = document.project
    failures = tuple(
        Failure(i, project.dataset.clips[i].path, f"why {i}") for i in indices
    )
    keys = (None,) * len(project.dataset)
    done = Extraction(keys, failures, 0, 0, project.pipeline.features)
    document.amend(replace(project, extraction=done))


def rows(view):
    model = view.model
    return [model.index(i, 1).data() for i in range(model.rowCount())]


def test_events_stand_above_failures_and_only_they_are_cleared(view, document):
    counts = []
    view.count_changed.connect(counts.append)
    view.add("First", "one")
    fail(document, [3, 1])
    view.add("Second", "two", trouble=False)
    assert rows(view) == ["two", "one", "why 3", "why 1"]
    icon = Qt.ItemDataRole.DecorationRole
    signed = [view.model.index(i, 0).data(icon) is not None for i in range(4)]
    assert signed == [False, True, True, True]
    fail(document, [5])
    assert rows(view) == ["two", "one", "why 5"]
    view.clear()
    assert rows(view) == ["why 5"]
    fail(document, [])
    assert rows(view) == []
    assert counts == [1, 3, 4, 3, 1, 0]


def test_another_collection_begins_without_messages(view, document, tmp_path):
    view.add("First", "one")
    fail(document, [3, 1])
    document.open(Project(Dataset("other")), tmp_path / "q.audioclust")
    assert view.count == 0


def test_a_row_costs_nothing_until_it_is_seen(view, document, monkeypatch):
    made = []
    drawn = assets.icon
    monkeypatch.setattr(assets, "icon", lambda name: made.append(name) or drawn(name))
    fail(document, range(N))
    view.list.viewport().repaint()
    assert view.count == N
    assert 0 < len(made) < 200


def test_an_icon_is_drawn_once_for_each_colour(qtbot):
    before = QApplication.palette()
    first = assets.icon("warning")
    assert assets.icon("warning").cacheKey() == first.cacheKey()
    other = QPalette(before)
    other.setColor(QPalette.ColorRole.WindowText, Qt.GlobalColor.magenta)
    QApplication.setPalette(other)
    try:
        drawn = assets.icon("warning")
        assert drawn.cacheKey() != first.cacheKey()
        image = drawn.pixmap(64, 64).toImage()
        colours = {
            image.pixelColor(x, y).name()
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() == 255
        }
        assert colours == {"#ff00ff"}
    finally:
        QApplication.setPalette(before)


def test_a_click_and_return_look_at_the_clip(qtbot, view, document):
    view.add("Event", "no clip")
    fail(document, [7, 9])
    place = view.list.visualRect(view.model.index(2, 0)).center()
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert document.current == 9
    qtbot.keyClick(view.list, Qt.Key.Key_Up)
    qtbot.keyClick(view.list, Qt.Key.Key_Return)
    assert document.current == 7
    view.list.clicked.emit(view.model.index(0, 0))
    assert document.current == 7


def test_selected_rows_are_copied_or_all(view, document):
    fail(document, [1, 2, 3])
    view.copy()
    text = QGuiApplication.clipboard().text()
    assert text.splitlines() == [
        f"<b>{i}\N{REPLACEMENT CHARACTER}.wav\twhy {i}" for i in (1, 2, 3)
    ]
    view.list.setCurrentIndex(view.model.index(1, 0))
    view.copy()
    assert QGuiApplication.clipboard().text().endswith("\twhy 2")
    assert "\n" not in QGuiApplication.clipboard().text()


def test_names_are_shown_letter_by_letter(view, document):
    fail(document, [4])
    cell = view.model.index(0, 0)
    assert cell.data() == "<b>4\N{REPLACEMENT CHARACTER}.wav"
    assert "&lt;b&gt;4<br>.wav" in cell.data(Qt.ItemDataRole.ToolTipRole)
