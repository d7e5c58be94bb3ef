"""How a row of a table looks while what it stands for is pointed at elsewhere."""

from __future__ import annotations

from PySide6.QtGui import QBrush, QFont
from PySide6.QtWidgets import QApplication

_OPACITY = 32  # of 255: fainter than a selected row


def lit_brush() -> QBrush:
    """Return what is behind it, in the present theme."""
    colours = QApplication.palette()
    tint = colours.color(colours.ColorRole.Highlight)
    tint.setAlpha(_OPACITY)
    return QBrush(tint)


def lit_font() -> QFont:
    """Return what its cluster is written in, so that colour is not the only sign."""
    font = QFont(QApplication.font())
    font.setBold(True)
    return font
