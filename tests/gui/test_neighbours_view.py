"""The list of neighbours: asked for with a key, heard, walked, and gone to."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.projects.listening_steps import Nearest
from tests.gui import on_paper
from tests.gui.road import WAIT

Key = Qt.Key


@pytest.fixture
def paper(qtbot, app, tmp_path, monkeypatch):
    """An application whose neighbours are always the three next clips."""
    app.jobs.close()  # or the scores tell, sooner or later, that there are no features
    app.document.open(on_paper.collection(40), tmp_path / "p.audioclust")
    near = app.neighbouring
    monkeypatch.setattr(
        near, "_run", lambda question: near._keep(answered(question), NEAR)
    )

    def answered(question):
        near._asked = question
        return question

    app.document.set_current(3)
    app.window.activateWindow()
    qtbot.waitUntil(app.window.isActiveWindow)
    return app


NEAR = Nearest(np.array([20, 21, 22]), np.array([0.5, 1.25, 1300], np.float32))


@pytest.fixture
def played(paper, monkeypatch):
    clips = []

    def play(clip, at=0.0):
        paper.document.set_current(clip)
        clips.append(clip)

    monkeypatch.setattr(paper.audition, "play", play)
    return clips


def row_of(view, row):
    return [
        view.model.data(view.model.index(row, column))
        for column in range(view.model.columnCount())
    ]


def find(qtbot, paper):
    qtbot.keyClick(paper.window.dataset.table, Key.Key_F)
    return paper.window.neighbours


def test_f_lists_what_is_nearest_to_the_current_clip(qtbot, paper):
    window = paper.window
    assert not window.docks["Neighbours"].isVisible()
    view = find(qtbot, paper)
    assert window.docks["Neighbours"].isVisible()
    assert view.table.isVisible(), "in front of the other panels"
    project = paper.document.project
    title = project.title(int(project.labels[20]))
    truth = project.dataset.labels[20]
    assert row_of(view, 0) == ["1", "000020.wav", "0.500", title, truth]
    assert row_of(view, 2)[2] == "1,300.0"
    assert view.words.text() == "Nearest to 000003.wav"


def test_a_click_plays_and_selects_and_the_list_stays(qtbot, paper, played):
    view = find(qtbot, paper)
    table = view.table
    place = table.visualRect(view.model.index(1, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert played == [21]
    assert paper.document.selection.tolist() == [21]
    assert paper.neighbouring.clip == 3
    table.setFocus()
    qtbot.keyClick(table, Key.Key_Down)
    qtbot.keyClick(table, Key.Key_Up)
    assert played == [21, 22, 21]
    assert view.words.text() == "Nearest to 000003.wav"


@pytest.mark.parametrize("how", ["return", "double click"])
def test_return_or_a_double_click_goes_there(qtbot, paper, played, how):
    view = find(qtbot, paper)
    table = view.table
    table.setFocus()
    if how == "return":
        qtbot.keyClick(table, Key.Key_Down)
        qtbot.keyClick(table, Key.Key_Return)
    else:
        place = table.visualRect(view.model.index(0, 1)).center()
        button = Qt.MouseButton.LeftButton
        qtbot.mouseClick(table.viewport(), button, pos=place)
        qtbot.mouseDClick(table.viewport(), button, pos=place)
    assert paper.document.current == 20
    assert paper.neighbouring.clip == 20
    qtbot.waitUntil(lambda: view.words.text() == "Nearest to 000020.wav")


def test_escape_or_the_button_lets_go_of_them(qtbot, paper, played):
    view = find(qtbot, paper)
    view.table.setFocus()
    qtbot.keyClick(view.table, Key.Key_Escape)
    assert paper.neighbouring.nearest is None
    assert view.model.rowCount() == 0
    assert "(F)" in view.words.text()
    assert not view.clear.isEnabled()
    find(qtbot, paper)
    assert view.model.rowCount() == 3
    view.clear.click()
    assert view.model.rowCount() == 0
    find(qtbot, paper)
    # Where nothing sounds, silence takes the lines away from wherever the focus is.
    qtbot.keyClick(paper.window.map.plot, Key.Key_Escape)
    assert paper.neighbouring.nearest is None


def test_a_closed_panel_asks_for_nothing(qtbot, paper):
    find(qtbot, paper)
    paper.window.docks["Neighbours"].close()
    assert not paper.neighbouring.wanted
    paper.window.docks["Neighbours"].show()
    assert paper.neighbouring.wanted


def test_what_plays_is_marked_and_clusters_are_the_present_ones(qtbot, paper):
    view = find(qtbot, paper)
    index = view.model.index(1, 1)
    plain = view.model.data(index, Qt.ItemDataRole.FontRole)
    paper.audition.playing_changed.emit(21)
    assert plain is None
    assert view.model.data(index, Qt.ItemDataRole.FontRole).bold()
    paper.audition.playing_changed.emit(-1)
    assert view.model.data(index, Qt.ItemDataRole.FontRole) is None
    document = paper.document
    document.commit(document.project.with_n_clusters(1), "move")
    project = document.project
    assert row_of(view, 0)[3] == project.title(int(project.labels[20]))


def test_a_row_is_told_in_words(qtbot, paper):
    view = find(qtbot, paper)
    tip = view.model.data(view.model.index(0, 1), Qt.ItemDataRole.ToolTipRole)
    assert "000020.wav" in tip
    said = view.model.data(view.model.index(0, 2), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Distance 0.500"


def test_in_a_real_collection_they_are_the_nearest_in_the_matrix(qtbot, opened):
    opened.document.set_current(0)
    opened.window.find_neighbours()
    near = opened.neighbouring
    qtbot.waitUntil(lambda: near.nearest is not None, timeout=WAIT)
    assert 0 not in near.nearest.clips
    assert len(near.nearest.clips) == 12
    assert (np.diff(near.nearest.distances) >= 0).all()
    labels = opened.document.project.dataset.labels
    assert labels[near.nearest.clips[0]] == labels[0], "sounds of a kind lie together"
    assert opened.window.neighbours.model.rowCount() == 12
