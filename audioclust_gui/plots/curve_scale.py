"""The axes of learning curves: they change seldom while curves grow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from audioclust_gui.plots.curve_runs import LOSS, QUANTITIES, RATE, Floats, RunCurves
from audioclust_gui.plots.legend_content import Scale
from audioclust_gui.plots.tree_scale import HeightScale, height_ticks

_DIGITS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)
_PEAK = 20.0  # times the middle value, beyond which a curve leaves a linear plot
_UP, _DOWN = 1e3, 1e6  # times it that a logarithmic one reaches
_ROOM = 34.0
_EVEN = 0.999999999


@dataclass(frozen=True)
class Axes:
    """What places of the plot stand for.

    Parameters
    ----------
    last : int
        The epoch at the right end, at least 2; epoch 1 is at the left one.
    loss, rate : HeightScale
        Of the upper strip: at its left and at its right.
    low : float
        The lower end of the scores, whose upper one is 1.
    """

    last: int = 2
    loss: HeightScale = field(default_factory=HeightScale)
    rate: HeightScale = field(default_factory=HeightScale)
    low: float = 0.0

    @classmethod
    def of(
        cls, runs: Sequence[RunCurves], quantities: Iterable[str], logarithmic: bool
    ) -> Axes:
        """Return axes on which all of some runs can be seen.

        Their ends are round numbers: few epochs move them.
        """
        shown = set(quantities)
        # One may have been kept after an epoch of which no numbers were written down.
        ends = (max(run.last, run.planned, *run.kept[-1:]) for run in runs)
        last = max(ends, default=2)
        least = [
            run.extremes[name].least
            for run in runs
            for name in shown & run.extremes.keys()
            if QUANTITIES[name].axis not in (LOSS, RATE)
        ]
        low = min([0.0, *least])
        return cls(
            last=max(2, last),
            loss=_height_scale(runs, shown, LOSS, logarithmic),
            rate=_height_scale(runs, shown, RATE, logarithmic),
            low=max(-1.0, math.floor(4 * low) / 4),
        )

    def across(self, epochs: Floats) -> Floats:
        """Return where epochs are, 0 at the left to 1 at the right."""
        return (epochs - 1.0) / (self.last - 1.0)

    def epoch(self, share: float) -> float:
        """Return the epoch at a share of the way from left to right."""
        return 1.0 + share * (self.last - 1.0)

    def up(self, axis: str, values: Floats) -> Floats:
        """Return how high values are, 0 to 1; what lies beyond stays just beyond."""
        if axis == LOSS:
            shares = self.loss.shares(values)
        elif axis == RATE:
            shares = self.rate.shares(values)
        else:
            shares = (values - self.low) / (1.0 - self.low)
        return np.clip(shares, -0.1, 1.1)

    def epoch_ticks(self, pixels: float) -> list[tuple[float, str]]:
        """Return (share, text) of round epochs, with room for them."""
        scale = Scale(1.0, float(self.last), 1.0, float(self.last), whole=True)
        return scale.ticks(max(2, int(pixels / 60)))

    def ticks(self, axis: str, pixels: float) -> list[tuple[float, str]]:
        """Return (share, text) of round values of an axis, with room for them."""
        if axis in (LOSS, RATE):
            scale = self.loss if axis == LOSS else self.rate
            bottom = 1e-9 if scale.floor else 0.0  # nothing is 0 on a logarithmic axis
            found = height_ticks(scale, bottom, 1.0, pixels)
            # One alone does not tell what the curves span.
            few = scale.floor and len(found) < 2 and pixels >= _ROOM
            return _ends(scale) if few else found
        found = Scale(self.low, 1.0, self.low, 1.0).ticks(max(2, int(pixels / _ROOM)))
        return [(share, text.replace("-", "\N{MINUS SIGN}")) for share, text in found]


def _height_scale(
    runs: Sequence[RunCurves], shown: set[str], axis: str, logarithmic: bool
) -> HeightScale:
    """Return a scale from 0, or from about the least value, to about the most."""
    high, low = 0.0, math.inf
    for name in (name for name in shown if QUANTITIES[name].axis == axis):
        found = [run.extremes[name] for run in runs if name in run.extremes]
        if not found:
            continue
        # Of several runs one may have gone astray.
        middle = sorted(each.middle for each in found)[len(found) // 2]
        far = _UP if logarithmic or axis == RATE else _PEAK
        most, least = max(e.most for e in found), min(e.least for e in found)
        high = max(high, min(most, far * middle) if middle > 0 else most)
        low = min(low, max(least, middle / _DOWN))
    if not high > 0:
        return HeightScale()
    if not logarithmic or not 0 < low < math.inf:
        return HeightScale(_rounded(high, up=True))
    floor, highest = _rounded(low, up=False), _rounded(high, up=True)
    return HeightScale(highest, floor if floor < highest else highest / 10)


def _ends(scale: HeightScale) -> list[tuple[float, str]]:
    """Return what both ends are called: round numbers."""
    ends = ((0.0, scale.floor), (1.0, scale.highest))
    return [(share, f"{height:.6g}") for share, height in ends]


def _rounded(value: float, *, up: bool) -> float:
    """Return the next round number above or below a positive one."""
    power = 10.0 ** math.floor(math.log10(value))
    digits: Sequence[float] = _DIGITS if up else _DIGITS[::-1]
    fits: Callable[[float], bool] = (
        (lambda d: d * power >= value * _EVEN)
        if up
        else (lambda d: d * power <= value / _EVEN)
    )
    return next((d for d in digits if fits(d)), digits[-1]) * power
