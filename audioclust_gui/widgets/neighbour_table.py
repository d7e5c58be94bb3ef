"""The neighbours of a clip as a table model: the nearest first."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.plots.swatch import swatch
from audioclust_gui.widgets.cell_delegate import LOOKS, Cell
from audioclust_gui.widgets.lit_rows import lit_brush, lit_font
from engine.audio.dataset import Dataset
from engine.projects.listening_steps import Nearest
from engine.projects.project import Project

COLUMNS = ("#", "Name", "Distance", "Cluster", "Label")
RANK, NAME, DISTANCE, CLUSTER, LABEL = range(5)
_HELP = {
    RANK: "The first is the nearest",
    DISTANCE: "In the space of the features, in which the clips are grouped",
}
_Role, _Elide = Qt.ItemDataRole, Qt.TextElideMode


class NeighbourTable(QAbstractTableModel):
    """A row for every neighbour."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = Project(Dataset(""))
        self._clips: list[int] = []
        self._distances: list[float] = []
        self._playing = -1
        self.set_dark(False)

    def set_neighbours(self, project: Project, nearest: Nearest | None) -> None:
        """List other clips, or none."""
        self.beginResetModel()
        self._project = project
        self._clips = [] if nearest is None else nearest.clips.tolist()
        self._distances = [] if nearest is None else nearest.distances.tolist()
        self.endResetModel()

    def set_project(self, project: Project) -> None:
        """Say what clusters and labels the same clips have now."""
        self._project = project
        self._touch()

    def set_playing(self, clip: int) -> None:
        """Mark the clip that sounds; -1 for none."""
        if clip != self._playing:
            self._playing = clip
            self._touch()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self._dark, self._tint, self._bold = dark, lit_brush(), lit_font()

    def clip_at(self, row: int) -> int:
        """Return the clip of a row, -1 where there is none."""
        return self._clips[row] if 0 <= row < len(self._clips) else -1

    def row_of(self, clip: int) -> int:
        """Return the row of a clip, -1 where it is no neighbour."""
        return self._clips.index(clip) if clip in self._clips else -1

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._clips)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return COLUMNS[section]
        return _HELP.get(section) if role == _Role.ToolTipRole else None

    def cell(self, row: int, column: int) -> Cell:
        """Return what a cell looks like."""
        clip = self._clips[row]
        plays, label = clip == self._playing, int(self._project.labels[clip])
        return Cell(
            self._text(row, column),
            swatch(label, self._dark) if column == CLUSTER else None,
            self._tint if plays else None,
            font=self._bold if plays else None,
            right=column in (RANK, DISTANCE),
            # Files are told apart by their ends, clusters by how their names begin.
            elide=_Elide.ElideMiddle if column == NAME else _Elide.ElideRight,
        )

    def data(self, index: QModelIndex, role: int = _Role.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role in LOOKS:
            return self.cell(row, column).look(role)
        if role == _Role.ToolTipRole:
            return tooltip(self._project.dataset.clips[self._clips[row]].path)
        if role == _Role.AccessibleTextRole:
            heading = "Rank" if column == RANK else COLUMNS[column]
            return f"{heading} {self._text(row, column)}"
        return None

    def _text(self, row: int, column: int) -> str:
        clip, project = self._clips[row], self._project
        if column == RANK:
            return str(row + 1)
        if column == NAME:
            return one_line(project.dataset.clips[clip].name)
        if column == DISTANCE:
            return _shown(self._distances[row])
        if column == CLUSTER:
            return one_line(project.title(int(project.labels[clip])))
        labels = project.dataset.labels
        return "" if labels is None else one_line(labels[clip])

    def _touch(self) -> None:
        if self._clips:
            last = self.index(len(self._clips) - 1, LABEL)
            self.dataChanged.emit(self.index(0, RANK), last)


def _shown(distance: float) -> str:
    """Say a distance with decimals that stand below each other."""
    if 0 < distance < 0.001:
        return f"{distance:.1e}"
    return f"{distance:.3f}" if distance < 10 else f"{distance:,.1f}"
