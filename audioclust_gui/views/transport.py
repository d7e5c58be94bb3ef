"""The transport bar: what is heard, how it is heard, and what comes next."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui import assets
from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.listening import Listening
from audioclust_gui.plots.plain import one_line, tooltip
from audioclust_gui.widgets.comparing_button import ComparingButton
from audioclust_gui.widgets.device_button import DeviceButton
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.level_meter import LevelMeter
from audioclust_gui.widgets.sequence_button import SequenceButton
from audioclust_gui.widgets.speed_button import SpeedButton

_BUTTONS = {
    "previous": ("Previous clip of the cluster", "Left"),
    "play": ("Play or stop", "Space; Esc silences"),
    "next": ("Next clip of the cluster", "Right"),
    "loop": ("Repeat what is played", "L"),
    "tour": ("Tour of the cluster", "T"),
    "matched": ("Play all clips equally loud", "-23 LUFS"),
}
_TOGGLES = ("loop", "matched")
_INVITATION = "Click a point or a row to hear it"
_VOLUME = 0.8


class TransportView(QWidget):
    """Commands the sound, and says which clip it is and what it is there for.

    Where there is too little room for all of it, what the menus do as well goes first.

    Parameters
    ----------
    document : Document
    audition : Audition
    listening : Listening
    """

    def __init__(
        self,
        document: Document,
        audition: Audition,
        listening: Listening,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._listening = listening
        self._sound = sound = audition.playback
        self._duration = 0.0
        self._playing = -1
        self.buttons = {name: _button(*words) for name, words in _BUTTONS.items()}
        for name in _TOGGLES:
            self.buttons[name].setCheckable(True)
        self.sequence = SequenceButton(listening)
        self.comparing = ComparingButton(document, listening)
        self.name = ElidedLabel(_INVITATION)
        self.role = ElidedLabel()
        self.time = QLabel()
        self.speed = SpeedButton()
        self.meter = LevelMeter(sound.levels)
        self.volume = QSlider(Qt.Orientation.Horizontal, maximum=100)
        self.volume.setFixedWidth(56)
        self.volume.setAccessibleName("Volume")
        self.volume.setToolTip("Volume  (arrow keys)")
        self.device = DeviceButton(sound)
        # The first to go comes last.
        self._spared = (
            self.device,
            self.buttons["tour"],
            self.sequence,
            self.comparing,
            self.meter,
        )
        self._arrange()
        self._connect(audition, listening)
        sound.set_volume(_VOLUME)
        self.show_settings()
        self.set_dark(False)

    def set_dark(self, dark: bool) -> None:
        """Draw the icons anew, in the colours of the theme."""
        for name, button in self.buttons.items():
            button.setIcon(assets.icon(name))
        self.sequence.setIcon(assets.icon("sequence"))
        self.device.show_icon()
        self.meter.set_dark(dark)
        self._show_playing(self._playing)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        left = event.size().width() - self._least()
        for widget in self._spared:
            left -= widget.sizeHint().width() + self.layout().spacing()
            widget.setVisible(left >= 0)

    def step_speed(self, by: int) -> None:
        """Play faster (1) or slower (-1) by a step."""
        self.speed.step(by)

    def show_settings(self) -> None:
        """Show how the playback plays: what somebody else has set."""
        sound, matched = self._sound, self.buttons["matched"]
        with QSignalBlocker(self.volume), QSignalBlocker(matched):
            self.volume.setValue(round(100 * sound.volume()))
            matched.setChecked(sound.matched())
        self.speed.set_speed(sound.speed(), sound.keeps_pitch())

    def _arrange(self) -> None:
        small = self.role.font()
        small.setPointSizeF(0.85 * small.pointSizeF())
        self.role.setFont(small)
        self.role.hide()  # till there is one, the name is in the middle
        widest = self.fontMetrics().horizontalAdvance("00.0 / 00.0 s")
        self.time.setMinimumWidth(widest)
        right = Qt.AlignmentFlag.AlignRight
        self.time.setAlignment(right | Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.role)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        row.setSpacing(3)
        for name in ("previous", "play", "next", "loop"):
            row.addWidget(self.buttons[name])
        for widget in (self.sequence, self.buttons["tour"], self.comparing):
            row.addWidget(widget)
        row.addStrut(self.name.sizeHint().height() + self.role.sizeHint().height())
        row.addLayout(words, 1)
        row.addWidget(self.time)
        row.addWidget(self.speed)
        row.addWidget(self.buttons["matched"])
        for widget in (self.meter, self.volume, self.device):
            row.addWidget(widget)

    def _least(self) -> int:
        """Return the width of what is always shown, in pixels."""
        row = self.layout()
        items = [row.itemAt(i) for i in range(row.count())]
        kept = [item for item in items if item.widget() not in self._spared]
        margins = row.contentsMargins()
        return (
            sum(item.minimumSize().width() + row.spacing() for item in kept)
            + margins.left()
            + margins.right()
        )

    def _connect(self, audition: Audition, listening: Listening) -> None:
        sound, buttons = self._sound, self.buttons
        buttons["previous"].clicked.connect(lambda: listening.step(-1))
        buttons["next"].clicked.connect(lambda: listening.step(1))
        buttons["play"].clicked.connect(audition.toggle)
        buttons["tour"].clicked.connect(lambda: listening.tour())
        buttons["loop"].toggled.connect(sound.set_loop)
        buttons["matched"].toggled.connect(sound.set_matched)
        self.speed.changed.connect(sound.set_speed)
        self.volume.valueChanged.connect(lambda v: sound.set_volume(v / 100))
        sound.started.connect(self._started)
        sound.position_changed.connect(self._show_time)
        audition.playing_changed.connect(self._show_playing)
        listening.stop_changed.connect(self._show_role)
        listening.kept_changed.connect(self._show_name)
        self._document.current_changed.connect(self._show_clip)
        self._document.replaced.connect(self._show_clip)

    def _show_clip(self) -> None:
        self._duration = 0.0
        self.time.clear()
        self._show_name()

    def _show_name(self) -> None:
        """Say which clip is looked at, and whether it is A or B."""
        index, dataset = self._document.current, self._document.project.dataset
        if 0 <= index < len(dataset):
            letter = self._listening.comparing.words(index)
            name = one_line(dataset.clips[index].name)
            self.name.set_text(f"{letter}: {name}" if letter else name)
            self.name.setToolTip(tooltip(dataset.clips[index].path))
        else:
            self.name.set_text(_INVITATION)
            self.name.setToolTip("")

    def _show_role(self, words: str) -> None:
        self.role.set_text(one_line(words))
        self.role.setToolTip(tooltip(words) if words else "")
        self.role.setVisible(bool(words))
        self._show_name()

    def _started(self, _: object, duration: float) -> None:
        self._duration = duration
        self._show_time(0.0)

    def _show_time(self, seconds: float) -> None:
        digits = 2 if self._duration < 1 else 1
        self.time.setText(f"{seconds:.{digits}f} / {self._duration:.{digits}f} s")

    def _show_playing(self, index: int) -> None:
        self._playing = index
        self.meter.set_running(index >= 0)
        button = self.buttons["play"]
        button.setIcon(assets.icon("stop" if index >= 0 else "play"))
        button.setText("Stop" if index >= 0 else "Play")


def _button(words: str, more: str) -> QToolButton:
    button = QToolButton()
    button.setAutoRaise(True)
    button.setAccessibleName(words)
    button.setToolTip(f"{words}  ({more})")
    return button
