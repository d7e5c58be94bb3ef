"""The curves of the run that is looked at, and of those that are ticked beside it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from audioclust_gui.choices import ChoiceBox
from audioclust_gui.plots.curve_runs import QUANTITIES, RunCurves
from audioclust_gui.plots.curves import CurvesPlot
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.training import Training
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.looks import Looks
from audioclust_gui.widgets.moment_words import epoch_words
from engine.autoencoder.history import Moment
from engine.autoencoder.runs import Run

_EMPTY = "The curves of a run are here once it is trained."
_LOSS = (
    "Loss: the mean squared difference of pixels, as the recipe scales them, of clips "
    "that are learnt from (train), and of those that are not (validation)"
)
_HELP = "Scale of losses and learning rate  (L in the plot)"


class CurvesPane(QWidget):
    """Learning curves; the line in them is at the epoch that is looked at.

    Parameters
    ----------
    looks : Looks
    training : Training
    """

    def __init__(
        self, looks: Looks, training: Training, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._looks = looks
        self._training = training
        self._drawn: dict[str, tuple[Run, RunCurves]] = {}  # by id
        self._told = 0  # epochs of the live run that are drawn
        self.plot = CurvesPlot()
        self.plot.set_message(_EMPTY)
        self.words = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self.scale = ChoiceBox()
        self.scale.addItem("Logarithmic", True)
        self.scale.addItem("Linear", False)
        self.scale.setMinimumContentsLength(9)
        self.scale.setAccessibleName("Scale of the curves")
        self.scale.setToolTip(_HELP)
        head = QHBoxLayout()
        head.setContentsMargins(6, 2, 6, 0)
        head.addWidget(self.words, 1)
        head.addWidget(self.scale)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        self.plot.set_logarithmic(True)
        self.plot.logarithmic_changed.connect(self._show_scale)
        self.plot.epoch_chosen.connect(looks.go_to)
        self.scale.currentIndexChanged.connect(self._choose_scale)
        looks.changed.connect(self._show)
        training.shown_changed.connect(self._show)
        training.moved.connect(self._move)
        self._show()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.plot.set_dark(dark)

    def _show(self) -> None:
        current, training = self._looks.run, self._training
        shown = {*training.shown, "" if current is None else current.id}
        # From the oldest on: a run keeps its colour when others are begun.
        aged = enumerate(reversed(training.runs))
        before, self._drawn = self._drawn, {}
        for colour, run in aged:
            if run.id in shown:
                known = before.get(run.id)
                if known is None or known[0] is not run or known[1].colour != colour:
                    known = run, curves_of(run, colour)
                self._drawn[run.id] = known
        self.plot.set_runs([curves for _, curves in self._drawn.values()][::-1])
        if current is None:
            self.plot.set_chosen(None)
        else:
            self.plot.set_chosen(current.id, self._looks.epoch)
        words = "" if current is None else _last_words(current, self._looks.epoch)
        self.words.set_text(words)
        self.words.setToolTip(tooltip(f"{words}\n{_LOSS}") if words else "")

    def _move(self, moment: Moment) -> None:
        """Draw another epoch when it has ended, and not at every batch."""
        if len(moment.history) != self._told:
            self._told = len(moment.history)
            self._show()

    def _choose_scale(self) -> None:
        self.plot.set_logarithmic(self.scale.currentData())

    def _show_scale(self, logarithmic: bool) -> None:
        with QSignalBlocker(self.scale):
            self.scale.setCurrentIndex(self.scale.findData(logarithmic))


def curves_of(run: Run, colour: int) -> RunCurves:
    """Return what is drawn of a run, in the colour of a place in the palette."""
    column, layer = run.history.column, run.recipe.layer
    planned = run.recipe.training.epochs + (layer.epochs if layer.clusters else 0)
    return RunCurves(
        run.id,
        one_line(run.name),
        colour,
        column("number").astype(np.int64),
        {name: column(name) for name in QUANTITIES},
        run.kept,
        run.best,
        planned if run.alive else 0,
    )


def _last_words(run: Run, epoch: int | None) -> str:
    """Say the losses after an epoch, by default the last."""
    last = run.history.until(epoch).last if epoch else run.history.last
    if last is None:
        return one_line(run.name)
    losses = {
        "train": last.train,
        "validation": last.validation,
        "KL": last.divergence,
    }
    known = (f"{at} {x:.4g}" for at, x in losses.items() if np.isfinite(x))
    return epoch_words(run, last.number, *known)
