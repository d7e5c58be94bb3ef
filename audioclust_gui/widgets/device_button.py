"""Where the sound goes: a button with the devices there are."""

from __future__ import annotations

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from audioclust_gui import assets
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.sound.playback import Playback

_DEFAULT = "System default"


class DeviceButton(QToolButton):
    """Opens a menu of sound devices; the one that was chosen is ticked.

    They are looked for whenever the menu opens, and shown as soon as they are known.

    Parameters
    ----------
    playback : Playback
    """

    def __init__(self, playback: Playback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playback = playback
        self._names: tuple[str, ...] = ()
        self._trouble = ""
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.setMenu(QMenu(self))
        self._group = QActionGroup(self)
        self.menu().aboutToShow.connect(self._open)
        playback.devices_listed.connect(self._list)
        playback.device_changed.connect(self.show_trouble)
        self.show_trouble("")

    def show_trouble(self, trouble: str) -> None:
        """Say that there is no sound, and why in the tooltip; "" when there is."""
        self._trouble = trouble
        self.setAccessibleName("No sound device" if trouble else "Sound device")
        self.setToolTip(tooltip(trouble) if trouble else "Sound device")
        self.show_icon()

    def show_icon(self) -> None:
        """Draw the icon anew, in the colours of the theme."""
        self.setIcon(assets.icon("mute" if self._trouble else "device"))

    def _open(self) -> None:
        self._fill()
        self._playback.look_for_devices()

    def _list(self, names: tuple[str, ...]) -> None:
        if names != self._names:
            self._names = names
            if self.menu().isVisible():
                self._fill()

    def _fill(self) -> None:
        menu, chosen = self.menu(), self._playback.device()
        menu.clear()
        if self._trouble:
            menu.addAction("No sound: see Messages").setEnabled(False)
            menu.addSeparator()
        gone = [chosen] if chosen and chosen not in self._names else []
        for name in ("", *self._names, *gone):
            words = one_line(name).replace("&", "&&") or _DEFAULT
            action = menu.addAction(f"{words} (not there)" if name in gone else words)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _, to=name: self._playback.set_device(to))
            self._group.addAction(action)
