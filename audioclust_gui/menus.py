"""The menus: everything the window can do, each with its words and its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QMenu, QWidget

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.plots.plain import one_line
from audioclust_gui.session import Session
from audioclust_gui.theme import SCHEMES, Theme
from audioclust_gui.workflow import Workflow

if TYPE_CHECKING:
    from audioclust_gui.window import Window


class Menus(QObject):
    """Fills a window's menu bar and keeps it true.

    Parameters
    ----------
    window : Window
    document : Document
    session : Session
    workflow : Workflow
    audition : Audition
    theme : Theme
    """

    def __init__(
        self,
        window: Window,
        document: Document,
        session: Session,
        workflow: Workflow,
        audition: Audition,
        theme: Theme,
    ) -> None:
        super().__init__(window)  # so that its connections end with the window
        self.actions: dict[str, QAction] = {}
        self._window = window
        self._document = document
        self._session = session
        self._theme = theme
        self._file()
        self._edit()
        self._run(workflow)
        self._tree()
        self._sound(audition)
        self._view()
        self._help()
        document.history_changed.connect(self._show_history)
        QApplication.instance().focusChanged.connect(self._lend_space)
        self._closed = False  # whether the actions may be gone already
        window.closed.connect(self._close)
        self._show_history()

    def _file(self) -> None:
        menu, ask = self._window.menuBar().addMenu("&File"), self._window.dialogs
        self._add(menu, "&Open folder…", ask.open_folder, "Ctrl+O")
        self._add(menu, "Open &table…", ask.open_table, "Ctrl+T")
        self._add(menu, "Open &project…", ask.open_project, "Ctrl+Shift+O")
        self._recent = menu.addMenu("Open &recent")
        self._recent.aboutToShow.connect(self._list_recent)
        menu.addSeparator()
        self._add(menu, "&Save project as…", ask.save_as, "Ctrl+Shift+S")
        self._add(menu, "&Locate sounds…", ask.locate_sounds)
        self._add(menu, "Split recor&dings…", ask.split_recordings, "Ctrl+D")
        self._add(menu, "&Import tree…", ask.import_tree)
        export, to = menu.addMenu("&Export"), self._window.exports
        self._add(export, "Export &clusters…", to.ask_clusters, "Ctrl+E")
        self._add(export, "Export &tree…", to.ask_tree)
        self._add(export, "Export &metadata…", to.ask_metadata)
        self._add(export, "Export prepared &sounds…", to.ask_sounds)
        self._add(export, "Export &features…", to.ask_features)
        menu.addSeparator()
        self._add(menu, "&Quit", self._window.close, "Ctrl+Q")

    def _edit(self) -> None:
        menu, document = self._window.menuBar().addMenu("&Edit"), self._document
        self._add(menu, "&Undo", document.undo, "Ctrl+Z")
        self._add(menu, "&Redo", document.redo, "Ctrl+Shift+Z")
        menu.addSeparator()
        self._add(menu, "Select &all", self._select_all, "Ctrl+A")
        self._add(menu, "Select &none", lambda: document.select(()), "Ctrl+Shift+A")
        self._add(menu, "&Find clips", self._window.find, "Ctrl+F")

    def _run(self, workflow: Workflow) -> None:
        menu, window = self._window.menuBar().addMenu("&Run"), self._window
        self._add(menu, "&Run", workflow.run, "Ctrl+R")
        self._add(menu, "&Cancel", window.status.cancel, "Ctrl+.")
        menu.addSeparator()
        ask = window.dialogs.suggest_clusters
        self._add(menu, "&Suggest clusters…", ask, "Ctrl+K")
        self._add(menu, "&More clusters", lambda: window.cut.step(1), "Ctrl+Down")
        self._add(menu, "&Fewer clusters", lambda: window.cut.step(-1), "Ctrl+Up")

    def _tree(self) -> None:
        menu, tree = self._window.menuBar().addMenu("&Tree"), self._window.tree
        tree.branch.add_to(menu)
        menu.aboutToShow.connect(tree.branch.refresh)
        for action in menu.actions():
            self.actions[action.toolTip().partition("  (")[0]] = action

    def _sound(self, audition: Audition) -> None:
        menu, window = self._window.menuBar().addMenu("&Sound"), self._window
        self._add(menu, "&Play or stop", audition.toggle, "Space")
        self._add(menu, "&Silence", audition.stop, "Esc")
        self._add(menu, "&Next clip", lambda: window.dataset.step(1), "Ctrl+Right")
        self._add(menu, "Pre&vious clip", lambda: window.dataset.step(-1), "Ctrl+Left")
        self._add(menu, "&Loop", window.transport.buttons["loop"].toggle, "L")

    def _view(self) -> None:
        menu, window = self._window.menuBar().addMenu("&View"), self._window
        self._add(menu, "Show &all points", window.map.plot.fit, "Ctrl+0")
        self._add(menu, "&Map", window.map.setFocus, "Ctrl+1")
        self._add(menu, "&Table", window.dataset.table.setFocus, "Ctrl+2")
        self._add(menu, "&Clusters", window.go_to_clusters, "Ctrl+3")
        self._add(menu, "T&ree", window.go_to_tree, "Ctrl+4")
        menu.addSeparator()
        for dock in window.docks.values():
            menu.addAction(dock.toggleViewAction())
        self._add(menu, "&Reset panels", window.reset_panels)
        colours = menu.addMenu("&Colours")
        group = QActionGroup(window)
        for scheme in SCHEMES:
            action = colours.addAction(scheme.capitalize())
            action.setCheckable(True)
            action.setChecked(scheme == self._theme.scheme)
            action.triggered.connect(lambda _, to=scheme: self._choose_theme(to))
            group.addAction(action)

    def _help(self) -> None:
        menu, ask = self._window.menuBar().addMenu("&Help"), self._window.dialogs
        self._add(menu, "Open the &demo", self._session.open_demo, "F1")
        self._add(menu, "&Keys", lambda: ask.show_keys(self.actions.values()), "H")
        self._add(menu, "&About AudioClust", ask.show_about)

    def _add(
        self, menu: QMenu, text: str, slot: Callable[[], object], keys: str = ""
    ) -> None:
        action = menu.addAction(text)
        plain = text.replace("&", "").replace("…", "")
        action.setShortcut(QKeySequence(keys))
        action.setToolTip(f"{plain}  ({keys})" if keys else plain)
        action.triggered.connect(lambda: slot())
        self.actions[plain] = action

    def _show_history(self) -> None:
        document = self._document
        for name, text in (("Undo", document.undo_text), ("Redo", document.redo_text)):
            action = self.actions[name]
            action.setEnabled(text is not None)
            words = one_line(text).replace("&", "&&") if text else ""
            action.setText(f"&{name} {words}".rstrip())

    def _lend_space(self, _: QWidget | None, now: QWidget | None) -> None:
        """Leave the space bar to a button that has the focus: it presses it."""
        if self._closed:
            return
        theirs = isinstance(now, QAbstractButton | QComboBox)
        keys = QKeySequence() if theirs else QKeySequence("Space")
        self.actions["Play or stop"].setShortcut(keys)

    def _close(self) -> None:
        self._closed = True

    def _list_recent(self) -> None:
        self._recent.clear()
        for path in self._session.recent:
            name = one_line(path).replace("&", "&&")
            self._recent.addAction(name, lambda path=path: self._session.open(path))
        if self._recent.isEmpty():
            self._recent.addAction("Nothing yet").setEnabled(False)
        else:
            self._recent.addSeparator()
            self._recent.addAction("Forget these", self._session.clear_recent)

    def _select_all(self) -> None:
        self._document.select(np.arange(len(self._document.project.dataset)))

    def _choose_theme(self, scheme: str) -> None:
        self._session.settings.setValue("theme", scheme)
        self._theme.set_scheme(scheme)
