"""One map: the clips as points, what the mouse and keys do with them, what is lit."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from audioclust_gui.audition import Audition
from audioclust_gui.colour_choices import CLUSTER, LABEL
from audioclust_gui.colouring import Colouring
from audioclust_gui.document import Document
from audioclust_gui.listening import Listening
from audioclust_gui.neighbouring import Neighbouring
from audioclust_gui.places import Places
from audioclust_gui.plots import palette
from audioclust_gui.plots.scatter import ScatterPlot
from audioclust_gui.plots.scatter_picture import SHAPES_UP_TO
from audioclust_gui.selecting import Clips, How, how
from audioclust_gui.thumbnails import Thumbnails
from audioclust_gui.widgets.hover_card import HoverCard

_REACH, _HEARING_REACH = 12.0, 60.0  # pixels from a point to the cursor


class MapPane(QWidget):
    """Shows the document's clips where some `Places` say that they lie.

    Parameters
    ----------
    document : Document
    places : Places
    colouring : Colouring
        Paints them, and hides some.
    audition : Audition
    listening : Listening
    neighbouring : Neighbouring
        Whose lines are drawn.
    thumbnails : Thumbnails
        For the card at the cursor.
    """

    resized = Signal()
    hovered = Signal(int)  # the clip under the cursor, -1 for none

    def __init__(
        self,
        document: Document,
        places: Places,
        colouring: Colouring,
        audition: Audition,
        listening: Listening,
        neighbouring: Neighbouring,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._places = places
        self._colouring = colouring
        self._audition = audition
        self._listening = listening
        self._neighbouring = neighbouring
        self._thumbnails = thumbnails
        self._dark = self._aloud = False
        self._in_use = True
        self._hovered = -1
        # In no layout: what lies over the map would have the window laid out anew.
        self.plot = ScatterPlot(self)
        self.setMinimumSize(self.plot.minimumSize())
        self.plot.set_description(self._described)
        self.card = HoverCard(self)
        self.setFocusProxy(self.plot)
        self._follow()
        self._show_all()

    def _follow(self) -> None:
        document, plot = self._document, self.plot
        plot.clicked.connect(self._clicked)
        plot.walked.connect(self._walk)
        plot.activated.connect(self._audition.play)
        plot.hovered.connect(self._hover)
        plot.chosen.connect(lambda clips, held: document.select(clips, how(held)))
        self._places.moved.connect(self._place)
        self._places.settled.connect(plot.refit)
        self._places.said.connect(self._say)
        self._colouring.changed.connect(self._paint)
        self._colouring.hidden_changed.connect(self._hide)
        self._audition.playing_changed.connect(plot.set_playing)
        self._neighbouring.changed.connect(self._link)
        self._thumbnails.ready.connect(self._picture)
        document.replaced.connect(self._show_all)
        document.current_changed.connect(self._show_current)
        document.selection_changed.connect(plot.set_selection)
        document.lit_changed.connect(self._show_lit)

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self._dark = dark
        self.plot.set_dark(dark)
        self.card.set_dark(dark)
        self._paint()

    def set_in_use(self, on: bool) -> None:
        """Follow the colours, or leave that until the map is looked at again."""
        self._in_use = on
        self._paint()

    def set_aloud(self, on: bool) -> None:
        """Let the clip nearest to the cursor be heard, or only with Shift."""
        self._aloud = on
        self.plot.reach = _HEARING_REACH if on else _REACH

    # What is shown ----------------------------------------------------------------

    def _show_all(self) -> None:
        self.card.hide()
        self._place()
        self.plot.fit()
        self._show_marks()

    def _place(self) -> None:
        positions, before = self._places.positions, len(self.plot.positions)
        self.plot.set_positions(positions)
        if len(positions) != before:  # the plot has forgotten everything
            self._show_marks()
        self._keep_card()
        self._say()

    def _show_marks(self) -> None:
        self._paint()
        self._show_current(self._document.current)
        self.plot.set_playing(self._audition.playing)
        self.plot.set_selection(self._document.selection)
        self._show_lit(self._document.lit)
        self._link()

    def _paint(self) -> None:
        if not self._in_use:
            return
        painting, plot = self._colouring.painting, self.plot
        if len(painting.codes) != len(plot.positions):
            return  # the other half of this change is still to come
        if painting.plain:
            plot.set_labels(painting.codes)
        else:
            shapes = painting.shapes
            if shapes is None and len(painting.codes) <= SHAPES_UP_TO:
                shapes = palette.shapes(painting.codes)
            plot.set_paint(painting.rows, painting.table(self._dark), shapes)
        plot.set_shapes(painting.shapes if painting.plain else None)
        self._hide()

    def _hide(self) -> None:
        if not self._in_use:
            return
        hidden = self._colouring.hidden
        if hidden is None or len(hidden) == len(self.plot.positions):
            self.plot.set_hidden(hidden)
        self._keep_card()

    def _keep_card(self) -> None:
        """Stay with the point, or go with it."""
        if self.card.isVisible():
            self._show_card()

    def _say(self) -> None:
        self.plot.set_message(self._places.words)

    def _show_current(self, clip: int) -> None:
        inside = 0 <= clip < len(self.plot.positions)
        self.plot.set_current(clip if inside else None)

    def _show_lit(self, clips: Clips | None) -> None:
        there = len(self.plot.positions)
        self.plot.set_lit(None if clips is None else clips[clips < there])

    def _link(self) -> None:
        near, clip = self._neighbouring.nearest, self._neighbouring.clip
        if near is None or not 0 <= clip < len(self.plot.positions):
            self.plot.set_links(None)
        else:
            self.plot.set_links(clip, near.clips)

    # What the person does ---------------------------------------------------------

    def _clicked(self, clip: int, modifiers: Qt.KeyboardModifier) -> None:
        wanted = how(modifiers)
        if clip < 0:
            self._audition.stop()
        elif wanted is How.REPLACE:
            self._audition.play(clip)  # first: views take their time to select
        if clip >= 0 or wanted is How.REPLACE:
            self._document.select([clip] if clip >= 0 else [], wanted)

    def _walk(self, clip: int) -> None:
        self._audition.play(clip)
        self._document.select([clip])

    def _hover(self, clip: int) -> None:
        self._hovered = clip
        held = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        self._listening.hover(clip, self._aloud or bool(held))
        self._show_card()
        self.hovered.emit(clip)

    def _show_card(self) -> None:
        clip = self._hovered
        place = self.plot.place_of(clip)
        if clip < 0 or place is None:
            self.card.hide()
            return
        extraction = self._document.project.extraction
        known = extraction is not None and extraction.keys[clip] is not None
        point = QPoint(round(place.x()), round(place.y()))
        self.card.show_beside(point, self._words(clip), pictured=known)
        picture = self._thumbnails.of(clip)
        if picture is not None:
            self.card.set_picture(picture)

    def _picture(self, clip: int) -> None:
        if clip == self._hovered and self.card.isVisible():
            picture = self._thumbnails.of(clip)
            if picture is not None:
                self.card.set_picture(picture)

    def _words(self, clip: int) -> tuple[str, ...]:
        """Return the name of a clip and what is known of it, line by line."""
        project, painting = self._document.project, self._colouring.painting
        lines = [project.dataset.clips[clip].name]
        truth = project.dataset.labels
        if truth is not None and truth[clip]:
            lines.append(f"Label: {truth[clip]}")
        lines.append(project.title(int(project.labels[clip])))
        told = self._colouring.choice in (CLUSTER, LABEL)
        if not told and (line := painting.told(clip)):
            lines.append(line)
        return tuple(lines)

    def _described(self, clip: int) -> str:
        return "\n".join(self._words(clip))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.plot.setGeometry(self.rect())
        self.resized.emit()

    def sizeHint(self) -> QSize:
        return self.plot.sizeHint()
