"""What a network imagines between two clips."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.plots.picture_row import PictureRow
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.training import Training
from audioclust_gui.widgets.elided_label import ElidedLabel
from engine.autoencoder.history import Pairs
from engine.projects.project import Project

_STEPS = 33  # pictures from A to B
_AROUND = 24  # pixels, the words of a button
_EVERY = 4  # of which so many make one of the row
_DELAY_MS = 40  # another epoch is looked at, and another, by dragging
_SIDES = ("A", "B")
_CHOOSE = (
    "Select two clips and take both, or click a clip and take it as A, another as B, "
    "to see what lies between them"
)
_TRAIN = "Train a network, and choose an epoch after which it was kept"
_WAIT = "Decoding…"
_Picture = NDArray[np.uint8]


class Between(QWidget):
    """Pictures decoded on the way from one clip to another, and one of them large.

    Parameters
    ----------
    training : Training
    document : Document
    audition : Audition

    Attributes
    ----------
    ends : list of int
        The clips A and B, -1 for none.
    """

    def __init__(
        self,
        training: Training,
        document: Document,
        audition: Audition,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._training = training
        self._document = document
        self._audition = audition
        self._network = ""
        self._asked: tuple[object, ...] | None = None
        self._originals: dict[int, _Picture] = {}
        self._decoded: list[_Picture] = []
        self.ends = [-1, -1]
        self.names = [ElidedLabel(), ElidedLabel()]
        self.takes = [QPushButton(f"Take {side}") for side in _SIDES]
        self.plays = [QPushButton(f"Play {side}") for side in _SIDES]
        self.pair = QPushButton("Take both")
        self.row, self.large = PictureRow(), PictureRow()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS - 1)
        self._way = QHBoxLayout()
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._arrange()
        self._describe()
        self._connect()
        self._show_choices()
        self._say(_TRAIN)

    def set_network(self, network: str) -> None:
        """Decode with another kept network, "run@epoch"; "" for none."""
        if network != self._network:
            self._network = network
            self._timer.start()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.row.set_dark(dark)
        self.large.set_dark(dark)

    def choose(self, a: int, b: int) -> None:
        """Look between two clips of the dataset, -1 for none."""
        if [a, b] != self.ends:
            self.ends = [a, b]
            self._show_choices()
            self._timer.start()

    # Made once --------------------------------------------------------------------

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        for place, parts in enumerate(
            zip(self.names, self.takes, self.plays, strict=True)
        ):
            for column, part in enumerate(parts):
                grid.addWidget(part, place, column)
        for button in (*self.takes, *self.plays, self.pair):
            # No wider than its words: what room there is, the names need.
            words = button.fontMetrics().horizontalAdvance(button.text())
            button.setMaximumWidth(words + _AROUND)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self.pair, 0, 3)
        self._way.addWidget(self.slider)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.setSpacing(4)
        column.addLayout(grid)
        column.addWidget(self.row, 2)
        column.addLayout(self._way)
        column.addWidget(self.large, 3)
        self.large.setMinimumHeight(0)  # the first to go where there is little room

    def _describe(self) -> None:
        for side, take, play in zip(_SIDES, self.takes, self.plays, strict=True):
            take.setToolTip(f"{side} is the current clip: clicked or played last")
            play.setToolTip(f"Hear clip {side}")
        self.pair.setToolTip("A and B are the two clips that are selected")
        self.pair.setAccessibleName("Take both selected clips")
        self.slider.setAccessibleName("Way from A to B")
        self.slider.setToolTip(
            "How far from A to B  (Left, Right; Page Up, Page Down; Home, End)"
        )
        self.slider.setPageStep(_EVERY)
        self.row.setAccessibleName("From A to B")
        self.large.setAccessibleName("Decoded picture")

    def _connect(self) -> None:
        document = self._document
        for place in range(2):
            self.takes[place].clicked.connect(partial(self._take, place))
            self.plays[place].clicked.connect(partial(self._play, place))
        self.pair.clicked.connect(self._take_selected)
        self.slider.valueChanged.connect(self._show_place)
        self.row.clicked.connect(self._on_clicked)
        self._timer.timeout.connect(self._ask)
        document.replaced.connect(lambda: self.choose(-1, -1))
        document.changed.connect(self._on_changed)
        document.current_changed.connect(lambda _: self._show_choices())
        document.selection_changed.connect(lambda _: self._show_choices())

    # What the person does ---------------------------------------------------------

    def _take(self, place: int) -> None:
        ends = list(self.ends)
        ends[place] = self._document.current
        self.choose(*ends)

    def _take_selected(self) -> None:
        if len(self._document.selection) == 2:
            self.choose(*self._document.selection.tolist())

    def _play(self, place: int) -> None:
        self._audition.play(self.ends[place])

    def _on_clicked(self, cell: int) -> None:
        if cell in self._cells_of_ends:
            self._play(self._cells_of_ends.index(cell))
        else:
            self.slider.setValue((cell - self._first) * _EVERY)

    # What there is to see ---------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._align()

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.dataset is not new.dataset:
            places = {clip: i for i, clip in enumerate(new.dataset.clips)}
            ends = [-1 if i < 0 else old.dataset.clips[i] for i in self.ends]
            self.choose(*(places.get(clip, -1) for clip in ends))
        if old.extraction is not new.extraction:
            self._timer.start()

    def _show_choices(self) -> None:
        clips = self._document.project.dataset.clips
        for place, (side, clip) in enumerate(zip(_SIDES, self.ends, strict=True)):
            there = 0 <= clip < len(clips)
            name = one_line(clips[clip].name) if there else "no clip yet"
            self.names[place].set_text(f"{side}: {name}")
            self.names[place].setToolTip(tooltip(clips[clip].path) if there else "")
            self.plays[place].setEnabled(there)
            self.takes[place].setEnabled(self._document.current >= 0)
        self.pair.setEnabled(len(self._document.selection) == 2)

    def _ask(self) -> None:
        """Ask for what is to be seen, unless it is seen already or nobody looks."""
        if not self.isVisible():
            return
        extraction = self._document.project.extraction
        question = (self._network, *self.ends, extraction)
        if question == self._asked:
            return
        self._asked = question
        self._originals, self._decoded = {}, []
        if not self._network or min(self.ends) < 0:
            self._say(_CHOOSE if self._network else _TRAIN)
            return
        self._say(_WAIT)
        self._training.between(
            self._network,
            *self.ends,
            _STEPS,
            lambda pictures: self._show_decoded(question, pictures),
            lambda why: self._fail(question, why),
        )

    def _show_decoded(self, question: object, pictures: _Picture) -> None:
        if question != self._asked:
            return
        self._decoded = list(pictures)
        self._show_row()
        self._training.pairs(
            self._network,
            self.ends,
            lambda pairs: self._show_originals(question, pairs),
            lambda _: None,  # then there are the decoded ones
        )

    def _show_originals(self, question: object, pairs: Pairs) -> None:
        if question == self._asked:
            found = zip(pairs.clips.tolist(), pairs.originals, strict=True)
            self._originals = dict(found)
            self._show_row()

    def _fail(self, question: object, why: str) -> None:
        if question == self._asked:
            self._say(why)
            self._asked = None  # the same may be asked for again

    def _say(self, message: str) -> None:
        for shown in self.row, self.large:
            shown.set_pictures((), ())
        self.row.set_message(message)
        self.slider.setEnabled(False)

    @property
    def _first(self) -> int:
        """The cell of the first decoded picture."""
        return 1 if self.ends[0] in self._originals else 0

    @property
    def _cells_of_ends(self) -> list[int]:
        """The cells of the originals of A and B, -1 where there is none."""
        last = self._first + len(self._decoded[::_EVERY])
        cells = (0, last)
        there = [clip in self._originals for clip in self.ends]
        return [c if known else -1 for c, known in zip(cells, there, strict=True)]

    def _show_row(self) -> None:
        shares = range(0, _STEPS, _EVERY)
        pictures = [(self._decoded[i], f"{i / (_STEPS - 1):.0%}") for i in shares]
        a, b = (self._originals.get(clip) for clip in self.ends)
        if a is not None:
            pictures.insert(0, (a, "A"))
        if b is not None:
            pictures.append((b, "B"))
        self.row.set_pictures(*zip(*pictures, strict=True))
        self.slider.setEnabled(True)
        self._align()
        self._show_place()

    def _align(self) -> None:
        """Put both ends of the slider below the first and the last decoded picture."""
        if not self._decoded:
            return
        last = self._first + (_STEPS - 1) // _EVERY
        left = self.row.cell(self._first).center().x()
        right = self.row.width() - self.row.cell(last).center().x()
        metric = QStyle.PixelMetric.PM_SliderLength
        half = self.slider.style().pixelMetric(metric, None, self.slider) / 2
        before, after = (max(0, round(end - half)) for end in (left, right))
        self._way.setContentsMargins(before, 0, after, 0)

    def _show_place(self) -> None:
        """Show the picture at the slider large, and where it is in the row."""
        place = self.slider.value()
        if not self._decoded:
            return
        words = f"{place / (_STEPS - 1):.0%} of the way from A to B"
        self.large.set_pictures([self._decoded[place]], [words])
        self.row.set_current(self._first + round(place / _EVERY))
        self.slider.setAccessibleDescription(words)
