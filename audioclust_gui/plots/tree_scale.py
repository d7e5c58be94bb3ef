"""How heights are shown: as they are, or their logarithm; and round ones among them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from audioclust_gui.plots.tree_arrays import Floats

SCALES = ("height", "log")

_WIDEST = 1e6  # what is this much lower than the root lies with the leaves
_DIGITS = (1, 2, 5)
_DECADE = 12.0
_ROOM, _TIGHT = 34.0, 14.0
_SHORT = 6


@dataclass(frozen=True, slots=True)
class HeightScale:
    """Turns heights into shares of the way from the leaves to the root, and back.

    Parameters
    ----------
    highest : float
        The height that is 1, above 0.
    floor : float
        0 for a linear scale; else the scale is logarithmic and this is the height that
        is 0, and so are all below.
    """

    highest: float = 1.0
    floor: float = 0.0

    @classmethod
    def of(cls, heights: Floats, scale: str) -> HeightScale:
        """Return the scale, one of `SCALES`, of a tree with these heights.

        The logarithmic one begins somewhat below the lowest height above 0, so that it
        can be told from a merge of duplicates.
        """
        highest = float(heights.max(initial=0.0)) or 1.0
        above = heights[heights > highest / _WIDEST]
        if scale == "height" or not len(above):
            return cls(highest)
        lowest = float(above.min())
        return cls(highest, lowest / max(2.0, (highest / lowest) ** 0.06))

    def shares(self, heights: Floats) -> Floats:
        """Return 0 to 1 for heights up to the highest; more beyond."""
        if not self.floor:
            return heights / self.highest
        span = math.log(self.highest) - math.log(self.floor)
        logs: Floats = np.log(np.maximum(heights, self.floor))
        return (logs - math.log(self.floor)) / span  # no ratio that is too large

    def share(self, height: float) -> float:
        """Return the share of one height, which may be infinite."""
        return float(self.shares(np.array([height]))[0])

    def height(self, share: float) -> float:
        """Return the height at a share of the way up; 0 at 0 and below."""
        if share <= 0:
            return 0.0
        if not self.floor:
            return share * self.highest
        return self.floor * (self.highest / self.floor) ** share


def short(height: float) -> str:
    """Return a height in about six characters."""
    if 1e3 <= height < 1e5:
        return f"{height:.0f}"
    texts = [f"{height:.{digits}g}" for digits in (4, 3, 2)] + [f"{height:.1e}"]
    for sign, shorter in ("e+", "e"), ("e0", "e"), ("e-0", "e-"):
        texts = [text.replace(sign, shorter) for text in texts]
    return next((text for text in texts if len(text) <= _SHORT), texts[-1])


def height_ticks(
    scale: HeightScale, bottom: float, top: float, pixels: float
) -> list[tuple[float, str]]:
    """Return round heights between two shares, with room for what they are called.

    Parameters
    ----------
    scale : HeightScale
    bottom, top : float
        The shares at both ends of the axis.
    pixels : float
        How long it is.

    Returns
    -------
    list of (share, text)
    """
    if pixels < 24 or not top > bottom:
        return []
    low, high = scale.height(max(bottom, 0.0)), scale.height(top)
    low = max(low, scale.floor)
    if scale.floor and high / low > _DECADE:
        decades = math.log10(scale.highest / scale.floor) * (top - bottom)
        heights = _powers(low, high, pixels / decades)
    else:
        heights = _steps(low, high, max(2.0, pixels / _ROOM))
    ticks = [(0.0, "0")] if bottom <= 0 else []
    least = _TIGHT * (top - bottom) / pixels
    for height in heights:
        share = scale.share(height)
        if share <= top and (not ticks or share - ticks[-1][0] >= least):
            ticks.append((share, f"{height:.6g}"))
    return ticks


def _steps(low: float, high: float, at_most: float) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten."""
    least = (high - low) / at_most
    if not least > 0 or not math.isfinite(least):
        return []
    power = 10.0 ** math.floor(math.log10(least))
    step = next(s * power for s in (*_DIGITS, 10) if s * power >= least * 0.999)
    first, last = math.ceil(low / step), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def _powers(low: float, high: float, pixels: float) -> list[float]:
    """Return powers of ten, with their doubles where a decade has so many pixels."""
    digits = _DIGITS if pixels > 3 * _ROOM / 2 else (1,)
    step = math.ceil(_TIGHT / pixels)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    powers = range(first - first % step, last + 1, step)
    return [d * 10.0**p for p in powers for d in digits if d * 10.0**p > low]
