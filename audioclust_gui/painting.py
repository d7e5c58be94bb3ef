"""What the points of the map are painted by, as one frozen value, and its legend."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.columns import Categories
from audioclust_gui.plots import palette
from audioclust_gui.plots.legend_content import (
    Bar,
    Entry,
    LegendContent,
    Scale,
    number,
)
from audioclust_gui.plots.palette import Colours
from engine.clustering.partition import NOISE, UNPLACED

Codes = NDArray[np.int32]
Table = Callable[[bool], Colours]


@dataclass(frozen=True, eq=False)
class Tally:
    """Which codes occur, ascending and then those below 0, and on how many clips."""

    codes: NDArray[np.int64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Painting:
    """Colours and shapes of all clips, and what they mean.

    Parameters
    ----------
    title : str
        What is shown; any text.
    codes : int32 array, shape (n,)
        The category of every clip, by which it can be hidden. Below 0 is what has none:
        NOISE is drawn as noise is, UNPLACED fainter still.
    rows : int32 array, shape (n,)
        Its place in the table.
    table : callable
        Given whether the theme is dark, the colours: uint8 (m, 4), the last two rows
        those of UNPLACED and NOISE. The array may be shared: not to be written to.
    shapes : int array, shape (n,), or None
        Places in `palette.SHAPES`; None for those of the codes, as clusters have them.
    name : callable
        What a code is called: any text.
    swatch : callable
        The row of a code.
    plain : bool
        Whether rows and colours are those of cluster ids, so that a plot needs to be
        told no more than the codes.
    scale : Scale, optional
        What the ramp means, where the codes from 0 on are numbers or have degrees.
    bar : callable, optional
        The colours of the scale, as `table`.
    listed : bool
        Whether codes from 0 on are categories.
    values : float array, shape (n,), optional
        What the scale is about; not finite where there is nothing.
    signs : Signs, optional
        What the shapes mean, where that is something else than the colours.
    note : str
        What else one has to know.
    """

    title: str
    codes: Codes
    rows: Codes
    table: Table
    shapes: NDArray[np.intp] | None = None
    name: Callable[[int], str] = str
    swatch: Callable[[int], int] = int
    plain: bool = False
    scale: Scale | None = None
    bar: Table | None = None
    listed: bool = True
    values: NDArray[np.floating] | None = None
    signs: Signs | None = None
    note: str = ""

    @property
    def heading(self) -> str:
        """The title, with the unit where there is one."""
        unit = self.scale.unit if self.scale is not None else ""
        return f"{self.title} ({unit})" if unit else self.title

    def told(self, clip: int) -> str:
        """Say what is painted of one clip; "" where it has nothing."""
        value = None if self.values is None else float(self.values[clip])
        if value is None:
            code = int(self.codes[clip])
            words = self.name(code) if code >= 0 else ""
        elif math.isfinite(value):
            unit = f" {self.scale.unit}" if self.scale and self.scale.unit else ""
            words = number(value) + unit
        else:
            words = ""
        return f"{self.title}: {words}" if words else ""

    @cached_property
    def tally(self) -> Tally:
        """What a legend lists."""
        found = tally_of(self.codes)
        return found if self.listed else _only(found, found.codes < 0)

    def bar_of(self, dark: bool) -> Bar | None:
        """Return the bar of the legend, None without a scale."""
        if self.scale is None or self.bar is None:
            return None
        return Bar(self.scale, self.bar(dark))

    def entry(self, code: int, count: int, dark: bool) -> Entry:
        """Return the line of a code in the legend."""
        shape = palette.DOT if code < 0 or self.signs else int(palette.shapes(code))
        if self.signs and code >= 0:
            shape = 0
        red, green, blue, alpha = self.table(dark)[self.swatch(code)].tolist()
        return Entry(self.name(code), (red, green, blue, alpha), shape, count)

    def legend(self, dark: bool, shown: Shown | None = None) -> LegendContent:
        """Return all of the legend, less what is hidden."""
        tally = self.tally
        if shown is not None:
            tally = _only(tally, shown.of(tally.codes))
        pairs = zip(tally.codes.tolist(), tally.counts.tolist(), strict=True)
        return LegendContent(
            self.heading,
            [self.entry(code, count, dark) for code, count in pairs],
            self.bar_of(dark),
            self.signs.heading if self.signs else "",
            self.signs.entries(dark) if self.signs else (),
            self.note,
        )


@dataclass(frozen=True, eq=False)
class Signs:
    """Shapes that mean labels: those of the most frequent ones, and a dot for the rest.

    Parameters
    ----------
    title : str
    labels : Categories
    """

    title: str
    labels: Categories

    @property
    def heading(self) -> str:
        """What a legend writes above them."""
        return f"Shape: {self.title}"

    @cached_property
    def shapes(self) -> NDArray[np.intp]:
        """The shape of every clip: shape (n,)."""
        return np.where(self._rest, palette.DOT, self.labels.codes).astype(np.intp)

    @cached_property
    def _rest(self) -> NDArray[np.bool_]:
        codes = self.labels.codes
        return (codes < 0) | (codes >= min(palette.DOT, len(self.labels.names)))

    def entries(self, dark: bool) -> list[Entry]:
        """Return the lines of the legend, in the colour of text."""
        ink = (*palette.as_rgb(palette.ink(dark).text), 255)
        counts = np.bincount(self.shapes, minlength=palette.DOT + 1).tolist()
        lines = [
            Entry(name, ink, shape, counts[shape])
            for shape, name in enumerate(self.labels.names[: palette.DOT])
        ]
        if counts[palette.DOT]:
            lines.append(Entry(self._others, ink, palette.DOT, counts[palette.DOT]))
        return lines

    @property
    def _others(self) -> str:
        more = len(self.labels.names) > palette.DOT
        missing = bool((self.labels.codes < 0).any())
        return {
            (True, True): "Other labels, or none",
            (True, False): "Other labels",
        }.get((more, missing), "No label")


@dataclass(frozen=True)
class Shown:
    """Which codes are shown: all but some, or only some.

    What a cut brings anew is shown in the first case, and not in the second.
    """

    codes: frozenset[int] = field(default_factory=frozenset)
    only: bool = False

    def has(self, code: int) -> bool:
        """Tell whether a code is shown."""
        return (code in self.codes) == self.only

    def of(self, codes: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Tell which clips are shown, by their codes."""
        top = max(int(codes.max(initial=0)), *self.codes, 0)
        # The last two are UNPLACED and NOISE, as in a table of colours.
        every = np.full(top + 3, not self.only)
        every[list(self.codes)] = self.only
        return every[codes]

    def toggled(self, code: int) -> Shown:
        """Return what is shown when a code is hidden, or shown again."""
        return replace(self, codes=self.codes ^ {code})

    def solo(self, code: int) -> Shown:
        """Return only one code, or all again where it was the only one."""
        alone = Shown(frozenset({code}), only=True)
        return Shown() if self == alone else alone

    def inverted(self) -> Shown:
        """Return what is hidden."""
        return replace(self, only=not self.only)


def tally_of(codes: NDArray[np.integer]) -> Tally:
    """Count every code."""
    counts = np.bincount(codes - np.int32(UNPLACED), minlength=2)
    found = np.flatnonzero(counts[2:])
    special = np.array([code for code in (NOISE, UNPLACED) if counts[code - UNPLACED]])
    found = np.concatenate([found, special.astype(np.int64)])
    return Tally(found, counts[found - UNPLACED])


def _only(tally: Tally, some: NDArray[np.bool_]) -> Tally:
    return Tally(tally.codes[some], tally.counts[some])
