"""What the next run is made by: a preset, or every parameter by hand."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.choices import ChoiceBox
from audioclust_gui.forms import ParamsForm, let_wheel_pass
from audioclust_gui.training import Training
from audioclust_gui.widgets.section import Section
from audioclust_gui.widgets.steady_label import SteadyLabel
from engine.autoencoder.architecture import Shape, parameter_count
from engine.autoencoder.recipe import LayerParams, Recipe
from engine.params import Params
from engine.projects.edits import LONGEST_NAME

_HEIGHT, _WIDTH = 48, 96  # of a feature's picture
_PARTS = {
    "network": ("Network", True),
    "images": ("Pictures", True),
    "layer": ("Clustering layer", True),
    "training": ("Training", False),
}
_LAYER = tuple(each.name for each in LayerParams.declared() if each.name != "clusters")


class RecipeForm(QScrollArea):
    """Shows and edits the recipe of a `Training`.

    Parameters
    ----------
    training : Training
    """

    refused = Signal(str)  # why a combination of values is not possible

    def __init__(self, training: Training, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self.preset = ChoiceBox()
        self.preset.setPlaceholderText("Own values")
        self.preset.setAccessibleName("Recipe by name")
        let_wheel_pass(self.preset)
        for name, preset in training.presets.items():
            self.preset.addItem(preset.label, name)
            tip = Qt.ItemDataRole.ToolTipRole
            self.preset.setItemData(self.preset.count() - 1, preset.help, tip)
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText("By its recipe and a number")
        self.name.setAccessibleName("Name of the next run")
        self.name.setToolTip("What the next run is called; it can be renamed later")
        self.help, self.size = SteadyLabel(wrap=True), SteadyLabel(wrap=True)
        self.help.setAccessibleName("What the recipe is for")
        self.size.setAccessibleName("Size of the network")
        self.forms = {part: self._form(part) for part in _PARTS}
        self._arrange()
        self.preset.activated.connect(
            lambda index: training.choose_preset(self.preset.itemData(index))
        )
        training.recipe_changed.connect(self._show)
        self._show()

    def _form(self, part: str) -> ParamsForm:
        form = ParamsForm(getattr(self._training.recipe, part))
        form.edited.connect(lambda new: self._edit(part, new))
        form.refused.connect(self.refused)
        return form

    def _arrange(self) -> None:
        head = QFormLayout()
        head.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for words, field in (("Recipe", self.preset), ("Name", self.name)):
            label = QLabel(words)
            label.setBuddy(field)
            head.addRow(label, field)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 6, 8, 4)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.help)
        column.addWidget(self.size)
        for part, (title, open_) in _PARTS.items():
            column.addWidget(Section(title, self.forms[part], open_=open_))
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)

    def _edit(self, part: str, params: Params) -> None:
        self._training.choose(replace(self._training.recipe, **{part: params}))

    def _show(self) -> None:
        training, recipe = self._training, self._training.recipe
        for part, form in self.forms.items():
            form.set_params(getattr(recipe, part))
        layer = () if recipe.layer.clusters else _LAYER  # without one, none matters
        self.forms["layer"].set_idle(layer)
        name = training.preset
        with QSignalBlocker(self.preset):
            self.preset.setCurrentIndex(self.preset.findData(name) if name else -1)
        help_ = training.presets[name].help if name else "Values of your own"
        self.preset.setToolTip(help_)
        self.help.setText(f"{help_}.")
        self.size.setText(_size(recipe))


def _size(recipe: Recipe) -> str:
    """Say what becomes of a picture, and how large the network is for that."""
    channels = len(recipe.images.features)
    shape = Shape(channels, _HEIGHT, _WIDTH)
    pixels = channels * _HEIGHT * _WIDTH
    weights = parameter_count(shape, recipe.network)
    embedding = recipe.network.embedding
    return f"{pixels:,} pixels become {embedding:,} numbers, by {weights:,} weights."
