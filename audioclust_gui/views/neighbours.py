"""The clips that sound most like the current one: listed, heard, and gone to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.neighbouring import Neighbouring
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.training import Training
from audioclust_gui.widgets.cell_delegate import CellDelegate
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.neighbour_table import (
    CLUSTER,
    DISTANCE,
    LABEL,
    NAME,
    RANK,
    NeighbourTable,
)
from audioclust_gui.widgets.network_picker import NetworkPicker
from audioclust_gui.widgets.rows_view import RowsView
from engine.projects.project import Project

_AHEAD = 3  # neighbours whose sound is made ready
_WIDTHS = {RANK: 34, DISTANCE: 76, CLUSTER: 150, LABEL: 130}  # pixels


class NeighboursView(QWidget):
    """A row for every neighbour, and the button that lets go of them.

    Parameters
    ----------
    document : Document
    neighbouring : Neighbouring
    audition : Audition
    training : Training
        In whose embeddings clips may be near as well.
    """

    def __init__(
        self,
        document: Document,
        neighbouring: Neighbouring,
        audition: Audition,
        training: Training,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._neighbouring = neighbouring
        self._audition = audition
        self.model = NeighbourTable(self)
        self.table = _NeighbourRows()
        self.table.setModel(self.model)
        self.setFocusProxy(self.table)
        self.words = ElidedLabel()
        self.network = NetworkPicker(training, "As they are grouped")
        self.network.setAccessibleName("Nearest by")
        self.network.setToolTip(
            "In which numbers clips are near: those they are grouped by, or the "
            "embedding of a network"
        )
        self.network.picked.connect(neighbouring.choose)
        self.clear = QPushButton("Clear")
        self.clear.setToolTip("Take list and lines away, and follow no more  (Esc)")
        self.clear.clicked.connect(neighbouring.clear)
        self._arrange()
        self.table.meant.connect(self._hear)
        self.table.doubleClicked.connect(self._go)
        self.table.chosen.connect(self._go)
        self.table.left.connect(neighbouring.clear)
        neighbouring.changed.connect(self._show)
        audition.playing_changed.connect(self.model.set_playing)
        document.changed.connect(self._on_changed)
        document.current_changed.connect(self._show_current)
        self._show()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.model.set_dark(dark)
        self.table.viewport().update()

    def _arrange(self) -> None:
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, width)
        head = QHBoxLayout()
        head.addWidget(self.words, 1)
        head.addWidget(self.network)
        head.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addLayout(head)
        layout.addWidget(self.table)

    def _show(self) -> None:
        near, project = self._neighbouring, self._document.project
        self.model.set_neighbours(project, near.nearest)
        self.table.setColumnHidden(LABEL, project.dataset.labels is None)
        clip = project.dataset.clips[near.clip] if near.clip >= 0 else None
        name = "" if clip is None else f"Nearest to {one_line(clip.name)}"
        self.words.set_text(near.words if clip is None else _joined(name, near.words))
        self.words.setToolTip("" if clip is None else tooltip(clip.path))
        self.clear.setEnabled(near.wanted)
        self.network.set_network(near.network)
        self._show_current(self._document.current)
        if near.nearest is not None:
            self._audition.prepare(near.nearest.clips[:_AHEAD].tolist())

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.dataset is not new.dataset:
            self._show()
        elif old.labels is not new.labels or old.edits is not new.edits:
            self.model.set_project(new)

    def _show_current(self, clip: int) -> None:
        """Go to the row of the current clip, if it is a neighbour."""
        row = self.model.row_of(clip)
        self.table.setCurrentIndex(self.model.index(row, RANK) if row >= 0 else _NONE)

    def _hear(self, row: int) -> None:
        """Select and play a neighbour; the list stays."""
        clip = self.model.clip_at(row)
        self._neighbouring.visit(clip)
        self._document.select([clip])
        self._audition.play(clip)

    def _go(self, index: QModelIndex) -> None:
        """List the neighbours of this neighbour."""
        if index.isValid():
            clip = self.model.clip_at(index.row())
            self._document.select([clip])
            self._neighbouring.go_to(clip)


class _NeighbourRows(RowsView):
    """Rows in which a click or an arrow key means one, and Return goes there."""

    meant = Signal(int)  # row
    chosen = Signal(QModelIndex)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Neighbours")
        self.setToolTip("Click plays; a double click or Return goes there")
        self.setSortingEnabled(False)  # the nearest stays first
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setItemDelegate(CellDelegate(self))
        self.clicked.connect(lambda index: self.meant.emit(index.row()))

    def event(self, event: QEvent) -> bool:
        # Else the window would take the key: there Escape silences.
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and event.key() == Qt.Key.Key_Escape and self.model().rowCount():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.currentIndex())
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        after = self.currentIndex().row()
        if after >= 0 and after != before:
            self.meant.emit(after)


_NONE = QModelIndex()


def _joined(name: str, words: str) -> str:
    return f"{name}.  {words}" if words else name
