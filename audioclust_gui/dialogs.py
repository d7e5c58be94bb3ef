"""What the window asks a person for: a folder, a file, a name; and what it tells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

import engine
from audioclust_gui.document import Document
from audioclust_gui.session import Session
from engine.errors import EngineError
from engine.projects.exporting import write_csv
from engine.projects.file import SUFFIX
from engine.projects.opening import projects_folder

_PROJECTS = f"AudioClust projects (*{SUFFIX})"
_GESTURES = (
    ("Arrow keys", "walk over the map or down the table"),
    ("Return", "play the current clip of map or table"),
    ("+  −  0", "zoom the map in, out, and back to all points"),
    ("Click", "play a point or a row; beside all points: silence"),
    ("Ctrl+click", "select several"),
)


class Dialogs(QObject):
    """Asks, and does what was answered.

    Parameters
    ----------
    parent : QWidget
        The window in front of which it asks.
    document : Document
    session : Session
    """

    troubled = Signal(str, str)
    noted = Signal(str, str)

    def __init__(self, parent: QWidget, document: Document, session: Session) -> None:
        super().__init__(parent)
        self._parent = parent
        self._document = document
        self._session = session

    def open_folder(self) -> None:
        """Let the person choose a folder of sounds."""
        start = self._document.project.dataset.root or str(Path.home())
        title = "Open a folder of sounds"
        path = QFileDialog.getExistingDirectory(self._parent, title, start)
        if path:
            self._session.open(path)

    def open_project(self) -> None:
        """Let the person choose a project file."""
        start = str(projects_folder())
        path, _ = QFileDialog.getOpenFileName(
            self._parent, "Open a project", start, _PROJECTS
        )
        if path:
            self._session.open(path)

    def save_as(self) -> None:
        """Let the person choose where the project lives from now on."""
        start = f"{self._document.project.dataset.root}{SUFFIX}"
        path, _ = QFileDialog.getSaveFileName(
            self._parent, "Save the project as", start, _PROJECTS
        )
        if path:
            self._session.save_as(Path(path))

    def locate_sounds(self) -> None:
        """Let the person say where a moved collection is now."""
        title = "Where are the sounds?"
        path = QFileDialog.getExistingDirectory(self._parent, title)
        if path:
            self._session.locate(path)

    def export_clusters(self) -> None:
        """Let the person choose where the clusters go as a table."""
        start = str(Path.home() / "clusters.csv")
        path, _ = QFileDialog.getSaveFileName(
            self._parent, "Export the clusters", start, "Tables (*.csv)"
        )
        if path:
            self.export(Path(path))

    def export(self, path: Path) -> None:
        """Write the clusters to a CSV file and say so, or say why not."""
        try:
            write_csv(self._document.project, path)
        except EngineError as error:
            self.troubled.emit("The clusters were not exported", str(error))
        else:
            self.noted.emit("Exported", f"The clusters are in {path}")

    def show_keys(self, actions: Iterable[QAction]) -> None:
        """List every action that has a key, and what mouse and arrows do."""
        rows = [
            (action.shortcut().toString(), action.toolTip().partition("  (")[0])
            for action in actions
            if not action.shortcut().isEmpty()
        ]
        text = "\n".join(f"{keys}:  {words}" for keys, words in (*rows, *_GESTURES))
        self._tell("Keys", text)

    def show_about(self) -> None:
        """Say what this is."""
        self._tell(
            "About AudioClust",
            f"AudioClust {engine.__version__}\n\nCluster audio by pointing, looking "
            "and listening.\nMIT licence.",
        )

    def _tell(self, title: str, text: str) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setModal(False)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.show()
