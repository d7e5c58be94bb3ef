"""The map: every clip a point; two of them side by side where that is wanted."""

from __future__ import annotations

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from audioclust_gui import assets
from audioclust_gui.audition import Audition
from audioclust_gui.colouring import Colouring
from audioclust_gui.document import Document
from audioclust_gui.listening import Listening
from audioclust_gui.neighbouring import Neighbouring
from audioclust_gui.places import FirstPlaces, SecondPlaces
from audioclust_gui.plots.plain import tooltip
from audioclust_gui.plots.scatter import ScatterPlot
from audioclust_gui.thumbnails import Thumbnails
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.legend import Legend
from audioclust_gui.widgets.map_pane import MapPane
from audioclust_gui.widgets.map_tools import MapTools


class MapView(QWidget):
    """Shows the document's clips as points, coloured alike on both maps.

    Parameters
    ----------
    document : Document
    first : FirstPlaces
    second : SecondPlaces
    colouring : Colouring
    audition : Audition
    listening : Listening
    neighbouring : Neighbouring
    thumbnails : Thumbnails
    """

    second_asked = Signal()  # to choose what the second map shows
    aloud_changed = Signal(bool)  # whether the cursor is heard

    def __init__(
        self,
        document: Document,
        first: FirstPlaces,
        second: SecondPlaces,
        colouring: Colouring,
        audition: Audition,
        listening: Listening,
        neighbouring: Neighbouring,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._first, self._second = first, second
        parts = colouring, audition, listening, neighbouring, thumbnails
        self.pane = MapPane(document, first, *parts)
        self.beside = MapPane(document, second, *parts)
        self.beside.plot.setAccessibleName("Second map of sounds")
        self.panes = self.pane, self.beside
        self.tools = MapTools(colouring)
        self.legend = Legend(colouring, self.pane)
        self.titles = ElidedLabel(), ElidedLabel()  # while there are two maps
        self._split = QSplitter(childrenCollapsible=False)
        self._arrange()
        self.setFocusProxy(self.pane)
        self._connect()
        self._show_second()

    @property
    def plot(self) -> ScatterPlot:
        """The plot of the first map."""
        return self.pane.plot

    @property
    def aloud(self) -> bool:
        """Whether the clip nearest to the cursor is heard."""
        return self.tools.buttons["hear"].isChecked()

    def set_aloud(self, on: bool) -> None:
        """Let the clip nearest to the cursor be heard, or only with Shift."""
        self.tools.buttons["hear"].setChecked(on)

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        for part in (*self.panes, self.tools, self.legend):
            part.set_dark(dark)
        self._change.setIcon(assets.icon("change"))
        self._close.setIcon(assets.icon("close"))

    def set_tool(self, tool: str) -> None:
        """Choose what dragging does on both maps: "move", "box" or "outline"."""
        for pane in self.panes:
            pane.plot.set_tool(tool)
        self.tools.show_tool(tool)

    def fit(self) -> None:
        """Show all points on both maps."""
        for pane in self.panes:
            pane.plot.fit()

    def zoom_to_selection(self) -> None:
        """Show the selected points as large as they fit, on both maps."""
        for pane in self.panes:
            pane.plot.zoom_to_selection()

    def toggle_second(self) -> None:
        """Ask what a second map is to show, or close it."""
        if self._second.second is None:
            self.second_asked.emit()
        else:
            self._second.close()
        self._show_second()

    def _arrange(self) -> None:
        self._change = _small("Change what the second map shows")
        self._close = _small("Close the second map  (Ctrl+5)")
        first, second = self.titles
        for title in self.titles:
            title.setMinimumHeight(self._close.sizeHint().height())
        self._aside = _below((second, self._change, self._close), self.beside)
        self._split.addWidget(_below((first,), self.pane))
        self._split.addWidget(self._aside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tools)
        layout.addWidget(self._split, 1)

    def _connect(self) -> None:
        tools, document = self.tools, self._document
        tools.tool_chosen.connect(self.set_tool)
        tools.fit_asked.connect(self.fit)
        tools.zoom_asked.connect(self.zoom_to_selection)
        tools.second_chosen.connect(self.toggle_second)
        tools.aloud_chosen.connect(self._set_aloud)
        for pane in self.panes:
            pane.plot.tool_changed.connect(self.set_tool)
        self.pane.hovered.connect(self.beside.plot.set_hovered)
        self.beside.hovered.connect(self.plot.set_hovered)
        self.pane.resized.connect(self._make_room)
        self.plot.set_over(self.legend)
        self.legend.covering.connect(self.plot.set_covered)
        self.legend.pointed.connect(document.light)
        self.legend.select_asked.connect(document.select)
        self._change.clicked.connect(self.second_asked)
        self._close.clicked.connect(self.toggle_second)
        self._first.said.connect(self._say)
        self._second.said.connect(self._show_second)
        document.changed.connect(lambda *_: self._show_second())
        document.replaced.connect(self._show_second)

    def _set_aloud(self, on: bool) -> None:
        for pane in self.panes:
            pane.set_aloud(on)
        self.aloud_changed.emit(on)

    def _say(self) -> None:
        self.tools.show_note(self._first.note)
        _head(self.titles[0], self._first.title)

    def _show_second(self) -> None:
        there = self._second.second is not None
        self.tools.buttons["second"].setChecked(there)
        self.titles[0].setVisible(there)
        if there == self._aside.isHidden():
            self._aside.setVisible(there)
            self._second.making.set_shown(there)
            self.beside.set_in_use(there)
            self._share_room()
        _head(self.titles[1], self._second.title, self._second.note)

    def _share_room(self) -> None:
        """Leave as much of one map beside the legend as of the other."""
        across, covered = self._split.width(), self.legend.covered
        self._split.setSizes([(across + covered) // 2, (across - covered) // 2])

    def _make_room(self) -> None:
        self.legend.set_room(QRect(self.plot.geometry()))


def _head(label: ElidedLabel, title: str, note: str = "") -> None:
    """Show a title, or what is to be said for now; the mouse finds both."""
    label.set_text(note or title)
    label.setToolTip(tooltip(f"{title}\n{note}".rstrip()))


def _below(head: tuple[QWidget, ...], pane: MapPane) -> QWidget:
    """Return a map with a line above it, of which the first part grows."""
    whole, line = QWidget(), QHBoxLayout()
    line.setContentsMargins(6, 0, 2, 0)
    for part in head:
        line.addWidget(part)
    line.setStretch(0, 1)
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addLayout(line)
    column.addWidget(pane, 1)
    return whole


def _small(words: str) -> QToolButton:
    button = QToolButton(autoRaise=True)
    button.setAccessibleName(words.partition("  ")[0])
    button.setToolTip(words)
    return button
