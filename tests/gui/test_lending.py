"""A key does one thing: the window's, or that of the widget which needs it itself."""

import pytest
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QMainWindow,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QTabBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.lending import Lending

Key, Held = Qt.Key, Qt.KeyboardModifier
KEYS = {
    "Left": Key.Key_Left,
    "Right": Key.Key_Right,
    "Up": Key.Key_Up,
    "Down": Key.Key_Down,
    "Return": Key.Key_Return,
    "Space": Key.Key_Space,
    "Backspace": Key.Key_Backspace,
    "A": Key.Key_A,
    "[": Key.Key_BracketLeft,
    "Esc": Key.Key_Escape,
}


class Desk(QMainWindow):
    """A window that commands with every key, and counts what it heard."""

    def __init__(self):
        super().__init__()
        self.heard, self.actions_of = [], {}
        menu = self.menuBar().addMenu("Sound")
        for name in KEYS:
            action = QAction(name, self)
            action.setShortcuts([QKeySequence(name), QKeySequence(f"Alt+{name}")])
            action.triggered.connect(lambda _, name=name: self.heard.append(name))
            menu.addAction(action)
            self.actions_of[name] = action
        self.lending = Lending(self.actions_of.values(), self)
        self.middle = QWidget()
        QVBoxLayout(self.middle)
        self.setCentralWidget(self.middle)

    def put(self, widget):
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.middle.layout().addWidget(widget)
        widget.show()
        widget.setFocus()
        assert widget.hasFocus()
        return widget


@pytest.fixture
def desk(qtbot):
    desk = Desk()
    qtbot.addWidget(desk)
    with qtbot.waitActive(desk):
        desk.show()
        desk.activateWindow()
    yield desk
    desk.lending.end()


def slider():
    widget = QSlider(Qt.Orientation.Horizontal)
    widget.setRange(0, 10)
    widget.setValue(5)
    return widget


def combo():
    widget = QComboBox()
    widget.addItems(["Birch", "Alder", "[none]"])
    return widget


def rows():
    widget = QListView()
    widget.setModel(QStringListModel(["one", "two", "three"], widget))
    widget.setCurrentIndex(widget.model().index(1, 0))
    return widget


def folders():
    widget = QTreeWidget()
    widget.addTopLevelItem(QTreeWidgetItem(["root"]))
    widget.topLevelItem(0).addChild(QTreeWidgetItem(["leaf"]))
    widget.setCurrentItem(widget.topLevelItem(0))
    return widget


def tabs():
    widget = QTabBar()
    for name in "one", "two", "three":
        widget.addTab(name)
    widget.setCurrentIndex(1)
    return widget


def spin():
    return QSpinBox(value=5)


NEEDED = {
    QLabel: "",
    QCheckBox: "Space Return",
    QPushButton: "Space Return",
    QRadioButton: "Left Right Up Down Space Return",
    QLineEdit: "Left Right Up Down Return Space Backspace A [",
    spin: "Left Right Up Down Return Space Backspace A [",
    combo: "Up Down Return Space A [",
    slider: "Left Right Up Down",
    tabs: "Left Right Up Down",
    rows: "Up Down Return",
    folders: "Left Right Up Down Return",
}


@pytest.mark.parametrize("make", NEEDED)
def test_a_widget_keeps_what_it_needs_and_the_window_gets_the_rest(qtbot, desk, make):
    needed = set(NEEDED[make].split())
    widget = desk.put(make())
    for name, key in KEYS.items():
        if (make, name) in {(combo, "Space")}:
            continue  # it opens a list, which takes the next keys
        widget.setFocus()
        desk.heard.clear()
        qtbot.keyClick(widget, key)
        assert desk.heard == ([] if name in needed else [name]), name


@pytest.mark.parametrize("make", NEEDED)
def test_with_alt_the_window_is_commanded_from_everywhere(qtbot, desk, make):
    widget = desk.put(make())
    for name in "Left", "Right", "Up", "Down":
        desk.heard.clear()
        qtbot.keyClick(widget, KEYS[name], Held.AltModifier)
        assert desk.heard == [name]


def test_what_is_kept_does_what_it_does_in_such_a_widget(qtbot, desk):
    line = desk.put(QLineEdit())
    qtbot.keyClicks(line, "a [b] c")
    qtbot.keyClick(line, Key.Key_Left)
    qtbot.keyClick(line, Key.Key_Backspace)
    assert line.text() == "a [b]c"
    moved = desk.put(slider())
    qtbot.keyClick(moved, Key.Key_Right)
    assert moved.value() == 6
    picked = desk.put(combo())
    qtbot.keyClick(picked, Key.Key_A)
    assert picked.currentText() == "Alder"
    box = desk.put(QCheckBox())
    qtbot.keyClick(box, Key.Key_Space)
    assert box.isChecked()
    tree = desk.put(folders())
    qtbot.keyClick(tree, Key.Key_Right)
    assert tree.topLevelItem(0).isExpanded()
    number = desk.put(spin())
    qtbot.keyClick(number, Key.Key_Up)
    assert number.value() == 6
    assert desk.heard == []


def test_keys_are_given_back_and_known_while_they_are_lent(qtbot, desk):
    line, label = desk.put(QLineEdit()), desk.put(QLabel())
    action = desk.actions_of["Left"]
    assert len(action.shortcuts()) == 2
    line.setFocus()
    assert [key.toString() for key in action.shortcuts()] == ["Alt+Left"]
    assert [key.toString() for key in desk.lending.keys(action)] == ["Left", "Alt+Left"]
    label.setFocus()
    qtbot.keyClick(label, Key.Key_Left)
    assert desk.heard == ["Left"]


def test_a_widget_with_the_same_key_is_not_confused_with_the_window(qtbot, desk):
    """Of two actions for one key neither would be heard."""
    table, played = desk.put(rows()), []
    action = QAction("Play", table, shortcut=QKeySequence("Return"))
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(lambda: played.append(1))
    table.addAction(action)
    qtbot.keyClick(table, Key.Key_Return)
    assert (desk.heard, played) == ([], [1])
    label = desk.put(QLabel())
    qtbot.keyClick(label, Key.Key_Return)
    assert (desk.heard, played) == (["Return"], [1])


def test_whoever_opens_the_menu_by_keys_finds_its_way_in_it(qtbot, desk):
    desk.menuBar().setFocus()
    for name in "Left", "Right", "Up", "Down", "Return", "Space", "A":
        left = [key.toString() for key in desk.actions_of[name].shortcuts()]
        assert left == [f"Alt+{name}"]
    desk.put(QLabel())
    assert len(desk.actions_of["A"].shortcuts()) == 2


def test_after_its_window_it_touches_nothing(qtbot, desk):
    line = desk.put(QLineEdit())
    desk.lending.end()
    desk.put(QLabel())
    assert len(desk.actions_of["A"].shortcuts()) == 1, "as they were"
    line.setFocus()
