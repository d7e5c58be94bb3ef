"""Pictures, what a network makes of them, and where the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from audioclust_gui.plots import palette
from audioclust_gui.plots.grey import Pixels, grey_image, paint_grey
from audioclust_gui.plots.plain import one_line, plain, tooltip

_TITLES = ("Original", "Restored", "Difference")
_PAD, _GAP = 6, 3
_TALL = 64  # pixels of a picture, about
_MOST_GAIN = 64
_Key = Qt.Key


class _Pair(NamedTuple):
    name: str
    error: str
    images: tuple[QImage, QImage, QImage]


class PairsPlot(QAbstractScrollArea):
    """Pairs of pictures in columns, each with their difference, name and error.

    Channels are side by side, low frequencies below. Differences are of either sign,
    black where there is none, and brightened alike for all pairs, so much that the
    largest is seen well. A click or an arrow key means a pair, and so does Return.
    Setters never emit.

    Parameters
    ----------
    parent : QWidget, optional
    """

    clicked = Signal(int)
    """The pair that was clicked or gone to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: list[_Pair] = []
        self._shape = (1, 1)  # width and height of a picture
        self._gain = 1
        self._current = -1
        self._dark = False
        self._message = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(140, 80)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Originals and reconstructions")
        self.set_message("No reconstructions yet")

    # What is shown ----------------------------------------------------------------

    def set_pairs(
        self,
        originals: Pixels,
        made: Pixels,
        errors: NDArray[np.float32],
        names: Sequence[str],
    ) -> None:
        """Show pairs; the current one stays as far as there is one.

        Parameters
        ----------
        originals, made : uint8 array, shape (n, channels, height, width)
        errors : float32 array, shape (n,)
            NaN where it is not known.
        names : sequence of str
            Any text.

        Raises
        ------
        ValueError
            Unless all are of as many pairs.
        """
        if originals.shape != made.shape or not (
            len(originals) == len(errors) == len(names)
        ):
            raise ValueError(
                f"made, errors, names: as many as originals, {originals.shape}, "
                f"expected, found {made.shape}, {len(errors)}, {len(names)}"
            )
        off = np.abs(originals.astype(np.int16) - made)
        # A power of two, so that it changes seldom while a network learns.
        most = max(int(off.max(initial=0)), 1)
        self._gain = min(1 << (255 // most).bit_length() - 1, _MOST_GAIN)
        seen = np.minimum(off * self._gain, 255).astype(np.uint8)
        self._pairs = [
            _Pair(
                one_line(name),
                f"{error:.4g}" if np.isfinite(error) else "",
                (grey_image(one), grey_image(other), grey_image(difference)),
            )
            for name, error, one, other, difference in zip(
                names, errors.tolist(), originals, made, seen, strict=True
            )
        ]
        channels, height, width = originals.shape[1:]
        self._shape = (max(1, channels * width), max(1, height))
        self._current = min(self._current, len(self._pairs) - 1)
        self._arrange()
        self._describe()

    def set_current(self, row: int) -> None:
        """Frame a pair, -1 for none, and bring it into view."""
        self._current = row if 0 <= row < len(self._pairs) else -1
        if self._current >= 0:
            self._bring(self._cell(self._current))
        self._describe()
        self.viewport().update()

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self._dark = dark
        self.viewport().update()

    def set_message(self, message: str) -> None:
        """Choose what is said while there are no pairs, as plain text."""
        self._message = plain(message)
        self._describe()
        self.viewport().update()

    @property
    def current(self) -> int:
        """The pair in the frame, -1 for none."""
        return self._current

    def _describe(self) -> None:
        said = self._message
        if self._pairs:
            said = f"{len(self._pairs):,} pairs"
        if self._current >= 0:
            said = self._words(self._current)
        self.setAccessibleDescription(said)

    def _words(self, row: int) -> str:
        name, error, _ = self._pairs[row]
        return f"{name}, error {error}" if error else name

    # Where things are -------------------------------------------------------------

    @property
    def _picture(self) -> QSize:
        """The pixels that one picture takes."""
        width, height = self._shape
        room = self.viewport().width() - 2 * (_PAD + _GAP)
        scale = min(max(1, round(_TALL / height)), max(room, 3) / 3 / width)
        return QSize(max(1, int(scale * width)), max(1, int(scale * height)))

    @property
    def _size(self) -> QSize:
        """The pixels that a pair takes, with what is around it."""
        picture, line = self._picture, self.fontMetrics().height()
        wide = 3 * picture.width() + 2 * (_GAP + _PAD)
        return QSize(wide, picture.height() + line + _GAP + 2 * _PAD)

    @property
    def _columns(self) -> int:
        return max(1, self.viewport().width() // self._size.width())

    @property
    def _head(self) -> int:
        return self.fontMetrics().height() + _PAD

    def _cell(self, row: int) -> QRect:
        """Return where a pair is, unless it is scrolled."""
        size, (down, right) = self._size, divmod(row, self._columns)
        return QRect(
            QPoint(right * size.width(), self._head + down * size.height()), size
        )

    def _row_at(self, place: QPoint) -> int:
        below = place + QPoint(0, self.verticalScrollBar().value())
        if place.y() < self._head:
            return -1
        rows = range(len(self._pairs))
        return next((row for row in rows if self._cell(row).contains(below)), -1)

    def _bring(self, cell: QRect) -> None:
        bar = self.verticalScrollBar()
        highest = cell.bottom() - self.viewport().height() + 1
        bar.setValue(min(max(bar.value(), highest), cell.top() - self._head))

    def _arrange(self) -> None:
        """Let the bar reach as far as there are pairs."""
        lines = -(-len(self._pairs) // self._columns)
        size, bar, room = self._size, self.verticalScrollBar(), self.viewport()
        bar.setPageStep(max(1, room.height() - self._head))
        bar.setSingleStep(max(1, size.height() // 4))
        bar.setRange(0, max(0, self._head + lines * size.height() - room.height()))
        room.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    # Painting ---------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, room = palette.ink(self._dark), self.viewport().rect()
        with QPainter(self.viewport()) as painter:
            painter.fillRect(room, QColor(ink.surface))
            if not self._pairs:
                painter.setPen(QColor(ink.muted))
                wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(room, int(wrapped), self._message)
            else:
                scrolled = self.verticalScrollBar().value()
                for row, pair in enumerate(self._pairs):
                    cell = self._cell(row).translated(0, -scrolled)
                    if cell.intersects(room):
                        self._paint_pair(painter, cell, pair, row, ink)
                self._paint_head(painter, ink)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(ink.accent), 2))
                painter.drawRect(QRectF(room).adjusted(1, 1, -1, -1))

    def _tiles(self, cell: QRect) -> list[QRect]:
        """Return where the three pictures of a pair are."""
        picture = self._picture
        first = cell.topLeft() + QPoint(_PAD, _PAD)
        step = picture.width() + _GAP
        return [QRect(first + QPoint(i * step, 0), picture) for i in range(3)]

    def _paint_pair(
        self, painter: QPainter, cell: QRect, pair: _Pair, row: int, ink: palette.Ink
    ) -> None:
        tiles = self._tiles(cell)
        for tile, image in zip(tiles, pair.images, strict=True):
            paint_grey(painter, QRectF(tile), image)
        below = QRect(tiles[0].left(), tiles[0].bottom() + _GAP, 0, 0)
        below.setSize(QSize(tiles[-1].right() - tiles[0].left() + 1, cell.height()))
        below.setBottom(cell.bottom() - _PAD + 1)
        metrics = painter.fontMetrics()
        error = metrics.horizontalAdvance(pair.error) if pair.error else 0
        middle = Qt.TextElideMode.ElideMiddle
        name = metrics.elidedText(pair.name, middle, below.width() - error - 8)
        side, up = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(ink.text))
        painter.drawText(below, int(side | up), name)
        painter.setPen(QColor(ink.muted))
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight | up), pair.error)
        if row == self._current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(ink.accent), 2))
            painter.drawRect(QRectF(cell).adjusted(2, 2, -2, -2))

    def _paint_head(self, painter: QPainter, ink: palette.Ink) -> None:
        """Say above every column what is seen there, over what is scrolled."""
        head = QRect(0, 0, self.viewport().width(), self._head)
        painter.fillRect(head, QColor(ink.surface))
        painter.setPen(QColor(ink.muted))
        titles = list(_TITLES)
        if self._gain > 1:
            titles[-1] += f" × {self._gain}"
        right = Qt.TextElideMode.ElideRight
        for column in range(min(self._columns, len(self._pairs))):
            for tile, title in zip(
                self._tiles(self._cell(column)), titles, strict=True
            ):
                place = QRect(tile.left(), 0, tile.width(), head.height())
                shown = painter.fontMetrics().elidedText(title, right, place.width())
                painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), shown)

    # What the person does ---------------------------------------------------------

    def _go(self, row: int) -> None:
        self.set_current(row)
        self.clicked.emit(row)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self._go(row)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            row = self._row_at(event.pos())
            text = tooltip(self._words(row)) if row >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        # A shortcut of the window waits where the plot has a use for the key.
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and self._goal(event) is not None:
            event.accept()
            return True
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.viewport().update()
        return super().event(event)

    def _goal(self, event: QKeyEvent) -> int | None:
        """Return the pair that a key stands for, or None for no such key."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        now, last = self._current, len(self._pairs) - 1
        steps = {
            _Key.Key_Left: -1,
            _Key.Key_Right: 1,
            _Key.Key_Up: -self._columns,
            _Key.Key_Down: self._columns,
        }
        key = _Key(event.key())
        if last < 0:
            return None
        if key in steps:
            goal = 0 if now < 0 else now + steps[key]
            return goal if 0 <= goal <= last else now
        if key in (_Key.Key_Return, _Key.Key_Enter):
            return now if now >= 0 else None
        return {_Key.Key_Home: 0, _Key.Key_End: last}.get(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        goal = self._goal(event)
        if goal is None:
            super().keyPressEvent(event)
        elif goal != self._current or event.key() in (_Key.Key_Return, _Key.Key_Enter):
            self._go(goal)
