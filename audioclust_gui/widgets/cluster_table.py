"""The clusters as a table model: what a drag changes is counted, the rest looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from audioclust_gui.plots.plain import after_number, one_line, tooltip
from audioclust_gui.plots.swatch import swatch
from audioclust_gui.widgets.cell_delegate import LEFT, LOOKS, Cell
from audioclust_gui.widgets.cluster_tally import Tally
from audioclust_gui.widgets.lit_rows import lit_brush, lit_font
from engine.clustering.describing import ClusterReport
from engine.clustering.metrics import below_1, written
from engine.projects.project import Project

CLUSTER, CLIPS, LABEL, SILHOUETTE = range(4)
_Role = Qt.ItemDataRole
_COLUMNS = (
    ("Cluster", "Its name, or its number  (F2 renames)"),
    ("Clips", "Number of clips"),
    ("Mostly", "The most frequent label, after its share of the clips with a label"),
    ("Silh.", "Silhouette: how far it lies from the other clusters, -1 to 1"),
)
ID = _Role.UserRole  # the cluster of a row, where it is edited
_Elide = Qt.TextElideMode
_PLAIN = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
_NAMED = _PLAIN | Qt.ItemFlag.ItemIsEditable
_UNLIT = (None, None, None)
_PLAYS = "\N{BLACK RIGHT-POINTING TRIANGLE} "
_FIGURE = "\N{FIGURE SPACE}"


class ClusterTable(QAbstractTableModel):
    """One row per cluster, and one for noise and for clips that are not grouped.

    Rows are numbered by the table, places by the `Tally` that is shown.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._tally: Tally | None = None
        self._names: Sequence[str] = ()  # of the labels
        self._ranks = np.zeros(1)
        self._reports: Mapping[int, ClusterReport] = {}
        self._shown = np.empty(0, np.int64)  # place of every row
        self._lit = np.empty(0, np.bool_)  # of every place
        self._playing: int | None = None
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self._set_looks(False)

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self._set_looks(dark)
        self._touch()

    def set_label_names(self, names: Sequence[str]) -> None:
        """Take what the labels of the next tallies are called."""
        self._names = names
        order = sorted(range(len(names)), key=lambda i: one_line(names[i]).casefold())
        self._ranks = np.empty(len(names) + 1)
        self._ranks[order] = np.arange(len(names))
        self._ranks[-1] = np.nan  # without one

    def set_clusters(
        self, project: Project, tally: Tally, reports: Mapping[int, ClusterReport]
    ) -> None:
        """Show other clusters, in the order that was chosen.

        Parameters
        ----------
        project : Project
            It knows what clusters are called.
        tally : Tally
        reports : mapping of int to ClusterReport
            By cluster id, as far as there are any.
        """
        before, now = len(self._shown), len(tally.ids)
        if now < before:
            self.beginRemoveRows(QModelIndex(), now, before - 1)
        elif now > before:
            self.beginInsertRows(QModelIndex(), before, now - 1)
        self._project, self._tally, self._reports = project, tally, reports
        self._lit = np.zeros(now, np.bool_)
        self._arrange()
        if now < before:
            self.endRemoveRows()
        elif now > before:
            self.endInsertRows()
        self._touch()

    def set_lit(self, places: NDArray[np.bool_]) -> None:
        """Mark the clusters that are pointed at, by their place in the tally."""
        changed = np.flatnonzero((self._lit != places)[self._shown])
        self._lit = places
        if len(changed):
            first, last = int(changed[0]), int(changed[-1])
            self.dataChanged.emit(self.index(first, 0), self.index(last, SILHOUETTE))

    def set_playing(self, label: int | None) -> None:
        """Mark the cluster of the clip that sounds, None for none."""
        before, self._playing = self._playing, label
        if label != before:
            for row in {self._row(before), self._row(label)} - {-1}:
                index = self.index(row, CLUSTER)
                self.dataChanged.emit(index, index)

    def sort(
        self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder
    ) -> None:
        """Order the rows by a column, those alike by id; -1 for the ids alone."""
        self._sorted = (column, order)
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        places = [self._shown[index.row()] for index in old]
        self._arrange()
        row_of = np.argsort(self._shown)
        new = [
            self.index(int(row_of[place]), index.column())
            for place, index in zip(places, old, strict=True)
        ]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def id_at(self, row: int) -> int:
        """Return the cluster shown in a row."""
        return int(self._tally.ids[self._shown[row]])

    def places_of(self, rows: slice) -> NDArray[np.int64]:
        """Return the places in the tally of some rows."""
        return self._shown[rows]

    def rows_of(self, places: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the rows that show some places of the tally."""
        return np.flatnonzero(places[self._shown])

    def row_of(self, label: int) -> int:
        """Return the row that shows a cluster, -1 where there is none such."""
        found = np.flatnonzero(self._tally.ids[self._shown] == label)
        return int(found[0]) if len(found) else -1

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def cell(self, row: int, column: int) -> Cell:
        """Return what a cell looks like."""
        place = self._shown[row]
        lit = (self._tint, None, self._bold) if self._lit[place] else _UNLIT
        text = self._text(place, column)
        if column == LABEL:
            return Cell(text, None, *lit, elide=_Elide.ElideRight)
        if column != CLUSTER:
            return Cell(text, None, *lit, right=True)
        label = int(self._tally.ids[place])
        # Of a name the beginning says most, of "Cluster 12" the end.
        end = _Elide.ElideRight if label in self._project.names else _Elide.ElideMiddle
        if label == self._playing:
            text = _PLAYS + text
        return Cell(text, swatch(label, self._dark), *lit, elide=end)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        named = index.column() == CLUSTER and self.id_at(index.row()) >= 0
        return _NAMED if named else _PLAIN

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _Role.TextAlignmentRole:
            return LEFT  # at the right a header draws how it sorts
        words, help_ = _COLUMNS[section]
        return {_Role.DisplayRole: words, _Role.ToolTipRole: help_}.get(role)

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role in LOOKS:
            return self.cell(row, column).look(role)
        if role == _Role.ToolTipRole:
            return tooltip(self._words(self._shown[row]))
        if role == _Role.EditRole:
            return self._project.names.get(self.id_at(row), "")
        if role == ID:
            return self.id_at(row)
        if role == _Role.AccessibleTextRole:
            playing = column == CLUSTER and self.id_at(row) == self._playing
            text = self._text(self._shown[row], column)
            return f"{_COLUMNS[column][0]} {text}{', playing' if playing else ''}"
        return None

    def _row(self, label: int | None) -> int:
        return -1 if label is None or self._tally is None else self.row_of(label)

    def _text(self, place: int, column: int) -> str:
        tally = self._tally
        if column == CLIPS:
            return f"{tally.sizes[place]:,}"
        if column == LABEL:
            label = tally.majorities[place]
            if label < 0:
                return "–"
            # The share first: of what is too long, the end is left out.
            name = after_number(one_line(self._names[label]))
            return f"{_percent(tally.shares[place])} {name}"
        label = int(tally.ids[place])
        if column == CLUSTER:
            return one_line(self._project.title(label))
        value = self._silhouette(label)
        return written("silhouette", value, 2) if np.isfinite(value) else "–"

    def _words(self, place: int) -> str:
        tally, label = self._tally, int(self._tally.ids[place])
        size, clips = tally.sizes[place], self._project.dataset.clips
        lines = [self._text(place, CLUSTER)]
        lines.append("1 clip" if size == 1 else f"{size:,} clips")
        if tally.majorities[place] >= 0:
            share, _, words = self._text(place, LABEL).lstrip(_FIGURE).partition(" ")
            lines.append(f"Mostly {words}: {share}")
        report = self._reports.get(label)
        if report is not None and report.silhouette is not None:
            some = f" of {report.sampled:,} sampled" if report.sampled else ""
            value = written("silhouette", report.silhouette, 2)
            lines.append(f"Silhouette {value}{some}")
        if report is not None and report.medoid is not None:
            lines.append(f"Medoid: {one_line(clips[report.medoid].name)}")
        return "\n".join(lines)

    def _silhouette(self, label: int) -> float:
        report = self._reports.get(label)
        value = None if report is None else report.silhouette
        return np.nan if value is None else value

    def _touch(self) -> None:
        if len(self._shown):
            last = self.index(len(self._shown) - 1, SILHOUETTE)
            self.dataChanged.emit(self.index(0, 0), last)

    def _set_looks(self, dark: bool) -> None:
        self._dark, self._tint, self._bold = dark, lit_brush(), lit_font()

    def _arrange(self) -> None:
        """Order the clusters; without a value they come behind, noise and rest last."""
        if self._tally is None:
            return
        column, order = self._sorted
        ids = self._tally.ids
        behind = np.where(ids < 0, -ids, 0).astype(np.float64)
        keys = self._keys(column) if column >= 0 else [ids]
        behind[np.isnan(keys[-1]) & (ids >= 0)] = 0.5
        if order == Qt.SortOrder.DescendingOrder:
            keys = [-key for key in keys]
        self._shown = np.lexsort([ids, *keys, behind])

    def _keys(self, column: int) -> list[NDArray[Any]]:
        """Return what a column is sorted by, the most important last."""
        tally = self._tally
        if column == CLIPS:
            return [tally.sizes]
        if column == LABEL:
            return [-tally.shares, self._ranks[tally.majorities]]
        if column == SILHOUETTE:
            values = [self._silhouette(label) for label in tally.ids.tolist()]
            return [np.array(values)]
        names = self._project.names
        by_name = sorted(names, key=lambda label: names[label].casefold())
        ranks = np.full(len(tally.ids), float(len(names)))
        ranks[tally.row_of[by_name]] = np.arange(len(names))
        return [tally.ids, ranks]


def _percent(share: float) -> str:
    """Write a share, as wide as any other; only all of them are 100%."""
    return f"{below_1(share, 2):.0%}".rjust(4, _FIGURE)
