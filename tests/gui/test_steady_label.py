"""A label that changes in every frame must not lay out the window in every frame."""

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from audioclust_gui.widgets.steady_label import SteadyLabel


class Counter(QObject):
    """Counts how often a widget is asked to lay out what is in it."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def eventFilter(self, watched, event):  # noqa: N802
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False

    def asked(self):
        QApplication.processEvents()
        count, self.count = self.count, 0
        return count


@pytest.fixture
def place(qtbot):
    """A window 160 wide, to put labels into; and what counts its layouts."""
    window, counter = QWidget(), Counter()
    QVBoxLayout(window)
    window.resize(160, 120)
    window.installEventFilter(counter)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window, counter


def test_a_text_that_fits_moves_nothing_and_a_longer_one_gets_room(place):
    window, counter = place
    label = SteadyLabel()
    window.layout().addWidget(label, 0, Qt.AlignmentFlag.AlignLeft)
    label.setText("0.25")
    assert counter.asked()
    wide = label.width()
    for text in ("0.31", "–", "0.25"):
        label.setText(text)
        assert not counter.asked()
    assert label.width() == wide
    label.setText("12,345.67")
    assert counter.asked()
    assert label.width() >= label.fontMetrics().horizontalAdvance("12,345.67") > wide
    assert label.text() == label.accessibleDescription() == "12,345.67"


def test_wrapped_text_asks_only_for_another_line(place):
    window, counter = place
    label = SteadyLabel(wrap=True)
    window.layout().addWidget(label)
    window.layout().addStretch()
    counter.asked()
    assert label.height() == 0
    label.setText("8 clusters.")
    assert counter.asked()
    high = label.height()
    label.setText("9 clusters.")
    assert not counter.asked()
    label.setText("9 clusters. And something about each of them that takes room.")
    assert counter.asked()
    assert label.height() >= 3 * high - 2
    assert window.width() == 160


def test_a_new_text_is_seen_and_read_letter_by_letter(place):
    window, counter = place
    label = SteadyLabel()
    window.layout().addWidget(label)
    label.setText("0.25")
    assert counter.asked()
    before = window.grab().toImage()
    label.setText("0.31")
    assert window.grab().toImage() != before
    label.setText("<b>x</b>")
    assert counter.asked()
    assert label.width() >= label.fontMetrics().horizontalAdvance("<b>x</b>")


def test_a_long_text_that_has_no_place_yet_pushes_nothing_away(place):
    window, _ = place
    label = SteadyLabel(wrap=True)
    label.setText("words " * 40)
    line = label.fontMetrics().height()
    assert label.minimumSizeHint().height() < 2 * line
    window.layout().addWidget(label)
    QApplication.processEvents()
    assert label.minimumSizeHint().height() > 3 * line, "of the width that it has"
    assert label.height() >= label.heightForWidth(label.width())
