"""Ways to paint clips: by cluster, by name, by a number, by degree of membership."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.columns import MISSING, Categories
from audioclust_gui.painting import Codes, Painting, Signs
from audioclust_gui.plots import palette
from audioclust_gui.plots.legend_content import Scale
from audioclust_gui.plots.palette import Colours
from audioclust_gui.plots.ramp import STEPS, ramp
from engine.clustering.partition import UNPLACED

_OPACITIES = 16
_FAINTEST = 0.12
_ROBUST = (2, 98)  # per cent of the values that a scale leaves to its inside
_FARTHEST = 1e300  # so that the difference of two values is a number, too
_NARROWEST = 1e-290


def by_cluster(labels: Codes, name: Callable[[int], str], note: str = "") -> Painting:
    """Paint clips by the ids of their clusters."""
    highest = int(labels.max(initial=-1)) + 1
    return Painting(
        "Cluster",
        labels,
        labels,
        lambda dark: palette.table(highest, dark),
        name=name,
        plain=True,
        note=note,
    )


def by_category(
    title: str, found: Categories, missing: str, note: str = ""
) -> Painting:
    """Paint clips by names; those that are not told apart in the colour of text."""
    n_names = len(found.names)

    def table(dark: bool) -> Colours:
        rows = palette.table(n_names, dark)
        if not found.others:
            return rows
        rest = np.array([[*palette.as_rgb(palette.ink(dark).text), 255]], np.uint8)
        return np.concatenate([rows[:n_names], rest, rows[n_names:]])

    return Painting(
        title,
        found.codes,
        found.codes,
        table,
        name=lambda code: missing if code < 0 else found.name(code),
        plain=not found.others,
        note=note,
    )


def by_number(
    title: str,
    values: NDArray[np.floating],
    missing: str,
    *,
    unit: str = "",
    diverging: bool = False,
    counted: bool = False,
    note: str = "",
) -> Painting:
    """Paint clips by a number, on a scale that few outliers do not stretch.

    Parameters
    ----------
    title : str
    values : float array, shape (n,)
        NaN, or infinite, for none.
    missing : str
        What clips without a value are called.
    unit : str
    diverging : bool
        Whether the middle of the scale is zero.
    counted : bool
        Whether the values are counts: the scale goes from 0 to the highest.
    note : str
    """
    known = np.isfinite(values)
    values = np.clip(values, -_FARTHEST, _FARTHEST, dtype=np.float64)
    scale = scale_of(values[known], unit, diverging=diverging, counted=counted)
    rows = np.full(len(values), MISSING, np.int32)
    rows[known] = _steps(values[known], scale, STEPS)
    return Painting(
        title,
        np.where(known, 0, MISSING).astype(np.int32),
        rows,
        lambda dark: ramp(dark, diverging=diverging),
        np.where(known, 0, palette.DOT),
        name=lambda code: missing,
        scale=scale,
        bar=lambda dark: ramp(dark, diverging=diverging)[:STEPS],
        listed=False,
        values=np.where(known, values, np.nan),
        note=note,
    )


def by_membership(
    labels: Codes, degrees: NDArray[np.floating], name: Callable[[int], str]
) -> Painting:
    """Paint clips by cluster, the fainter the less they belong to it.

    Parameters
    ----------
    labels : int32 array, shape (n,)
    degrees : float array, shape (n,)
        0 to 1, NaN for none; those within the limits of the scale are told apart.
    name : callable
    """
    grouped = labels >= 0
    known = np.where(np.isfinite(degrees), degrees, 0.0)
    scale = scale_of(known[grouped], "")
    steps = _steps(known, scale, _OPACITIES)
    period = max(1, min(int(labels.max(initial=-1)) + 1, palette.period()))
    rows = np.where(grouped, labels % period * _OPACITIES + steps, labels)
    opacity = np.linspace(_FAINTEST, 1.0, _OPACITIES)

    def table(dark: bool) -> Colours:
        plain = palette.table(period, dark)
        graded = np.repeat(plain[:period], _OPACITIES, axis=0)
        graded[:, 3] = np.tile(np.rint(255 * opacity), period)
        return np.concatenate([graded, plain[period:]])

    def bar(dark: bool) -> Colours:
        colours = np.empty((_OPACITIES, 4), np.uint8)
        colours[:, :3] = palette.as_rgb(palette.ink(dark).text)
        colours[:, 3] = np.rint(255 * opacity)
        return colours

    def swatch(code: int) -> int:
        return code if code < 0 else (code % period + 1) * _OPACITIES - 1

    return Painting(
        "Membership",
        labels,
        rows.astype(np.int32),
        table,
        palette.shapes(labels),
        name=name,
        swatch=swatch,
        scale=scale,
        bar=bar,
        values=degrees,
    )


def unknown(title: str, n_clips: int, note: str) -> Painting:
    """Paint all clips as those of which nothing is known yet, and say why."""
    codes = np.full(n_clips, UNPLACED, np.int32)
    return Painting(
        title,
        codes,
        codes,
        lambda dark: palette.table(0, dark),
        name=lambda code: "Not known yet",
        plain=True,
        note=note,
    )


def shaped(painting: Painting, signs: Signs) -> Painting:
    """Return the same colours on other shapes."""
    return replace(painting, shapes=signs.shapes, signs=signs)


def scale_of(
    values: NDArray[np.floating],
    unit: str,
    *,
    diverging: bool = False,
    counted: bool = False,
) -> Scale:
    """Return a scale for some finite numbers, perhaps none.

    Its ends are the 2nd and the 98th percentile, unless nearly all are one value: then
    the lowest and the highest, as they are of counts.
    """
    if not len(values):
        return Scale(-1.0 if diverging else 0.0, 1.0, 0.0, 0.0, unit, counted)
    least, most = float(values.min()), float(values.max())
    if diverging:
        robust = np.percentile(values, _ROBUST)
        end = float(abs(robust).max()) or max(-least, most) or 1.0
        return Scale(-end, end, least, most, unit)
    if counted:
        return Scale(0.0, max(most, 1.0), least, most, unit, whole=True)
    low, high = (float(limit) for limit in np.percentile(values, _ROBUST))
    if high - low < _NARROWEST:
        low, high = least, most
    if high - low < _NARROWEST:  # one value alone is in the middle
        margin = abs(low) / 2 or 0.5
        low, high = low - margin, high + margin
    return Scale(low, high, least, most, unit)


def _steps(values: NDArray[np.floating], scale: Scale, n_steps: int) -> Codes:
    """Return which of so many steps of a scale every value is on."""
    share = (values - scale.low) / (scale.high - scale.low)
    return (share.clip(0, 1) * (n_steps - 1) + 0.5).astype(np.int32)
