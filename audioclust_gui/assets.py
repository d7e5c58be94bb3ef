"""The files of ``resources``: beside this module in a wheel, above it in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

_HERE = Path(__file__).parent


@cache
def folder() -> Path:
    """Return the folder of resources.

    Raises
    ------
    FileNotFoundError
        If the installation is incomplete.
    """
    for place in (_HERE / "resources", _HERE.parent / "resources"):
        if (place / "icons").is_dir():
            return place
    raise FileNotFoundError(f"AudioClust's resources are missing beside {_HERE}")


def icon(name: str) -> QIcon:
    """Return the icon of that name, drawn in the colour of the window's text."""
    drawn = QIcon()
    palette = QApplication.palette()
    shape = QIcon(str(folder() / "icons" / f"{name}.svg")).pixmap(64, 64)
    for mode, role in (
        (QIcon.Mode.Normal, palette.ColorGroup.Active),
        (QIcon.Mode.Disabled, palette.ColorGroup.Disabled),
    ):
        colour = palette.color(role, palette.ColorRole.WindowText)
        drawn.addPixmap(_tinted(shape, colour), mode)
    return drawn


def app_icon() -> QIcon:
    """Return the icon of the application."""
    return QIcon(str(folder() / "audioclust.svg"))


def _tinted(shape: QPixmap, colour: QColor) -> QPixmap:
    tinted = QPixmap(shape)
    painter = QPainter(tinted)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(tinted.rect(), colour)
    painter.end()
    return tinted
