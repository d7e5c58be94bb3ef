"""Pages behind tabs in little room, and side by side where there is more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSplitter, QTabWidget, QWidget

_FORM = 300  # pixels
Group = Sequence[str]
Columns = Sequence[Sequence[Group]]
"""Columns from left to right, of groups from top to bottom, of titles behind tabs."""


class Pages(QWidget):
    """Arranges its pages anew when it has enough room for another arrangement.

    Parameters
    ----------
    pages : mapping of str to QWidget
        By the titles on their tabs.
    arrangements : sequence of (int, int, Columns)
        The least width and height of each, and what it looks like; all have all pages.
        The last that fits is taken, and the first fits always.
    """

    def __init__(
        self,
        pages: Mapping[str, QWidget],
        arrangements: Sequence[tuple[int, int, Columns]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._pages = dict(pages)
        self._arrangements = tuple(arrangements)
        self._place = -1
        self._front: list[str] = list(pages)  # the one that was seen last comes first
        # In no layout: its least size must not grow with the arrangement, else a panel
        # that has been wide could not be made narrow again.
        self._first = QWidget(self)  # unseen: for Tab, where pages are to follow
        self._first.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._first.hide()
        self._split: QSplitter | None = None  # until there is a size
        self._tabs: list[QTabWidget] = []
        for page in pages.values():
            page.setParent(self)
            page.hide()

    @property
    def columns(self) -> Columns:
        """How the pages are arranged now; nothing before they are shown."""
        if self._place < 0:
            return ()
        return self._arrangements[self._place][2]

    def bring(self, title: str) -> None:
        """Bring a page to the front."""
        self._see(title)
        for tabs in self._tabs:
            at = tabs.indexOf(self._pages[title])
            if at >= 0:
                tabs.setCurrentIndex(at)

    def minimumSizeHint(self) -> QSize:
        # What the lowest arrangement needs, whichever there is now.
        pages, bars = self._pages.values(), (tabs.tabBar() for tabs in self._tabs)
        bar = max((bar.sizeHint().height() for bar in bars), default=0)
        return QSize(260, bar + max(page.minimumSizeHint().height() for page in pages))

    def sizeHint(self) -> QSize:
        return QSize(420, 400)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide, high = event.size().toTuple()
        fitting = [
            place
            for place, (width, height, _) in enumerate(self._arrangements)
            if width <= wide and height <= high
        ]
        place = fitting[-1] if fitting else 0
        if place != self._place:
            self._arrange(place)
        if self._split is not None:
            self._split.setGeometry(self.rect())

    def _arrange(self, place: int) -> None:
        """Put the pages elsewhere; the keyboard stays where it was."""
        focused = QApplication.focusWidget()
        before, self._place = self._split, place
        for tabs in self._tabs:
            tabs.blockSignals(True)  # no person brings to the front what remains there
        self._tabs = []
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setChildrenCollapsible(False)
        # From the outside inwards: whatever gets a parent is styled with all in it.
        for groups in self.columns:
            column = QSplitter(Qt.Orientation.Vertical)
            column.setChildrenCollapsible(False)
            self._split.addWidget(column)
            for titles in groups:
                self._group(titles, column)
        self._split.setGeometry(self.rect())
        self._share_room()
        self._split.show()
        self.updateGeometry()
        if before is not None:
            before.hide()
            before.deleteLater()
        self._order_tabs()
        if focused is not None and self.isAncestorOf(focused):
            focused.setFocus()

    def _order_tabs(self) -> None:
        """Let Tab go through the pages where they are.

        Whatever gets another parent comes last in the window.
        """
        # Not by nextInFocusChain: what that returns, PySide takes for a child of the
        # widget it was asked of, and with an old splitter the menus would be gone.
        before = self._first
        for tabs in self._tabs:
            found = tabs.findChildren(QWidget)
            here = [widget for widget in found if _takes_tab(widget, self.window())]
            for widget in sorted(here, key=lambda widget: widget is not tabs.tabBar()):
                QWidget.setTabOrder(before, widget)
                before = widget

    def _share_room(self) -> None:
        """Give the first column, a form, what it needs, and the last a little less."""
        count = self._split.count()
        first = min(_FORM, self.width() // count)
        shares = [*[5] * (count - 2), 4][: count - 1]
        rest = (self.width() - first) // max(sum(shares), 1)
        self._split.setSizes([first, *(share * rest for share in shares)])
        for column in range(count):
            self._split.setStretchFactor(column, int(column > 0 or count == 1))

    def _group(self, titles: Group, column: QSplitter) -> None:
        tabs = QTabWidget(documentMode=True)
        column.addWidget(tabs)
        tabs.setTabBarAutoHide(True)
        tabs.tabBar().setAccessibleName(f"Pages: {', '.join(titles)}")
        # The bar takes Tab by itself: else Tab ends at one that is hidden.
        tabs.setFocusProxy(None)
        tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for title in titles:
            tabs.addTab(self._pages[title], title)
        tabs.setCurrentIndex(titles.index(min(titles, key=self._front.index)))
        tabs.currentChanged.connect(lambda at: self._see(tabs.tabText(at)))
        self._tabs.append(tabs)

    def _see(self, title: str) -> None:
        """Remember what was in front last, for other arrangements."""
        if title in self._front:
            self._front.remove(title)
            self._front.insert(0, title)


def _takes_tab(widget: QWidget, window: QWidget) -> bool:
    """Tell whether Tab stops at a widget itself, not at one that it stands for."""
    stops = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return stops and widget.focusProxy() is None and widget.window() is window
