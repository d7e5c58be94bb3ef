"""What to colour by: a list in groups, which typing makes shorter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSignalBlocker,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.choices import ChoiceBox
from audioclust_gui.colour_choices import Choice
from audioclust_gui.plots.plain import one_line, tooltip

_KEY = Qt.ItemDataRole.UserRole  # None for a heading
_WIDTH, _MOST_ROWS = 280, 16
_MOVES = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)


class ColourPicker(ChoiceBox):
    """Offers everything that the map can be coloured by."""

    chosen = Signal(str)  # the key

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setAccessibleName("Colour by")
        self.setToolTip("What the points are coloured by; type to search")
        self._popup = _Popup(self._items, self)
        self._popup.picked.connect(self._pick)
        self.activated.connect(self._pick)

    def set_choices(self, choices: Sequence[Choice], key: str) -> None:
        """Show what there is, and what is chosen; emits nothing.

        Parameters
        ----------
        choices : sequence of Choice
            Those of a group follow each other. One with a refusal cannot be chosen, and
            says why.
        key : str
        """
        with QSignalBlocker(self):
            self._items.clear()
            items, group = [], None
            for choice in choices:
                if choice.group != group:
                    group = choice.group
                    items.append(_heading(group))
                items.append(_item(choice))
            self._items.invisibleRootItem().appendRows(items)
            self.setCurrentIndex(self.findData(key, _KEY))
        self.update()

    def showPopup(self) -> None:
        below = self.mapToGlobal(QPoint(0, self.height()))
        self._popup.open_at(
            below, self.screen().availableGeometry(), self.currentIndex()
        )

    def hidePopup(self) -> None:
        self._popup.hide()

    def _pick(self, row: int) -> None:
        key = self._items.item(row).data(_KEY)
        self.setCurrentIndex(row)
        self.chosen.emit(key)


def _heading(group: str) -> QStandardItem:
    item = QStandardItem(group)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = QFont()
    font.setBold(True)
    item.setFont(font)
    return item


def _item(choice: Choice) -> QStandardItem:
    item = QStandardItem(one_line(choice.text))
    item.setData(choice.key, _KEY)
    said = f"{choice.text}\n{choice.refusal}" if choice.refusal else choice.text
    item.setToolTip(tooltip(said))
    item.setData(said.replace("\n", ": "), Qt.ItemDataRole.AccessibleTextRole)
    if choice.refusal:
        item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


class _Matching(QSortFilterProxyModel):
    """Leaves what holds the words, and the headings of that."""

    def filterAcceptsRow(
        self, row: int, parent: QModelIndex | QPersistentModelIndex
    ) -> bool:
        items = self.sourceModel()
        if items.item(row).data(_KEY) is not None:
            return super().filterAcceptsRow(row, parent)
        for below in range(row + 1, items.rowCount()):
            if items.item(below).data(_KEY) is None:
                return False
            if super().filterAcceptsRow(below, parent):
                return True
        return False


class _Popup(QFrame):
    """A line to type in, and a list of what fits."""

    picked = Signal(int)  # row of the model

    def __init__(self, items: QStandardItemModel, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._matching = _Matching(self)
        self._matching.setSourceModel(items)
        self._matching.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.line = QLineEdit(placeholderText="Search", clearButtonEnabled=True)
        self.line.setAccessibleName("Search what to colour by")
        self.list = QListView()
        self.list.setModel(self._matching)
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName("What to colour by")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.line.textChanged.connect(self._filter)
        self.line.installEventFilter(self)
        self.list.clicked.connect(self._take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self.setFocusProxy(self.line)

    def open_at(self, place: QPoint, screen: object, row: int) -> None:
        """Show all there is below a place, inside the screen."""
        self.line.clear()
        rows = min(self._matching.rowCount(), _MOST_ROWS)
        high = rows * self.list.sizeHintForRow(0) + self.line.sizeHint().height()
        self.resize(max(_WIDTH, self.parentWidget().width()), high + 22)
        x = min(place.x(), screen.right() - self.width())
        y = min(place.y(), screen.bottom() - self.height())
        self.move(max(x, screen.left()), max(y, screen.top()))
        source = self._matching.sourceModel().index(row, 0)
        self.show()
        self.list.setCurrentIndex(self._matching.mapFromSource(source))
        self.line.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.key() in _MOVES:
            self.list.keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.list.currentIndex())
        else:
            return super().eventFilter(watched, event)
        return True

    def _filter(self, text: str) -> None:
        self._matching.setFilterFixedString(text)
        for row in range(self._matching.rowCount()):
            index = self._matching.index(row, 0)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                self.list.setCurrentIndex(index)
                return

    def _take(self, index: QModelIndex) -> None:
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.hide()
            self.picked.emit(self._matching.mapToSource(index).row())
