"""The legend of the map: what colours and shapes mean, and what is hidden."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QMargins, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.colouring import Colouring
from audioclust_gui.painting import Shown
from audioclust_gui.plots import palette
from audioclust_gui.plots.colour_bar import ColourBar
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.selecting import Clips
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.legend_list import ROW_HEIGHT, LegendList
from audioclust_gui.widgets.legend_model import LegendModel
from audioclust_gui.widgets.shape_list import ShapeList

FRAME_MS = 40  # every other frame of the map or fewer: nobody reads faster
_NARROWEST, _WIDEST, _SHARE = 150, 240, 0.4  # pixels, and of the map
_STEP = 30  # pixels by which it widens, so that ten clusters are no wider than nine
_MARGIN = 8
_BESIDE = 16  # pixels, of the list
_PADDING = 10  # pixels, of the heading


class Legend(QWidget):
    """Lies over the right side of a map; its heading folds it.

    Parameters
    ----------
    colouring : Colouring
        What is painted; hiding is done there.
    parent : QWidget, optional
        The map that it lies over.
    """

    pointed = Signal(object)
    """int64 array of the clips of the category under the mouse, or None."""
    covering = Signal(int)
    """How much of the map it lies over, in pixels from the right; 0 while folded."""
    select_asked = Signal(object)
    """int64 array of the clips that a person wants to be selected."""

    def __init__(self, colouring: Colouring, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colouring = colouring
        self._dark = False
        self._room = QRect()
        self._width = _NARROWEST
        self._pointed: int | None = None
        self._needs: tuple[object, ...] = ()
        self.model = LegendModel(self)
        self.list = LegendList(self.model)
        self.bar = ColourBar()
        self.beyond = ElidedLabel()
        self.shapes = ShapeList()
        self.note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.heading = _Heading()
        self.all = QToolButton(text="Show all", autoRaise=True)
        self.all.setToolTip("Show what was hidden")
        self._body = QWidget()
        self.heading.setMinimumHeight(self.all.sizeHint().height())
        self._arrange()
        self._timer = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._timer.timeout.connect(self.refresh)
        self.heading.toggled.connect(self._fold)
        self.all.clicked.connect(colouring.show_all)
        self.model.toggled.connect(colouring.toggle)
        self.list.soloed.connect(colouring.solo)
        self.list.hovered.connect(self._point)
        colouring.changed.connect(self._wait)
        colouring.hidden_changed.connect(self._wait)
        self.setAccessibleName("Legend of the map")
        # What is clicked or scrolled here is not meant for the map behind.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        # The map is painted in every frame of a drag; so it need not be behind this.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.refresh()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self._dark = dark
        self.refresh()

    @property
    def covered(self) -> int:
        """How much of the map it lies over, in pixels from the right."""
        return self._room.right() - self.x() if self.heading.isChecked() else 0

    def set_room(self, room: QRect) -> None:
        """Lie at the right of a part of the parent, as large as needed and possible."""
        self._room = room
        self._fit()

    def refresh(self) -> None:
        """Show what is painted now, without waiting for the next frame."""
        self._timer.stop()
        painting, shown = self._colouring.painting, self._colouring.shown
        current = self.list.current
        self.list.set_most(len(painting.codes))
        self.model.set_painting(painting, shown, self._dark)
        self._keep_current(current)
        if self.heading.set_title(painting.heading):
            self._width = _NARROWEST
        bar = painting.bar_of(self._dark)
        self.bar.set_bar(bar, self._dark)
        beyond = bar.scale.beyond if bar is not None else ""
        self.beyond.set_text(beyond)
        self.beyond.setVisible(bool(beyond))
        signs = painting.signs
        self.shapes.set_entries(
            signs.heading if signs else "", signs.entries(self._dark) if signs else ()
        )
        self.note.setText(one_line(painting.note))
        self.note.setVisible(bool(painting.note))
        self.all.setVisible(shown != Shown())
        self.list.setVisible(self.model.rowCount() > 0)
        if self._pointed is not None:
            self._point(self._pointed)
        self._widen(bar is not None or signs is not None)
        self._refit()
        self.list.executeDelayedItemsLayout()  # or it is painted now, and once more

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = palette.ink(self._dark)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(ink.surface))
            edge = QColor(ink.muted)
            edge.setAlpha(90)
            painter.setPen(edge)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        code = self.list.current
        if by_mouse:
            place = self.list.viewport().mapFromGlobal(event.globalPos())
            row = self.list.indexAt(place).row()
            code = self.model.code_at(row) if row >= 0 else None
        menu = self.menu(code)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos() if by_mouse else self._beside_current())

    def menu(self, code: int | None) -> QMenu:
        """Return what can be done with a category, or with all of them."""
        colouring, menu = self._colouring, QMenu(self)
        if code is not None:
            only = menu.addAction("&Only this\tReturn")
            only.triggered.connect(lambda: colouring.solo(code))
        menu.addAction("Show &all", colouring.show_all)
        menu.addAction("&Invert", colouring.invert)
        if code is not None:
            menu.addSeparator()
            select = menu.addAction("&Select its clips")
            select.triggered.connect(
                lambda: self.select_asked.emit(self._clips_of(code))
            )
        return menu

    def _arrange(self) -> None:
        small = self.font()
        small.setPointSizeF(0.9 * small.pointSizeF())
        self.beyond.setFont(small)
        self.note.setFont(small)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.all)
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        for widget in self.bar, self.beyond, self.list, self.shapes, self.note:
            inside.addWidget(widget)
        inside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 6)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._body)

    def _wait(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _keep_current(self, code: int | None) -> None:
        """Stay on a category when others come before it."""
        row = -1 if code is None else self.model.row_of(code)
        if row >= 0 and row != self.list.currentIndex().row():
            self.list.move_to(row)

    def _fold(self, open_: bool) -> None:
        self._body.setVisible(open_)
        self._fit()

    def _refit(self) -> None:
        """Fit where something needs another room, and else not.

        To lay out anew is to lay out the window: most of a step of a dragged cut.
        """
        visible = (self.bar, self.beyond, self.list, self.shapes, self.note, self.all)
        rows = min(self.model.rowCount(), self._room.height() // ROW_HEIGHT)
        said = self.note.text(), self.shapes.sizeHint(), self._width
        needs = (rows, said, *(part.isHidden() for part in visible))
        if needs != self._needs:
            self._needs = needs
            self.list.updateGeometry()
            self._fit()

    def _fit(self) -> None:
        if self._room.isNull():
            return
        room = self._room.marginsRemoved(QMargins(*(_MARGIN,) * 4))
        width = min(self._width, int(_SHARE * self._room.width()))
        for layout in self._body.layout(), self.layout():
            layout.invalidate()
            layout.activate()
        wraps = self.layout().hasHeightForWidth()
        needed = self.layout().totalHeightForWidth(width) if wraps else -1
        height = min(max(needed, self.sizeHint().height()), room.height())
        self.setGeometry(room.right() + 1 - width, room.top(), width, height)
        self.covering.emit(self.covered)

    def _widen(self, wide: bool) -> None:
        """Give names the room they need; as long as the title stays, never less."""
        if self._width < _WIDEST:
            parts = self.list, self.heading
            needed = max(part.needed_width() for part in parts) + _BESIDE
            needed = -(-needed // _STEP) * _STEP
            self._width = _WIDEST if wide else min(max(self._width, needed), _WIDEST)

    def _point(self, code: int | None) -> None:
        self._pointed = code
        self.pointed.emit(None if code is None else self._clips_of(code))

    def _clips_of(self, code: int) -> Clips:
        return np.flatnonzero(self._colouring.painting.codes == code)

    def _beside_current(self) -> QPoint:
        rect = self.list.visualRect(self.list.currentIndex())
        return self.list.viewport().mapToGlobal(rect.bottomLeft())


class _Heading(QToolButton):
    """The title, as much of it as there is room for; pressed it folds what is below."""

    def __init__(self) -> None:
        super().__init__(checkable=True, checked=True, autoRaise=True)
        self._title = ""
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        font = self.font()
        font.setBold(True)
        self.setFont(font)
        self.toggled.connect(self._turn)
        self._turn(True)

    def set_title(self, title: str) -> bool:
        """Show a title, any text; tell whether it is another one."""
        if title == self._title:
            return False
        self._title = title
        self.setAccessibleName(f"Legend: {one_line(title)}")
        self.setToolTip(tooltip(f"{title}\nShow or hide the legend  (Space)"))
        self._elide()
        return True

    def needed_width(self) -> int:
        """Return the pixels for all of the title."""
        wide = self.fontMetrics().horizontalAdvance(one_line(self._title))
        return wide + self.iconSize().width() + _PADDING

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = self.width() - self.iconSize().width() - _PADDING
        end = Qt.TextElideMode.ElideRight
        shown = self.fontMetrics().elidedText(one_line(self._title), end, room)
        self.setText(shown.replace("&", "&&"))

    def _turn(self, open_: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if open_ else Qt.ArrowType.RightArrow
        self.setArrowType(arrow)
