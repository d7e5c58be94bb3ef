"""How a person likes to hear and see collections: kept from session to session."""

from __future__ import annotations

import json
import math
from contextlib import suppress

from PySide6.QtCore import QObject, QSettings

from audioclust_gui.colouring import Colouring
from audioclust_gui.document import Document
from audioclust_gui.listening import ORDERS, Listening
from audioclust_gui.sound.playback import Playback
from audioclust_gui.training import Training
from engine.autoencoder.recipe import Recipe
from engine.errors import ParameterError

_VOLUME = 0.8


class Preferences(QObject):
    """Carries what was chosen last from the settings to the models, and back.

    The speed is not among it: who opens a collection wants to hear it as it is.

    Parameters
    ----------
    settings : QSettings
    document : Document
    playback : Playback
    listening : Listening
    colouring : Colouring
    training : Training

    Attributes
    ----------
    on_hover : bool
        Whether a point is heard when the cursor rests on it.
    """

    def __init__(
        self,
        settings: QSettings,
        document: Document,
        playback: Playback,
        listening: Listening,
        colouring: Colouring,
        training: Training,
    ) -> None:
        super().__init__(document)
        self._settings = settings
        self._document = document
        self._playback = playback
        self._listening = listening
        self._colouring = colouring
        self._training = training
        self.on_hover = self._flag("on_hover", False)

    def keep(self) -> None:
        """Write what is chosen now."""
        sound, listening = self._playback, self._listening
        values = {
            "volume": sound.volume(),
            "keep_pitch": sound.keeps_pitch(),
            "matched": sound.matched(),
            "device": sound.device(),
            "order": listening.order,
            "pause": listening.pause,
            "on_hover": self.on_hover,
            "colour_by": self._colouring.choice,
            "recipe": json.dumps(self._training.recipe.to_dict()),
        }
        for name, value in values.items():
            self._settings.setValue(name, value)

    def set_on_hover(self, on: bool) -> None:
        """Remember whether a point is heard when the cursor rests on it."""
        self.on_hover = on

    def restore(self) -> None:
        """Set what was chosen last; a new window has its own mind about volume."""
        sound, listening = self._playback, self._listening
        sound.set_volume(self._number("volume", _VOLUME))
        sound.set_speed(1.0, self._flag("keep_pitch", True))
        sound.set_matched(self._flag("matched", True))
        if device := self._text("device"):
            sound.set_device(device)
        if (order := self._text("order")) in ORDERS:
            listening.set_order(order)
        listening.set_pause(self._number("pause", 0.0))
        # Of another version, or what somebody wrote into the file.
        with suppress(ValueError, RecursionError, ParameterError):
            if written := self._text("recipe"):
                self._training.choose(Recipe.from_dict(json.loads(written)))
        # What there is to colour by is known when there is a collection.
        self._document.replaced.connect(self._colour)

    def _colour(self) -> None:
        self._document.replaced.disconnect(self._colour)
        self._colouring.choose(self._text("colour_by"))

    def _text(self, name: str) -> str:
        value = self._settings.value(name, "")
        return value if isinstance(value, str) else ""

    def _flag(self, name: str, default: bool) -> bool:
        """Return whether something is on; an INI file holds it as a word."""
        value = str(self._settings.value(name, default)).lower()
        return {"true": True, "false": False}.get(value, default)

    def _number(self, name: str, default: float) -> float:
        try:
            value = float(self._settings.value(name, default))
        except (TypeError, ValueError):  # somebody wrote into the file
            return default
        return value if math.isfinite(value) else default
