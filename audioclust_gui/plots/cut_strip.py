"""What a cut of a tree costs: the scores of every cut, and the cut in the hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QToolTip, QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.cut_axis import CutAxis, Floats, Ints
from audioclust_gui.plots.cut_curves import CutCurves
from audioclust_gui.plots.cut_picture import CutPicture
from audioclust_gui.plots.cut_slider import CutSlider
from audioclust_gui.plots.plain import plain, tooltip

_Action = QAbstractSlider.SliderAction
_KEYS = (
    "Drag to cut the tree into fewer or more clusters; natural cuts hold on to it, "
    "unless Alt is down  (Left, Right: one merge; Page Up, Page Down: natural cuts; "
    "Home, End)"
)
_LEAST_PLOT = 40
_SNAP = 5.0


class CutStrip(QWidget):
    """A slider over the cuts of a tree, and under it the scores of every cut.

    The line of the present cut runs from the slider's handle through all curves. It is
    dragged anywhere, or moved by keys: Left and Right by one merge, PageUp and PageDown
    to the next natural cut, Home and End; Esc takes a drag back. What lies under the
    pointer is read off without moving it. Setters never emit.

    Curves are drawn once per size and theme; a moving line only copies them.

    Parameters
    ----------
    parent : QWidget, optional
    """

    dragged = Signal(int)
    """The mouse drags the cut, now into so many clusters; `released` will follow."""

    released = Signal(int)
    """The mouse let go of the cut after moving it, or a key or the wheel moved it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = CutPicture()
        self.slider = CutSlider(palette.ink(False), self)
        self.slider.setAccessibleName("Cut of the tree")
        self.slider.setToolTip(_KEYS)
        self.slider.setEnabled(False)
        self._steps: Ints = np.zeros(1, np.int64)
        self._k = 1
        self._hovered: int | None = None
        self._held_from: int | None = None
        self._moved = False
        self._waiting: CutAxis | None = None
        self._grip = 0.0
        self.setMouseTracking(True)
        self.setFocusProxy(self.slider)
        self.slider.actionTriggered.connect(self._act)
        self.slider.valueChanged.connect(self._slid)

    # What is shown ----------------------------------------------------------------

    def set_axis(self, axis: CutAxis | None) -> None:
        """Show the cuts of a tree, or without one none.

        Another axis of the same tree waits for the end of a drag, so that the line
        stays under the mouse. Another tree ends the drag, unsaid.
        """
        now, held = self._shown.axis, self._held_from is not None
        if held and axis and now and np.array_equal(axis.heights, now.heights):
            self._waiting = axis
            return
        self._waiting = None
        self._let_go()
        self._hovered = None
        self._shown.axis = axis
        self.slider.setEnabled(axis is not None)
        with QSignalBlocker(self.slider):
            self.slider.setRange(*((0, 0) if axis is None else axis.step_range))
        self._steps = np.zeros(1, np.int64) if axis is None else axis.steps()
        self._mark()
        self.set_k(self._k)

    def set_curves(
        self, k: Ints, curves: Mapping[str, Floats], sampled: str = ""
    ) -> None:
        """Show the scores of cuts.

        Parameters
        ----------
        k : int64 array, shape (m,)
            Numbers of clusters, ascending; usually 1 to 200.
        curves : dict of name to float64 array, shape (m,)
            In this order, at most 1; NaN leaves a gap. Empty shows the message.
        sampled : str
            A note on how they were found, as in "of a sample of 5,000".
        """
        named = {plain(name): values for name, values in curves.items()}
        self._shown.curves = CutCurves(k, named)
        self._shown.sampled = plain(sampled)
        self._arrange()
        self._describe()

    def set_k(self, k: int) -> None:
        """Put the line at the cut into so many clusters."""
        self._k = k
        place = min(max(k, 1), len(self._steps)) - 1
        with QSignalBlocker(self.slider):
            self.slider.setValue(int(self._steps[place]))
        self._describe()
        self.update()

    def set_natural(self, natural: Sequence[int]) -> None:
        """Mark cuts, by their numbers of clusters, that a drag stops at."""
        self._shown.natural = tuple(sorted(set(natural)))
        self._mark()

    def set_parted(self, parted: bool) -> None:
        """Say whether branches have lines of their own, which no score here counts."""
        if parted != self._shown.parted:
            self._shown.parted = parted
            self._redraw()
            self._describe()

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self._shown.dark = dark
        self.slider.set_ink(palette.ink(dark))
        self._redraw()

    def set_message(self, message: str) -> None:
        """Choose what is said while there are no curves, as plain text."""
        self._shown.message = plain(message)
        self._redraw()

    @property
    def k(self) -> int:
        """The cut that the line is at."""
        return self._k

    def _mark(self) -> None:
        axis = self._shown.axis
        shown = self._shown.natural_shown
        self.slider.set_marks([axis.position(k) for k in shown] if axis else [])
        self._arrange()

    def _describe(self) -> None:
        self.slider.setAccessibleDescription(", ".join(self._shown.read(self._k)))

    # Where it is shown ------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        above = self.slider.sizeHint().height()
        return QSize(240, above + CutPicture.height(self.font()))

    def _arrange(self) -> None:
        """Put the slider over the plot, so that both have their ends in common."""
        left, right = self._shown.margins(self.width(), self.font())
        height = self.slider.sizeHint().height()
        inner, _ = self.slider.reach()
        width = max(_LEAST_PLOT, self.width() - right - left) + 2 * inner + 1
        self.slider.setGeometry(left - inner, 0, width, height)
        first, last = (self.slider.x() + x for x in self.slider.reach())
        self._shown.arrange(first, last, height, self.size(), self.font())
        self.update()

    def _redraw(self) -> None:
        self._shown.forget()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        handle = self.slider.handle().translated(self.slider.pos()).center()
        line = QRectF(handle.x(), handle.y(), 1, 0)
        line.setBottom(self._shown.plot.bottom() + 3)
        with QPainter(self) as painter:
            self._shown.paint(painter, self._k, line, self._hovered)

    # What the person does ---------------------------------------------------------

    def _go(self, k: int) -> None:
        if k != self._k:
            self.set_k(k)
            self.released.emit(k)

    def _act(self, action: int) -> None:
        """Do what a key of the slider, or a screen reader, asks for."""
        axis, k, natural = self._shown.axis, self._k, self._shown.natural_shown
        if axis is None:
            return
        match _Action(action):
            case _Action.SliderSingleStepSub:
                k -= 1
            case _Action.SliderSingleStepAdd:
                k += 1
            case _Action.SliderPageStepSub:
                k = max((n for n in natural if n < k), default=k)
            case _Action.SliderPageStepAdd:
                k = min((n for n in natural if n > k), default=k)
            case _Action.SliderToMinimum:
                k = 1
            case _Action.SliderToMaximum:
                k = axis.highest
            case _:
                return
        self.set_k(self._k)  # the slider has gone a way of its own
        self._go(min(max(k, 1), axis.highest))

    def _slid(self, step: int) -> None:
        axis = self._shown.axis
        if axis is not None:
            self._go(axis.k_at_step(step))

    def _drag(self, x: float, modifiers: Qt.KeyboardModifier) -> None:
        shown = self._shown
        k = shown.k_under(x)
        if not modifiers & Qt.KeyboardModifier.AltModifier:
            marks = [(abs(shown.x_of(n) - x), n) for n in shown.natural_shown]
            away, mark = min(marks, default=(_SNAP + 1, k))
            k = mark if away <= _SNAP else k
        if k != self._k:
            self._moved = True
            self.set_k(k)
            self.dragged.emit(k)

    def _let_go(self) -> bool:
        """End a drag; tell whether it has moved the cut."""
        moved = self._moved
        self._held_from, self._moved = None, False
        self.slider.setSliderDown(False)
        if self._waiting is not None:
            self.set_axis(self._waiting)
        return moved

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place, shown = event.position(), self._shown
        left = event.button() == Qt.MouseButton.LeftButton
        if not left or shown.axis is None or place.x() > shown.column.left():
            event.ignore()
            return
        self.slider.setFocus(Qt.FocusReason.MouseFocusReason)
        self._point_at(None)
        self._held_from = self._k
        self.slider.setSliderDown(True)
        # Taking the handle beside its middle does not move it.
        handle = self.slider.handle().translated(self.slider.pos())
        held = handle.contains(place.toPoint())
        self._grip = place.x() - shown.x_of(self._k) if held else 0.0
        self._drag(place.x() - self._grip, event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._held_from is not None:
            self._drag(place.x() - self._grip, event.modifiers())
        elif not event.buttons():
            self._hover(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held = event.button() == Qt.MouseButton.LeftButton
        if held and self._held_from is not None and self._let_go():
            self.released.emit(self._k)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)
        super().leaveEvent(event)

    def _hover(self, event: QMouseEvent) -> None:
        shown, place = self._shown, event.position()
        around = shown.plot.adjusted(-4, 1, 4, self.height())
        if shown.axis is None or not around.contains(place):
            self._point_at(None)
            return
        k = shown.k_under(place.x())
        self._point_at(k)
        text = tooltip("\n".join(shown.read(k)))
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def _point_at(self, k: int | None) -> None:
        if k != self._hovered:
            self._hovered = k
            self.update()
            if k is None:
                QToolTip.hideText()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.slider.wheelEvent(event)

    def put_back(self) -> bool:
        """Take back a drag of the cut, as Esc does; return whether there was one."""
        before = self._held_from
        if before is None:
            return False
        if self._let_go():
            self.set_k(before)
            self.dragged.emit(before)
            self.released.emit(before)
        return True

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if (
            override
            and event.key() == Qt.Key.Key_Escape
            and self._held_from is not None
        ):
            event.accept()  # before the window is silenced by it
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or not self.put_back():
            super().keyPressEvent(event)
