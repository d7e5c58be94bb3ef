"""Scores over the number of clusters as a table model."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QFont

from engine.clustering.curves import CRITERIA, Curves
from engine.clustering.metrics import written

_Role = Qt.ItemDataRole
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_COLUMNS = (
    ("k", "Clusters", "Number of clusters"),
    ("silhouette", "Silhouette", "How far clusters lie apart; the higher the better"),
    ("davies_bouldin", "Davies-Bouldin", "The lower, the further apart"),
    ("calinski_harabasz", "Calinski-Harabasz", "The higher, the further apart"),
    ("inertia", "Scatter within", "It always falls; look for the bend"),
    ("nmi", "NMI", "Mutual information with the labels, 0 to 1"),
    ("accuracy", "Accuracy", "Share of clips, clusters matched to labels at best"),
    ("", "Best by", "The criteria that are in favour of this number"),
)


class CurvesTable(QAbstractTableModel):
    """A row for every number of clusters; the suggested ones are bold."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._curves: Curves | None = None
        self._columns = _COLUMNS
        self._best: dict[int, list[str]] = {}

    def set_curves(self, curves: Curves | None) -> None:
        """Show other scores, or none."""
        self.beginResetModel()
        self._curves = curves
        self._best = {}
        if curves is not None:
            self._columns = tuple(
                column
                for column in _COLUMNS
                if not column[0] or getattr(curves, column[0]) is not None
            )
            for criterion, k in curves.suggestions.items():
                self._best.setdefault(k, []).append(criterion)
        self.endResetModel()

    def k_of(self, row: int) -> int:
        """Return the number of clusters of a row."""
        return int(self._curves.k[row]) if self._curves is not None else 0

    def row_of(self, k: int) -> int:
        """Return the row of a number of clusters, -1 for one that is not there."""
        ks = () if self._curves is None else self._curves.k
        found = np.flatnonzero(np.asarray(ks) == k)
        return int(found[0]) if len(found) else -1

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        inside = parent is not None and parent.isValid()
        return 0 if inside or self._curves is None else len(self._curves.k)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        name, words, help_ = self._columns[section]
        if role == _Role.TextAlignmentRole:
            return _RIGHT if name else _LEFT
        return {_Role.DisplayRole: words, _Role.ToolTipRole: help_}.get(role)

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        k = self.k_of(index.row())
        name = self._columns[index.column()][0]
        if role == _Role.TextAlignmentRole:
            return _RIGHT if name else _LEFT
        if role == _Role.FontRole and k in self._best:
            font = QFont()
            font.setBold(True)
            return font
        best = self._best.get(k, ())
        if role == _Role.ToolTipRole and best:
            return "\n".join(CRITERIA[criterion] for criterion in best)
        if role != _Role.DisplayRole:
            return None
        if not name:
            return ", ".join(map(_criterion, best))
        return _shown(name, getattr(self._curves, name)[index.row()])


def _criterion(name: str) -> str:
    """Return the heading of the column that a criterion looks at."""
    return next((words for known, words, _ in _COLUMNS if known == name), "Elbow")


def _shown(name: str, value: float) -> str:
    if name == "k":
        return f"{value:,}"
    if np.isnan(value):
        return "–"
    return written(name, value, 3) if abs(value) < 10 else f"{value:,.0f}"
