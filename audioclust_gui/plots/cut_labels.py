"""What the curves of a strip are called, and their values at the present cut."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from audioclust_gui.plots.palette import Ink

_DASH = 20.0
_GAP = 5.0
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_NOTE = int(
    Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap
)
_USUAL = "of a sample of 50,000"
_END = Qt.TextElideMode.ElideRight


@dataclass(frozen=True, slots=True)
class CurveLabel:
    """How a curve is drawn, and the y at which it ends."""

    pen: QPen
    end: float


def said(name: str, value: float) -> str:
    """Return a name and a score, as in "NMI 0.55"; a dash for a score unknown.

    The score is at most 1, and written as 1 only where it is.
    """
    shown = value if value > 1 - 1e-9 else min(value, 0.99)
    number = f"{shown:z.2f}" if math.isfinite(value) else "–"
    return f"{name} {number}".replace("-", "\N{MINUS SIGN}")


def counted(k: int) -> str:
    """Return a number of clusters in words."""
    return "1 cluster" if k == 1 else f"{k:,} clusters"


def width_of(names: Sequence[str], font: QFont) -> float:
    """Return the width of a column for these names, never less than for the usual."""
    metrics = QFontMetricsF(font)
    texts = [said(name, -0.88) for name in names]
    widths = [_DASH + _GAP + metrics.horizontalAdvance(text) for text in texts]
    return max(metrics.horizontalAdvance(_USUAL), *widths) + 1


def spread(
    wanted: Sequence[float], height: float, top: float, bottom: float
) -> list[float]:
    """Return places near those wanted, `height` from each other, from `top` down.

    Parameters
    ----------
    wanted : sequence of float
        Where the middles of the labels should be, in pixels.
    height : float
        What each takes; less, if there is no room for that.
    top, bottom : float
        Between which they have to be.

    Returns
    -------
    list of float
        In the order of `wanted`, and as high above one another as those.
    """
    if not wanted:
        return []
    height = min(height, (bottom - top) / len(wanted))
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    places = [0.0] * len(wanted)
    last = top - height / 2
    for rank, i in enumerate(order):
        below = len(order) - 1 - rank
        lowest = bottom - height / 2 - below * height
        places[i] = last = min(max(wanted[i], last + height), lowest)
    return places


def paint_labels(
    painter: QPainter,
    column: QRectF,
    labels: Sequence[CurveLabel],
    texts: Sequence[str],
    ink: Ink,
) -> None:
    """Write a text beside a piece of each curve, near where the curve ends."""
    metrics = painter.fontMetrics()
    height = float(metrics.height())
    ends = [label.end for label in labels]
    middles = spread(ends, height, column.top(), column.bottom())
    left = column.left() + _DASH + _GAP
    for label, text, y in zip(labels, texts, middles, strict=True):
        painter.setPen(label.pen)
        painter.drawLine(QLineF(column.left(), y, column.left() + _DASH, y))
        painter.setPen(QColor(ink.text))
        place = QRectF(left, y - height / 2, column.right() - left, height)
        painter.drawText(
            place, _LEFT, metrics.elidedText(text, _END, int(place.width()))
        )


def paint_note(painter: QPainter, column: QRectF, note: str, ink: Ink) -> None:
    """Write a note at the lower end of a column, on as many lines as it takes."""
    painter.setPen(QColor(ink.muted))
    painter.drawText(column, _NOTE, note)


def note_height(column: QRectF, note: str, font: QFont) -> float:
    """Return the pixels that a note takes of a column."""
    return QFontMetricsF(font).boundingRect(column, _NOTE, note).height()
