"""Keys of the window that a widget needs itself: lent to it while it has the focus.

A shortcut of a window comes before the widget that has the focus, and one that two
actions want goes to neither. So a window that commands with arrows, letters and Return
has to let go of them while they are typed, or move a slider.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QRadioButton,
    QScrollArea,
    QTabBar,
    QTextEdit,
    QTreeView,
    QWidget,
)

_Key = Qt.Key
_UP_DOWN = frozenset({_Key.Key_Up, _Key.Key_Down})
_ARROWS = _UP_DOWN | {_Key.Key_Left, _Key.Key_Right}
_ENTERS = frozenset({_Key.Key_Return, _Key.Key_Enter})
_PRESSES = _ENTERS | {_Key.Key_Space}
_EDITS = _ARROWS | _ENTERS | {_Key.Key_Backspace, _Key.Key_Delete}
_PRINTABLE = range(0x20, 0x0100_0000)  # as Qt numbers them: what can be typed
_BARE = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.KeypadModifier,
)


class _Needs(NamedTuple):
    """What widgets of some kinds need for themselves."""

    widgets: tuple[type[QWidget], ...]
    keys: frozenset[Qt.Key]
    typed: bool = False  # whether also everything that can be typed


# The first that fits. Plots say themselves what they need, by `ShortcutOverride`.
_NEEDS = (
    _Needs((QLineEdit, QAbstractSpinBox, QTextEdit, QPlainTextEdit), _EDITS, True),
    _Needs((QMenuBar,), _ARROWS | _ENTERS, True),
    _Needs((QComboBox,), _UP_DOWN | _ENTERS, True),  # letters find an entry
    _Needs((QRadioButton,), _ARROWS | _PRESSES),
    _Needs((QAbstractButton,), _PRESSES),
    _Needs((QAbstractSlider, QTabBar), _ARROWS),
    _Needs((QScrollArea,), _UP_DOWN),
    _Needs((QTreeView,), _ARROWS | _ENTERS),  # sideways they open and close
    _Needs((QAbstractItemView,), _UP_DOWN | _ENTERS),
)


class Lending(QObject):
    """Takes keys from actions while the widget with the focus needs them.

    Only keys without Ctrl, Alt or Meta are ever lent, and Esc is not: it silences
    everywhere.

    Parameters
    ----------
    actions : iterable of QAction
        With the shortcuts they have while nobody needs these.
    parent : QObject
        The window they belong to.
    """

    def __init__(self, actions: Iterable[QAction], parent: QObject) -> None:
        super().__init__(parent)
        own = {action: action.shortcuts() for action in actions}
        self._own = {
            action: keys for action, keys in own.items() if any(map(_lendable, keys))
        }
        self._needs: _Needs | None = None
        self._ended = False
        QApplication.instance().focusChanged.connect(self._lend)

    def keys(self, action: QAction) -> list[QKeySequence]:
        """Return the shortcuts of an action, also those that are lent just now."""
        return self._own.get(action) or action.shortcuts()

    def end(self) -> None:
        """Touch the actions no more: the window goes, and they may be gone already."""
        self._ended = True

    def _lend(self, _: QWidget | None, now: QWidget | None) -> None:
        needs = next((rule for rule in _NEEDS if isinstance(now, rule.widgets)), None)
        if needs is self._needs or self._ended:
            return
        self._needs = needs
        for action, keys in self._own.items():
            action.setShortcuts([key for key in keys if not _is_lent(key, needs)])


def _lendable(keys: QKeySequence) -> bool:
    return keys.count() == 1 and keys[0].keyboardModifiers() in _BARE


def _is_lent(keys: QKeySequence, needs: _Needs | None) -> bool:
    if needs is None or not _lendable(keys):
        return False
    key = keys[0].key()
    return key in needs.keys or (needs.typed and key.value in _PRINTABLE)
