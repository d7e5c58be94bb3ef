"""What a table says of runs: how they went, and the parameters in which they differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from audioclust_gui.widgets.moment_words import seconds, state_of
from engine.autoencoder.history import Epoch
from engine.autoencoder.recipe import Recipe
from engine.autoencoder.runs import Run
from engine.clustering.metrics import below_1
from engine.params import Declared, Params

_NOTHING = "–"
_PARTS = ("images", "network", "training", "layer")


@dataclass(frozen=True, eq=False)
class Column:
    """One thing that is known of every run.

    Parameters
    ----------
    title, help : str
        For the header, and for its tooltip.
    text : callable
        Given a run, what its cell says.
    key : callable
        Given a run, what it is sorted by: a number, NaN for none, or a text.
    right : bool
        Whether it stands at the right, as numbers do.
    """

    title: str
    help: str
    text: Callable[[Run], str]
    key: Callable[[Run], float | str]
    right: bool = True


def columns_of(runs: Sequence[Run]) -> tuple[Column, ...]:
    """Return what there is to say about these runs besides their names.

    Scores that none of them has are left out, and so is every parameter that all have
    in common.
    """
    measured = [c for c in _MEASURED if any(not math.isnan(c.key(run)) for run in runs)]
    return (*measured, *_COUNTED, *_differing(runs), *_GENERAL)


def best_epoch(run: Run) -> Epoch | None:
    """Return the numbers of the best network that was kept, None without one."""
    return None if run.best is None else run.history.at(run.best)


def loss_of(run: Run) -> float:
    """Return the loss of the best network: of validation, where that was measured."""
    epoch = best_epoch(run)
    if epoch is None:
        return math.nan
    return epoch.train if math.isnan(epoch.validation) else epoch.validation


def _score(name: str) -> Callable[[Run], float]:
    def score(run: Run) -> float:
        epoch = best_epoch(run)
        return math.nan if epoch is None else float(getattr(epoch, name))

    return score


def _measure(
    title: str, help_: str, key: Callable[[Run], float], score: bool = True
) -> Column:
    def text(run: Run) -> str:
        value = key(run)
        shown = below_1(value, 3) if score else value
        return _NOTHING if math.isnan(value) else f"{shown:.3g}"

    return Column(title, help_, text, key)


_AT_BEST = "of K-Means on its embedding"
_COUNTED = (
    Column(
        "Best",
        "The kept epoch with the lowest validation loss; the last one, where all clips "
        "are learnt from or there is a clustering layer",
        lambda run: _NOTHING if run.best is None else f"{run.best:,}",
        lambda run: math.nan if run.best is None else run.best,
    ),
    Column(
        "Epochs",
        "How many it was trained for",
        lambda run: f"{len(run.history):,}",
        lambda run: len(run.history),
    ),
)
_GENERAL = (
    Column("State", "What has become of it", state_of, state_of, right=False),
    Column(
        "Time",
        "How long it took, pauses not counted",
        lambda run: seconds(run.seconds),
        lambda run: run.seconds,
    ),
)
_MEASURED = (
    _measure(
        "Loss",
        "Of the best epoch: mean squared difference of pixels, as the recipe scales "
        "them, of clips that it did not learn from, where there are any",
        loss_of,
        score=False,
    ),
    _measure("NMI", f"Mutual information {_AT_BEST} with labels", _score("nmi")),
    _measure("Accuracy", f"Matched with labels, {_AT_BEST}", _score("accuracy")),
    _measure("Silh.", f"Silhouette {_AT_BEST}, -1 to 1", _score("silhouette")),
)


def _differing(runs: Sequence[Run]) -> list[Column]:
    """Return a column for every parameter that not all runs have in common."""
    found = []
    for part in _PARTS:
        for declared in getattr(Recipe(), part).declared():
            values = {getattr(getattr(run.recipe, part), declared.name) for run in runs}
            if len(values) > 1:
                found.append(_parameter(part, declared))
    return found


def _parameter(part: str, declared: Declared) -> Column:
    def value(run: Run) -> Any:
        params: Params = getattr(run.recipe, part)
        # Of a layer that is not there, nothing matters but that.
        absent = part == "layer" and not run.recipe.layer.clusters
        if absent or not params.matters(declared.name):
            return None
        return getattr(params, declared.name)

    def text(run: Run) -> str:
        return _written(value(run), declared)

    def key(run: Run) -> float | str:
        found = value(run)
        if declared.kind is str:
            return text(run)
        return math.nan if found is None else float(found)

    title = declared.label
    if part == "layer":
        title = f"Layer: {title[0].lower()}{title[1:]}"
    return Column(title, declared.help, text, key, right=declared.kind is not str)


def _written(value: Any, declared: Declared) -> str:
    if value is None:
        return _NOTHING
    labels = dict(declared.choices)
    if declared.several:
        return ", ".join(labels.get(name, name) for name in value.split("+"))
    if declared.choices:
        return str(labels.get(value, value))
    if declared.kind is bool:
        return "yes" if value else "no"
    return f"{value:,}" if declared.kind is int else f"{value:.4g}"
