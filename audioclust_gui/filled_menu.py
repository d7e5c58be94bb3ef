"""What the menus have in common: they are filled once, and kept true from then on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from audioclust_gui.actions import Actions
from audioclust_gui.parts import Parts

if TYPE_CHECKING:
    from audioclust_gui.window import Window


class FilledMenu(QObject):
    """Fills a menu, and keeps it true.

    Parameters
    ----------
    menu : QMenu
    actions : Actions
        Gets its actions.
    window : Window
    parts : Parts
    """

    def __init__(
        self, menu: QMenu, actions: Actions, window: Window, parts: Parts
    ) -> None:
        super().__init__(menu)
        self._menu, self._window, self._parts = menu, window, parts
        self._add = partial(actions.add, menu)
        self._fill()

    def _fill(self) -> None:
        raise NotImplementedError
