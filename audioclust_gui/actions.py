"""The actions of the menus: each with its words, its keys and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from audioclust_gui.plots.plain import one_line


class Actions(dict[str, QAction]):
    """Actions by their text, without "&" and "…"."""

    def add(
        self,
        menu: QMenu,
        text: str,
        slot: Callable[..., object],
        keys: str = "",
        *,
        checked: bool | None = None,
    ) -> QAction:
        """Put an action into a menu.

        Parameters
        ----------
        menu : QMenu
        text : str
            As a menu shows it; behind a tab the key of a widget that takes it itself.
        slot : callable
            Called without arguments, or with whether the action is checked.
        keys : str
            One or several, with "; " between.
        checked : bool, optional
            Makes it a toggle, which is on or off at first.
        """
        action = menu.addAction(text)
        plain, _, own = text.replace("&", "").replace("…", "").partition("\t")
        if keys:
            action.setShortcuts(QKeySequence.listFromString(keys))
        shown = keys.replace("; ", ", ") or own
        action.setToolTip(f"{plain}  ({shown})" if shown else plain)
        if checked is None:
            action.triggered.connect(lambda: slot())
        else:
            action.setCheckable(True)
            action.setChecked(checked)
            action.triggered.connect(slot)
        self[plain] = action
        return action


def fill_with_choices(
    menu: QMenu,
    choices: Iterable[tuple[str, str]],
    chosen: object,
    choose: Callable[[str], object],
) -> None:
    """Fill a menu with one entry for every choice, of which one is on.

    Parameters
    ----------
    menu : QMenu
        Emptied first.
    choices : iterable of (value, words)
    chosen : object
        The value that is on.
    choose : callable
        Given the value that the person picks.
    """
    menu.clear()
    group = QActionGroup(menu)
    for value, words in choices:
        action = menu.addAction(one_line(words).replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(value == chosen)
        action.triggered.connect(lambda _, to=value: choose(to))
        group.addAction(action)


def key_groups(
    menus: Iterable[QMenu], keys_of: Callable[[QAction], Iterable[QKeySequence]]
) -> dict[str, list[tuple[str, str]]]:
    """Return what has a key in some menus: by title, its keys and words."""
    return {menu.title().replace("&", ""): list(_rows(menu, keys_of)) for menu in menus}


def _rows(
    menu: QMenu, keys_of: Callable[[QAction], Iterable[QKeySequence]]
) -> Iterable[tuple[str, str]]:
    for action in menu.actions():
        inner = action.menu()
        if inner is not None:
            yield from _rows(inner, keys_of)
            continue
        native = QKeySequence.SequenceFormat.NativeText
        keys = ", ".join(key.toString(native) for key in keys_of(action))
        keys = keys or action.text().partition("\t")[2]
        if keys:
            yield keys, action.toolTip().partition("  (")[0]
