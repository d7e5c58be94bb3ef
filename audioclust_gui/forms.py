"""A form from any Params; it never knows which.

Labels, units, ranges, choices and help come from the declaration. `set_params` shows
values without emitting; `edited` carries a whole new Params after each change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from audioclust_gui.choices import ChoiceBox, ChoicesButton
from engine.errors import ParameterError
from engine.params import Declared, Params

_BIGGEST = 2_147_483_647


class ParamsForm(QWidget):
    """Shows and edits one parameter set.

    Parameters
    ----------
    params : Params
        What to show first.
    without : collection of str
        Fields that another control of the window shows.
    """

    edited = Signal(object)  # the new Params
    refused = Signal(str)  # why a combination of values is not possible

    def __init__(
        self,
        params: Params,
        without: Collection[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._params = params
        self._layout = QFormLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setFieldGrowthPolicy(
            QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow
        )
        self._layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._fields: dict[str, tuple[QWidget, Callable[[Any], None]]] = {}
        self._idle: frozenset[str] = frozenset()  # fields without effect here
        for declared in params.declared():
            if declared.name not in without:
                self._add(declared)
        self._show_relevant()

    @property
    def params(self) -> Params:
        """The values shown."""
        return self._params

    @property
    def empty(self) -> bool:
        """Whether there is nothing to edit."""
        return not self._fields

    def field(self, name: str) -> QWidget:
        """Return the control of one parameter."""
        return self._fields[name][0]

    def put_first(self, words: str, widget: QWidget) -> None:
        """Add another control above the fields, with a label like theirs."""
        let_wheel_pass(widget)
        self._layout.insertRow(0, words, widget)
        fields = [field for field, _ in self._fields.values()]
        if fields:
            self.setTabOrder(widget, fields[0])

    def follow(self, widget: QWidget) -> None:
        """Let the tab key come here from another widget, field after field."""
        for field, _ in self._fields.values():
            self.setTabOrder(widget, field)
            widget = field

    def set_params(self, params: Params) -> None:
        """Show other values of the same kind; emits nothing."""
        if params is not self._params:
            self._params = params
            self._show_values()

    def set_idle(self, names: Collection[str]) -> None:
        """Hide fields that have no effect, for reasons beyond the values shown."""
        self._idle = frozenset(names)
        self._show_relevant()

    def _show_values(self) -> None:
        params = self._params
        for name, (widget, show) in self._fields.items():
            with QSignalBlocker(widget):
                show(getattr(params, name))
        self._show_relevant()

    def _add(self, declared: Declared) -> None:
        widget, show = _control(declared, lambda value: self._edit(declared, value))
        show(getattr(self._params, declared.name))
        words = [declared.help or declared.label]
        if not declared.choices:  # which the control shows
            words.append(f"Allowed: {declared.range_text()}")
        widget.setToolTip("\n".join(words))
        widget.setAccessibleName(declared.label)
        widget.setAccessibleDescription(declared.help)
        widget.setObjectName(declared.name)
        label = QLabel(declared.label)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setBuddy(widget)
        let_wheel_pass(widget)
        self._fields[declared.name] = widget, show
        self._layout.addRow(label, widget)

    def _edit(self, declared: Declared, value: Any) -> None:
        try:
            params = self._params.replace(**{declared.name: value})
        except ParameterError as error:
            self.refused.emit(str(error))
            self._show_values()
            return
        if params != self._params:
            self._params = params
            self._show_relevant()
            self.edited.emit(params)

    def _show_relevant(self) -> None:
        for name, (widget, _) in self._fields.items():
            matters = name not in self._idle and self._params.matters(name)
            self._layout.setRowVisible(widget, matters)


def let_wheel_pass(field: QWidget) -> None:
    """Leave the wheel to the panel around a field until that has the focus.

    Qt lets it change whatever number or choice comes under the pointer on the way.
    """
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
    field.installEventFilter(_WheelPassing(field))


class _WheelPassing(QObject):
    def eventFilter(self, field: QObject, event: QEvent) -> bool:
        wheel = event.type() == QEvent.Type.Wheel
        if wheel and isinstance(field, QWidget) and not field.hasFocus():
            event.ignore()  # so that it goes on to the panel
            return True
        return super().eventFilter(field, event)


Control = tuple[QWidget, Callable[[Any], None]]


def _control(declared: Declared, changed: Callable[[Any], None]) -> Control:
    """Return the control of a declaration, and how to show a value in it."""
    if declared.several:
        button = ChoicesButton(declared.choices)
        button.changed.connect(changed)
        return button, button.set_value
    if declared.choices:
        return _choice(declared, changed)
    if declared.kind is bool:
        box = QCheckBox()
        box.toggled.connect(changed)
        return box, box.setChecked
    if declared.kind is int:
        return _whole(declared, changed)
    if declared.kind is float:
        return _real(declared, changed)
    line = QLineEdit()
    line.setPlaceholderText(declared.zero)
    line.editingFinished.connect(lambda: changed(line.text()))
    return line, line.setText


def _choice(declared: Declared, changed: Callable[[Any], None]) -> Control:
    box = ChoiceBox()
    for value, label in declared.choices:
        box.addItem(label, value)
    values = [value for value, _ in declared.choices]
    box.currentIndexChanged.connect(lambda index: changed(values[index]))
    return box, lambda value: box.setCurrentIndex(values.index(value))


def _whole(declared: Declared, changed: Callable[[Any], None]) -> Control:
    box = CountBox(declared.unit)
    low, high = declared.low, declared.high
    box.setRange(
        -_BIGGEST if low is None else math.ceil(low),
        _BIGGEST if high is None else math.floor(high),
    )
    if declared.logarithmic:
        box.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
    box.setSpecialValueText(declared.zero)  # for the smallest, which is 0
    box.setKeyboardTracking(False)
    box.setGroupSeparatorShown(True)
    box.valueChanged.connect(changed)
    return box, box.setValue


def _real(declared: Declared, changed: Callable[[Any], None]) -> Control:
    box = _NumberBox()
    smallest = min(abs(v) for v in (declared.low, declared.default, 1.0) if v)
    box.setDecimals(min(9, max(2, 2 - math.floor(math.log10(smallest)))))
    box.setRange(
        -1e12 if declared.low is None else declared.low,
        1e12 if declared.high is None else declared.high,
    )
    if declared.logarithmic:
        box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    else:
        box.setSingleStep(0.1)
    box.setSuffix(f" {declared.unit}" if declared.unit else "")
    box.setSpecialValueText(declared.zero)  # for the smallest, which is 0
    box.setKeyboardTracking(False)
    box.valueChanged.connect(changed)
    return box, box.setValue


class CountBox(QSpinBox):
    """A whole number of something: "1 epoch", "2 epochs".

    Parameters
    ----------
    unit : str
        Of several; "" for none.
    """

    def __init__(self, unit: str = "") -> None:
        super().__init__()
        self._unit = unit
        self.valueChanged.connect(self._count)
        self._count()

    def setValue(self, value: int) -> None:
        super().setValue(value)
        self._count()  # also where signals are blocked

    def _count(self) -> None:
        word = len(self._unit) > 2  # and no sign, as that of seconds
        one = word and self.value() == 1
        unit = self._unit.removesuffix("s") if one else self._unit
        self.setSuffix(f" {unit}" if unit else "")


class _NumberBox(QDoubleSpinBox):
    """A number without the zeros that follow it."""

    def textFromValue(self, value: float) -> str:
        text, point = super().textFromValue(value), self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text
