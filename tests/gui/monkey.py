"""A monkey at the window: random events from mouse and keyboard, anywhere, any time.

What it does follows from its seed; what comes of it also from how far the workers are.
It never leaves: what would wait for an answer is answered with "no", and Quit is off.
"""

from __future__ import annotations

import os
import random
import re
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from shiboken6 import isValid

from audioclust_gui.app import Application
from engine.projects.project import Project

_Mod, _Button, _Key = Qt.KeyboardModifier, Qt.MouseButton, Qt.Key
_SHIFT_CTRL = _Mod.ShiftModifier | _Mod.ControlModifier
_MODIFIERS = [_Mod.NoModifier] * 5
_MODIFIERS += [_Mod.ShiftModifier, _Mod.ControlModifier, _Mod.AltModifier, _SHIFT_CTRL]
_BUTTONS = [_Button.LeftButton] * 6 + [_Button.RightButton, _Button.MiddleButton]
_KEYS = [_Key(code) for code in range(_Key.Key_Space.value, _Key.Key_Z.value + 1)]
_KEYS += [_Key.Key_Up, _Key.Key_Down, _Key.Key_Left, _Key.Key_Right] * 4
_KEYS += [_Key.Key_Tab, _Key.Key_Backtab, _Key.Key_Return, _Key.Key_Space] * 3
_KEYS += [_Key.Key_Home, _Key.Key_End, _Key.Key_PageUp, _Key.Key_PageDown]
_KEYS += [_Key.Key_Backspace, _Key.Key_Delete, _Key.Key_F2, _Key.Key_Menu]
_QUESTIONS = (
    {"feature": "mel"},
    {"feature": "chroma+mfcc_without_first"},
    {"feature": "mfcc", "iterations": 2000},
    {"method": "kmeans"},
    {"method": "fuzzy_cmeans"},
    {"method": "agglomerative", "perplexity": 8.0},
    {"method": "agglomerative", "perplexity": 20.0},
)

HARMLESS = re.compile("plugin does not support|occurs outside target window")
"""What Qt says of a platform without a screen, and of a hand that misses a dialog."""


def answer_no(patch: Callable[[object, str, object], object]) -> None:
    """Let everything that waits for a person be answered with "no" at once.

    Parameters
    ----------
    patch : callable
        As ``setattr``, or ``monkeypatch.setattr``.
    """
    patch(QFileDialog, "exec", lambda *_: 0)
    patch(QFileDialog, "getOpenFileName", staticmethod(lambda *_: ("", "")))
    patch(QFileDialog, "getExistingDirectory", staticmethod(lambda *_: ""))
    patch(QMessageBox, "exec", lambda *_: QMessageBox.StandardButton.No)


class Monkey:
    """Does one thing to an application at a time.

    Parameters
    ----------
    app : Application
        Shown, and `answer_no` in force.
    seed : int
    collections : sequence of Path
        What it opens now and then.

    Attributes
    ----------
    done : int
        Events so far.
    last : deque of str
        What it did last, for whoever wants to know what led to a trouble.
    """

    def __init__(self, app: Application, seed: int, collections: Sequence[Path]):
        self.done = 0
        self.last: deque[str] = deque(maxlen=30)
        self._app = app
        self._dice = random.Random(seed)
        self._collections = collections
        self._pressed: tuple[QWidget, Qt.MouseButton] | None = None
        self._at = QPoint(1, 1)
        actions = app.window._menus.actions
        actions["Quit"].setEnabled(False)
        keys = [action.shortcuts() for action in actions.values()]
        self._shortcuts = [key[0] for several in keys for key in several]
        self._deeds: dict[Callable[[], object], int] = {
            self._move: 300,
            self._glide: 80,
            self._press: 90,
            self._release: 150,
            self._click: 90,
            self._double_click: 20,
            self._wheel: 60,
            self._type: 90,
            self._shortcut: 80,
            self._escape: 25,
            self._resize: 4,
            self._choose_theme: 1,
            self._ask_otherwise: 3,
            self._hear: 5,
            self._colour: 5,
            self._second_map: 2,
            self._open: 1,
        }

    def act(self) -> None:
        """Do the next thing."""
        (deed,) = self._dice.choices([*self._deeds], [*self._deeds.values()])
        self.done += 1
        self.last.append(f"{self.done} {deed.__name__[1:]}")
        deed()

    def _window(self) -> QWidget:
        """Return where events go: to the menu or dialog in front, or to the window."""
        if self._pressed is not None and _is_there(self._pressed[0]):
            return self._pressed[0]  # it has the mouse until it is let go
        front = QApplication.activePopupWidget()
        if front is None and self._dice.random() < 0.2:
            front = QApplication.activeWindow()
        return front if _is_there(front) else self._app.window

    def _place(self, window: QWidget) -> QPoint:
        """Return any place of a window; on the map or the tree more often than not."""
        dice, home = self._dice, self._app.window
        size, corner = window.size(), QPoint()
        if window is home and dice.random() < 0.4:
            plot = dice.choice((home.map, home.tree))
            size, corner = plot.size(), plot.mapTo(home, corner)
        across, down = max(1, size.width()), max(1, size.height())
        return corner + QPoint(dice.randrange(across), dice.randrange(down))

    def _point(self) -> tuple[QWidget, Qt.KeyboardModifier, QPoint]:
        window = self._window()
        self._at = self._place(window)
        return window, self._dice.choice(_MODIFIERS), self._at

    def _move(self) -> None:
        window, _, place = self._point()
        QTest.mouseMove(window.windowHandle(), place)

    def _glide(self) -> None:
        """Move a little, as a hand does from one point, row or branch to the next."""
        self._at += QPoint(self._dice.randint(-6, 6), self._dice.randint(-6, 6))
        window = self._window()
        QTest.mouseMove(window.windowHandle(), self._at)

    def _press(self) -> None:
        if self._pressed is None:
            window, modifiers, place = self._point()
            button = self._dice.choice(_BUTTONS)
            self._pressed = window, button
            QTest.mousePress(window.windowHandle(), button, modifiers, place)

    def _release(self) -> None:
        if self._pressed is not None:
            window, modifiers, place = self._point()
            button = self._pressed[1]
            self._pressed = None
            QTest.mouseRelease(window.windowHandle(), button, modifiers, place)

    def _click(self) -> None:
        self._release()
        _, modifiers, place = self._point()
        self._tap(self._dice.choice(_BUTTONS), modifiers, place)

    def _double_click(self) -> None:
        self._release()
        _, modifiers, place = self._point()
        for _ in range(2):
            self._tap(_Button.LeftButton, modifiers, place)

    def _tap(
        self, button: Qt.MouseButton, held: Qt.KeyboardModifier, place: QPoint
    ) -> None:
        # In two steps: what the press closes is not there to be let go any more.
        for deed in QTest.mousePress, QTest.mouseRelease:
            window = self._window()  # its handle is there no longer than this name
            deed(window.windowHandle(), button, held, place)

    def _wheel(self) -> None:
        window, modifiers, place = self._point()
        turn = QPoint(0, 120 * self._dice.choice((-2, -1, 1, 2)))
        QTest.wheelEvent(window.windowHandle(), place, turn, QPoint(), modifiers)

    def _type(self) -> None:
        shift = self._dice.random() < 0.1
        held = _Mod.ShiftModifier if shift else _Mod.NoModifier
        self._strike(self._dice.choice(_KEYS), held)

    def _shortcut(self) -> None:
        key = self._dice.choice(self._shortcuts)
        if key.key() != _Key.Key_Q:
            self._strike(key.key(), key.keyboardModifiers())

    def _escape(self) -> None:
        self._strike(_Key.Key_Escape)

    def _strike(self, key: Qt.Key, held: Qt.KeyboardModifier = _Mod.NoModifier) -> None:
        # To a widget, not to its QWindow: there Qt presses Ctrl first, lets events
        # happen, and goes on with a window that may be gone.
        for deed in QTest.keyPress, QTest.keyRelease:
            window = self._window()
            deed(window.focusWidget() or window, key, held)

    def _resize(self) -> None:
        size = self._dice.randint(700, 1500), self._dice.randint(500, 950)
        self._app.window.resize(*size)

    def _choose_theme(self) -> None:
        self._app.theme.set_scheme(self._dice.choice(("light", "dark", "system")))

    def _ask_otherwise(self) -> None:
        """Choose another feature, method or map, and compute."""
        document = self._app.document
        project: Project = document.project
        document.commit(project.choosing(**self._dice.choice(_QUESTIONS)), "ask")
        self._app.workflow.run()

    def _hear(self) -> None:
        hear = self._app.listening
        self._dice.choice((hear.tour, hear.play_selection, hear.play_cluster))()

    def _colour(self) -> None:
        choices = [
            choice for choice in self._app.colouring.choices if not choice.refusal
        ]
        self._app.colouring.choose(self._dice.choice(choices).key)

    def _second_map(self) -> None:
        self._app.window.action("Second map").trigger()

    def _open(self) -> None:
        self._app.session.open(self._dice.choice(self._collections))


def _is_there(window: QWidget | None) -> bool:
    return window is not None and isValid(window) and window.windowHandle() is not None


def memory() -> int:
    """Return the bytes of memory this process has in use now, 0 if nobody tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
