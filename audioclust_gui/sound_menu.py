"""The menu of what is heard: clips, clusters, selections, in which order and how."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QAbstractButton

from audioclust_gui.actions import fill_with_choices
from audioclust_gui.filled_menu import FilledMenu
from audioclust_gui.listening import ORDERS
from audioclust_gui.widgets.sequence_button import PAUSES


class SoundMenu(FilledMenu):
    """What is heard, in which order, and how."""

    def _fill(self) -> None:
        self._clips()
        self._sequences()
        self._comparing()
        self._manner()

    def _clips(self) -> None:
        add, hear, table = self._add, self._parts.listening, self._window.dataset
        add("&Play or stop", self._parts.audition.toggle, "Space")
        add("&Silence", self._silence, "Esc")
        self._menu.addSeparator()
        add("&Next in the cluster", partial(hear.step, 1), "Right; Alt+Right")
        add("Pre&vious in the cluster", partial(hear.step, -1), "Left; Alt+Left")
        add("Next cl&uster", partial(hear.step_cluster, 1), "Down; Alt+Down")
        add("Previous clus&ter", partial(hear.step_cluster, -1), "Up; Alt+Up")
        add("Next clip", partial(table.step, 1), "Ctrl+Right")
        add("Previous clip", partial(table.step, -1), "Ctrl+Left")

    def _sequences(self) -> None:
        add, hear, menu = self._add, self._parts.listening, self._menu
        menu.addSeparator()
        add("Play the s&election", hear.play_selection, "Return; Enter")
        add("Play the &cluster", hear.play_cluster)
        add("Tou&r of the cluster", hear.tour, "T")
        self._order = menu.addMenu("&Order of a sequence")
        self._order.aboutToShow.connect(self._offer_orders)
        self._pause = menu.addMenu("P&ause in a sequence")
        self._pause.aboutToShow.connect(self._offer_pauses)

    def _comparing(self) -> None:
        self._menu.addSeparator()
        self._add("&Keep this clip as A", self._parts.listening.keep_a, "A")
        self._add("Hear the &other of A and B", self._parts.listening.switch_ab, "B")

    def _manner(self) -> None:
        add, menu, bar = self._add, self._menu, self._window.transport
        menu.addSeparator()
        self._toggle("&Loop", bar.buttons["loop"], "L")
        add("Slo&wer", partial(bar.step_speed, -1), "[")
        add("&Faster", partial(bar.step_speed, 1), "]")
        add("Usual spee&d", partial(bar.speed.slider.setValue, 100), "Backspace")
        self._toggle("Keep the p&itch", bar.speed.pitch)
        self._toggle("&Match the loudness", bar.buttons["matched"])
        view = self._window.map
        hover = add("Play on &hover", view.set_aloud, "P", checked=view.aloud)
        view.aloud_changed.connect(hover.setChecked)
        menu.addMenu(bar.device.menu()).setText("Output de&vice")

    def _toggle(self, text: str, button: QAbstractButton, keys: str = "") -> None:
        """Add an action that is on as long as a button is."""
        on = button.isChecked()
        action = self._add(text, lambda _: button.toggle(), keys, checked=on)
        button.toggled.connect(action.setChecked)

    def _offer_orders(self) -> None:
        hear = self._parts.listening
        fill_with_choices(self._order, ORDERS.items(), hear.order, hear.set_order)

    def _offer_pauses(self) -> None:
        hear = self._parts.listening
        fill_with_choices(self._pause, PAUSES.items(), hear.pause, hear.set_pause)

    def _silence(self) -> None:
        """Stop what sounds or is about to; in silence take away lines to neighbours."""
        if not (self._parts.playback.is_playing() or self._parts.listening.waiting):
            self._parts.neighbouring.clear()
        self._parts.audition.stop()
