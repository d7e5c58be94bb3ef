"""A label whose text may change in every frame."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_Align = Qt.AlignmentFlag
_ENDLESS = 1 << 16


class SteadyLabel(QWidget):
    """Plain text that asks for more room when it needs some, and only then.

    A `QLabel` asks whenever its text is another one, and then the whole window with its
    docks is laid out again: a third of the time that there is for a frame.

    Parameters
    ----------
    wrap : bool
        Whether to go on in the next line; else it is as wide as its text, and stays so.
    align : Qt.AlignmentFlag
    lines : int
        For how many there is always room, so that nothing moves when some are needed.

    Its accessible description is its text; a name is for whoever puts it somewhere.
    """

    def __init__(
        self,
        *,
        wrap: bool = False,
        align: Qt.AlignmentFlag = _Align.AlignLeft,
        lines: int = 0,
    ) -> None:
        super().__init__()
        self._text = ""
        self._lines = lines
        self._placed = False
        self._wrap = wrap
        self._flags = int(align | (Qt.TextFlag.TextWordWrap if wrap else _Align(0)))
        self._widest = 0
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)

    def text(self) -> str:
        """Return the text."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text, as it is."""
        if text == self._text:
            return
        before = self._needed()
        self._text = text
        self.setAccessibleDescription(text)
        if self._needed() != before:
            self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return self._wrap

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        room = QRect(0, 0, width - margins.left() - margins.right(), _ENDLESS)
        high = self.fontMetrics().boundingRect(room, self._flags, self._text).height()
        high = max(high if self._text else 0, self._lines * self.fontMetrics().height())
        return high + margins.top() + margins.bottom()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        if self._wrap:
            # Before there is a place, a line: many would push others away for good.
            width = max(self.width(), 80) if self._placed else _ENDLESS
            return QSize(80, self.heightForWidth(width))
        return QSize(self._widest, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._wrap and not self._placed:
            self._placed = True
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._widest = 0
            self._needed()
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(self.contentsRect(), self._flags, self._text)

    def _needed(self) -> int:
        """Return how much room it needs, in the direction in which it grows."""
        if self._wrap:
            return self.heightForWidth(self.width())
        wide = self.fontMetrics().horizontalAdvance(self._text)
        self._widest = max(self._widest, wide)
        return self._widest
