"""The menus: everything the window can do, each with its words and its key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from audioclust_gui.actions import Actions, fill_with_choices, key_groups
from audioclust_gui.lending import Lending
from audioclust_gui.map_menu import MapMenu
from audioclust_gui.parts import Parts
from audioclust_gui.plots.plain import one_line
from audioclust_gui.sound_menu import SoundMenu
from audioclust_gui.theme import SCHEMES
from audioclust_gui.training_menu import TrainingMenu
from audioclust_gui.widgets.map_pane import MapPane

if TYPE_CHECKING:
    from audioclust_gui.window import Window

_GESTURES = {
    "On the map": (
        ("Arrow keys", "walk to the nearest point in that direction, and play it"),
        ("Return", "play the current point"),
        ("+  −  0", "zoom in, out, and back to all points"),
        ("Click", "play a point; beside all points: silence"),
        ("Ctrl+click", "select several"),
    ),
    "In the table": (
        ("Up, Down", "play the row above or below"),
        ("Return", "play the current row"),
    ),
    "In the list of clusters": (
        ("Up, Down", "select the cluster above or below"),
        ("Return, F2, Menu", "play the medoid, rename, show the menu"),
    ),
    "In the list of neighbours": (
        ("Up, Down", "play the neighbour above or below"),
        ("Return", "go there, and list its own neighbours"),
        ("Esc", "take list and lines away"),
    ),
    "In the tree": (
        ("Up, Down", "one cluster fewer, one more"),
        ("PgUp, PgDown", "to the natural cut above or below"),
        ("Left, Right", "to the branch beside"),
        ("Shift+Up, Shift+Down", "to the branch above, or the bigger below"),
        ("Menu", "show the menu of the branch"),
        ("Click", "select a branch; Ctrl toggles, Shift adds, Alt removes"),
        ("Double click", "play the medoid of a branch"),
    ),
    "In the waveform": (("Left, Right", "hear from further back or ahead"),),
    "In the curves of a training": (
        ("Left, Right", "to the network kept before or after"),
        ("Home, End", "to the first or last network kept"),
        ("Up, Down", "to another run"),
        ("L", "the loss on a logarithmic or a linear scale"),
    ),
    "In the list of runs": (("Space", "show or hide the curves of a run"),),
    "In the pairs of pictures": (
        ("Arrow keys", "to another clip, and play it"),
        ("Return", "play the clip"),
    ),
}


class Menus(QObject):
    """Fills a window's menu bar and keeps it true.

    Parameters
    ----------
    window : Window
    parts : Parts

    Attributes
    ----------
    actions : Actions
        All of them.
    """

    def __init__(self, window: Window, parts: Parts) -> None:
        super().__init__(window)  # so that its connections end with the window
        self.actions = Actions()
        self._window = window
        self._parts = parts
        self._file()
        self._edit()
        self._run()
        self._tree()
        self._map = MapMenu(self._menu("&Map"), self.actions, window, parts)
        self._training = TrainingMenu(
            self._menu("Trai&ning"), self.actions, window, parts
        )
        self._sound = SoundMenu(self._menu("&Sound"), self.actions, window, parts)
        self._view()
        self._help()
        parts.document.history_changed.connect(self._show_history)
        own = (action for action in self.actions.values() if _is_the_windows(action))
        self._lending = Lending(own, self)
        window.closed.connect(self._lending.end)
        self._show_history()

    def _menu(self, title: str) -> QMenu:
        return self._window.menuBar().addMenu(title)

    def _file(self) -> None:
        menu, add, window = self._menu("&File"), self.actions.add, self._window
        ask = window.dialogs
        add(menu, "&Open folder…", ask.open_folder, "Ctrl+O")
        add(menu, "Open &table…", ask.open_table, "Ctrl+T")
        add(menu, "Open &project…", ask.open_project, "Ctrl+Shift+O")
        self._recent = menu.addMenu("Open &recent")
        self._recent.aboutToShow.connect(self._list_recent)
        menu.addSeparator()
        add(menu, "&Save project as…", ask.save_as, "Ctrl+Shift+S")
        add(menu, "&Locate sounds…", ask.locate_sounds)
        add(menu, "Split recor&dings…", ask.split_recordings, "Ctrl+D")
        add(menu, "&Import tree…", ask.import_tree)
        export, to = menu.addMenu("&Export"), window.exports
        add(export, "Export &clusters…", to.ask_clusters, "Ctrl+E")
        add(export, "Export &tree…", to.ask_tree)
        add(export, "Export m&ap…", lambda: self._ask_map(window.map.pane))
        second = add(
            export, "Export second ma&p…", lambda: self._ask_map(window.map.beside)
        )
        places = self._parts.second
        export.aboutToShow.connect(lambda: second.setEnabled(places.second is not None))
        add(export, "Export &metadata…", to.ask_metadata)
        add(export, "Export prepared &sounds…", to.ask_sounds)
        add(export, "Export &features…", to.ask_features)
        menu.addSeparator()
        add(menu, "&Quit", window.close, "Ctrl+Q")

    def _edit(self) -> None:
        menu, add, document = (
            self._menu("&Edit"),
            self.actions.add,
            self._parts.document,
        )
        add(menu, "&Undo", document.undo, "Ctrl+Z")
        add(menu, "&Redo", document.redo, "Ctrl+Shift+Z")
        menu.addSeparator()
        add(menu, "Select &all", self._select_all, "Ctrl+A")
        add(menu, "Select &none", lambda: document.select(()), "Ctrl+Shift+A")
        add(menu, "&Invert selection", self._invert, "Ctrl+I")
        add(menu, "&Find clips", self._window.find, "Ctrl+F")

    def _run(self) -> None:
        menu, add, window = self._menu("&Run"), self.actions.add, self._window
        add(menu, "&Run", window.pipeline.run_stale, "Ctrl+R")
        add(menu, "&Cancel", window.status.cancel, "Ctrl+.")
        menu.addSeparator()
        ask = window.dialogs.suggest_clusters
        add(menu, "&Suggest clusters…", ask, "Ctrl+K")
        add(menu, "&More clusters", lambda: window.cut.step(1), "Ctrl+Down")
        add(menu, "&Fewer clusters", lambda: window.cut.step(-1), "Ctrl+Up")

    def _ask_map(self, pane: MapPane) -> None:
        self._window.exports.ask_map(pane.plot, self._parts.colouring)

    def _tree(self) -> None:
        menu, tree = self._menu("&Tree"), self._window.tree
        tree.branch.add_to(menu)
        menu.aboutToShow.connect(tree.branch.refresh)
        for action in menu.actions():
            self.actions[action.toolTip().partition("  (")[0]] = action

    def _view(self) -> None:
        menu, add, window = self._menu("&View"), self.actions.add, self._window
        add(menu, "&Map", window.map.setFocus, "Ctrl+1")
        add(menu, "&Table", window.dataset.table.setFocus, "Ctrl+2")
        add(menu, "&Clusters", lambda: window.go_to("Clusters"), "Ctrl+3")
        add(menu, "T&ree", lambda: window.go_to("Tree"), "Ctrl+4")
        add(menu, "Tra&ining", lambda: window.go_to("Training"), "Ctrl+6")
        menu.addSeparator()
        for dock in window.docks.values():
            menu.addAction(dock.toggleViewAction())
        add(menu, "&Reset panels", window.reset_panels)
        colours, theme = menu.addMenu("&Colours"), self._parts.theme
        schemes = [(scheme, scheme.capitalize()) for scheme in SCHEMES]
        fill_with_choices(colours, schemes, theme.scheme, self._choose_theme)

    def _help(self) -> None:
        menu, add, ask = self._menu("&Help"), self.actions.add, self._window.dialogs
        add(menu, "Open the &demo", self._parts.session.open_demo, "F1")
        add(menu, "&Keys", lambda: ask.show_keys(self._keys()), "H")
        add(menu, "&About AudioClust", ask.show_about)

    def _keys(self) -> dict[str, Iterable[tuple[str, str]]]:
        """Return all keys, also those that are lent, by where they work."""
        bar = self._window.menuBar().actions()
        menus = [action.menu() for action in bar if action.menu() is not None]
        return {**key_groups(menus, self._lending.keys), **_GESTURES}

    def _show_history(self) -> None:
        document = self._parts.document
        for name, text in (("Undo", document.undo_text), ("Redo", document.redo_text)):
            action = self.actions[name]
            action.setEnabled(text is not None)
            words = one_line(text).replace("&", "&&") if text else ""
            action.setText(f"&{name} {words}".rstrip())

    def _list_recent(self) -> None:
        session = self._parts.session
        self._recent.clear()
        for path in session.recent:
            name = one_line(path).replace("&", "&&")
            self._recent.addAction(name, lambda path=path: session.open(path))
        if self._recent.isEmpty():
            self._recent.addAction("Nothing yet").setEnabled(False)
        else:
            self._recent.addSeparator()
            self._recent.addAction("Forget these", session.clear_recent)

    def _select_all(self) -> None:
        document = self._parts.document
        document.select(np.arange(len(document.project.dataset)))

    def _invert(self) -> None:
        document = self._parts.document
        rest = np.ones(len(document.project.dataset), np.bool_)
        rest[document.selection] = False
        document.select(np.flatnonzero(rest))

    def _choose_theme(self, scheme: str) -> None:
        self._parts.session.settings.setValue("theme", scheme)
        self._parts.theme.set_scheme(scheme)


def _is_the_windows(action: QAction) -> bool:
    """Tell whether the keys of an action work wherever the focus is."""
    return action.shortcutContext() == Qt.ShortcutContext.WindowShortcut
