"""Runs and networks in words: for messages, menus and the pipeline."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import count

from engine.autoencoder.runs import FINISHED, STOPPED, Run
from engine.projects.project import Project


def new_name(first: str, runs: Iterable[Run]) -> str:
    """Return a name that no run has, with a number: "Run 3"."""
    taken = {run.name for run in runs}
    return next(name for n in count(1) if (name := f"{first} {n}") not in taken)


def why_untrainable(project: Project) -> str:
    """Say why no network can be trained on the clips; "" where one can."""
    if not project.dataset.clips:
        return "Open a folder of sounds first"
    done = project.extraction if project.extracted else None
    if done is None:
        return "The clips have no features yet: Run > Run"
    return "" if any(done.keys) else "No clip could be used: see Messages"


def in_words(run: Run) -> str:
    """Say how a run ended: "Run 3 finished after 100 epochs; …"."""
    ends = {FINISHED: "finished", STOPPED: "stopped"}
    words = f"{run.name} {ends.get(run.state, 'ended')} after {_epochs(run)}"
    if run.why:
        words += f": {run.why}"
    if run.best is None:
        return words
    best = run.history.at(run.best)
    loss = math.nan if best is None else best.validation
    told = "" if math.isnan(loss) else f", of validation loss {loss:.4g}"
    return f"{words}; its best network is that after epoch {run.best}{told}"


def offer_in_words(run: Run) -> str:
    """Say that an interrupted run can go on."""
    return (
        f"{run.name} was interrupted after {_epochs(run)}. Training > Resume "
        "training goes on from there"
    )


def network_in_words(network: str, runs: Iterable[Run]) -> str:
    """Say which network this is: "Run 3 after epoch 20"."""
    run_id, _, epoch = network.partition("@")
    name = next((run.name for run in runs if run.id == run_id), run_id)
    return f"{name} after epoch {epoch}"


def networks_of(runs: Iterable[Run], chosen: str = "") -> list[tuple[str, str]]:
    """Return the names and the words of the best network of every run.

    The chosen one is among them, whether or not it is the best, or still there.
    """
    runs = tuple(runs)
    names = [run.network() for run in runs if run.best is not None]
    if chosen and chosen not in names:
        names.insert(0, chosen)
    return [(name, network_in_words(name, runs)) for name in names]


def _epochs(run: Run) -> str:
    number = 0 if (last := run.history.last) is None else last.number
    return "1 epoch" if number == 1 else f"{number:,} epochs"
