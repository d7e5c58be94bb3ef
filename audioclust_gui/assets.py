"""The files of ``resources``: beside this module in a wheel, above it in a checkout."""

from __future__ import annotations

from functools import cache, lru_cache
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
    palette = QApplication.palette()
    text = palette.ColorRole.WindowText
    active = palette.color(palette.ColorGroup.Active, text)
    disabled = palette.color(palette.ColorGroup.Disabled, text)
    return _drawn(name, active.rgba(), disabled.rgba())


def app_icon() -> QIcon:
    """Return the icon of the application."""
    return QIcon(str(folder() / "audioclust.svg"))


@lru_cache(maxsize=64)
def _drawn(name: str, normal: int, disabled: int) -> QIcon:
    """Return an icon in the colours given as 0xAARRGGBB."""
    drawn = QIcon()
    shape = QIcon(str(folder() / "icons" / f"{name}.svg")).pixmap(64, 64)
    for mode, rgba in ((QIcon.Mode.Normal, normal), (QIcon.Mode.Disabled, disabled)):
        drawn.addPixmap(_tinted(shape, QColor.fromRgba(rgba)), mode)
    return drawn


def _tinted(shape: QPixmap, colour: QColor) -> QPixmap:
    tinted = QPixmap(shape)
    with QPainter(tinted) as painter:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(tinted.rect(), colour)
    return tinted
