"""Which rows of a long table are selected: half a million, scattered, are no burden."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    Signal,
)

from audioclust_gui.widgets.selected_rows import selection_of

_MOST_RUNS = 500
_MOST_SEEN = 2_000  # rows of a table that has no size yet
_Flag = QItemSelectionModel.SelectionFlag


class RowSelection(QItemSelectionModel):
    """Keeps a mark for every row, and tells Qt of as many as it can bear.

    Qt keeps unbroken runs and compares each with all others: a box over half of a map,
    of 100 000 clips in no order, took it 13 seconds. Of more than 500 runs it gets
    those in view, which are all that it paints or asks for.

    Parameters
    ----------
    model : QAbstractItemModel
    seen : callable
        Returns the rows in view: a range.
    """

    chosen = Signal()  # a person has selected other rows

    def __init__(
        self, model: QAbstractItemModel, seen: Callable[[], range], parent: QObject
    ) -> None:
        super().__init__(model, parent)
        self._seen = seen
        self._marks = np.zeros(model.rowCount(), np.bool_)
        self._before = self._marks  # without the range that is being drawn

    @property
    def rows(self) -> NDArray[np.int64]:
        """The selected rows, ascending: int64, shape (n,)."""
        return np.flatnonzero(self._marks)

    def show_rows(self, rows: NDArray[np.int64]) -> None:
        """Select exactly these rows, in any order; `chosen` is not emitted."""
        self._marks = np.zeros(self.model().rowCount(), np.bool_)
        self._marks[rows] = True
        self._before = np.zeros_like(self._marks)  # Shift begins a range anew
        self.tell()

    def tell(self) -> None:
        """Tell Qt, also when other rows have come into view."""
        marks, first = self._marks, 0
        if np.count_nonzero(marks[1:] > marks[:-1]) >= _MOST_RUNS:
            seen = self._seen()[:_MOST_SEEN]
            marks, first = marks[seen.start : seen.stop], seen.start
        runs = selection_of(self.model(), np.flatnonzero(marks) + first)
        super().select(runs, _Flag.ClearAndSelect)

    def select(
        self,
        index: QModelIndex | QItemSelection,
        command: QItemSelectionModel.SelectionFlag,
    ) -> None:
        """Do as Qt would, with rows; called by the view for clicks, drags and keys."""
        if command == _Flag.NoUpdate:
            return
        if isinstance(index, QModelIndex):
            index = QItemSelection(index, index)
        if command & _Flag.Clear:
            self._before = np.zeros(self.model().rowCount(), np.bool_)
        elif not command & _Flag.Current:
            self._before = self._marks
        marks = self._before.copy()
        for run in index:
            if run.isValid():
                rows = slice(run.top(), run.bottom() + 1)
                if command & _Flag.Toggle:
                    marks[rows] ^= True
                elif command & (_Flag.Select | _Flag.Deselect):
                    marks[rows] = bool(command & _Flag.Select)
        changed = not np.array_equal(marks, self._marks)
        self._marks = marks
        if changed:
            self.tell()
            self.chosen.emit()

    def reset(self) -> None:
        """Forget rows of before: the model has other ones."""
        self._before = self._marks = np.zeros(self.model().rowCount(), np.bool_)
        super().reset()
