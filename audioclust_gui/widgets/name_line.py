"""A line over a plot into which a name is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from audioclust_gui.plots.plain import plain
from engine.projects.edits import LONGEST_NAME

_WIDTH = 220


class NameLine(QLineEdit):
    """Asks for a name where it is put: Return takes it, Escape leaves it.

    Parameters
    ----------
    parent : QWidget
        Over which it is shown.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._then: Callable[[str], None] | None = None
        self._back: QWidget | None = None
        self.setMaxLength(LONGEST_NAME)
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName("Name of the branch")
        self.setToolTip("Return takes the name, Escape leaves it as it was")
        self.editingFinished.connect(self._finish)
        self.hide()

    def ask(
        self, at: QPoint, name: str, placeholder: str, then: Callable[[str], None]
    ) -> None:
        """Show a name to be changed.

        Parameters
        ----------
        at : QPoint
            Of the parent; moved so that the whole line is seen.
        name, placeholder : str
            The present name, and what is shown where there is none.
        then : callable
            Given the new name.
        """
        parent = self.parentWidget()
        self._then, self._back = then, parent.focusWidget()
        self.setText(plain(name))
        self.setPlaceholderText(plain(placeholder))
        self.adjustSize()
        x = min(max(at.x() - _WIDTH // 2, 0), max(0, parent.width() - _WIDTH))
        y = min(max(at.y(), 0), max(0, parent.height() - self.height()))
        self.move(x, y)
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        # Else the window would take the key: there Escape silences.
        escape = Qt.Key.Key_Escape
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == escape:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() == escape:
            self._then = None
            self._leave()
            return True
        return super().event(event)

    def _finish(self) -> None:
        then, self._then = self._then, None
        self._leave()
        if then is not None:
            then(self.text())

    def _leave(self) -> None:
        if self.isVisible():
            back = self._back if self.hasFocus() else None
            self.hide()
            if back is not None:
                back.setFocus()
