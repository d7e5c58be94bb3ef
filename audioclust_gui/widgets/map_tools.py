"""The bar above the map: what points are coloured by, and what the mouse does."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from audioclust_gui import assets
from audioclust_gui.colouring import Colouring
from audioclust_gui.widgets.colour_picker import ColourPicker
from audioclust_gui.widgets.elided_label import ElidedLabel

_TOOLS = (
    ("move", "Move the map by dragging", "M"),
    ("box", "Select the points in a box", "R; Shift adds, Ctrl toggles, Alt removes"),
    ("outline", "Select the points in an outline", "O, or Shift and drag"),
)
_LEAST_PICKER = 130


class MapTools(QWidget):
    """Buttons that say what is wanted, and show what is so.

    Parameters
    ----------
    colouring : Colouring
    """

    tool_chosen = Signal(str)
    fit_asked = Signal()
    zoom_asked = Signal()
    aloud_chosen = Signal(bool)
    second_chosen = Signal(bool)

    def __init__(self, colouring: Colouring, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colouring = colouring
        self.buttons: dict[str, QToolButton] = {}
        self.picker = ColourPicker()
        self.picker.setMinimumWidth(_LEAST_PICKER)
        self.note = ElidedLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        row.setSpacing(2)
        row.addWidget(self.picker)
        shapes = self._button(
            "shapes", "Shapes tell labels, whatever colours tell", "", checkable=True
        )
        row.addWidget(shapes)
        row.addSpacing(8)
        group = QButtonGroup(self)
        for name, words, keys in _TOOLS:
            button = self._button(name, words, keys, checkable=True)
            group.addButton(button)
            button.clicked.connect(lambda _, tool=name: self.tool_chosen.emit(tool))
            row.addWidget(button)
        self.buttons["move"].setChecked(True)
        row.addSpacing(8)
        fit = self._button("fit", "Show all points", "Home, Ctrl+0")
        zoom = self._button("zoom", "Zoom to the selection", "Z")
        hear = self._button(
            "hear",
            "Hear the point that is nearest to the cursor",
            "P, or hold Shift",
            checkable=True,
        )
        second = self._button(
            "second", "Another map beside this one", "Ctrl+5", checkable=True
        )
        for button in fit, zoom, hear, second:
            row.addWidget(button)
        row.addWidget(self.note, 1)
        shapes.toggled.connect(colouring.set_shapes_by_label)
        fit.clicked.connect(self.fit_asked)
        zoom.clicked.connect(self.zoom_asked)
        hear.toggled.connect(self.aloud_chosen)
        second.clicked.connect(self.second_chosen)
        self.picker.chosen.connect(colouring.choose)
        colouring.choices_changed.connect(self._show_choices)
        colouring.changed.connect(self._show_shapes)
        self._show_choices()
        self.set_dark(False)

    def set_dark(self, dark: bool) -> None:
        """Draw the icons anew, in the colours of the theme."""
        for name, button in self.buttons.items():
            button.setIcon(assets.icon(name))

    def show_tool(self, tool: str) -> None:
        """Show what dragging does."""
        self.buttons[tool].setChecked(True)

    def show_note(self, words: str) -> None:
        """Say something about the map."""
        self.note.set_text(words)
        self.note.setToolTip(words)

    def _button(
        self, name: str, words: str, keys: str, *, checkable: bool = False
    ) -> QToolButton:
        button = QToolButton(autoRaise=True, checkable=checkable)
        button.setAccessibleName(words)
        button.setToolTip(f"{words}  ({keys})" if keys else words)
        self.buttons[name] = button
        return button

    def _show_choices(self) -> None:
        self.picker.set_choices(self._colouring.choices, self._colouring.choice)

    def _show_shapes(self) -> None:
        self.buttons["shapes"].setChecked(self._colouring.shapes_by_label)
