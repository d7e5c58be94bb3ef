"""Where a run is: its recipe, its phase, its epochs so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from engine.autoencoder.history import History
from engine.autoencoder.recipe import Recipe
from engine.autoencoder.schedules import is_past_its_best, one_cycle, plateaus

_ROOM = 2**30  # bytes of kept networks


@dataclass
class Course:
    """The course of a run; every device that trains it has the same.

    Parameters
    ----------
    recipe : Recipe
    phase : int
        As in `engine.autoencoder.history.Epoch`.
    before : int
        Epochs before this phase.
    cycle : int
        Epochs before the present cycle of the learning rate: a run that had come to its
        end and goes on begins another.
    history : History
    size : int
        Bytes of a kept network.
    """

    recipe: Recipe
    phase: int = 0
    before: int = 0
    cycle: int = 0
    history: History = field(default_factory=History)
    size: int = 1
    # An epoch, and the share of the rate in it.
    _level: tuple[int, float] = field(default=(0, 1.0), init=False, repr=False)

    @property
    def done(self) -> int:
        """The number of the last epoch that is done, in whatever phase."""
        return last.number if (last := self.history.last) is not None else 0

    @property
    def last(self) -> int:
        """The number of the last epoch of this phase."""
        if self.phase:
            return self.before + self.recipe.layer.epochs
        return self.recipe.training.epochs

    @property
    def epochs(self) -> int:
        """How many epochs there will be in all phases, as far as one can tell."""
        layer = self.recipe.layer
        coming = layer.epochs if layer.clusters and not self.phase else 0
        return self.last + coming

    @property
    def is_over(self) -> bool:
        """Whether this phase has come to its end."""
        return self.done >= self.last or self._is_past_its_best or self._is_settled

    @property
    def _is_past_its_best(self) -> bool:
        """Whether the loss has not fallen for too long in this cycle."""
        if self.phase:
            return False
        losses = _losses(self.history.after(self.cycle))
        return is_past_its_best(losses, self.recipe.training.patience)

    @property
    def _is_settled(self) -> bool:
        """Whether hardly a clip changed its cluster between the last two targets."""
        last = self.history.last
        if not self.phase or last is None:
            return False
        begun = last.number > max(self.before, self.cycle)
        return begun and last.moved < self.recipe.layer.tolerance

    def aims_after(self, number: int) -> bool:
        """Tell whether the target is computed anew after an epoch."""
        return (
            self.phase > 0 and (number - self.before) % self.recipe.layer.interval == 0
        )

    def looks_after(self, number: int) -> bool:
        """Tell whether the embedding is to be looked at after an epoch."""
        return number == 1 or number % self.recipe.training.look_every == 0

    def keeps_after(self, number: int) -> bool:
        """Tell whether the network is kept after an epoch.

        After as many looks of a phase as there are to be networks, spread evenly, and
        fewer where those would take more than 1 GiB. None is ever taken away again: a
        project may be using it.
        """
        training = self.recipe.training
        looks = (self.last - self.before) // training.look_every
        most = max(2, min(training.keep, _ROOM // self.size))
        every = max(1, math.ceil(looks / most)) * training.look_every
        return number == 1 or number % every == 0

    def pace(self, number: int, share: float) -> tuple[float, float]:
        """Return the learning rate, and Adam's first momentum, within an epoch.

        Parameters
        ----------
        number : int
            Of the epoch.
        share : float
            How far it is, 0 to 1.
        """
        training, layer = self.recipe.training, self.recipe.layer
        usual = 0.9
        if self.phase:
            return layer.rate, usual
        if training.schedule == "one_cycle":
            done = number - 1 + share - self.cycle
            part, momentum = one_cycle(done / (self.last - self.cycle))
            return part * training.rate, momentum
        if training.schedule == "plateau":
            return self._plateau(number) * training.rate, usual
        return training.rate, usual

    def _plateau(self, number: int) -> float:
        """Return the share of the rate in an epoch; it is asked for in every batch."""
        if self._level[0] != number:
            before = self.history.after(self.cycle).until(number - 1)
            self._level = (number, plateaus(_losses(before)))
        return self._level[1]

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint says of it, but for the history."""
        names = ("phase", "before", "cycle", "done")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_state(
        cls, recipe: Recipe, state: dict[str, Any], history: History
    ) -> Self:
        """Return the course as it was when a checkpoint was written."""
        numbers = {name: int(state[name]) for name in ("phase", "before", "cycle")}
        return cls(recipe, **numbers, history=history.until(int(state["done"])))

    def best(self, kept: Sequence[int]) -> int | None:
        """Return the epoch, of those whose network was kept, that is the best.

        The last with the clustering layer, else the lowest validation loss; the last
        where none was measured.
        """
        told = (self.history.at(number) for number in sorted(kept))
        found = [epoch for epoch in told if epoch is not None]
        measured = [e for e in found if not math.isnan(e.validation)]
        if not found:
            return None
        if measured and not any(epoch.phase for epoch in found):
            return min(measured, key=lambda epoch: epoch.validation).number
        return found[-1].number


def _losses(history: History) -> list[float]:
    """Return the losses that count: of clips that are not learnt from, if there are."""
    train, validation = history.column("train"), history.column("validation")
    known: list[float] = np.where(np.isnan(validation), train, validation).tolist()
    return known
