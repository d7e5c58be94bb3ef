"""The keyboard on the map: which keys it takes, and what they do."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from tests.gui.pictures import cross

Key, Held = Qt.Key, Qt.KeyboardModifier

OWN = (
    *(Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down),
    *(Key.Key_M, Key.Key_R, Key.Key_O, Key.Key_Z),
    *(Key.Key_Plus, Key.Key_Minus, Key.Key_0, Key.Key_Home),
)
OTHERS = (
    *(Key.Key_Space, Key.Key_Escape, Key.Key_A, Key.Key_L, Key.Key_T, Key.Key_F),
    *(Key.Key_B, Key.Key_P, Key.Key_H, Key.Key_BracketLeft, Key.Key_Tab),
)


def claims(plot, key, held=Held.NoModifier):
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, held)
    event.ignore()
    QApplication.sendEvent(plot, event)
    return event.isAccepted()


def test_the_map_claims_the_keys_it_uses_and_no_others(plot):
    plot.set_positions(cross())
    assert all(claims(plot, key) for key in OWN)
    assert not any(claims(plot, key) for key in OTHERS)
    assert not any(claims(plot, key, Held.ControlModifier) for key in OWN + OTHERS)
    assert not any(claims(plot, key, Held.AltModifier) for key in OWN + OTHERS)
    assert not claims(plot, Key.Key_Return)  # nothing to activate: plays the selection
    plot.set_current(0)
    assert claims(plot, Key.Key_Return)
    for key in OTHERS:
        event = QKeyEvent(QEvent.Type.KeyPress, key, Held.NoModifier)
        plot.keyPressEvent(event)
        assert not event.isAccepted()


def test_an_arrow_of_the_window_waits_while_the_map_has_the_focus(plot, qtbot):
    stolen = []
    for key in Key.Key_Right, Key.Key_L:
        shortcut = QShortcut(QKeySequence(key), plot)
        shortcut.activated.connect(lambda key=key: stolen.append(key))
    plot.set_positions(cross())
    plot.set_current(0)
    plot.activateWindow()
    plot.setFocus()
    qtbot.waitUntil(plot.hasFocus)
    with qtbot.waitSignal(plot.walked) as walked:
        qtbot.keyClick(plot, Key.Key_Right)
    assert walked.args == [1]
    qtbot.keyClick(plot, Key.Key_L)
    assert stolen == [Key.Key_L]


def test_letters_choose_the_tool_and_say_so_once(plot, qtbot):
    said = []
    plot.tool_changed.connect(said.append)
    for key in (Key.Key_R, Key.Key_R, Key.Key_O, Key.Key_M):
        qtbot.keyClick(plot, key)
        assert plot.tool == said[-1]
    assert said == ["box", "outline", "move"]
    with pytest.raises(ValueError, match="tool: one of"):
        plot.set_tool("lasso")


def in_view(plot):
    return [
        index
        for index in range(len(plot.positions))
        if plot.place_of(index) and plot.rect().contains(plot.place_of(index).toPoint())
    ]


def test_z_shows_the_selected_points_alone(plot, qtbot):
    grid = np.stack(np.meshgrid(np.arange(10), np.arange(10)), -1).reshape(-1, 2)
    plot.set_positions(grid)
    plot.set_selection([22, 23, 32, 33])
    qtbot.keyClick(plot, Key.Key_Z)
    assert {22, 23, 32, 33} <= set(in_view(plot))
    assert len(in_view(plot)) < 20
    plot.set_selection([99])
    qtbot.keyClick(plot, Key.Key_Z)
    assert in_view(plot) == [99]
    plot.set_selection(None)
    qtbot.keyClick(plot, Key.Key_Z)
    assert len(in_view(plot)) == 100


def test_zooming_to_points_without_a_place_changes_nothing(plot):
    positions = cross()
    positions[1] = np.nan
    plot.set_positions(positions)
    plot.set_hidden([False, False, True, False, False])
    before = plot.place_of(0)
    for indices in [], [1], [2], [1, 2]:
        plot.zoom_to(indices)
        assert plot.place_of(0) == before


def test_a_walk_passes_hidden_points_by(plot, qtbot):
    plot.set_positions([[0, 0], [1, 0], [2, 0], [3, 0]])
    plot.set_current(0)
    plot.set_hidden([False, True, False, False])
    with qtbot.waitSignal(plot.walked) as walked:
        qtbot.keyClick(plot, Key.Key_Right)
    assert walked.args == [2]
    plot.set_current(1)  # a hidden one: from the middle of the view
    with qtbot.waitSignal(plot.walked) as walked:
        qtbot.keyClick(plot, Key.Key_Right)
    assert walked.args[0] != 1
    plot.set_hidden([True] * 4)
    with qtbot.assertNotEmitted(plot.walked):
        qtbot.keyClick(plot, Key.Key_Right)
