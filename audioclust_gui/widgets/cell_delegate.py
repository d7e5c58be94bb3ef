"""Draws the cells of a table that is painted again in every frame."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

_State, _Group = QStyle.StateFlag, QPalette.ColorGroup
_Role = Qt.ItemDataRole
_SLOW = _State.State_HasFocus | _State.State_Editing
_MARGIN = 3  # beside a text, as Fusion has it


class CellDelegate(QStyledItemDelegate):
    """Draws a line of text, with a sign before it, as the style would.

    The style asks a model written in Python seven things about every cell and lays out
    a paragraph: four fifths of what painting a table takes. This asks what it needs, and
    leaves to the style the cell with the focus and a table that is disabled.
    """

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        state = option.state
        if state & _SLOW or not state & _State.State_Enabled:
            super().paint(painter, option, index)
            return
        rect, colours = option.rect, option.palette
        group = _Group.Active if state & _State.State_Active else _Group.Inactive
        ink = QPalette.ColorRole.Text
        if state & _State.State_Selected:
            painter.fillRect(rect, colours.brush(group, QPalette.ColorRole.Highlight))
            ink = QPalette.ColorRole.HighlightedText
        cell = index.model().cell(index.row(), index.column())
        painter.save()
        painter.restore()
