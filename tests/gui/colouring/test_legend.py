"""The legend on the map: what a person sees in it, and does with it."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from audioclust_gui.plots import palette
from audioclust_gui.widgets.legend import Legend
from audioclust_gui.widgets.legend_model import COUNT, NAME
from tests.gui.pictures import shows

ROOM = QRect(0, 0, 600, 400)
Key, Button = Qt.Key, Qt.MouseButton


@pytest.fixture
def map_(qtbot):
    map_ = QWidget()
    qtbot.addWidget(map_)
    map_.resize(ROOM.size())
    map_.show()
    return map_


@pytest.fixture
def legend(colouring, map_):
    legend = Legend(colouring, map_)
    legend.set_room(ROOM)
    legend.show()
    return legend


def texts(legend, column=NAME):
    model = legend.model
    rows = range(model.rowCount())
    return [model.index(row, column).data() for row in rows]


def checked(legend):
    model, role = legend.model, Qt.ItemDataRole.CheckStateRole
    rows = range(model.rowCount())
    return [model.index(row, NAME).data(role) == Qt.CheckState.Checked for row in rows]


def place(legend, row, x):
    rect = legend.list.visualRect(legend.model.index(row, NAME))
    return QPoint(rect.left() + x, rect.center().y())


def click(qtbot, legend, row, x, *, double=False, held=Qt.KeyboardModifier.NoModifier):
    mouse = qtbot.mouseDClick if double else qtbot.mouseClick
    at = place(legend, row, x)
    mouse(legend.list.viewport(), Button.LeftButton, held, at)
    legend.refresh()


def test_every_cluster_has_a_line_with_its_colour_and_count(legend, show):
    project = show(60)
    legend.refresh()
    labels, counts = np.unique(project.labels, return_counts=True)
    assert texts(legend) == [f"Cluster {label}" for label in labels]
    assert texts(legend, COUNT) == [str(count) for count in counts]
    for dark in (True, False):
        legend.set_dark(dark)
        for colour in palette.table(3, dark)[:3]:
            assert shows(legend, colour)


def test_a_click_on_the_sign_hides_and_one_on_the_name_does_not(
    legend, show, colouring, qtbot
):
    show(60)
    legend.refresh()
    click(qtbot, legend, 1, 30)
    assert checked(legend)[:3] == [True, False, True]
    click(qtbot, legend, 2, 8)
    assert checked(legend)[:4] == [True, False, False, True]
    click(qtbot, legend, 3, 70)
    assert checked(legend)[3]
    assert legend.list.current == 3
    qtbot.mouseClick(legend.all, Button.LeftButton)
    assert colouring.hidden is None


def test_a_double_click_or_one_with_a_key_held_shows_only_that(
    legend, show, colouring, qtbot
):
    show(60)
    legend.refresh()
    click(qtbot, legend, 1, 70, double=True)
    assert [i for i, on in enumerate(checked(legend)) if on] == [1]
    click(qtbot, legend, 4, 70, held=Qt.KeyboardModifier.AltModifier)
    assert [i for i, on in enumerate(checked(legend)) if on] == [4]
    click(qtbot, legend, 4, 70, held=Qt.KeyboardModifier.ControlModifier)
    assert all(checked(legend))


def test_the_keyboard_does_all_of_it(legend, show, colouring, qtbot):
    project = show(60)
    legend.refresh()
    legend.list.setFocus()
    legend.list.setCurrentIndex(legend.model.index(0, NAME))
    qtbot.keyClick(legend.list, Key.Key_Down)
    qtbot.keyClick(legend.list, Key.Key_Space)
    assert np.array_equal(colouring.hidden, project.labels == 1)
    qtbot.keyClick(legend.list, Key.Key_Return)
    assert np.array_equal(colouring.hidden, project.labels != 1)
    qtbot.keyClick(legend.list, Key.Key_Return)
    assert colouring.hidden is None


def test_the_menu_selects_and_inverts(legend, show, colouring, qtbot):
    project = show(60)
    words = [a.text() for a in legend.menu(2).actions() if a.text()]
    assert words[0].startswith("&Only this")
    only, every, invert, _, select = legend.menu(2).actions()
    with qtbot.waitSignal(legend.select_asked) as asked:
        select.trigger()
    assert np.array_equal(asked.args[0], np.flatnonzero(project.labels == 2))
    only.trigger()
    invert.trigger()
    assert np.array_equal(colouring.hidden, project.labels == 2)
    every.trigger()
    assert colouring.hidden is None
    assert len(legend.menu(None).actions()) == 2


def test_the_category_under_the_mouse_lights_its_clips(legend, show, document, qtbot):
    project = show(60)
    legend.refresh()
    pointed = []
    legend.pointed.connect(pointed.append)
    legend.list.entered.emit(legend.model.index(1, NAME))
    assert np.array_equal(pointed[-1], np.flatnonzero(project.labels == 1))
    document.preview(project.with_n_clusters(3))
    legend.refresh()
    now = np.flatnonzero(document.project.labels == 1)
    assert np.array_equal(pointed[-1], now)
    legend.list.viewportEntered.emit()
    assert pointed[-1] is None


def test_a_drag_changes_the_legend_once_a_frame_and_keeps_its_place(
    legend, show, document, colouring, qtbot
):
    project = show(400, n_clusters=60)
    legend.refresh()
    legend.list.setCurrentIndex(legend.model.index(30, NAME))
    bar = legend.list.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    value, rect, column = bar.value(), legend.geometry(), legend.list.columnWidth(COUNT)
    drawn = []
    legend.model.dataChanged.connect(lambda *_: drawn.append(1))
    for k in range(60, 80):
        document.preview(project.with_n_clusters(k))
    assert not drawn
    qtbot.waitUntil(lambda: legend.model.rowCount() == 79)
    assert len(drawn) == 1
    assert bar.value() == value
    assert legend.geometry() == rect
    assert legend.list.columnWidth(COUNT) == column
    assert legend.list.current == 30


def test_numbers_have_a_bar_and_what_is_missing_can_be_hidden(
    legend, show, colouring, qtbot
):
    show(60, {"t": ("",) * 10 + tuple(f"{i}.5" for i in range(50))})
    colouring.choose("column:t")
    legend.refresh()
    assert legend.bar.isVisible()
    assert "From" in legend.bar.accessibleDescription()
    assert texts(legend) == ["No value"]
    click(qtbot, legend, 0, 8)
    assert colouring.hidden.sum() == 10
    colouring.choose("cluster")
    legend.refresh()
    assert not legend.bar.isVisible()


def test_hostile_names_are_one_line_of_letters(legend, show, colouring):
    names = ("<b>bold</b>", "a\nb", "\udcff\u202e", "名" * 300)
    show(60, {"<img src=x>\n": names * 15})
    colouring.choose("column:<img src=x>\n")
    legend.refresh()
    found = texts(legend)
    assert found[0] == "<b>bold</b>"
    assert not any("\n" in text or "\udcff" in text for text in found)
    tip = legend.model.index(0, NAME).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;" in tip
    assert "\n" not in legend.heading.text()
    assert legend.width() <= 0.4 * ROOM.width()
    assert ROOM.contains(legend.geometry())


def test_a_thousand_entries_stay_inside_and_scroll_by_pixels(
    legend, show, colouring, qtbot
):
    show(1000, {"many": tuple(f"l{i % 900}" for i in range(1000))})
    colouring.choose("column:many")
    colouring.set_shapes_by_label(True)
    legend.refresh()
    assert legend.model.rowCount() == 900
    assert ROOM.contains(legend.geometry())
    assert legend.list.height() >= 40
    assert legend.list.verticalScrollBar().maximum() > 10_000
    assert legend.shapes.isVisible()
    assert "Shape: kind" in legend.shapes.accessibleName()


def test_the_heading_folds_it(legend, show, qtbot):
    show(60)
    legend.refresh()
    high = legend.height()
    qtbot.keyClick(legend.heading, Key.Key_Space)
    assert legend.height() < high / 2
    assert not legend.list.isVisible()
    qtbot.keyClick(legend.heading, Key.Key_Space)
    assert legend.height() == high


def test_no_clip_leaves_a_legend_without_lines(legend):
    legend.refresh()
    assert legend.model.rowCount() == 0
    assert not legend.list.isVisible()


def test_what_happens_on_the_legend_is_not_meant_for_the_map(legend, show, map_, qtbot):
    show(60)
    legend.refresh()
    reached = []
    map_.mousePressEvent = map_.mouseReleaseEvent = map_.wheelEvent = reached.append
    qtbot.mouseClick(legend, Button.LeftButton, pos=QPoint(2, legend.height() - 2))
    scroll = QWheelEvent(
        *(QPointF(20, 40), legend.mapToGlobal(QPointF(20, 40))),
        *(QPoint(), QPoint(0, -120), Button.NoButton),
        *(Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False),
    )
    for widget in legend.list.viewport(), legend:
        QApplication.sendEvent(widget, scroll)
    assert not reached


def test_the_map_stays_where_it_is_when_the_tenth_cluster_comes(
    legend, show, document, qtbot
):
    project = show(400, n_clusters=9)
    covered = []
    legend.refresh()
    legend.covering.connect(covered.append)
    for k in range(9, 80):
        document.preview(project.with_n_clusters(k))
        legend.refresh()
    assert len(set(covered)) == 1


def test_a_dragged_cut_does_not_lay_out_the_window(legend, show, document, map_, qtbot):
    project = show(400, n_clusters=60)
    legend.refresh()
    QApplication.processEvents()
    asked = []

    class Watch(QObject):
        def eventFilter(self, part, event):  # noqa: N802
            if event.type() == QEvent.Type.LayoutRequest:
                asked.append(part)
            return False

    watch = Watch()
    map_.installEventFilter(watch)
    for k in range(60, 70):
        document.preview(project.with_n_clusters(k))
        legend.refresh()
        QApplication.processEvents()
    assert asked == []


def test_boxes_show_what_is_hidden_as_the_style_draws_them(legend, show, colouring):
    show(60, n_clusters=4)
    colouring.toggle(1)
    legend.refresh()
    legend.list.setCurrentIndex(legend.model.index(2, NAME))
    legend.list.setCurrentIndex(legend.model.index(-1, NAME))
    wide = 20  # less than where the sign begins
    image = legend.list.viewport().grab().toImage()
    lines = [
        image.copy(legend.list.visualRect(legend.model.index(row, NAME))).copy(
            0, 0, wide, 20
        )
        for row in range(3)
    ]
    assert lines[0] == lines[2] != lines[1]
