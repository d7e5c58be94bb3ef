"""A slider over the cuts of a tree, on which the natural ones are marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractSlider,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QStylePainter,
    QWidget,
)

from audioclust_gui.plots.palette import Ink

_Action = QAbstractSlider.SliderAction
_FEWER, _MORE = _Action.SliderSingleStepSub, _Action.SliderSingleStepAdd
# Up is fewer clusters, as under the line in the tree, though a slider's up is more.
_ACTIONS = {
    Qt.Key.Key_Left: _FEWER,
    Qt.Key.Key_Up: _FEWER,
    Qt.Key.Key_Right: _MORE,
    Qt.Key.Key_Down: _MORE,
    Qt.Key.Key_PageUp: _Action.SliderPageStepSub,
    Qt.Key.Key_PageDown: _Action.SliderPageStepAdd,
    Qt.Key.Key_Home: _Action.SliderToMinimum,
    Qt.Key.Key_End: _Action.SliderToMaximum,
}
_MARK = 4.5
_HEIGHT = 24
_NOTCH = 120  # eighths of a degree, as Qt counts them


class CutSlider(QSlider):
    """A slider that leaves the mouse to the widget it lies on.

    Its keys are its actions (`actionTriggered`), so that they mean the same to a
    person and to a screen reader.

    Parameters
    ----------
    ink : Ink
        What the marks are drawn with.
    """

    def __init__(self, ink: Ink, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._ink = ink
        self._marks: Sequence[float] = ()
        self._turned = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
        # More clusters are to the right of the plot below, in whatever language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setMouseTracking(True)

    def set_ink(self, ink: Ink) -> None:
        """Draw the marks with other inks."""
        self._ink = ink
        self.update()

    def set_marks(self, shares: Sequence[float]) -> None:
        """Mark places of the line, 0 at its left end to 1 at its right."""
        self._marks = shares
        self.update()

    def handle(self) -> QRect:
        """Return where the handle is."""
        return self._part(QStyle.SubControl.SC_SliderHandle)

    def reach(self) -> tuple[int, int]:
        """Return the pixels of the handle's middle at both ends of the line."""
        groove = self._part(QStyle.SubControl.SC_SliderGroove)
        width = self.handle().width()
        first = groove.left() + (width - 1) // 2
        return first, first + max(1, groove.width() - width)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)

    def _option(self) -> QStyleOptionSlider:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return option

    def _part(self, part: QStyle.SubControl) -> QRect:
        kind = QStyle.ComplexControl.CC_Slider
        return self.style().subControlRect(kind, self._option(), part, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = self._option()
        with QStylePainter(self) as painter:
            option.subControls = QStyle.SubControl.SC_SliderGroove
            painter.drawComplexControl(QStyle.ComplexControl.CC_Slider, option)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_marks(painter)
            option.subControls = QStyle.SubControl.SC_SliderHandle
            if self.isSliderDown():
                option.activeSubControls = QStyle.SubControl.SC_SliderHandle
                option.state |= QStyle.StateFlag.State_Sunken
            painter.drawComplexControl(QStyle.ComplexControl.CC_Slider, option)
            if self.hasFocus():
                painter.setPen(QPen(QColor(self._ink.accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self.handle(), 3, 3)

    def _paint_marks(self, painter: QPainter) -> None:
        first, last = self.reach()
        middle = self.handle().center().y() + 0.5
        painter.setPen(QPen(QColor(self._ink.text), 1))
        painter.setBrush(QColor(self._ink.background))
        for share in self._marks:
            x = first + share * (last - first) + 0.5
            around = ((0, -_MARK), (_MARK, 0), (0, _MARK), (-_MARK, 0))
            corners = [QPointF(x + dx, middle + dy) for dx, dy in around]
            painter.drawPolygon(QPolygonF(corners))

    # What the person does ---------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = _ACTIONS.get(Qt.Key(event.key()))
        if action is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        else:
            self.triggerAction(action)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Without the focus, the wheel is for the panel around.
        if not self.hasFocus():
            event.ignore()
            return
        self._turned += event.angleDelta().y()
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        for _ in range(abs(notches)):
            self.triggerAction(_FEWER if notches > 0 else _MORE)
