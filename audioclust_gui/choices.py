"""One choice, or several, from a list: in little room, and with "…" where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QWidget,
)


class ChoiceBox(QComboBox):
    """A combo box that takes the width there is; its list takes what the words need."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.setMinimumContentsLength(12)

    def showPopup(self) -> None:
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + bar)
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        _paint(self, option, self.currentText() or self.placeholderText())


class ChoicesButton(QToolButton):
    """Shows what is chosen; its menu stays open while more is chosen.

    It looks like the combo boxes of the form around it.

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

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().size(Qt.TextFlag.TextSingleLine, self.text())
        icon = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        text.setHeight(max(text.height(), icon) + 2)  # as a combo box reckons
        kind = QStyle.ContentsType.CT_ComboBox
        return self.style().sizeFromContents(kind, self._as_combo_box(), text, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        _paint(self, self._as_combo_box(), self.text())

    def _as_combo_box(self) -> QStyleOptionComboBox:
        option = QStyleOptionComboBox()
        option.initFrom(self)
        if self._menu.isVisible():
            option.state |= QStyle.StateFlag.State_On
        return option

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


def _paint(widget: QWidget, option: QStyleOptionComboBox, text: str) -> None:
    """Draw a combo box with as much of a text as there is room for."""
    kind = QStyle.ComplexControl.CC_ComboBox
    field = QStyle.SubControl.SC_ComboBoxEditField
    room = widget.style().subControlRect(kind, option, field, widget).width() - 4
    end = Qt.TextElideMode.ElideRight
    option.currentText = widget.fontMetrics().elidedText(text, end, room)
    with QStylePainter(widget) as painter:
        painter.drawComplexControl(kind, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


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
