"""What the window asks a person for: a folder, a file, a name; and what it tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QWidget

import engine
from audioclust_gui import assets
from audioclust_gui.branching import Branching
from audioclust_gui.document import Document
from audioclust_gui.file_questions import file_to_write
from audioclust_gui.form_dialog import FormDialog, FormQuestions, show_alone
from audioclust_gui.key_list import KeyList
from audioclust_gui.places import SecondPlaces
from audioclust_gui.session import TABLES, Session
from audioclust_gui.suggesting import Suggesting
from engine.audio.segmentation import SegmentationParams
from engine.clustering.linkage_files import ARRAYS
from engine.clustering.linkage_files import TABLES as TREE_TABLES
from engine.clustering.methods import METHODS
from engine.clustering.selection import SelectionParams
from engine.projects.file import SUFFIX
from engine.projects.opening import projects_folder

_FILES = "AudioClust projects"
_PROJECTS = f"{_FILES} (*{SUFFIX})"
_TREES = f"Linkages ({' '.join(f'*{suffix}' for suffix in (*ARRAYS, *TREE_TABLES))})"
_LABELS = f"Labels of Audacity, Raven and tables ({' '.join(f'*{s}' for s in TABLES)})"
_TABLES = f"Tables ({' '.join(f'*{suffix}' for suffix in TABLES)})"


class Dialogs(QObject):
    """Asks, and does what was answered.

    Parameters
    ----------
    parent : QWidget
        The window in front of which it asks.
    document : Document
    session : Session
    suggesting : Suggesting
    branching : Branching
    second : SecondPlaces
    """

    troubled = Signal(str, str)

    def __init__(
        self,
        parent: QWidget,
        document: Document,
        session: Session,
        suggesting: Suggesting,
        branching: Branching,
        second: SecondPlaces,
    ) -> None:
        super().__init__(parent)
        self._branching = branching
        self._second = second
        self._choosing: FormDialog | None = None  # what the second map shows
        self._suggesting = suggesting
        self._forms = FormQuestions(parent)
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
        title = "Save the project as"
        path = file_to_write(
            self._parent, title, start, {SUFFIX: _FILES}, self._session.settings
        )
        if path is not None:
            self._session.save_as(path)

    def locate_sounds(self) -> None:
        """Let the person say where a moved collection is now."""
        title = "Where are the sounds?"
        path = QFileDialog.getExistingDirectory(self._parent, title)
        if path:
            self._session.locate(path)

    def open_table(self) -> None:
        """Let the person choose a table that lists sounds."""
        start = self._document.project.dataset.root or str(Path.home())
        title = "Open a table of sounds: a column of file names, and any others"
        path, _ = QFileDialog.getOpenFileName(self._parent, title, start, _TABLES)
        if path:
            self._session.open(path)

    def import_tree(self) -> None:
        """Let the person choose a tree that was grown elsewhere."""
        title = "Import a tree: a linkage (SciPy) of the clips, in the order of the "
        title += "exported metadata"
        start = self._document.project.dataset.root or str(Path.home())
        path, _ = QFileDialog.getOpenFileName(self._parent, title, start, _TREES)
        if path:
            self._session.import_tree(path)

    def split_recordings(self) -> None:
        """Let the person choose how recordings are cut into clips."""
        title, count = "Split recordings", len(self._document.project.dataset)
        if not count:
            self.troubled.emit(title, "Open the recordings first: File > Open folder.")
            return
        which = "the recording" if count == 1 else f"each of {count:,} recordings"
        text = (
            f"Cuts {which} into clips, and opens these as a project of their own. The "
            "files are not changed. This project stays as it is, and is opened again "
            "under File > Open recent."
        )
        shown, then = SegmentationParams(), self._session.split
        dialog = self._forms.ask(title, text, "Split", shown, then)
        line = dialog.form.field("label_file")
        if isinstance(line, QLineEdit):
            self._offer_files(line)

    def _offer_files(self, line: QLineEdit) -> None:
        """Put a sign into a line that lets the person choose the file it names."""
        end = QLineEdit.ActionPosition.TrailingPosition
        sign = line.addAction(assets.icon("folder"), end)
        sign.setToolTip("Choose a label file")

        def choose() -> None:
            start = self._document.project.dataset.root
            path, _ = QFileDialog.getOpenFileName(line, sign.toolTip(), start, _LABELS)
            if path:
                line.setText(path)
                line.editingFinished.emit()

        sign.triggered.connect(choose)

    def suggest_clusters(self) -> None:
        """Let the person choose which numbers of clusters are compared."""
        why_not = self._suggesting.refusal
        if why_not:
            self.troubled.emit("Suggest clusters", why_not)
            return
        label = METHODS[self._document.pipeline.method].label
        text = (
            f"Groups the clips by {label} into every number of clusters of this range, "
            "and shows which of them score best."
        )
        title, then = "Suggest clusters", self._suggesting.run
        self._forms.ask(title, text, "Compare", SelectionParams(), then)

    def recluster_branch(self, node: int) -> None:
        """Let the person choose how one branch of the tree is grown anew."""
        count = len(self._branching.clips(node))
        text = (
            f"Compares the {count:,} clips of this branch by other features, and grows "
            "them a tree of their own in its place. The rest stays as it is."
        )
        dialog = self._forms.ask(
            "Recluster a branch",
            text,
            "Recluster",
            self._branching.regrouping,
            lambda params: self._branching.recluster(node, params),
        )
        dialog.setObjectName("recluster")

    def choose_second_map(self) -> None:
        """Let the person choose what the map beside the first shows."""
        title, count = "Second map", len(self._document.project.dataset)
        if not count:
            self.troubled.emit(title, "Open sounds first: File > Open folder.")
            return
        if self._choosing is not None:  # asked already
            self._choosing.raise_()
            self._choosing.activateWindow()
            return
        text = (
            f"Draws the {count:,} clips once more beside the first map, by other "
            "features or another projection. What is selected or pointed at in one is "
            "so in both; the groups stay as they are."
        )
        then = self._second.choose
        shown = self._second.suggestion
        dialog = FormDialog(self._parent, title, text, "Show", shown, then)
        dialog.setObjectName("second map")
        dialog.finished.connect(self._chosen)
        self._choosing = dialog
        dialog.show()

    def _chosen(self) -> None:
        self._choosing = None

    def show_keys(self, groups: Mapping[str, Iterable[tuple[str, str]]]) -> None:
        """List keys and gestures with what they do, by where they work."""
        show_alone(KeyList(self._parent, groups))

    def show_about(self) -> None:
        """Say what this is."""
        words = (
            f"AudioClust {engine.__version__}\n\nCluster audio by pointing, looking "
            "and listening.\nMIT licence."
        )
        title, sign = "About AudioClust", QMessageBox.Icon.NoIcon
        box = QMessageBox(sign, title, words, parent=self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setModal(False)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show_alone(box)
