"""Where every cut of a tree lies on a line: by merges, height or its logarithm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Scale = Literal["merges", "growth", "height", "log"]

_END = 0.04
"""What has no end of its own, above the top and down to 0 in logarithms: this share."""
_FINE = 10_000


@dataclass(frozen=True, eq=False)
class CutAxis:
    """The cuts into 1, 2, ... `highest` clusters, from 0 at the left to 1 at the right.

    To the right are always more clusters. By "merges" the cuts stand equally far from
    each other; by "growth" so that every doubling of their number takes as much room,
    for it is among few clusters that people choose. By "height" and "log" a cut takes
    as much room as it has heights, or logarithms of them, and stands in the middle of
    them; where merges tie it has none. Cuts that all have the same height stand as by
    merges.

    Parameters
    ----------
    heights : float64 array, shape (n - 1,)
        Of all merges of a tree of n leaves, descending, at least 0.
    highest : int
        The most clusters, 1 to n; what is beyond that counts as the nearest.
    scale : "merges", "growth", "height" or "log"
    """

    heights: Floats
    highest: int
    scale: Scale = "merges"

    def __post_init__(self) -> None:
        most = len(self.heights) + 1
        object.__setattr__(self, "highest", min(max(int(self.highest), 1), most))

    @overload
    def position(self, k: int) -> float: ...
    @overload
    def position(self, k: Ints) -> Floats: ...
    def position(self, k: int | Ints) -> float | Floats:
        """Return where cuts are: 0 to 1, the ends for what lies beyond them."""
        places = self._places[np.clip(k, 1, self.highest) - 1]
        return places if isinstance(places, np.ndarray) else float(places)

    def k_at(self, position: float) -> int:
        """Return the cut that a place belongs to; of cuts that tie there, the first."""
        return 1 + int(np.searchsorted(self.edges[1:-1], position, side="left"))

    def steps(self) -> Ints:
        """Return the whole number that a slider has for every cut.

        Returns
        -------
        int64 array, shape (highest,)
            By merges the number of clusters, 1 to `highest`; else 0 to 10 000.
        """
        if self.even:
            return np.arange(1, self.highest + 1)
        return np.rint(_FINE * self._places).astype(np.int64)

    @property
    def step_range(self) -> tuple[int, int]:
        """The numbers of a slider at the two ends of the line."""
        return (1, self.highest) if self.even else (0, _FINE)

    def k_at_step(self, step: int) -> int:
        """Return the cut that a number of the slider belongs to."""
        first, last = self.step_range
        return self.k_at((step - first) / max(1, last - first))

    @cached_property
    def even(self) -> bool:
        """Whether the cuts stand equally far from each other."""
        if self.scale == "growth":
            return self.highest < 3
        return self.scale == "merges" or not self._bounds[0] > self._bounds[-1]

    @cached_property
    def counted(self) -> bool:
        """Whether a place stands for a number of clusters, and not for heights."""
        return self.even or self.scale == "growth"

    @cached_property
    def edges(self) -> Floats:
        """Where each cut ends and the next begins, and both ends: (highest + 1,)."""
        if self.even:
            inner = (np.arange(1, self.highest) - 0.5) / max(1, self.highest - 1)
            return np.concatenate([[0.0], inner, [1.0]])
        if self.scale == "growth":
            inner = np.log(np.arange(1, self.highest) + 0.5) / np.log(self.highest)
            return np.concatenate([[0.0], inner, [1.0]])
        bounds = self._bounds
        shares = (bounds[0] - bounds) / (bounds[0] - bounds[-1])
        return np.append(0.0, _END + (1 - _END) * shares)

    @cached_property
    def _bounds(self) -> Floats:
        """Heights or logarithms between which the cuts lie, descending: (highest,).

        The first is the top; the cut into one cluster is what lies above.
        """
        k = self.highest
        bounds = np.append(self.heights, 0.0)[:k].astype(np.float64)
        if self.scale == "log":
            positive = bounds[bounds > 0]
            logarithms = np.log(positive)
            span = float(np.ptp(logarithms)) if len(positive) else 0.0
            floor = logarithms[-1] - (_END * span or 1.0) if len(positive) else 0.0
            bounds = np.full(k, floor)
            bounds[: len(positive)] = logarithms
        return bounds

    @cached_property
    def _places(self) -> Floats:
        if self.even:
            return np.arange(self.highest) / max(1, self.highest - 1)
        if self.scale == "growth":
            return np.log(np.arange(1, self.highest + 1)) / np.log(self.highest)
        left, right = self.edges[:-1], self.edges[1:]
        middle = (left + right) / 2
        # Between neighbouring numbers there is no middle, and the end is the cut's own.
        return np.where(middle > left, middle, right)
