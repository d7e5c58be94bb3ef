"""Keys in the window: each does one thing, wherever the focus is, and H tells which."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from audioclust_gui.key_list import KeyList
from audioclust_gui.plots.waveform import Waveform
from tests.gui import on_paper

Key, Held = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def paper(qtbot, app, tmp_path):
    """An application with sixty clips that nobody has to compute."""
    app.jobs.close()
    app.document.open(on_paper.collection(60), tmp_path / "p.audioclust")
    app.document.set_current(7)
    app.window.activateWindow()
    qtbot.waitUntil(app.window.isActiveWindow)
    return app


@pytest.fixture
def heard(paper, monkeypatch):
    """What the window was commanded to hear, in the order of it."""
    said, listening = [], paper.listening
    for name in ("step", "step_cluster"):
        monkeypatch.setattr(
            listening._stepping, name, lambda by, name=name: said.append((name, by))
        )
    monkeypatch.setattr(listening, "_begin", lambda *_: said.append("sequence"))
    monkeypatch.setattr(listening, "_ask", lambda step, *_: said.append(step))
    monkeypatch.setattr(paper.audition, "play", lambda clip, *_: said.append("play"))
    return said


def focus(widget):
    widget.setFocus()
    assert widget.hasFocus()
    return widget


def own_keys(widget):
    """Return the keys of the actions that work only while a widget has the focus."""
    return [
        key.toString()
        for action in widget.actions()
        if action.shortcutContext() == Qt.ShortcutContext.WidgetShortcut
        for key in action.shortcuts()
    ]


def test_no_key_means_two_things_wherever_the_focus_is(paper):
    """Of two actions for one key neither would be heard."""
    window = paper.window
    everywhere = [
        action
        for action in window.findChildren(QAction)
        if action.shortcutContext() == Qt.ShortcutContext.WindowShortcut
    ]
    focused = 0
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        widget.setFocus()
        if not widget.hasFocus():
            continue
        focused += 1
        keys = [key.toString() for a in everywhere for key in a.shortcuts()]
        twice = {k for k, n in Counter(keys + own_keys(widget)).items() if k and n > 1}
        assert not twice, (widget, widget.accessibleName())
    assert focused > 20


def test_arrows_step_through_clusters_where_nothing_else_needs_them(
    qtbot, paper, heard
):
    button = focus(paper.window.transport.buttons["play"])
    for key in Key.Key_Right, Key.Key_Left, Key.Key_Down, Key.Key_Up:
        qtbot.keyClick(button, key)
    assert heard == [
        ("step", 1),
        ("step", -1),
        ("step_cluster", 1),
        ("step_cluster", -1),
    ]


@pytest.mark.parametrize(
    "where", ["map", "table", "clusters", "tree", "filter", "volume"]
)
def test_with_alt_arrows_step_through_clusters_everywhere(qtbot, paper, heard, where):
    window = paper.window
    widgets = {
        "map": window.map.plot,
        "table": window.dataset.table,
        "clusters": window.clusters.table,
        "tree": window.tree.plot,
        "filter": window.dataset.filter,
        "volume": window.transport.volume,
    }
    widget = focus(widgets[where])
    qtbot.keyClick(widget, Key.Key_Right, Held.AltModifier)
    qtbot.keyClick(widget, Key.Key_Up, Held.AltModifier)
    assert heard == [("step", 1), ("step_cluster", -1)]


def test_on_the_map_arrows_walk_and_return_plays_its_point(qtbot, paper, heard):
    plot, walked = focus(paper.window.map.plot), []
    plot.walked.connect(walked.append)
    for key in Key.Key_Right, Key.Key_Left, Key.Key_Down, Key.Key_Up:
        qtbot.keyClick(plot, key)
    assert walked
    assert heard == ["play"] * len(walked)
    qtbot.keyClick(plot, Key.Key_Return)
    assert heard == ["play"] * (len(walked) + 1)
    qtbot.keyClick(plot, Key.Key_O)
    assert plot.tool == "outline"
    assert paper.window.action("Select in an outline").isChecked()
    paper.window.action("Move").trigger()
    assert plot.tool == "move"


def test_in_the_tree_keys_are_its_own(qtbot, paper, heard):
    plot = focus(paper.window.tree.plot)
    k = paper.document.project.cut
    qtbot.keyClick(plot, Key.Key_Down)
    assert paper.document.project.cut == k + 1
    walked = []
    plot.walked.connect(walked.append)
    qtbot.keyClick(plot, Key.Key_Right)
    assert len(walked) == 1
    qtbot.keyClick(plot, Key.Key_Return)
    assert len(paper.document.selection) == len(paper.branching.clips(plot.current))
    qtbot.keyClick(plot, Key.Key_F2)
    assert isinstance(paper.window.focusWidget(), QLineEdit), "for the name"
    assert heard == []


def test_in_the_table_up_and_down_go_to_rows_and_sideways_in_the_cluster(
    qtbot, paper, heard
):
    table = focus(paper.window.dataset.table)
    qtbot.keyClick(table, Key.Key_Down)
    qtbot.keyClick(table, Key.Key_Return)
    qtbot.keyClick(table, Key.Key_Right)
    assert heard == ["play", "play", ("step", 1)]


def test_in_the_list_of_clusters_return_plays_the_medoid(qtbot, paper, heard):
    table = focus(paper.window.clusters.table)
    qtbot.keyClick(table, Key.Key_Down)
    assert len(paper.document.selection)
    assert heard == ["play"]
    qtbot.keyClick(table, Key.Key_Return)
    assert heard == ["play", "play"]


def test_return_elsewhere_plays_the_selection_in_sequence(qtbot, paper, heard):
    paper.document.select([3, 4, 5])
    waveform = paper.window.findChild(Waveform)
    paper.window.go_to("Clip")
    qtbot.keyClick(focus(waveform), Key.Key_Return)
    assert heard == ["sequence"]
    heard.clear()
    qtbot.keyClick(waveform, Key.Key_Right)
    assert ("step", 1) not in heard, "there it seeks"
    qtbot.keyClick(waveform, Key.Key_Down)
    assert heard[-1] == ("step_cluster", 1)


def test_who_types_commands_nothing(qtbot, paper, heard):
    line = focus(paper.window.dataset.filter)
    loop = paper.window.transport.buttons["loop"]
    qtbot.keyClicks(line, "laptop [fab] h")
    qtbot.keyClick(line, Key.Key_Return)
    assert line.text() == "laptop [fab] h"
    assert heard == []
    assert not loop.isChecked()
    assert paper.window.findChild(KeyList) is None
    combo = paper.window.pipeline.findChild(QComboBox)
    before = combo.currentIndex()
    focus(combo)
    qtbot.keyClick(combo, Key.Key_Up if before else Key.Key_Down)
    assert combo.currentIndex() != before
    assert heard == []


def test_letters_command_from_the_lists(qtbot, paper, heard):
    window, sound = paper.window, paper.playback
    table = focus(window.dataset.table)
    qtbot.keyClick(table, Key.Key_L)
    assert window.transport.buttons["loop"].isChecked()
    assert window.action("Loop").isChecked()
    qtbot.keyClick(table, Key.Key_BracketRight)
    assert sound.speed() > 1
    qtbot.keyClick(table, Key.Key_Backspace)
    assert sound.speed() == 1
    qtbot.keyClick(table, Key.Key_BracketLeft)
    assert sound.speed() < 1
    qtbot.keyClick(table, Key.Key_P)
    assert window.map.aloud
    qtbot.keyClick(table, Key.Key_P)
    assert not window.map.aloud
    qtbot.keyClick(table, Key.Key_T)
    assert heard == ["tour"]
    qtbot.keyClick(table, Key.Key_A)
    assert paper.listening.comparing.a == 7
    paper.document.set_current(9)
    qtbot.keyClick(table, Key.Key_B)
    assert heard == ["tour", "play"]


def test_a_toggle_in_the_menu_and_its_button_are_one(paper):
    window, sound = paper.window, paper.playback
    for name in "Match the loudness", "Keep the pitch":
        assert window.action(name).isChecked()
        window.action(name).trigger()
        assert not window.action(name).isChecked()
    assert not sound.matched()
    assert not sound.keeps_pitch()
    window.transport.buttons["matched"].click()
    assert sound.matched()
    assert window.action("Match the loudness").isChecked()


def test_the_selection_is_inverted(qtbot, paper):
    paper.document.select(range(50))
    qtbot.keyClick(paper.window, Key.Key_I, Held.ControlModifier)
    assert paper.document.selection.tolist() == list(range(50, 60))
    paper.window.action("Invert selection").trigger()
    assert paper.document.selection.tolist() == list(range(50))
    paper.document.select(())
    paper.window.action("Invert selection").trigger()
    assert len(paper.document.selection) == 60


def test_h_shows_every_key_also_those_that_are_lent(qtbot, paper):
    focus(paper.window.map.plot)
    paper.window.action("Keys").trigger()
    shown = paper.window.findChild(KeyList).list
    rows = {}
    for at in range(shown.topLevelItemCount()):
        group = shown.topLevelItem(at)
        inside = [group.child(i) for i in range(group.childCount())]
        rows[group.text(0)] = {row.text(1): row.text(0) for row in inside}
    assert rows["Sound"]["Next in the cluster"] == "Right, Alt+Right"
    assert rows["Sound"]["Play or stop"] == "Space"
    assert rows["Sound"]["Play the selection"] == "Return, Enter"
    assert rows["Tree"]["Fold the branch"] == "C"
    assert rows["Tree"]["Select its clips"] == "Return"
    assert rows["Map"]["Find neighbours"] == "F"
    assert rows["Map"]["Select in a box"] == "R"
    assert "On the map" in rows
    assert all(keys for group in rows.values() for keys in group.values())
    paper.window.findChild(KeyList).close()
    combo = focus(paper.window.pipeline.findChild(QComboBox))
    paper.window.action("Keys").trigger()
    assert combo.isVisible()
    shown = paper.window.findChildren(KeyList)[-1].list
    sound = next(
        shown.topLevelItem(i)
        for i in range(shown.topLevelItemCount())
        if shown.topLevelItem(i).text(0) == "Sound"
    )
    assert "Space" in [sound.child(i).text(0) for i in range(sound.childCount())]


def test_asking_for_the_keys_again_shows_them_once(qtbot, paper):
    for _ in range(3):
        paper.window.action("Keys").trigger()
    qtbot.waitUntil(lambda: len(paper.window.findChildren(KeyList)) == 1)
    assert paper.window.findChild(KeyList).isVisible()


def test_colours_orders_and_pauses_are_chosen_in_menus(paper):
    def menu_of(text):
        return next(
            a.menu() for a in paper.window.findChildren(QAction) if a.text() == text
        )

    order = menu_of("&Order of a sequence")
    order.aboutToShow.emit()
    assert [a.isChecked() for a in order.actions()].count(True) == 1
    order.actions()[1].trigger()
    assert paper.listening.order == "table"
    pause = menu_of("P&ause in a sequence")
    pause.aboutToShow.emit()
    pause.actions()[-1].trigger()
    assert paper.listening.pause == 5.0
    colours = menu_of("&Colour by")
    colours.aboutToShow.emit()
    plays = next(a for a in colours.actions() if a.text() == "Play count")
    plays.trigger()
    assert paper.colouring.choice == "plays"
    assert not next(
        a for a in colours.actions() if a.text() == "Membership"
    ).isEnabled()
