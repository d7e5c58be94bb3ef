"""The transport bar: previous, play, next, loop, volume, and what is heard."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QWidget,
)

from audioclust_gui import assets
from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.widgets.elided_label import ElidedLabel

_BUTTONS = (
    ("previous", "Previous clip", "Ctrl+Left"),
    ("play", "Play or stop", "Space; Esc silences"),
    ("next", "Next clip", "Ctrl+Right"),
)


class TransportView(QWidget):
    """Buttons that command the sound, and a line that says which clip it is.

    Parameters
    ----------
    document : Document
    audition : Audition
    """

    stepped = Signal(int)  # -1 for the previous clip, 1 for the next

    def __init__(
        self, document: Document, audition: Audition, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._audition = audition
        self._duration = 0.0
        self._playing = -1
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        for name, words, keys in _BUTTONS:
            row.addWidget(self._button(name, words, keys))
        row.addWidget(self._button("loop", "Repeat the clip", "L"))
        self.buttons["loop"].setCheckable(True)
        self.name = ElidedLabel("Click a point or a row to hear it")
        self.time = QLabel()
        widest = self.fontMetrics().horizontalAdvance("000.0 / 000.0 s")
        self.time.setMinimumWidth(widest)
        right = Qt.AlignmentFlag.AlignRight
        self.time.setAlignment(right | Qt.AlignmentFlag.AlignVCenter)
        self.device = QLabel()
        self.device.setTextFormat(Qt.TextFormat.PlainText)
        self.volume = QSlider(Qt.Orientation.Horizontal, maximum=100, value=80)
        self.volume.setMinimumWidth(60)
        self.volume.setMaximumWidth(110)
        self.volume.setAccessibleName("Volume")
        self.volume.setToolTip("Volume  (arrow keys)")
        self._speaker = QLabel()
        row.addWidget(self.name, 1)
        row.addWidget(self.device)
        row.addWidget(self.time)
        row.addWidget(self._speaker)
        row.addWidget(self.volume)
        self.set_dark(False)

        sound = audition.playback
        self.buttons["previous"].clicked.connect(lambda: self.stepped.emit(-1))
        self.buttons["next"].clicked.connect(lambda: self.stepped.emit(1))
        self.buttons["play"].clicked.connect(audition.toggle)
        self.buttons["loop"].toggled.connect(sound.set_loop)
        self.volume.valueChanged.connect(lambda v: sound.set_volume(v / 100))
        sound.set_volume(self.volume.value() / 100)
        sound.started.connect(self._started)
        sound.position_changed.connect(self._show_time)
        sound.device_changed.connect(self.show_device)
        audition.playing_changed.connect(self._show_playing)
        document.current_changed.connect(self._show_clip)
        document.replaced.connect(self._show_clip)

    def set_dark(self, dark: bool) -> None:
        """Draw the icons anew, in the colours of the theme."""
        for name, button in self.buttons.items():
            button.setIcon(assets.icon(name))
        self._show_playing(self._playing)
        side = self.fontMetrics().height()
        self._speaker.setPixmap(assets.icon("volume").pixmap(side, side))

    def show_device(self, trouble: str) -> None:
        """Say that there is no sound, and why in the tooltip; "" when there is."""
        self.device.setText("No sound device" if trouble else "")
        self.device.setToolTip(tooltip(trouble) if trouble else "")

    def _button(self, name: str, words: str, keys: str) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setAccessibleName(words)
        button.setToolTip(f"{words}  ({keys})")
        self.buttons[name] = button
        return button

    def _show_clip(self) -> None:
        index = self._document.current
        self._duration = 0.0
        self.time.clear()
        dataset = self._document.project.dataset
        if 0 <= index < len(dataset):
            self.name.set_text(one_line(dataset.clips[index].name))
            self.name.setToolTip(tooltip(dataset.clips[index].path))
        else:
            self.name.set_text("Click a point or a row to hear it")
            self.name.setToolTip("")

    def _started(self, _: object, duration: float) -> None:
        self._duration = duration
        self._show_time(0.0)

    def _show_time(self, seconds: float) -> None:
        digits = 2 if self._duration < 1 else 1
        self.time.setText(f"{seconds:.{digits}f} / {self._duration:.{digits}f} s")

    def _show_playing(self, index: int) -> None:
        self._playing = index
        button = self.buttons["play"]
        button.setIcon(assets.icon("stop" if index >= 0 else "play"))
        button.setText("Stop" if index >= 0 else "Play")
