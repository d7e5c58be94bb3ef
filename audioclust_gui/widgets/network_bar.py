"""One click from a network to groups and a map, and the way back to features."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from audioclust_gui.choices import ChoiceBox
from audioclust_gui.document import Document
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.run_words import network_in_words
from audioclust_gui.training import Training
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.looks import Looks

_Policy = QSizePolicy.Policy
_WIDE = 760  # pixels from which all of it is in one row
_USE = (
    "Let this network describe the clips: they are embedded, grouped and mapped anew, "
    "in one step that can be undone"
)
_BACK = "Describe the clips by features again, in one step that can be undone"


class NetworkBar(QWidget):
    """Chooses one of the kept networks of the run that is looked at, and uses it.

    Parameters
    ----------
    training : Training
    looks : Looks
    document : Document
    """

    def __init__(
        self,
        training: Training,
        looks: Looks,
        document: Document,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._training = training
        self._looks = looks
        self._document = document
        self.name, self.used = ElidedLabel(), ElidedLabel()
        self.epoch = ChoiceBox()
        self.epoch.setMinimumContentsLength(11)
        self.epoch.setSizePolicy(_Policy.Fixed, _Policy.Fixed)
        self.epoch.setAccessibleName("Kept network")
        self.epoch.setToolTip("The epochs after which the network was kept")
        self.use = QPushButton("Embed, group, map")
        self.use.setToolTip(_USE)
        self.back = QPushButton("Back to features")
        self.back.setToolTip(_BACK)
        self.epoch.setPlaceholderText("Not kept")
        self._rows = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._rows.setContentsMargins(8, 2, 8, 4)
        self._rows.setSpacing(3)
        for parts in ((self.epoch, self.use, self.name), (self.back, self.used)):
            row = QHBoxLayout()
            for part in parts:
                row.addWidget(part)
            self._rows.addLayout(row, 1)
        self.epoch.activated.connect(self._choose)
        self.use.clicked.connect(self._use)
        self.back.clicked.connect(training.use_features)
        looks.changed.connect(self._show)
        training.runs_changed.connect(self._show)
        document.changed.connect(self._show)
        document.replaced.connect(self._show)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= _WIDE
        way = QBoxLayout.Direction
        self._rows.setDirection(way.LeftToRight if wide else way.TopToBottom)

    def _show(self) -> None:
        run, epoch = self._looks.run, self._looks.epoch
        kept = () if run is None else run.kept
        names = [
            f"Epoch {number:,}{' (best)' if number == run.best else ''}"
            for number in reversed(kept)
        ]
        with QSignalBlocker(self.epoch):
            if names != [self.epoch.itemText(i) for i in range(self.epoch.count())]:
                self.epoch.clear()
                for number, words in zip(reversed(kept), names, strict=True):
                    self.epoch.addItem(words, number)
            self.epoch.setCurrentIndex(self.epoch.findData(epoch))
        name = "" if run is None else one_line(run.name)
        self.name.set_text(name)
        self.name.setToolTip(tooltip(name))
        network = self._document.pipeline.network
        chosen = run is not None and epoch in kept
        self.epoch.setEnabled(bool(kept))
        self.use.setEnabled(chosen and run.network(epoch) != network)
        words = "Clips are described by features"
        if network:
            told = one_line(network_in_words(network, self._training.runs))
            words = f"Clips are described by {told}"
        self.used.set_text(words)
        self.used.setToolTip(tooltip(words))
        self.back.setVisible(bool(network))
        self.setVisible(bool(network or kept))

    def _choose(self, index: int) -> None:
        self._looks.go_to_epoch(self.epoch.itemData(index))

    def _use(self) -> None:
        run, epoch = self._looks.run, self._looks.epoch
        if run is not None and epoch in run.kept:
            self._training.use(run.id, epoch)
