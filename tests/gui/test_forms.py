"""A form says what the declaration says, and gives back whole parameter sets."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QSpinBox,
)

from audioclust_gui.choices import ChoicesButton
from audioclust_gui.forms import ParamsForm
from engine.audio.preparing import PreparationParams
from engine.clustering.methods import METHODS
from engine.errors import ParameterError
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from engine.features.spectral import FeatureParams
from engine.params import Params, param

ALL = [
    PreparationParams,
    FeatureParams,
    RepresentationParams,
    ProjectionParams,
    *(method.params for method in METHODS.values()),
]


@dataclass(frozen=True)
class Soup(Params):
    salt: float = param(
        0.01,
        label="Salt",
        unit="kg",
        low=1e-4,
        high=1.0,
        logarithmic=True,
        help="To taste",
    )
    spoons: int = param(2, label="Spoons", low=1, high=9)
    hot: bool = param(True, label="Hot")
    bowl: str = param("deep", label="Bowl", choices={"deep": "Deep", "flat": "Flat"})
    spices: str = param(
        "mint",
        label="Spices",
        choices={"mint": "Mint", "dill": "Dill", "sage": "Sage"},
        several=True,
    )
    simmer: float = param(0.0, label="Simmer", unit="h", low=0.0, zero="Not at all")
    depth: int = param(3, label="Depth", unit="cm", low=1, needs=("bowl", ("deep",)))

    def check(self):
        if self.spoons == 9 and self.hot:
            raise ParameterError("Nine spoons need a cold soup")


@pytest.fixture
def form(qtbot):
    form = ParamsForm(Soup())
    qtbot.addWidget(form)
    form.show()
    return form


def test_every_kind_of_field_has_its_control(form):
    kinds = (QDoubleSpinBox, QSpinBox, QCheckBox, QComboBox, ChoicesButton)
    kinds += (QDoubleSpinBox, QSpinBox)
    for declared, kind in zip(Soup.declared(), kinds, strict=True):
        assert isinstance(form.field(declared.name), kind)


def test_a_zero_that_is_no_number_is_said_in_words(form):
    simmer = form.field("simmer")
    assert simmer.text() == "Not at all"
    simmer.setValue(1.5)
    assert simmer.text() == "1.5 h"


def test_a_number_has_no_zeros_behind_it(form):
    salt = form.field("salt")
    salt.setValue(0.25)
    assert salt.text() == "0.25 kg"
    salt.setValue(1)
    assert salt.text() == "1 kg"
    salt = form.field("salt")
    assert (salt.minimum(), salt.maximum()) == (1e-4, 1.0)
    assert salt.suffix() == " kg"
    assert salt.accessibleName() == "Salt"
    assert "To taste" in salt.toolTip()
    assert "0.0001 to 1 kg" in salt.toolTip()


def test_an_edit_gives_a_whole_new_parameter_set(form, qtbot):
    with qtbot.waitSignal(form.edited) as edited:
        form.field("spoons").setValue(5)
    assert edited.args == [Soup(spoons=5)]
    with qtbot.waitSignal(form.edited) as edited:
        qtbot.keyClick(form.field("hot"), Qt.Key.Key_Space)
    assert edited.args == [Soup(spoons=5, hot=False)]


def test_showing_values_emits_nothing(form, qtbot):
    with qtbot.assertNotEmitted(form.edited):
        form.set_params(Soup(salt=0.5, spoons=7, hot=False, bowl="flat"))
    assert form.field("salt").value() == 0.5
    assert form.field("bowl").currentText() == "Flat"


def test_fields_without_effect_are_hidden(form):
    assert form.field("depth").isVisible()
    form.set_params(Soup(bowl="flat"))
    assert not form.field("depth").isVisible()


def test_a_combination_that_is_refused_says_why_and_leaves_the_form_as_it_was(
    form, qtbot
):
    with qtbot.waitSignal(form.refused) as refused, qtbot.assertNotEmitted(form.edited):
        form.field("spoons").setValue(9)
    assert refused.args == ["Nine spoons need a cold soup"]
    assert form.field("spoons").value() == 2


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_parameter_of_the_engine_has_a_control_that_holds_its_default(
    qtbot, kind
):
    form = ParamsForm(kind())
    qtbot.addWidget(form)
    shown = {}
    for declared in kind.declared():
        control = form.field(declared.name)
        if isinstance(control, QCheckBox):
            shown[declared.name] = control.isChecked()
        elif isinstance(control, QComboBox):
            shown[declared.name] = declared.choices[control.currentIndex()][0]
        else:
            shown[declared.name] = control.value()
        assert control.toolTip()
    assert kind.from_dict(shown) == kind()
    assert all(
        label.textFormat() == Qt.TextFormat.PlainText
        for label in form.findChildren(QLabel)
    )


def test_several_are_chosen_in_a_menu_that_stays_open(form, qtbot):
    button = form.field("spices")
    assert button.text() == "Mint"
    menu = button.menu()
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    qtbot.waitUntil(menu.isVisible)
    _, dill, sage = menu.actions()
    with qtbot.waitSignal(form.edited) as edited:
        qtbot.mouseClick(
            menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(sage).center()
        )
    assert edited.args == [Soup(spices="mint+sage")]
    assert menu.isVisible()
    menu.setActiveAction(dill)
    with qtbot.waitSignal(form.edited) as edited:
        qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert edited.args == [Soup(spices="mint+dill+sage")]
    assert button.text() == "3 joined"
    menu.close()


def test_the_last_of_several_stays_chosen(form, qtbot):
    mint = form.field("spices").menu().actions()[0]
    with qtbot.assertNotEmitted(form.edited):
        mint.trigger()
    assert mint.isChecked()
    assert form.params == Soup()


def test_the_wheel_turns_only_a_field_that_was_clicked(qtbot, form):
    form.show()
    qtbot.waitExposed(form)
    spoons = form.field("spoons")
    before = spoons.value()

    def turn():
        point = QPointF(5, 5)
        event = QWheelEvent(
            point,
            spoons.mapToGlobal(point),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(spoons, event)

    form.setFocus()
    spoons.clearFocus()
    turn()
    assert spoons.value() == before
    form.activateWindow()
    spoons.setFocus()
    qtbot.waitUntil(spoons.hasFocus)
    turn()
    assert spoons.value() == before + 1
