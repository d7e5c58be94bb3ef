"""The collection: its folders, its clips, and a filter over both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QSignalBlocker,
    Qt,
    QTimer,
)
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.plots.plain import one_line
from audioclust_gui.widgets.clip_table import CLUSTER, FOLDER, LABEL, NAME, ClipTable
from audioclust_gui.widgets.clip_table_view import ClipTableView, FilterLine
from audioclust_gui.widgets.folder_tree import FolderTree
from audioclust_gui.widgets.label_picker import LabelPicker
from engine.clustering.partition import TITLES, UNPLACED
from engine.projects.project import Project

_FILTER_DELAY_MS = 120
_WIDE = 340  # pixels in which name, folder, label and cluster are readable
_NAME = 150  # pixels that names of clips have before those of clusters, if they need it
_Flag = QItemSelectionModel.SelectionFlag


class DatasetView(QWidget):
    """Tree of folders, filter and table of clips.

    Parameters
    ----------
    document : Document
    audition : Audition
    """

    def __init__(
        self, document: Document, audition: Audition, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._audition = audition
        self.tree = FolderTree()
        self.model = ClipTable(self)
        self.table = ClipTableView(self.model)
        self.filter = FilterLine(placeholderText="Filter by name or label  (Ctrl+F)")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter clips")
        self.filter.setToolTip(
            "Clips with every word in path or label  (Ctrl+F; Esc clears)"
        )
        self.label = LabelPicker()
        self._count = QLabel()
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._folder = ""
        self._foldered = False  # whether the folder says what the label does not
        self._selecting = False
        self._timer = QTimer(self, singleShot=True, interval=_FILTER_DELAY_MS)
        self._arrange()

        self._timer.timeout.connect(self._apply_filter)
        self.filter.textChanged.connect(lambda _: self._timer.start())
        self.filter.left.connect(self.table.setFocus)
        self.label.picked.connect(self._choose_label)
        self.tree.chosen.connect(self._choose_folder)
        self.table.meant.connect(self._meant)
        self.table.selected.chosen.connect(self._selected)
        self.model.modelReset.connect(self._restore_anew)
        audition.playing_changed.connect(self.model.set_playing)
        document.replaced.connect(self._on_replaced)
        document.changed.connect(self._on_changed)
        document.current_changed.connect(self._show_current)
        document.selection_changed.connect(self._show_selection)
        document.lit_changed.connect(self._show_lit)

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.model.set_dark(dark)
        self.table.viewport().update()

    def clips(self) -> NDArray[np.int64]:
        """Return the clips of the table as they are sorted and filtered."""
        return self.model.clips

    def step(self, by: int) -> None:
        """Play the clip that many rows further down, as far as there is one."""
        rows = self.model.rowCount()
        if rows:
            row = self.model.row_of(self._document.current)
            row = 0 if row < 0 else min(max(row + by, 0), rows - 1)
            self._document.select([self.model.clip_at(row)])
            self._meant(row)

    def _arrange(self) -> None:
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(FOLDER, 74)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.tree)
        below = QWidget()
        rows = QVBoxLayout(below)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self.filter)
        rows.addWidget(self.table)
        foot = QHBoxLayout()
        foot.addWidget(self._count, 1)
        foot.addWidget(self.label)
        rows.addLayout(foot)
        split.addWidget(below)
        split.setStretchFactor(1, 1)
        split.setSizes([150, 450])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 2, 4)
        layout.addWidget(split)

    def _on_replaced(self) -> None:
        project = self._document.project
        with QSignalBlocker(self.filter):
            self.filter.clear()
        self._folder = ""
        self.tree.set_dataset(project.dataset)
        self.label.set_dataset(project.dataset)
        self.model.set_dataset(project.dataset)
        self._show_clusters(project)
        self._show_failures(project)
        self._show_lit()
        self._say_count()

    def _on_changed(self, old: Project, new: Project) -> None:
        anew = old.dataset is not new.dataset
        if anew:
            known = (old.dataset.root, old.dataset.clips)
            if known != (new.dataset.root, new.dataset.clips):
                self._folder = ""  # as the tree begins anew
                self.tree.set_dataset(new.dataset)
            self.label.set_dataset(new.dataset)
            self.model.set_dataset(new.dataset)
            self._apply_filter()
            self._show_lit()
        if anew or old.labels is not new.labels or old.edits is not new.edits:
            self._show_clusters(new)
        if anew or old.edits.names != new.edits.names:
            self._fit_clusters(new)
        if anew or old.extraction is not new.extraction:
            self._show_failures(new)

    def _show_clusters(self, project: Project) -> None:
        self.model.set_labels(project.labels)
        self.model.set_names(project.names)

    def _show_failures(self, project: Project) -> None:
        failures = project.extraction.failures if project.extraction else ()
        self.model.set_failures({f.index: f.reason for f in failures})
        labels = project.dataset.labels
        self.table.setColumnHidden(LABEL, labels is None)
        self._fit_labels(labels or ())
        # Where the folder is the label, one column says both.
        same = labels is not None and labels == project.dataset.columns.get("folder")
        flat = all("/" not in clip.path for clip in project.dataset.clips[:1000])
        self._foldered = not (same or flat)
        self._show_folders()
        self._fit_clusters(project)

    def _show_folders(self) -> None:
        """Leave out the folder where it adds nothing, or names would have no room."""
        narrow = self.table.width() < _WIDE and not self.table.isColumnHidden(LABEL)
        self.table.setColumnHidden(FOLDER, narrow or not self._foldered)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_folders()
        self._fit_clusters(self._document.project)

    def _fit_labels(self, labels: tuple[str, ...]) -> None:
        """Give labels the room they need, within reason, and names the rest."""
        width = self.table.fontMetrics().horizontalAdvance
        some = sorted(set(labels), key=len)[-50:]
        widest = max((width(one_line(label)) for label in some), default=0)
        room = min(max(widest + 14, 52), 96)
        self.table.horizontalHeader().resizeSection(LABEL, room)

    def _fit_clusters(self, project: Project) -> None:
        """Give names room, also those that another cut brings back.

        What clips are called comes first: a sign tells clusters apart without a name.
        """
        failed = project.extraction is not None and project.extraction.failures
        width = self.table.fontMetrics().horizontalAdvance
        names = [*project.edits.names.values(), *([TITLES[UNPLACED]] if failed else ())]
        widest = max((width(one_line(name)) for name in names), default=0)
        header, least = self.table.horizontalHeader(), 62
        others = header.sectionSize(LABEL) + header.sectionSize(FOLDER)  # 0 if hidden
        some = sorted((clip.name for clip in project.dataset.clips[:1000]), key=len)
        needed = max((width(one_line(name)) for name in some[-20:]), default=0) + 8
        left = self.table.room() - others - min(needed, _NAME)
        most = min(max(84, self.table.width() // 4), max(left, least))
        header.resizeSection(CLUSTER, min(max(widest + 34, least), most))

    def _choose_label(self, name: str | None) -> None:
        project = self._document.project
        if name != project.dataset.label_column:
            dataset = project.dataset.with_label_column(name)
            text = f"score by {name}" if name else "score by no label"
            project = replace(project, dataset=dataset, scores=None)
            self._document.commit(project, text)

    def _choose_folder(self, path: str) -> None:
        self._folder = path
        self._apply_filter()

    def _apply_filter(self) -> None:
        self.model.set_filter(self.filter.text(), self._folder)
        self._say_count()

    def _say_count(self) -> None:
        shown, total = self.model.rowCount(), len(self._document.project.dataset)
        some = "" if shown == total else f"{shown:,} of "
        clips = "clip" if total == 1 else "clips"
        self._count.setText(f"{some}{total:,} {clips}")

    def _meant(self, row: int) -> None:
        clip = self.model.clip_at(row)
        ahead = (row + 1, row + 2, row - 1)
        near = [r for r in ahead if 0 <= r < self.model.rowCount()]
        self._audition.play(clip)
        self._audition.prepare(self.model.clip_at(r) for r in near)

    def _selected(self) -> None:
        self._selecting = True
        self._document.select(self.model.clips[self.table.selected.rows])
        self._selecting = False

    def _restore_anew(self) -> None:
        self.table.doItemsLayout()  # else it scrolls by the rows there were before
        self._show_selection()
        self._show_current()

    def _show_selection(self) -> None:
        """Select what the document has selected; emits nothing."""
        if self._selecting:
            return
        self.table.selected.show_rows(self.model.rows_of(self._document.selection))

    def _show_lit(self) -> None:
        """Mark the clips that are pointed at in some view."""
        self.model.set_lit(self._document.lit, self.table.rows_in_view())

    def _show_current(self) -> None:
        """Go to the document's current clip; emits nothing."""
        row = self.model.row_of(self._document.current)
        current = self.model.index(row, 0) if row >= 0 else QModelIndex()
        model = self.table.selectionModel()
        with QSignalBlocker(model):
            model.setCurrentIndex(current, _Flag.NoUpdate)
        if row >= 0:
            self.table.scrollTo(current)
        self.table.viewport().update()
