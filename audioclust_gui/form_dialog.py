"""A question that a form answers: what to do, with which parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from audioclust_gui.forms import ParamsForm
from engine.params import Params

_WIDTH = 380


class FormDialog(QDialog):
    """Shows the forms of parameter sets; takes the answer when it is accepted.

    It does not stop the window: nothing waits for it.

    Parameters
    ----------
    title, text, action : str
        What it is about, in a sentence; the words on the button that does it.
    params : tuple of Params
        What to show first, form below form.
    then : callable
        Given the parameters that the person accepted, one argument each.

    Attributes
    ----------
    forms : tuple of ParamsForm
        One for each of the parameter sets.
    """

    def __init__(
        self,
        parent: QWidget,
        title: str,
        text: str,
        action: str,
        params: tuple[Params, ...],
        then: Callable[..., None],
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.words = words = QLabel(text)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        self.forms = tuple(map(ParamsForm, params))
        self._refusal = QLabel()
        self._refusal.setTextFormat(Qt.TextFormat.PlainText)
        self._refusal.setWordWrap(True)
        self._refusal.setAccessibleName("Why this is not possible")
        self._refusal.hide()
        for form in self.forms:
            form.refused.connect(self._refuse)
            form.edited.connect(lambda _: self._refusal.hide())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        # Fusion draws one button a red cross and the other nothing.
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setIcon(QIcon())
        self.action = buttons.addButton(action, QDialogButtonBox.ButtonRole.AcceptRole)
        self.action.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: then(*(form.params for form in self.forms)))
        column = QVBoxLayout(self)
        column.setSpacing(10)
        for widget in (words, *self.forms, self._refusal):
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(buttons)

    @property
    def form(self) -> ParamsForm:
        """The first form, mostly the only one."""
        return self.forms[0]

    def _refuse(self, why: str) -> None:
        self._refusal.setText(why)
        self._refusal.show()


def show_alone(dialog: QDialog) -> None:
    """Show a dialog in place of one of its title that is open already."""
    for other in dialog.parentWidget().findChildren(QDialog):
        if other is not dialog and other.windowTitle() == dialog.windowTitle():
            other.close()
    dialog.show()


class FormQuestions:
    """Asks with forms, and shows what was answered last when it asks again.

    Parameters
    ----------
    parent : QWidget
        The window in front of which it asks.
    """

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent
        self._answers: dict[type[Params], Params] = {}

    def ask(
        self,
        title: str,
        text: str,
        action: str,
        params: Params,
        then: Callable[[Any], None],
    ) -> FormDialog:
        """Show a `FormDialog` of one form, which takes the same parameters."""

        def accepted(params: Params) -> None:
            self._answers[type(params)] = params
            then(params)

        shown = self._answers.get(type(params), params)
        dialog = FormDialog(self._parent, title, text, action, (shown,), accepted)
        dialog.show()
        return dialog
