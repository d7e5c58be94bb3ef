"""The cells of a table that is painted again in every frame, drawn cheaply."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from PySide6.QtCore import QModelIndex, QObject, QPointF, QRect, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontMetrics,
    QIcon,
    QPainter,
    QPalette,
    QStaticText,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

# Plain numbers: a repaint compares hundreds, and those of an enumeration take longer.
_Role, _State = Qt.ItemDataRole, QStyle.StateFlag
_DISPLAY, _ALIGNMENT = int(_Role.DisplayRole), int(_Role.TextAlignmentRole)
_LOOKS = {
    _DISPLAY: "text",
    int(_Role.DecorationRole): "sign",
    int(_Role.BackgroundRole): "behind",
    int(_Role.FontRole): "font",
    int(_Role.ForegroundRole): "ink",
}
LOOKS = frozenset({*_LOOKS, _ALIGNMENT})
"""The roles of a model that a `Cell` answers."""
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

_ENABLED, _SELECTED = _State.State_Enabled.value, _State.State_Selected.value
_FOCUSED = _State.State_HasFocus.value
MARGIN = 3  # beside a text, and on both sides of a sign, as Fusion has it
_REMEMBERED = 1024


class Cell(NamedTuple):
    """What a cell looks like.

    Parameters
    ----------
    text : str
        One line.
    sign : QIcon, optional
        Before the text.
    behind, ink : QBrush, optional
        In place of what a table has behind its rows, and writes with.
    font : QFont, optional
    right : bool
        Whether the text stands at the right, as numbers do.
    elide : Qt.TextElideMode
        What is left out of a text that is too long.
    """

    text: str
    sign: QIcon | None = None
    behind: QBrush | None = None
    ink: QBrush | None = None
    font: QFont | None = None
    right: bool = False
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle

    def look(self, role: int) -> Any:
        """Return the answer of a model to one of the roles in `LOOKS`."""
        if role == _ALIGNMENT:
            return RIGHT if self.right else LEFT
        return getattr(self, _LOOKS[role])


class CellDelegate(QStyledItemDelegate):
    """Draws what the `cell(row, column)` of a model returns, as the style would.

    A style asks the model seven things about every cell, and lays out a paragraph for
    each: most of what painting a table takes. Here a text that was there before is not
    laid out again. The cell with the focus, and all of a table that cannot be used, are
    left to the style.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._font = QFont()
        self._known: dict[tuple[object, ...], tuple[QStaticText, QSizeF]] = {}

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = index.model().cell(index.row(), index.column()).elide

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        state = option.state.value
        if state & _FOCUSED or not state & _ENABLED:
            super().paint(painter, option, index)
            return
        cell = index.model().cell(index.row(), index.column())
        rect, colours = option.rect, option.palette
        if cell.behind is not None:
            painter.fillRect(rect, cell.behind)
        if state & _SELECTED:
            painter.fillRect(rect, colours.highlight())
            painter.setPen(colours.color(QPalette.ColorRole.HighlightedText))
        else:
            painter.setPen((cell.ink or colours.text()).color())
        before = self.paint_before(painter, option, index)
        left, room = rect.x() + before + MARGIN, rect.width() - before - 2 * MARGIN
        if cell.sign is not None:
            wide = option.decorationSize.width()
            cell.sign.paint(painter, QRect(left, rect.y(), wide, rect.height()))
            left, room = left + wide + 2 * MARGIN, room - wide - 2 * MARGIN
        text, size = self._text(cell, option.font, room)
        x = left + room - size.width() if cell.right else left
        y = rect.y() + (rect.height() - math.ceil(size.height())) // 2
        painter.setFont(cell.font or option.font)
        painter.drawStaticText(QPointF(x, y), text)

    def paint_before(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex
    ) -> int:
        """Draw what comes before the sign and the text; return how wide it is."""
        return 0

    def _text(self, cell: Cell, usual: QFont, room: int) -> tuple[QStaticText, QSizeF]:
        """Return as much of a text as there is room for, and its size."""
        if usual != self._font or len(self._known) >= _REMEMBERED:
            self._font = QFont(usual)
            self._known.clear()
        # A model has one font besides the usual one.
        key = cell.text, cell.font is None, cell.elide, room
        found = self._known.get(key)
        if found is None:
            font = cell.font or usual
            text = QFontMetrics(font).elidedText(cell.text, cell.elide, room)
            laid = QStaticText(text)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            laid.prepare(font=font)
            found = self._known[key] = laid, laid.size()
        return found
