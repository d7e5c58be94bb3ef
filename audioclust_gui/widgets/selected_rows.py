"""Selected rows as unbroken runs: a hundred thousand of them may be a single one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QAbstractItemModel, QItemSelection, QItemSelectionModel


def selected_runs(selection: QItemSelectionModel) -> list[tuple[int, int]]:
    """Return the selected rows as (first, last), from the top down."""
    return sorted((run.top(), run.bottom()) for run in selection.selection())


def selection_of(model: QAbstractItemModel, rows: ArrayLike) -> QItemSelection:
    """Return the selection of whole rows.

    Parameters
    ----------
    model : QAbstractItemModel
    rows : int array, shape (n,)
        In any order, each once.
    """
    ordered = np.asarray(rows, np.int64)
    if np.any(ordered[1:] < ordered[:-1]):
        ordered = np.sort(ordered)
    breaks = np.flatnonzero(np.diff(ordered) != 1)
    firsts = ordered[np.r_[0, breaks + 1]] if ordered.size else ordered
    lasts = ordered[np.r_[breaks, ordered.size - 1]] if ordered.size else ordered
    right = model.columnCount() - 1
    chosen = QItemSelection()
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        chosen.select(model.index(first, 0), model.index(last, right))
    return chosen
