"""What the window asks a person for: a folder, a file, a name; and what it tells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

import engine
from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.session import Session
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
    jobs : Jobs
    """

    troubled = Signal(str, str)
    noted = Signal(str, str)

    def __init__(
        self, parent: QWidget, document: Document, session: Session, jobs: Jobs
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
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
        path = self._where("Save the project as", start, _PROJECTS, SUFFIX)
        if path is not None:
            self._session.save_as(path)

    def locate_sounds(self) -> None:
        """Let the person say where a moved collection is now."""
        title = "Where are the sounds?"
        path = QFileDialog.getExistingDirectory(self._parent, title)
        if path:
            self._session.locate(path)

    def export_clusters(self) -> None:
        """Let the person choose where the clusters go as a table."""
        start = str(Path.home() / "clusters.csv")
        path = self._where("Export the clusters", start, "Tables (*.csv)", ".csv")
        if path is not None:
            self.export(path)

    def export(self, path: Path) -> None:
        """Write the clusters to a CSV file and say so, or say why not."""
        title = "Exporting the clusters"
        target = "engine.projects.exporting:write_csv"
        job = self._jobs.run(target, self._document.project, path, title=title)
        trouble = "The clusters were not exported"
        job.succeeded.connect(
            lambda path: self.noted.emit("Exported", f"The clusters are in {path}")
        )
        job.failed.connect(lambda why: self.troubled.emit(trouble, why.message))
        job.crashed.connect(lambda text: self.troubled.emit(trouble, text))

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

    def _where(self, title: str, start: str, kinds: str, suffix: str) -> Path | None:
        """Ask for a file to write, and again before another one is replaced."""
        dialog = QFileDialog(self._parent, title, str(Path(start).parent), kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(Path(start).name)
        chosen = dialog.selectedFiles() if dialog.exec() else []
        dialog.deleteLater()
        if not chosen:
            return None
        path = Path(chosen[0])
        if path.suffix.lower() == suffix:
            return path
        # The dialog adds nothing to "a.b", and has asked about another file than this.
        path = path.with_name(path.name + suffix)
        return path if not path.exists() or self._may_replace(path) else None

    def _may_replace(self, path: Path) -> bool:
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "Replace the file?",
            f"{path} exists. Replace it?",
            yes | no,
            self._parent,
        )
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setDefaultButton(no)
        return box.exec() == yes

    def _tell(self, title: str, text: str) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setModal(False)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.show()
