"""Which network stands for the clips, among those that were kept; or none."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QWidget

from audioclust_gui.choices import ChoiceBox
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.run_words import networks_of
from audioclust_gui.training import Training


class NetworkPicker(ChoiceBox):
    """Offers the best network of every run, and first of all to do without.

    Parameters
    ----------
    training : Training
    none : str
        The words for doing without.
    """

    picked = Signal(str)  # a network, or ""

    def __init__(
        self, training: Training, none: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._training = training
        self._none = none
        self._network = ""
        self._offered: list[tuple[str, str]] = []
        self.activated.connect(self._pick)
        training.runs_changed.connect(self._offer)
        self._offer()

    def set_network(self, network: str) -> None:
        """Show which one is chosen; emits nothing."""
        self._network = network
        self._offer()

    def _offer(self) -> None:
        networks = networks_of(self._training.runs, self._network)
        offered = [("", self._none), *networks]
        with QSignalBlocker(self):
            if offered != self._offered and not self.view().isVisible():
                self._offered = offered
                self.clear()
                for network, words in offered:
                    self.addItem(one_line(words), network)
                    tip = Qt.ItemDataRole.ToolTipRole
                    self.setItemData(self.count() - 1, tooltip(words), tip)
            self.setCurrentIndex(self.findData(self._network))

    def _pick(self, index: int) -> None:
        network = self.itemData(index)
        self._offer()  # it stays what it is until somebody says otherwise
        if network != self._network:
            self.picked.emit(network)
