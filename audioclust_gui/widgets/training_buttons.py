"""Train, pause, stop and keep, cancel; and where the training is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.plots.plain import one_line
from audioclust_gui.training import Training
from audioclust_gui.widgets.moment_words import moment_words
from audioclust_gui.widgets.steady_label import SteadyLabel
from engine.autoencoder.history import Moment
from engine.progress import Step

_SURE = "Throw away?"
_SURE_MS = 4000  # in which a second press on Cancel means it
_WIDE = 640  # pixels from which the words stand beside the buttons
_TRAIN = "Train a network by this recipe  (Ctrl+Shift+T)"
_PAUSE = "Let training wait; what it has learnt stays  (Ctrl+Shift+P)"
_GO_ON = "Go on from where it waits  (Ctrl+Shift+P)"
_STOP = "End training, keep the network as it is, and be able to go on later"
_CANCEL = "End training, and throw away this run and its networks; press twice"
_PARTS = 1000  # of the progress bar


class TrainingButtons(QWidget):
    """Commands the run that is being trained, and says where it is.

    Parameters
    ----------
    training : Training
    """

    train_asked = Signal()

    def __init__(self, training: Training, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self._idle_words = ""
        self.train = _button(self.train_asked.emit, "Train")
        self.pause = _button(self._pause, "Pause", "Go on")
        self.stop = _button(training.stop, "Stop and keep")
        self.cancel = _button(self._cancel, "Cancel", _SURE)
        middle = Qt.AlignmentFlag.AlignVCenter
        self.words = SteadyLabel(wrap=True, align=middle, lines=2)
        self.words.setAccessibleName("State of the training")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName("Progress of the run")
        kept = self.bar.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # nothing below moves when a run begins
        self.bar.setSizePolicy(kept)
        self._sure = QTimer(self, singleShot=True, interval=_SURE_MS)
        self._sure.timeout.connect(self._show)
        self._arrange()
        training.state_changed.connect(self._show)
        training.prepared.connect(self._prepared)
        training.moved.connect(self._moved)
        self._show()

    def set_idle_words(self, words: str) -> None:
        """Say what is to be said while nothing is trained."""
        self._idle_words = words
        self._show_words()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.train, self.pause, self.stop, self.cancel):
            row.addWidget(button)
        row.addStretch()
        self._head = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._head.setSpacing(4)
        self._head.addLayout(row)
        self._head.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 2)
        column.setSpacing(3)
        column.addLayout(self._head)
        column.addWidget(self.bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= _WIDE
        way = QBoxLayout.Direction
        self._head.setDirection(way.LeftToRight if wide else way.TopToBottom)

    def _show(self) -> None:
        """Offer what can be done now. Buttons stay in their places."""
        training = self._training
        going = training.busy and not training.leaving
        self._sure.stop()
        self.train.setEnabled(training.runnable)
        why = f"{_TRAIN}\n{training.why_not}" if training.why_not else _TRAIN
        self.train.setToolTip(why)
        for button, help_ in ((self.stop, _STOP), (self.cancel, _CANCEL)):
            button.setEnabled(going)
            button.setToolTip(help_)
        self.cancel.setEnabled(training.busy)
        self.cancel.setText("Cancel")
        self.pause.setEnabled(going)
        self.pause.setText("Go on" if training.paused else "Pause")
        self.pause.setToolTip(_GO_ON if training.paused else _PAUSE)
        self.bar.setVisible(training.busy)
        if training.live is None:
            self.bar.setRange(0, 0 if training.busy else _PARTS)
        self._show_words()

    def _show_words(self) -> None:
        training = self._training
        if not training.busy:
            self.words.setText(self._idle_words)
        elif training.leaving:
            self.words.setText(f"Ending {one_line(training.live_name)}…")
        elif training.live is not None:
            self._moved(training.live)
        elif training.step is not None:
            self._prepared(training.step)
        else:
            self.words.setText(f"{one_line(training.live_name)}: beginning…")

    def _prepared(self, step: Step) -> None:
        training = self._training
        if training.leaving:
            return
        counted = f"  {step.done:,} of {step.total:,}" if step.total else ""
        doing = f"{step.message}{counted}"
        if training.live is None:
            self.words.setText(doing)
        else:
            self._tell(training.live, doing)

    def _tell(self, moment: Moment, further: str) -> None:
        told = moment_words(moment, further)
        self.words.setText(f"{one_line(self._training.live_name)}: {told}")

    def _moved(self, moment: Moment) -> None:
        training = self._training
        if training.leaving:
            return
        run = training.run(moment.run)
        self._tell(moment, "" if run is None else run.device)
        done = moment.epoch - 1 + min(max(moment.share, 0.0), 1.0)
        self.bar.setRange(0, _PARTS)
        self.bar.setValue(round(_PARTS * done / max(moment.epochs, 1)))

    def _pause(self) -> None:
        if self._training.paused:
            self._training.go_on()
        else:
            self._training.pause()

    def _cancel(self) -> None:
        """Throw away what may have taken hours only when pressed once more."""
        if self._sure.isActive():
            self._training.cancel()
        else:
            self.cancel.setText(_SURE)
            self._sure.start()


def _button(clicked: Callable[[], None], *words: str) -> QPushButton:
    """Return a button that is wide enough for whatever it will say."""
    button = QPushButton()
    for text in reversed(words):
        button.setText(text)
        button.setMinimumWidth(max(button.minimumWidth(), button.sizeHint().width()))
    button.clicked.connect(lambda: clicked())
    return button
