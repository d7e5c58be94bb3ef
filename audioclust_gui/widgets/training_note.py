"""How far training is, in little room, for whoever looks at something else."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QToolButton, QWidget

from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.training import Training
from audioclust_gui.widgets.moment_words import seconds
from engine.autoencoder.history import Moment

_WIDEST = "Training 100,000 / 100,000  ·  23 h 59 min left"


class TrainingNote(QToolButton):
    """Is there while a network is trained; a click leads to it.

    Parameters
    ----------
    training : Training
    """

    def __init__(self, training: Training, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self.setAutoRaise(True)
        self.setAccessibleName("Training")
        training.state_changed.connect(self._show)
        training.moved.connect(self._moved)
        self._show()

    def sizeHint(self) -> QSize:
        # Always the widest: the messages beside it would jump with every epoch.
        hint = super().sizeHint()
        more = self.fontMetrics().horizontalAdvance(_WIDEST)
        return QSize(more + 12, hint.height())

    def _show(self) -> None:
        training = self._training
        self.setVisible(training.busy)
        name = one_line(training.live_name)
        self.setToolTip(tooltip(f"{name} is being trained: show it  (Ctrl+6)"))
        if training.leaving:
            self.setText("Training is ending…")
        elif training.live is not None:
            self._moved(training.live)
        else:
            self.setText("Training is beginning…")

    def _moved(self, moment: Moment) -> None:
        if self._training.leaving:
            return
        what = "Paused" if self._training.paused else "Training"
        words = f"{what}  {moment.epoch:,} / {moment.epochs:,}"
        if moment.run_left is not None and not self._training.paused:
            words += f"  ·  {seconds(moment.run_left)} left"
        if words != self.text():
            self.setText(words)
