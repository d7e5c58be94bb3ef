"""The training monitor: recipe, curves, the embedding while it forms, the runs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.plots.plain import one_line
from audioclust_gui.training import Training
from audioclust_gui.widgets.between import Between
from audioclust_gui.widgets.curves_pane import CurvesPane
from audioclust_gui.widgets.forming_map import FormingMap
from audioclust_gui.widgets.looks import Looks
from audioclust_gui.widgets.moment_words import run_words
from audioclust_gui.widgets.network_bar import NetworkBar
from audioclust_gui.widgets.pages import Pages
from audioclust_gui.widgets.pairs_pane import PairsPane
from audioclust_gui.widgets.recipe_form import RecipeForm
from audioclust_gui.widgets.run_panel import RunPanel
from audioclust_gui.widgets.steady_label import SteadyLabel
from audioclust_gui.widgets.symptom_strip import SymptomStrip
from audioclust_gui.widgets.training_buttons import TrainingButtons
from engine.autoencoder.history import Moment
from engine.autoencoder.runs import Run
from engine.autoencoder.symptoms import symptoms_of

RECIPE, CURVES, MAP, PAIRS = "Recipe", "Curves", "Map", "Pairs"
BETWEEN, RUNS = "Between", "Runs"
_ARRANGEMENTS = (
    (0, 0, (((RECIPE, CURVES, MAP, PAIRS, BETWEEN, RUNS),),)),
    (680, 0, (((RECIPE, RUNS),), ((CURVES, MAP, PAIRS, BETWEEN),))),
    (960, 0, (((RECIPE, RUNS),), ((CURVES, BETWEEN),), ((MAP, PAIRS),))),
    (960, 480, (((RECIPE,),), ((CURVES,), (RUNS,)), ((MAP,), (PAIRS, BETWEEN)))),
)
_INVITATION = (
    "A network learns to draw each clip's picture again from a few numbers. These then "
    "describe the clip in place of features, and groups and maps follow. Choose a "
    "recipe and press Train. It can be paused, stopped and resumed; what was learnt is "
    "kept."
)


class TrainingView(QWidget):
    """Trains, watches and uses networks.

    Parameters
    ----------
    training : Training
    document : Document
    audition : Audition
    """

    refused = Signal(str)  # why a combination of values is not possible

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
        self._offered: Run | None = None
        self._told = 0  # epochs of the live run that are in the table
        self.looks = Looks(training, document, self)
        self.buttons = TrainingButtons(training)
        self.symptoms = SymptomStrip()
        self.offer = _Offer()
        self.invitation = SteadyLabel(wrap=True)
        self.invitation.setContentsMargins(8, 2, 8, 6)
        self.invitation.setText(_INVITATION)
        self.recipe = RecipeForm(training)
        self.curves = CurvesPane(self.looks, training)
        self.map = FormingMap(self.looks, document, audition)
        self.pairs = PairsPane(self.looks, training, document, audition)
        self.between = Between(training, document, audition)
        self.runs = RunPanel(training, self.looks)
        self.network = NetworkBar(training, self.looks, document)
        pages = {
            RECIPE: self.recipe,
            CURVES: self.curves,
            MAP: self.map,
            PAIRS: self.pairs,
            BETWEEN: self.between,
            RUNS: self.runs,
        }
        self.pages = Pages(pages, _ARRANGEMENTS)
        self.setFocusProxy(self.buttons.train)
        self._arrange()
        self._connect()
        self._show()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        parts = (self.symptoms, self.curves, self.map, self.pairs, self.between)
        for part in (*parts, self.runs):
            part.set_dark(dark)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Another window, or a command line, may have trained meanwhile.
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self._training.refresh()

    def start(self) -> None:
        """Train by the recipe, under the name that was typed."""
        name = self.recipe.name.text()
        self._training.start(name)
        if self._training.busy:
            self.recipe.name.clear()
            self.pages.bring(CURVES)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        heads = (self.buttons, self.offer, self.symptoms, self.invitation)
        for part in heads:
            column.addWidget(part)
        column.addWidget(self.pages, 1)
        column.addWidget(self.network)

    def _connect(self) -> None:
        training, looks = self._training, self.looks
        self.buttons.train_asked.connect(self.start)
        self.recipe.refused.connect(self.refused)
        self.runs.recipe_taken.connect(lambda: self.pages.bring(RECIPE))
        self.offer.resume.clicked.connect(self._resume)
        self.offer.dismiss.clicked.connect(self._take_offer_back)
        looks.changed.connect(self._show_look)
        training.runs_changed.connect(self._show)
        training.state_changed.connect(self._on_state)
        training.moved.connect(self._move)
        training.offered.connect(self._make_offer)
        self._document.replaced.connect(self._take_offer_back)
        self._document.changed.connect(self._show_used)
        self._document.replaced.connect(self._show_used)

    # What is trained --------------------------------------------------------------

    def _show(self) -> None:
        offered = self._offered
        if offered is not None and self._training.run(offered.id) is None:
            self._take_offer_back()
        self._invite()
        self._show_used()
        self._show_look()

    def _invite(self) -> None:
        training = self._training
        self.invitation.setVisible(not training.runs and not training.busy)

    def _move(self, moment: Moment) -> None:
        """Follow the run that is trained."""
        run = self.looks.run
        if run is not None and run.id == moment.run:
            self.symptoms.set_symptoms(moment.symptoms)
        if len(moment.history) != self._told:  # an epoch has ended
            self._told = len(moment.history)
            self.runs.refresh()

    def _on_state(self) -> None:
        self._invite()
        if self._training.busy:
            self._take_offer_back()
        self._show_look()

    def _show_used(self) -> None:
        self.runs.set_used(self._document.pipeline.network.partition("@")[0])

    # What is looked at ------------------------------------------------------------

    def _show_look(self) -> None:
        training, run, epoch = self._training, self.looks.run, self.looks.epoch
        if run is None:
            self.between.set_network("")
            self.symptoms.set_symptoms(())
            self.buttons.set_idle_words(training.why_not)
            return
        self.between.set_network(run.network(epoch) if epoch in run.kept else "")
        if training.live is None or training.live.run != run.id:
            last = self.looks.look if self.looks.following else None
            self.symptoms.set_symptoms(symptoms_of(run.history, last))
        if self._offered is not None and self._offered.id == run.id:
            self.buttons.set_idle_words("")  # the offer says it
        else:
            why = f"  ·  {training.why_not}" if training.why_not else ""
            self.buttons.set_idle_words(f"{one_line(run.name)}: {run_words(run)}{why}")

    # What was interrupted ---------------------------------------------------------

    def _make_offer(self, run: Run) -> None:
        self._offered = run
        self.offer.say(f"{one_line(run.name)}: {run_words(run)}")
        self._show_look()

    def _resume(self) -> None:
        run = self._offered
        self._take_offer_back()
        if run is not None:
            self.looks.go_to(run.id)
            self._training.resume(run.id)
            self.pages.bring(CURVES)

    def _take_offer_back(self) -> None:
        if self._offered is not None:
            self._offered = None
            self.offer.hide()
            self._show_look()


class _Offer(QWidget):
    """Says that a run was interrupted, and goes on with it."""

    def __init__(self) -> None:
        super().__init__()
        self.words = SteadyLabel(wrap=True)
        self.words.setAccessibleName("An interrupted run")
        self.resume = QPushButton("Resume")
        self.resume.setToolTip("Go on from where the run was interrupted")
        self.dismiss = QPushButton("Not now")
        self.dismiss.setToolTip("It can be resumed later, in the list of runs")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.addWidget(self.words, 1)
        row.addWidget(self.resume)
        row.addWidget(self.dismiss)
        self.hide()

    def say(self, words: str) -> None:
        """Make an offer."""
        self.words.setText(words)
        self.show()
