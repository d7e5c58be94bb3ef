"""A level meter: how loud what is played is, and whether it comes near clipping."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from audioclust_gui.plots import palette

FLOOR = -60.0
"""Decibels relative to full scale at the left end; the right end is 0."""
OVER = -1.0
"""Decibels above which a peak is marked."""

_TICK_MS = 33
_FALL = 0.8  # dB per tick: 24 dB a second
_HELD = 45  # ticks that a peak stands before it falls, and that the mark is seen
_BAR, _GAP, _LAMP = 5, 2, 11  # pixels
_RED = QColor("#c62f1d")


class LevelMeter(QWidget):
    """Two bars of peaks, left above right, each with the highest of the last moments.

    A peak above -1 dB turns on a lamp at the right: red, with an exclamation mark.

    Parameters
    ----------
    read : callable
        Returns the peaks of both channels since it was called last, each at least 0;
        1 is full scale.
    """

    def __init__(
        self, read: Callable[[], tuple[float, float]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._read = read
        self._ink = palette.ink(False)
        self._running = False
        self.levels = [FLOOR, FLOOR]  # dB, as they are drawn
        self.peaks = [FLOOR, FLOOR]
        self._age = [0, 0]  # ticks since the peaks
        self._left = 0  # ticks for which the lamp is on
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Level")
        self.setToolTip("Peaks, left and right, from -60 to 0 dB; ! marks any above -1")
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def over(self) -> bool:
        """Whether a peak was above -1 dB a moment ago."""
        return self._left > 0

    def set_running(self, running: bool) -> None:
        """Say whether something sounds; the bars still fall when it does not."""
        self._running = running
        if running:
            self._timer.start()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self._ink = palette.ink(dark)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(64, 2 * _BAR + _GAP)

    def tick(self) -> None:
        """Take the peaks since the last tick, and let the bars fall."""
        before = (*self.levels, *self.peaks, self.over)
        self._left = max(self._left - 1, 0)
        for side, peak in enumerate(self._read()):
            level = 20 * math.log10(peak) if peak > 0 else FLOOR
            fallen = max(self.levels[side] - _FALL, FLOOR)
            self.levels[side] = min(max(level, fallen), 0.0)
            self._age[side] += 1
            if self.levels[side] >= self.peaks[side]:
                self.peaks[side], self._age[side] = self.levels[side], 0
            elif self._age[side] > _HELD:
                self.peaks[side] = max(self.peaks[side] - _FALL, self.levels[side])
            if level > OVER:
                self._left = _HELD
        after = (*self.levels, *self.peaks, self.over)
        if after != before:
            self.update()
        elif not self._running and self.peaks == [FLOOR, FLOOR]:
            self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = self._ink
        room = self.width() - _LAMP - _GAP
        top = (self.height() - 2 * _BAR - _GAP) / 2
        with QPainter(self) as painter:
            for side, (level, peak) in enumerate(
                zip(self.levels, self.peaks, strict=True)
            ):
                y = top + side * (_BAR + _GAP)
                groove = QColor(ink.muted)
                groove.setAlpha(60)
                painter.fillRect(QRectF(0, y, room, _BAR), groove)
                width = room * _share(level)
                painter.fillRect(QRectF(0, y, width, _BAR), QColor(ink.accent))
                if peak > FLOOR:
                    x = max(room * _share(peak) - 2, 0)
                    painter.fillRect(QRectF(x, y, 2, _BAR), QColor(ink.text))
            lamp = QRectF(room + _GAP, top, _LAMP - 1, 2 * _BAR + _GAP)
            if self.over:
                painter.fillRect(lamp, _RED)
                font = painter.font()
                font.setBold(True)
                font.setPixelSize(_BAR * 2 + 1)
                painter.setFont(font)
                painter.setPen(QColor("#ffffff"))
                painter.drawText(lamp, Qt.AlignmentFlag.AlignCenter, "!")
            else:
                painter.setPen(QPen(groove, 1))
                painter.drawRect(lamp.adjusted(0.5, 0.5, -0.5, -0.5))


def _share(level: float) -> float:
    return (level - FLOOR) / -FLOOR
