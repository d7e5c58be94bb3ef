"""How trainings went, as curves over their epochs: what a `CurvesPlot` is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LOSS, RATE, SCORE = "loss", "rate", "score"
"""The axes: at the left and at the right of the upper strip, and in the lower one."""


class Quantity(NamedTuple):
    """Something that is measured in epochs.

    Parameters
    ----------
    label : str
        What it is called in a legend.
    axis : str
        LOSS, RATE or SCORE.
    dash : pixels drawn, pixels left out, by which its curves are told from others
        (1, 0) for an unbroken one.
    """

    label: str
    axis: str
    dash: tuple[int, int] = (1, 0)


QUANTITIES = {
    "train": Quantity("Training loss", LOSS),
    "validation": Quantity("Validation loss", LOSS, (9, 4)),
    "divergence": Quantity("Clustering (KL)", LOSS, (3, 4)),
    "rate": Quantity("Learning rate", RATE, (1, 3)),
    "accuracy": Quantity("Accuracy", SCORE),
    "nmi": Quantity("NMI", SCORE, (9, 4)),
    "silhouette": Quantity("Silhouette", SCORE, (3, 4)),
}
"""What a run has curves of, in the order of a legend."""

_MANY = 1000  # values, of which some tell the middle well enough
_LEADING = ("validation", "train", "divergence", "accuracy", "nmi", "silhouette")


class Extremes(NamedTuple):
    """The least, the most and about the middle of the values that are finite."""

    least: float
    most: float
    middle: float


@dataclass(frozen=True, eq=False)
class RunCurves:
    """One training in numbers.

    Parameters
    ----------
    run : str
        By which it is known.
    name : str
        What a person calls it; any text.
    colour : int
        Its colour and shape, as a label has them: see `palette.table`.
    epochs : int64 array, shape (n,)
        Ascending, from 1 on.
    values : dict of name to float64 array, shape (n,)
        By the names of `QUANTITIES`; NaN where something was not measured.
    kept : tuple of int
        The epochs that can be chosen, ascending.
    best : int, optional
        The best of them.
    planned : int
        How many epochs there are to be; less than there are for one that has ended.

    Raises
    ------
    ValueError
        If a curve has no such name, or not one value for every epoch.
    """

    run: str
    name: str
    colour: int
    epochs: Ints
    values: Mapping[str, Floats] = field(default_factory=dict)
    kept: tuple[int, ...] = ()
    best: int | None = None
    planned: int = 0

    def __post_init__(self) -> None:
        for name, values in self.values.items():
            if name not in QUANTITIES:
                known = ", ".join(QUANTITIES)
                raise ValueError(f'values: one of {known} expected, found "{name}"')
            if np.shape(values) != np.shape(self.epochs):
                found = f"{np.shape(values)} for {np.shape(self.epochs)} epochs"
                raise ValueError(f"values: one for every epoch expected, found {found}")

    @property
    def last(self) -> int:
        """The last epoch, 0 before the first has ended."""
        return int(self.epochs[-1]) if len(self.epochs) else 0

    @cached_property
    def extremes(self) -> dict[str, Extremes]:
        """What the curves span, of those that have a finite value."""
        found = {}
        for name, values in self.values.items():
            known = values[np.isfinite(values)]
            if len(known):
                some = known[:: 1 + len(known) // _MANY]
                middle = np.partition(some, len(some) // 2)[len(some) // 2]
                extremes = known.min(), known.max(), middle
                found[name] = Extremes(*map(float, extremes))
        return found

    @cached_property
    def leading(self) -> str:
        """The curve that stands for the run; "" where it has none yet."""
        return next((name for name in _LEADING if name in self.extremes), "")

    def value(self, name: str, epoch: int) -> float:
        """Return what was measured in an epoch, NaN where it was not."""
        place = int(np.searchsorted(self.epochs, epoch))
        known = place < len(self.epochs) and self.epochs[place] == epoch
        values = self.values.get(name)
        return float(values[place]) if known and values is not None else float("nan")

    def between(self, name: str, epoch: float) -> float:
        """Return how high a curve is drawn at a place, NaN where there is none."""
        epochs, values = self.epochs, self.values[name]
        if QUANTITIES[name].axis == SCORE:  # measured every few epochs
            known = np.isfinite(values)
            epochs, values = epochs[known], values[known]
        right = int(np.searchsorted(epochs, epoch))
        near = slice(max(0, right - 1), right + 1)
        if not len(epochs) or not epochs[0] - 0.5 <= epoch <= epochs[-1] + 0.5:
            return float("nan")
        return float(np.interp(epoch, epochs[near], values[near]))

    def nearest_epoch(self, epoch: float, *, kept: bool = False) -> int | None:
        """Return the epoch nearest to a place, if need be of those kept."""
        among = np.array(self.kept) if kept else self.epochs
        if not len(among):
            return None
        return int(among[np.abs(among - epoch).argmin()])

    def read(self, epoch: int) -> list[str]:
        """Return what is known of an epoch, item by item."""
        values = ((q.label, self.value(name, epoch)) for name, q in QUANTITIES.items())
        said = [f"{label} {value:.4g}" for label, value in values if np.isfinite(value)]
        kept = ["the best kept" if epoch == self.best else "kept"]
        return [f"epoch {epoch:,}", *said, *(kept if epoch in self.kept else [])]

    def same_as(self, other: RunCurves) -> bool:
        """Tell whether nothing that is drawn differs."""
        return self is other or (
            (self.run, self.name, self.colour, self.kept, self.best, self.planned)
            == (
                *(other.run, other.name, other.colour),
                *(other.kept, other.best, other.planned),
            )
            and self.values.keys() == other.values.keys()
            and np.array_equal(self.epochs, other.epochs)
            and all(
                np.array_equal(values, other.values[name], equal_nan=True)
                for name, values in self.values.items()
            )
        )
