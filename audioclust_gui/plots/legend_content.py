"""What a legend says, in colours and words: for a screen, a picture and a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audioclust_gui.plots.palette import Colours

_DIGITS = (1, 2, 5, 10, 20, 50)
_NARROW = 1e-300  # a step of less would have no digits left


@dataclass(frozen=True, slots=True)
class Scale:
    """What the ends of a ramp of colours mean.

    Parameters
    ----------
    low, high : float
        The values of the first and the last colour, low < high.
    least, most : float
        Of all values: those beyond the ends look as the ends do.
    unit : str
        "" for a plain number.
    whole : bool
        Whether only whole numbers occur.
    """

    low: float
    high: float
    least: float
    most: float
    unit: str = ""
    whole: bool = False

    def ticks(self, most: int = 5) -> list[tuple[float, str]]:
        """Return (share of the way, text) of at most so many round values.

        A scale without a round value inside has its ends.
        """
        span = self.high - self.low
        if span < _NARROW:
            return self._ends
        finest = 10.0 ** math.floor(math.log10(span / most))
        if self.whole:
            finest = max(finest, 1.0)
        for digits in _DIGITS:
            step = digits * finest
            first = math.ceil(self.low / step - 1e-6)
            last = math.floor(self.high / step + 1e-6)
            if last - first < most:
                break
        if last <= first:
            return self._ends
        values = [i * step for i in range(first, last + 1)]
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        shares = [min(max((v - self.low) / span, 0.0), 1.0) for v in values]
        texts = [_rounded(v, decimals) for v in values]
        return list(zip(shares, texts, strict=True))

    @property
    def _ends(self) -> list[tuple[float, str]]:
        return [(0.0, number(self.low)), (1.0, number(self.high))]

    @property
    def beyond(self) -> str:
        """Say what lies beyond the ends; "" where nothing does."""
        margin = 1e-6 * (self.high - self.low)
        if self.least >= self.low - margin and self.most <= self.high + margin:
            return ""
        unit = f" {self.unit}" if self.unit else ""
        return f"All values: {number(self.least)} to {number(self.most)}{unit}"


class Bar(NamedTuple):
    """A scale in its colours: uint8 (n_steps, 4), from low to high."""

    scale: Scale
    colours: Colours


class Entry(NamedTuple):
    """One line: the sign that points have, what they are, and how many.

    Parameters
    ----------
    text : str
        Any text: it is shown letter by letter.
    colour : red, green, blue, alpha, 0-255
    shape : int
        Place in `palette.SHAPES`.
    count : int
    """

    text: str
    colour: tuple[int, int, int, int]
    shape: int
    count: int


@dataclass(frozen=True, eq=False)
class LegendContent:
    """All of a legend, from top to bottom.

    Parameters
    ----------
    title : str
        What the colours show; any text.
    entries : sequence of Entry
        Colours that stand for a name, and points without a value.
    bar : Bar, optional
        Colours that stand for numbers; comes before the entries.
    shapes_title : str
        What the shapes show, where that is something else.
    shapes : sequence of Entry
    note : str
        What else one has to know.
    """

    title: str
    entries: Sequence[Entry] = ()
    bar: Bar | None = None
    shapes_title: str = ""
    shapes: Sequence[Entry] = ()
    note: str = ""


def number(value: float) -> str:
    """Write a number in about four digits."""
    if value == round(value) and abs(value) < 1e6:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e6 else f"{value:.4g}"


def _rounded(value: float, decimals: int) -> str:
    if decimals > 6 or abs(value) >= 1e6:
        return f"{value:.3g}"
    return f"{value:,.{decimals}f}"
