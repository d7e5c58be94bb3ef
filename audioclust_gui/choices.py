"""A button that opens a list of which any number may be chosen, at least one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget


class ChoicesButton(QToolButton):
    """Shows what is chosen; its menu stays open while more is chosen.

    Parameters
    ----------
    choices : sequence of (name, label)
        What is offered, in this order. Names hold no "+".
    """

    changed = Signal(str)  # the names chosen, joined by "+"

    def __init__(
        self, choices: Sequence[tuple[Any, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._menu = _StayingMenu(self)
        self._actions: dict[str, QAction] = {}
        for name, label in choices:
            action = self._menu.addAction(label.replace("&", "&&"))
            action.setCheckable(True)
            action.triggered.connect(self._chosen)
            self._actions[str(name)] = action
        self._labels = {str(name): label for name, label in choices}
        self.setMenu(self._menu)

    def value(self) -> str:
        """Return the names that are chosen, joined by "+"."""
        return "+".join(n for n, action in self._actions.items() if action.isChecked())

    def set_value(self, value: str) -> None:
        """Show another choice; emits nothing."""
        chosen = set(value.split("+"))
        for name, action in self._actions.items():
            action.setChecked(name in chosen)
        self._show()

    def _chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction) and not self.value():
            action.setChecked(True)  # the last one stays
            return
        self._show()
        self.changed.emit(self.value())

    def _show(self) -> None:
        chosen = self.value().split("+")
        labels = [self._labels[name] for name in chosen if name]
        self.setText(labels[0] if len(labels) == 1 else f"{len(labels)} joined")
        self.setStatusTip(", ".join(labels))


class _StayingMenu(QMenu):
    """A menu that a choice does not close: Esc does, or a click beside it."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._toggle(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() not in keys or not self._toggle(self.activeAction()):
            super().keyPressEvent(event)

    def _toggle(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable():
            return False
        action.trigger()
        return True
