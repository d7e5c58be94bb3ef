"""The list of clusters: what each is called, how many clips it has, and of what."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from audioclust_gui.audition import Audition
from audioclust_gui.describing import Describing
from audioclust_gui.document import Document
from audioclust_gui.plots.plain import one_line
from audioclust_gui.widgets.cluster_table import (
    CLIPS,
    CLUSTER,
    LABEL,
    SILHOUETTE,
    ClusterTable,
)
from audioclust_gui.widgets.cluster_table_view import ClusterTableView
from audioclust_gui.widgets.cluster_tally import Counting
from audioclust_gui.widgets.selected_rows import selected_runs, selection_of
from engine.errors import ParameterError
from engine.projects.curation import rename
from engine.projects.project import Project

_NUMBER, _LABEL = 42, 76  # the least widths of columns, in pixels
_LABEL_SHARE = 0.45  # of what the columns of numbers leave; names have the rest
_Flag = QItemSelectionModel.SelectionFlag


class ClustersView(QWidget):
    """A row for every cluster of the document.

    Parameters
    ----------
    document : Document
    describing : Describing
    audition : Audition
    """

    refused = Signal(str)

    def __init__(
        self,
        document: Document,
        describing: Describing,
        audition: Audition,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._describing = describing
        self._audition = audition
        self._truth: tuple[str, ...] | None = None
        self._counting = Counting()
        self._labels = document.project.labels  # those that are tallied
        self._tally = self._counting.tally(())
        self._selected = np.empty(0, np.int64)  # clips
        self._pointed: int | None = None  # the cluster under the mouse
        self._showing = False  # the table changes, and no person changed it
        self.model = ClusterTable(self)
        self.table = ClusterTableView()
        self.table.setModel(self.model)
        self.setFocusProxy(self.table)
        self._unname = QAction("&Take its name away", self.table)
        self._arrange()
        self.table.selectionModel().selectionChanged.connect(self._choose)
        self.table.doubleClicked.connect(self._play)
        self.table.walked.connect(self._play)
        self.table.hovered.connect(self._point)
        self.table.named.connect(self._rename)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        document.selection_changed.connect(self._on_selection)
        document.lit_changed.connect(self._show_lit)
        describing.changed.connect(self._show)
        audition.playing_changed.connect(self._show_playing)
        self._on_replaced()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.model.set_dark(dark)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_columns()

    def _arrange(self) -> None:
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(CLUSTER, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(SILHOUETTE, _NUMBER)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        self.table.setColumnHidden(LABEL, True)
        play = QAction("&Play its medoid", self.table)
        play.setShortcuts([QKeySequence(Qt.Key.Key_Return), QKeySequence("Enter")])
        play.triggered.connect(self._play)
        select = QAction("&Select its clips", self.table)
        select.triggered.connect(self._select)
        name = QAction("Re&name…", self.table)
        name.setShortcut(QKeySequence("F2"))
        name.triggered.connect(self.table.edit_name)
        self._unname.triggered.connect(self._take_name_away)
        for action in (play, select, name, self._unname):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.table.addAction(action)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 2, 4)
        layout.addWidget(self.table)

    def _fit_columns(self) -> None:
        """Give numbers what they need, labels a share, and names of clusters most."""
        width = self.table.fontMetrics().horizontalAdvance
        clips = f"{len(self._document.project.dataset):,}"
        number = max(_NUMBER, width(clips) + 8)
        some = sorted(map(one_line, self._counting.names), key=len)[-20:]
        needed = max((width(f"100% {name}") for name in some), default=0) + 10
        room = self.table.room() - number - _NUMBER
        header = self.table.horizontalHeader()
        header.resizeSection(CLIPS, number)
        label = max(_LABEL, min(needed, round(_LABEL_SHARE * room)))
        header.resizeSection(LABEL, label)

    def _on_replaced(self) -> None:
        self._pointed = None
        with QSignalBlocker(self.table.selectionModel()):
            self.table.setCurrentIndex(QModelIndex())
        self._take_selection()
        self._show()

    def _on_changed(self, old: Project, new: Project) -> None:
        regrouped = old.labels is not new.labels
        if regrouped or old.edits is not new.edits or old.dataset is not new.dataset:
            self._show()
        if regrouped and self._pointed is not None:
            self._light()

    def _show(self) -> None:
        """Show what the document has; the current row stays with its cluster."""
        project = self._document.project
        truth = project.dataset.labels
        if truth is not self._truth:
            self._truth, self._counting = truth, Counting(truth)
            self.model.set_label_names(self._counting.names)
            self.table.setColumnHidden(LABEL, truth is None)
            self._fit_columns()
        current = self._current
        self._labels = project.labels
        self._tally = self._counting.tally(self._labels)
        self._showing = True
        self.model.set_clusters(project, self._tally, self._describing.reports)
        row = -1 if current is None else self.model.row_of(current)
        if row >= 0:
            with QSignalBlocker(self.table.selectionModel()):
                index = self.model.index(row, self.table.currentIndex().column())
                self.table.selectionModel().setCurrentIndex(index, _Flag.NoUpdate)
        self._showing = False
        self._show_selection()
        self._show_lit()
        self._show_playing(self._audition.playing)

    @property
    def _current(self) -> int | None:
        """The cluster of the current row."""
        row = self.table.currentIndex().row()
        return self.model.id_at(row) if row >= 0 else None

    def _on_selection(self) -> None:
        self._take_selection()
        if not self._showing:
            self._show_selection()

    def _take_selection(self) -> None:
        self._selected = self._document.selection

    def _show_selection(self) -> None:
        """Select the clusters whose clips are all selected; emits nothing."""
        chosen = selection_of(
            self.model, self.model.rows_of(self._whole(self._selected))
        )
        selection = self.table.selectionModel()
        with QSignalBlocker(selection):
            selection.select(chosen, _Flag.ClearAndSelect)
        self.table.viewport().update()

    def _show_lit(self) -> None:
        """Mark the clusters whose clips are all pointed at."""
        lit = self._document.lit
        self.model.set_lit(self._whole(self._selected[:0] if lit is None else lit))

    def _show_playing(self, clip: int) -> None:
        """Mark the cluster of the clip that sounds."""
        labels = self._document.project.labels
        self.model.set_playing(int(labels[clip]) if 0 <= clip < len(labels) else None)

    def _whole(self, clips: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell of which clusters all clips are among these, by place in the tally."""
        # The document may have other clusters already, or fewer clips.
        inside = clips[clips < len(self._labels)]
        return self._tally.within(self._labels[inside]) == self._tally.sizes

    def _choose(self) -> None:
        """Select in the document the clips of the selected rows."""
        if self._showing:
            return
        chosen = np.zeros(len(self._tally.ids), np.bool_)
        for first, last in selected_runs(self.table.selectionModel()):
            chosen[self.model.places_of(slice(first, last + 1))] = True
        inside = chosen[self._tally.row_of[self._document.project.labels]]
        self._showing = True
        self._document.select(np.flatnonzero(inside))
        self._showing = False

    def _select(self) -> None:
        self.table.selectRow(self.table.currentIndex().row())

    def _point(self, row: int) -> None:
        pointed = self.model.id_at(row) if row >= 0 else None
        if pointed != self._pointed:
            self._pointed = pointed
            self._light()

    def _light(self) -> None:
        """Show everywhere which clips are in the cluster under the mouse."""
        pointed, labels = self._pointed, self._document.project.labels
        clips = np.flatnonzero(labels == pointed)
        self._document.light(clips if len(clips) else None)
        if len(clips):
            self._audition.prepare([self._medoid(pointed)])

    def _play(self) -> None:
        current = self._current
        if current is not None:
            self._audition.play(self._medoid(current))

    def _medoid(self, label: int) -> int:
        """Return the medoid of a cluster; its first clip until that is known."""
        report = self._describing.reports.get(label)
        if report is not None and report.medoid is not None:
            return report.medoid
        return int(np.argmax(self._document.project.labels == label))

    def _take_name_away(self) -> None:
        current = self._current
        if current is not None:
            self._rename(current, "")

    def _rename(self, label: int, name: str) -> None:
        document = self._document
        clusters = document.project.clusters
        nodes = clusters.nodes[clusters.ids == label]
        if not len(nodes):
            return  # it went while its name was typed
        try:
            project = rename(document.project, int(nodes[0]), name)
        except ParameterError as error:
            self.refused.emit(str(error))
            return
        if project.edits != document.project.edits:
            document.commit(project, "rename cluster")
