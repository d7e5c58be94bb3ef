"""Between two clips: what is asked for, and what is shown of the answer."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from audioclust_gui.document import Document
from audioclust_gui.widgets.between import Between
from engine.autoencoder.history import Pairs
from engine.projects.project import Project
from tests.gui import on_paper

NETWORK = "20240101-000001-abcdef@5"


class PaperTraining:
    """Keeps questions until a test answers."""

    def __init__(self):
        self.asked, self.pairs_asked = [], []

    def between(self, network, a, b, count, then, failed):
        self.asked.append(SimpleNamespace(of=(network, a, b), then=then, failed=failed))
        self.count = count

    def pairs(self, network, clips, then, failed):
        self.pairs_asked.append(SimpleNamespace(of=tuple(clips), then=then))

    def answer(self, which=-1):
        levels = np.linspace(0, 255, self.count).astype(np.uint8)
        pictures = np.broadcast_to(
            levels[:, None, None, None], (self.count, 1, 48, 96)
        ).copy()
        self.asked[which].then(pictures)


@pytest.fixture
def parts(qtbot, tmp_path):
    document, training, played = Document(), PaperTraining(), []
    document.open(on_paper.collection(12, kinds=3), tmp_path / "p.audioclust")
    view = Between(training, document, SimpleNamespace(play=played.append))
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.show()
    qtbot.waitExposed(view)
    view.set_network(NETWORK)
    return SimpleNamespace(
        document=document, training=training, view=view, played=played
    )


def ask(qtbot, parts, a=3, b=8):
    before = len(parts.training.asked)
    parts.view.choose(a, b)
    qtbot.waitUntil(lambda: len(parts.training.asked) > before)


def test_two_clips_are_taken_from_what_is_current_or_selected(qtbot, parts):
    view, document = parts.view, parts.document
    assert not view.pair.isEnabled()
    document.set_current(4)
    view.takes[0].click()
    document.set_current(7)
    view.takes[1].click()
    qtbot.waitUntil(lambda: len(parts.training.asked) > 0)
    assert parts.training.asked[-1].of == (NETWORK, 4, 7)
    document.select([2, 9])
    view.pair.click()
    assert view.ends == [2, 9]
    view.plays[1].click()
    assert parts.played == [9]


def test_names_of_clips_have_room_beside_the_buttons(parts):
    view = parts.view
    view.resize(350, 220)
    view.choose(3, 8)
    view.grab()
    name = view.names[0]
    assert name.fontMetrics().horizontalAdvance(name.text()) <= name.width()


def test_the_slider_goes_through_what_was_decoded(qtbot, parts):
    ask(qtbot, parts)
    view = parts.view
    assert not view.slider.isEnabled()
    parts.training.answer()
    assert view.slider.isEnabled()
    qtbot.keyClick(view.slider, Qt.Key.Key_End)
    assert "100% of the way" in view.slider.accessibleDescription()
    qtbot.keyClick(view.slider, Qt.Key.Key_Home)
    qtbot.keyClick(view.slider, Qt.Key.Key_Right)
    assert "3% of the way" in view.slider.accessibleDescription()
    assert view.large.count == 1


def test_both_originals_stand_at_the_ends_and_play(qtbot, parts):
    ask(qtbot, parts)
    parts.training.answer()
    view, alone = parts.view, parts.view.row.count
    pictures = np.zeros((2, 1, 48, 96), np.uint8)
    found = Pairs(np.array([3, 8]), pictures, pictures, np.zeros(2, np.float32))
    parts.training.pairs_asked[-1].then(found)
    assert view.row.count == alone + 2
    for cell in 0, view.row.count - 1:
        place = view.row.cell(cell).center().toPoint()
        qtbot.mouseClick(view.row, Qt.MouseButton.LeftButton, pos=place)
    assert parts.played == [3, 8]
    middle = view.row.cell(view.row.count // 2).center().toPoint()
    qtbot.mouseClick(view.row, Qt.MouseButton.LeftButton, pos=middle)
    assert "50% of the way" in view.slider.accessibleDescription()


def test_an_answer_that_comes_too_late_is_dropped(qtbot, parts):
    ask(qtbot, parts)
    ask(qtbot, parts, 1, 2)
    parts.training.answer(0)
    assert parts.view.row.count == 0
    parts.training.answer(1)
    assert parts.view.row.count > 0


def test_a_failure_is_said_and_may_be_tried_again(qtbot, parts):
    ask(qtbot, parts)
    parts.training.asked[-1].failed("The <b>network</b> is gone")
    assert parts.view.row.accessibleDescription() == "The <b>network</b> is gone"
    parts.view.hide()
    parts.view.show()
    assert len(parts.training.asked) == 2


def test_nothing_is_asked_while_nobody_looks(qtbot, parts):
    parts.view.hide()
    parts.view.choose(3, 8)
    qtbot.wait(80)
    assert parts.training.asked == []
    parts.view.show()
    assert len(parts.training.asked) == 1


def test_clips_keep_their_places_when_others_go(qtbot, parts):
    ask(qtbot, parts)
    project = parts.document.project
    dataset = replace(
        project.dataset, clips=project.dataset.clips[1:], columns={}, label_column=None
    )
    gone = dataset.clips[7]
    parts.document.commit(Project(dataset), "Leave a clip out")
    assert parts.view.ends == [2, 7]
    assert parts.document.project.dataset.clips[parts.view.ends[1]] == gone
    parts.document.open(project, parts.document.path)
    assert parts.view.ends == [-1, -1]
