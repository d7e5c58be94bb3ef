"""The categories of a legend as a list, where a person hides and shows them."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QSignalBlocker,
    QSize,
    QSizeF,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from audioclust_gui.widgets.cell_delegate import MARGIN, CellDelegate
from audioclust_gui.widgets.legend_model import COUNT, NAME, LegendModel
from audioclust_gui.widgets.rows_view import RowsView

ROW_HEIGHT = 20
_SIGNS = 52  # pixels: the box, the sign and what is between
_CHECK = Qt.ItemDataRole.CheckStateRole


class _SignDelegate(CellDelegate):
    """Toggles also where the sign is clicked, not only in the box."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._boxes: dict[tuple[object, ...], tuple[QPoint, QPixmap, int]] = {}

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().initStyleOption(option, index)
        # Boxes as the theme has them elsewhere: they stand on no ground here.
        base = QPalette.ColorRole.Base
        option.palette.setColor(base, QApplication.palette("QCheckBox").color(base))

    def paint_before(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex
    ) -> int:
        if index.column() != NAME:
            return 0
        shown = index.model().is_shown(index.row())
        ratio = painter.device().devicePixelRatioF()
        key = shown, ratio, option.palette.cacheKey(), option.rect.height()
        if key not in self._boxes:
            self._boxes.clear()
            for one in True, False:
                self._boxes[one, *key[1:]] = _box(self, option, index, one, ratio)
        place, box, wide = self._boxes[key]
        painter.drawPixmap(option.rect.topLeft() + place, box)
        return wide

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex,
    ) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        left = event.button() == Qt.MouseButton.LeftButton
        x = event.position().x()
        if not (left and plain and self.is_sign(option, index, x)):
            return False
        if event.type() == QEvent.Type.MouseButtonRelease:
            checked = index.data(_CHECK)
            model.setData(index, checked, _CHECK)
        return True

    def is_sign(
        self, option: QStyleOptionViewItem, index: QModelIndex, x: float
    ) -> bool:
        """Tell whether a place in a cell is that of the box or the sign."""
        if index.column() != NAME:
            return False
        self.initStyleOption(option, index)
        part = QStyle.SubElement.SE_ItemViewItemText
        text = option.widget.style().subElementRect(part, option, option.widget)
        return x < text.left()


def _box(
    delegate: QStyledItemDelegate,
    option: QStyleOptionViewItem,
    index: QModelIndex,
    checked: bool,
    ratio: float,
) -> tuple[QPoint, QPixmap, int]:
    """Return where in a cell its box is, how it looks, and what room it takes.

    All as the style would have it, which takes long to say so for every cell.
    """
    whole = QStyleOptionViewItem(option)
    delegate.initStyleOption(whole, index)
    style, part = option.widget.style(), QStyle.SubElement
    rect = style.subElementRect(
        part.SE_ItemViewItemCheckIndicator, whole, option.widget
    )
    sign = style.subElementRect(part.SE_ItemViewItemDecoration, whole, option.widget)
    picture = QPixmap((QSizeF(rect.size()) * ratio).toSize())
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    state = QStyle.StateFlag
    whole.state &= ~(state.State_On | state.State_Off | state.State_Selected)
    whole.state |= state.State_On if checked else state.State_Off
    whole.rect = QRect(QPoint(0, 0), rect.size())
    with QPainter(picture) as painter:
        kind = QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck
        style.drawPrimitive(kind, whole, painter, option.widget)
    corner = option.rect.topLeft()
    return rect.topLeft() - corner, picture, sign.left() - corner.x() - MARGIN


class LegendList(RowsView):
    """Lists the codes of a painting; a person hides and shows them there."""

    soloed = Signal(int)  # code
    hovered = Signal(object)  # code, or None

    def __init__(self, model: LegendModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self._model = model
        self._hovered: int | None = None
        self._delegate = _SignDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setSortingEnabled(False)
        self.setAlternatingRowColors(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QTableView { border: none; }")  # the theme has one
        self.viewport().setAutoFillBackground(False)
        self.setIconSize(QSize(14, 14))
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Legend")
        header = self.horizontalHeader()
        header.hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header.setMinimumSectionSize(10)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(COUNT, QHeaderView.ResizeMode.Fixed)
        self.entered.connect(lambda index: self._hover(index.row()))
        self.viewportEntered.connect(lambda: self._hover(-1))

    @property
    def current(self) -> int | None:
        """The code of the current row."""
        row = self.currentIndex().row()
        return self._model.code_at(row) if row >= 0 else None

    def set_most(self, n_clips: int) -> None:
        """Make room for counts up to this one: it stays as they change."""
        wide = self.fontMetrics().horizontalAdvance(f"{n_clips:,}") + 12
        if wide != self.columnWidth(COUNT):
            self.setColumnWidth(COUNT, wide)

    def needed_width(self) -> int:
        """Return the pixels for the longest of the first names, and all the rest."""
        wide = self.fontMetrics().horizontalAdvance
        name = max(map(wide, self._model.longest_names), default=0)
        bar = self.verticalScrollBar().sizeHint().width()
        return name + _SIGNS + self.columnWidth(COUNT) + bar

    def move_to(self, row: int) -> None:
        """Make a row the current one, without a scroll."""
        with QSignalBlocker(self.selectionModel()):
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            rows = QItemSelectionModel.SelectionFlag.Rows
            index = self._model.index(row, NAME)
            self.selectionModel().setCurrentIndex(index, flag | rows)
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(180, self._model.rowCount() * ROW_HEIGHT + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, min(2, self._model.rowCount()) * ROW_HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current
        if current is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.soloed.emit(current)
        elif current is not None and event.key() == Qt.Key.Key_Space:
            self._model.toggled.emit(current)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held and event.button() == Qt.MouseButton.LeftButton:
            self._solo(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = self.visualRect(index)
        # On a sign it is two clicks.
        sign_ = self._delegate.is_sign(option, index, event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and not sign_:
            self._solo(event)

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and event.key() == Qt.Key.Key_Space and not event.modifiers():
            event.accept()
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _solo(self, event: QMouseEvent) -> None:
        row = self.indexAt(event.position().toPoint()).row()
        if row >= 0:
            self.soloed.emit(self._model.code_at(row))

    def _hover(self, row: int) -> None:
        code = self._model.code_at(row) if row >= 0 else None
        if code != self._hovered:
            self._hovered = code
            self.hovered.emit(code)
