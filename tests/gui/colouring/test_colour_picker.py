"""What to colour by is found by looking, and by typing."""

import pytest
from PySide6.QtCore import Qt

from audioclust_gui.colour_choices import Choice
from audioclust_gui.widgets.colour_picker import ColourPicker

COLUMNS = [Choice(f"column:{i}", f"Column {i} <b>鳥", "Collection") for i in range(60)]
CHOICES = [
    Choice("cluster", "Cluster", "Groups"),
    Choice("membership", "Membership", "Groups", "No method tells"),
    *COLUMNS,
    Choice("descriptor:tempo", "Tempo (BPM)", "Descriptors"),
]


@pytest.fixture
def picker(qtbot):
    picker = ColourPicker()
    qtbot.addWidget(picker)
    picker.set_choices(CHOICES, "cluster")
    picker.chosen_keys = []
    picker.chosen.connect(picker.chosen_keys.append)
    picker.show()
    yield picker
    picker.hidePopup()


def listed(picker):
    model = picker._popup.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_groups_have_headings_that_cannot_be_chosen(picker):
    assert picker.currentText() == "Cluster"
    picker.showPopup()
    assert listed(picker)[:3] == ["Groups", "Cluster", "Membership"]
    assert len(listed(picker)) == len(CHOICES) + 3
    assert not picker.chosen_keys


def test_typing_leaves_what_fits_and_return_takes_it(picker, qtbot):
    picker.showPopup()
    line = picker._popup.line
    qtbot.keyClicks(line, "TEMP")
    assert listed(picker) == ["Descriptors", "Tempo (BPM)"]
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert picker.chosen_keys == ["descriptor:tempo"]
    assert picker.currentText() == "Tempo (BPM)"
    assert not picker._popup.isVisible()
    picker.showPopup()
    assert len(listed(picker)) == len(CHOICES) + 3  # all again


def test_arrows_move_in_the_list_while_the_line_is_typed_in(picker, qtbot):
    picker.showPopup()
    qtbot.keyClicks(picker._popup.line, "column 1")
    qtbot.keyClick(picker._popup.line, Qt.Key.Key_Down)
    qtbot.keyClick(picker._popup.line, Qt.Key.Key_Return)
    assert picker.chosen_keys == ["column:10"]


def test_what_is_refused_says_why_and_is_not_taken(picker, qtbot):
    picker.showPopup()
    qtbot.keyClicks(picker._popup.line, "member")
    qtbot.keyClick(picker._popup.line, Qt.Key.Key_Return)
    assert not picker.chosen_keys
    index = picker._popup.list.model().index(1, 0)
    assert "No method tells" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_arrows_choose_without_the_list(picker, qtbot):
    qtbot.keyClick(picker, Qt.Key.Key_Down)
    assert picker.chosen_keys == ["column:0"]


def test_other_choices_emit_nothing(picker):
    picker.set_choices(CHOICES[:2], "cluster")
    picker.set_choices([], "cluster")
    assert not picker.chosen_keys
    assert picker.currentIndex() == -1
