"""The map of an embedding while it forms: the clips, epoch by epoch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from audioclust_gui.audition import Audition
from audioclust_gui.choices import ChoiceBox
from audioclust_gui.columns import Categories, read_column
from audioclust_gui.document import Document
from audioclust_gui.plots.plain import tooltip
from audioclust_gui.plots.scatter import ScatterPlot
from audioclust_gui.selecting import How, how
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.looks import Looks
from audioclust_gui.widgets.moment_words import epoch_words
from engine.projects.project import Project

LABEL, CLUSTER = "label", "cluster"
_EMPTY = "The map forms here while a network is trained."


class FormingMap(QWidget):
    """Points in the plane of an embedding's principal components, and a slider.

    A click plays a clip, the slider goes through the epochs.

    Parameters
    ----------
    looks : Looks
    document : Document
    audition : Audition
    """

    def __init__(
        self,
        looks: Looks,
        document: Document,
        audition: Audition,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._looks = looks
        self._document = document
        self._audition = audition
        self._clips: NDArray[np.int64] = np.empty(0, np.int64)
        self._labels: tuple[object, NDArray[np.int32]] | None = None
        self.plot = ScatterPlot()
        self.plot.setAccessibleName("Map of the embedding")
        self.plot.set_description(self._described)
        self.words = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Epoch that the map is of")
        self.slider.setToolTip("Epochs after which the map was drawn  (arrow keys)")
        self.by = ChoiceBox()
        self.by.addItem("Labels", LABEL)
        self.by.addItem("Clusters", CLUSTER)
        self.by.setMinimumContentsLength(6)
        self.by.setAccessibleName("Colours of the map")
        self.by.setToolTip("What points are coloured and shaped by")
        self._arrange()
        self._connect()
        self._take_labels()
        self._show()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.plot.set_dark(dark)
        self._paint()

    def _arrange(self) -> None:
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.setContentsMargins(6, 2, 6, 0)
        head.addWidget(self.words, 1)
        head.addWidget(self.by)
        foot.setContentsMargins(6, 0, 6, 2)
        foot.addWidget(self.slider)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        document, plot = self._document, self.plot
        self._looks.changed.connect(self._show)
        self.slider.valueChanged.connect(self._scrub)
        self.by.currentIndexChanged.connect(self._paint)
        plot.clicked.connect(self._clicked)
        plot.walked.connect(lambda point: self._hear(point))
        plot.activated.connect(lambda point: self._hear(point))
        plot.chosen.connect(self._choose)
        self._audition.playing_changed.connect(self._show_playing)
        document.current_changed.connect(self._show_marks)
        document.selection_changed.connect(self._show_marks)
        document.lit_changed.connect(self._show_marks)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._take_labels)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    # What is shown ----------------------------------------------------------------

    def _show(self) -> None:
        looks, look = self._looks, self._looks.look
        run, epochs, epoch = looks.run, looks.epochs, looks.epoch
        n_clips = len(self._document.project.dataset)
        if look is None:
            self._clips = np.empty(0, np.int64)
            self.plot.set_positions(np.empty((0, 2), np.float32))
            self.plot.set_message(_EMPTY if run is None else looks.waiting)
        else:
            here = look.clips < n_clips
            self._clips = look.clips[here]
            self.plot.set_positions(look.positions[here])
            self.plot.set_message("")
        self._paint()
        self._show_marks()
        self._show_playing(self._audition.playing)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(len(epochs) - 1, 0))
            self.slider.setValue(epochs.index(epoch) if epoch is not None else 0)
        self.slider.setEnabled(len(epochs) > 1)
        words = ""
        if run is not None and look is not None:
            some = len(self._clips) < n_clips
            counted = [f"{len(self._clips):,} of {n_clips:,} clips"] if some else []
            words = epoch_words(run, look.epoch, *counted)
        self.words.set_text(words)
        self.words.setToolTip(tooltip(words))

    def _paint(self) -> None:
        labels = self._labels
        if self.by.currentData() == LABEL and labels is not None:
            codes = labels[1]
        else:
            codes = self._document.project.labels
        if self._clips.max(initial=-1) < len(codes):
            self.plot.set_labels(codes[self._clips])

    def _show_marks(self) -> None:
        if not self.isVisible():
            return  # many clips are lit in every frame of a drag
        document = self._document
        self.plot.set_current(self._point_of(document.current))
        self.plot.set_selection(self._points_of(document.selection))
        lit = document.lit
        self.plot.set_lit(None if lit is None else self._points_of(lit))

    def _show_playing(self, clip: int) -> None:
        self.plot.set_playing(self._point_of(clip))

    def _point_of(self, clip: int) -> int | None:
        found = np.flatnonzero(self._clips == clip)
        return int(found[0]) if len(found) else None

    def _points_of(self, clips: NDArray[np.int64]) -> NDArray[np.intp]:
        highest = max(int(clips.max(initial=-1)), int(self._clips.max(initial=-1)))
        among = np.zeros(highest + 1, np.bool_)
        among[clips] = True
        return np.flatnonzero(among[self._clips])

    def _take_labels(self) -> None:
        """Colour by labels where there are any, by clusters where not."""
        dataset = self._document.project.dataset
        truth = dataset.labels
        if truth is None:
            self._labels = None
        elif self._labels is None or self._labels[0] is not truth:
            found = read_column(truth, as_names=True)
            assert isinstance(found, Categories)
            self._labels = truth, found.codes
            with QSignalBlocker(self.by):
                self.by.setCurrentIndex(self.by.findData(LABEL))
        with QSignalBlocker(self.by):
            if truth is None:
                self.by.setCurrentIndex(self.by.findData(CLUSTER))
        self.by.setEnabled(truth is not None)
        self._show()

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.dataset is not new.dataset:
            self._take_labels()
        elif old.labels is not new.labels and self.isVisible():
            self._paint()

    # What the person does ---------------------------------------------------------

    def _scrub(self, place: int) -> None:
        epochs = self._looks.epochs
        if place < len(epochs):
            self._looks.go_to_epoch(epochs[place])

    def _clicked(self, point: int, modifiers: Qt.KeyboardModifier) -> None:
        wanted = how(modifiers)
        clip = int(self._clips[point]) if point >= 0 else -1
        if clip < 0:
            self._audition.stop()
        elif wanted is How.REPLACE:
            self._audition.play(clip)
        if clip >= 0 or wanted is How.REPLACE:
            self._document.select([clip] if clip >= 0 else [], wanted)

    def _hear(self, point: int) -> None:
        if point >= 0:
            clip = int(self._clips[point])
            self._audition.play(clip)
            self._document.select([clip])

    def _choose(
        self, points: NDArray[np.int64], modifiers: Qt.KeyboardModifier
    ) -> None:
        self._document.select(self._clips[points], how(modifiers))

    def _described(self, point: int) -> str:
        project = self._document.project
        clip = int(self._clips[point])
        lines = [project.dataset.clips[clip].name]
        truth = project.dataset.labels
        if truth is not None and truth[clip]:
            lines.append(f"Label: {truth[clip]}")
        return "\n".join([*lines, project.title(int(project.labels[clip]))])
