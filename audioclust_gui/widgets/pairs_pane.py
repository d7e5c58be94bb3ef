"""Pictures and what a network makes of them: some, the worst, or the selected clips."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from audioclust_gui.audition import Audition
from audioclust_gui.choices import ChoiceBox
from audioclust_gui.document import Document
from audioclust_gui.plots.pairs import PairsPlot
from audioclust_gui.plots.plain import tooltip
from audioclust_gui.training import Training
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.looks import Looks
from audioclust_gui.widgets.moment_words import epoch_words
from engine.autoencoder.history import Pairs

SOME, WORST, CHOSEN = "some", "worst", "chosen"
_WHICH = {
    SOME: ("Some", "The same clips throughout a run"),
    WORST: ("Worst", "The clips that are restored worst"),
    CHOSEN: ("Selected", "The selected clips, by the network that was kept"),
}
_MOST = 24  # of the selected clips
_EMPTY = "Pictures, and what the network makes of them, are here once it is trained."
_SELECT = "Select clips on the map or in the table to see them restored."
_NOT_KEPT = "After this epoch no network was kept to restore them with."
_WAIT = "Restoring…"
_ERROR = "Error: the mean squared difference of pixels, as the recipe scales them"


class PairsPane(QWidget):
    """Rows of pictures: the original, its reconstruction, and the difference.

    A click plays a clip.

    Parameters
    ----------
    looks : Looks
    training : Training
    document : Document
    audition : Audition
    """

    def __init__(
        self,
        looks: Looks,
        training: Training,
        document: Document,
        audition: Audition,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._looks = looks
        self._training = training
        self._document = document
        self._audition = audition
        self._shown: Pairs | None = None
        self._clips: NDArray[np.int64] = np.empty(0, np.int64)
        self._asked: tuple[str, tuple[int, ...]] | None = None
        self._answer: Pairs | None = None  # to what was asked
        self._trouble = ""
        self.plot = PairsPlot()
        self.words = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self.which = ChoiceBox()
        for name, (words, _) in _WHICH.items():
            self.which.addItem(words, name)
        self.which.setMinimumContentsLength(6)
        self.which.setAccessibleName("Which pairs")
        head = QHBoxLayout()
        head.setContentsMargins(6, 2, 6, 0)
        head.addWidget(self.words, 1)
        head.addWidget(self.which)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        looks.changed.connect(self._show)
        self.which.currentIndexChanged.connect(self._show)
        document.selection_changed.connect(self._on_selection)
        document.current_changed.connect(self._mark)
        self.plot.clicked.connect(self._hear)
        self._show()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.plot.set_dark(dark)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        which = self.which.currentData()
        self.which.setToolTip(_WHICH[which][1])
        run, look = self._looks.run, self._looks.look
        if which == CHOSEN:
            pairs, told = self._of_selection()
        else:
            told = _EMPTY if run is None else self._looks.waiting
            pairs = None
            if look is not None:
                pairs = look.some if which == SOME else look.worst
        self._say(pairs)
        if pairs is not self._shown or pairs is None:
            self._shown = pairs
            self._fill(pairs)
        self.plot.set_message("" if pairs is not None and len(pairs.clips) else told)

    def _say(self, pairs: Pairs | None) -> None:
        run, epoch = self._looks.run, self._looks.epoch
        words = ""
        if run is not None and pairs is not None and len(pairs.errors):
            look = self._looks.look
            chosen = self.which.currentData() == CHOSEN
            after = epoch if chosen or look is None else look.epoch
            error = float(np.mean(pairs.errors))
            words = epoch_words(run, after, f"error {error:.3g}")
        self.words.set_text(words)
        self.words.setToolTip(tooltip(f"{words}\n{_ERROR}") if words else "")

    def _fill(self, pairs: Pairs | None) -> None:
        if pairs is None:
            self._clips = np.empty(0, np.int64)
            none = np.empty((0, 1, 48, 96), np.uint8)
            self.plot.set_pairs(none, none, np.empty(0, np.float32), ())
            return
        clips = self._document.project.dataset.clips
        here = pairs.clips < len(clips)
        self._clips = pairs.clips[here]
        names = [clips[clip].name for clip in self._clips.tolist()]
        self.plot.set_pairs(
            pairs.originals[here], pairs.made[here], pairs.errors[here], names
        )
        self._mark(self._document.current)

    def _of_selection(self) -> tuple[Pairs | None, str]:
        """Return the pairs of the selected clips, or what is to be said meanwhile."""
        run, epoch = self._looks.run, self._looks.epoch
        if run is None:
            return None, _EMPTY
        if epoch not in run.kept:
            return None, _NOT_KEPT
        clips = tuple(self._document.selection[:_MOST].tolist())
        if not clips:
            return None, _SELECT
        asked = run.network(epoch), clips
        if asked != self._asked and self.isVisible():
            self._asked, self._answer, self._trouble = asked, None, ""
            self._training.pairs(
                *asked,
                lambda pairs: self._take(asked, pairs),
                lambda why: self._take(asked, None, why),
            )
        if asked != self._asked:
            return None, _WAIT
        return self._answer, self._trouble or _WAIT

    def _take(
        self, asked: tuple[str, tuple[int, ...]], pairs: Pairs | None, why: str = ""
    ) -> None:
        if asked == self._asked:
            self._answer, self._trouble = pairs, why
            self._show()

    def _on_selection(self) -> None:
        if self.which.currentData() == CHOSEN:
            self._show()

    def _mark(self, clip: int) -> None:
        found = np.flatnonzero(self._clips == clip)
        self.plot.set_current(int(found[0]) if len(found) else -1)

    def _hear(self, row: int) -> None:
        if 0 <= row < len(self._clips):
            self._audition.play(int(self._clips[row]))
