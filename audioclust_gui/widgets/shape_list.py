"""What the shapes on the map mean, where that is something else than the colours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from audioclust_gui.plots.legend_content import Entry
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.plots.swatch import sign

_LINE = 20
_SIGN, _GAP = 14, 6
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ShapeList(QWidget):
    """A heading and a few lines; without any it takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._entries: Sequence[Entry] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_entries(self, title: str, entries: Sequence[Entry]) -> None:
        """Show other shapes, or none.

        Parameters
        ----------
        title : str
            Any text.
        entries : sequence of Entry
        """
        self._title, self._entries = title, entries
        self.setVisible(bool(entries))
        self.setAccessibleName(one_line(title))
        said = [f"{one_line(entry.text)}: {entry.count:,}" for entry in entries]
        self.setAccessibleDescription("; ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, _LINE * (len(self._entries) + 1))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            lines = [self._title, *(entry.text for entry in self._entries)]
            line = min(event.pos().y() // _LINE, len(lines) - 1)
            QToolTip.showText(event.globalPos(), tooltip(lines[line]), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self.palette().windowText().color())
            bold = QFont(self.font())
            bold.setBold(True)
            painter.setFont(bold)
            room = QRect(_GAP, 0, self.width() - 2 * _GAP, _LINE)
            self._write(painter, room, self._title)
            painter.setFont(self.font())
            for entry in self._entries:
                room.translate(0, _LINE)
                box = QRect(room.left(), room.top() + 3, _SIGN, _SIGN)
                sign(entry.shape, entry.colour).paint(painter, box)
                count = f"{entry.count:,}"
                painter.drawText(room, int(_RIGHT), count)
                wide = painter.fontMetrics().horizontalAdvance(count)
                name = room.adjusted(_SIGN + _GAP, 0, -wide - _GAP, 0)
                self._write(painter, name, entry.text)

    @staticmethod
    def _write(painter: QPainter, room: QRect, text: str) -> None:
        end = Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(one_line(text), end, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
