"""What lines and colours of learning curves stand for, in rows of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from audioclust_gui.plots import palette
from audioclust_gui.plots.curve_path import draw_path, path_of
from audioclust_gui.plots.curve_runs import QUANTITIES, RATE, RunCurves
from audioclust_gui.plots.plain import one_line
from audioclust_gui.plots.shape_paths import shape_path

_SAMPLE, _SIGN = 26.0, 12.0
_GAP, _APART = 5.0, 14.0
_LONGEST = 160.0
RADIUS = 4.0
"""Of a sign on a curve, in pixels."""


class Entry(NamedTuple):
    """A sign and what it stands for.

    Parameters
    ----------
    text : str
        One line, as it is shown.
    place : QRectF
        Of both.
    sign : str or RunCurves or None
        A quantity's line, a run's colour and shape, or nothing.
    """

    text: str
    place: QRectF
    sign: str | RunCurves | None


def quantities_in(
    names: Sequence[str], room: QRectF, metrics: QFontMetricsF
) -> list[Entry]:
    """Return the legend of lines from the top of a room on, as many rows as needed."""
    labels = [(_label(name), name) for name in names]
    return _flow(labels, room, metrics, rows=len(names))


def runs_in(
    runs: Sequence[RunCurves], room: QRectF, metrics: QFontMetricsF, rows: int
) -> list[Entry]:
    """Return the legend of runs in at most so many rows; then how many more."""
    middle = Qt.TextElideMode.ElideMiddle
    # More would not be on the rows: a hundred names take long to measure.
    fitting = rows * (1 + int(room.width() / (_SIGN + _GAP + _APART)))
    labels = [
        (metrics.elidedText(one_line(run.name) or "No name", middle, _LONGEST), run)
        for run in runs[:fitting]
    ]
    found = _flow(labels, room, metrics, rows)
    while found and len(found) < len(runs):
        more = [(f"and {len(runs) - len(found):,} more", None)]
        again = _flow([*labels[: len(found)], *more], room, metrics, rows)
        if len(again) > len(found):
            return again
        found.pop()
    return found


def height_of(entries: Sequence[Entry]) -> float:
    """Return the pixels that a legend takes from its top."""
    if not entries:
        return 0.0
    return entries[-1].place.bottom() - entries[0].place.top()


def paint_entries(painter: QPainter, entries: Sequence[Entry], dark: bool) -> None:
    """Draw a legend."""
    ink = palette.ink(dark)
    for text, place, sign in entries:
        middle, left = place.center().y(), place.left()
        if isinstance(sign, RunCurves):
            paint_sign(painter, QPointF(left + _SIGN / 2, middle), sign, dark)
        elif sign is not None:
            x = np.array([0.0, _SAMPLE])
            path = path_of(x, np.zeros(2), QUANTITIES[sign].dash)
            painter.translate(left, middle)
            draw_path(painter, path, QColor(ink.text), 1.6)
            painter.translate(-left, -middle)
        painter.setPen(QColor(ink.muted))
        where = place.adjusted(_sign_width(sign), 0, 2, 0)
        painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), text)


def paint_frame(
    painter: QPainter, entries: Sequence[Entry], dark: bool, run: str
) -> None:
    """Draw a frame around the name of a run, where it is in a legend."""
    painter.setPen(QPen(QColor(palette.ink(dark).accent), 1.2))
    for _, place, sign in entries:
        if isinstance(sign, RunCurves) and sign.run == run:
            painter.drawRoundedRect(place.adjusted(-4, 0, 4, 0), 3, 3)


def paint_sign(
    painter: QPainter,
    place: QPointF,
    run: RunCurves,
    dark: bool,
    radius: float = RADIUS,
) -> None:
    """Draw the shape of a run in its colour."""
    painter.setPen(QPen(QColor(palette.ink(dark).background), 0.8))
    painter.setBrush(colour_of(run, dark))
    shape = int(palette.shapes([run.colour])[0])
    painter.drawPath(shape_path(shape, place, radius))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def colour_of(run: RunCurves, dark: bool) -> QColor:
    """Return the colour of a run."""
    ids = 1 << run.colour.bit_length()  # few tables do for all runs
    return QColor(*palette.table(ids, dark)[run.colour].tolist())


def _label(name: str) -> str:
    quantity = QUANTITIES[name]
    return f"{quantity.label} (right)" if quantity.axis == RATE else quantity.label


def _sign_width(sign: str | RunCurves | None) -> float:
    if sign is None:
        return 0.0
    return (_SIGN if isinstance(sign, RunCurves) else _SAMPLE) + _GAP


def _flow(
    labels: Sequence[tuple[str, str | RunCurves | None]],
    room: QRectF,
    metrics: QFontMetricsF,
    rows: int,
) -> list[Entry]:
    """Put texts one after the other, as many as have room."""
    found: list[Entry] = []
    left, row, height = room.left(), 0, metrics.height() + 2
    for text, sign in labels:
        width = _sign_width(sign) + metrics.horizontalAdvance(text)
        if left > room.left() and left + width > room.right():
            left, row = room.left(), row + 1
        if row >= rows:
            break
        place = QRectF(left, room.top() + row * height, width, height)
        found.append(Entry(text, place, sign))
        left += width + _APART
    return found
