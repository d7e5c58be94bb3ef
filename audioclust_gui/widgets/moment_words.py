"""Where a training is, and how it ended, in a line."""

from __future__ import annotations

import math

from audioclust_gui.plots.plain import one_line
from engine.audio.reasons import duration
from engine.autoencoder.history import Moment
from engine.autoencoder.runs import FAILED, FINISHED, STOPPED, Run

_STATES = {FINISHED: "Finished", STOPPED: "Stopped", FAILED: "Failed"}
BETWEEN = "  ·  "


def state_of(run: Run) -> str:
    """Say in one word what has become of a run."""
    if run.interrupted:
        return "Interrupted"
    return "Training" if run.alive else _STATES.get(run.state, run.state)


def moment_words(moment: Moment, further: str = "") -> str:
    """Say where a run is, how fast it goes, how long it takes yet, and what is said."""
    where = f"epoch {moment.epoch:,} of {moment.epochs:,}"
    words = [f"Paused in {where}" if moment.paused else where.capitalize()]
    if moment.phase:
        words[0] += ", with the clustering layer"
    if math.isfinite(moment.throughput):
        words.append(f"{moment.throughput:,.0f} images/s")
    left = [
        f"{name} {seconds(time)}"
        for name, time in (("epoch", moment.epoch_left), ("run", moment.run_left))
        if time is not None
    ]
    if left:
        words.append(f"Left: {', '.join(left)}")
    return BETWEEN.join([*words, further] if further else words)


def epoch_words(run: Run, epoch: int, *more: str) -> str:
    """Say what is seen of a run: what tells least comes last, where room may end."""
    return BETWEEN.join([f"Epoch {epoch:,}", *more, one_line(run.name)])


def run_words(run: Run) -> str:
    """Say how a run ended."""
    epochs = len(run.history)
    words = f"{state_of(run)} after {epochs:,} epoch{'' if epochs == 1 else 's'}"
    words += f" and {seconds(run.seconds)}" if run.seconds else ""
    words += f" on {run.device}" if run.device else ""
    return f"{words}: {run.why}" if run.why else words


def seconds(count: float) -> str:
    """Say a time without more digits than anybody reads."""
    if not math.isfinite(count):
        return "?"
    return "under 1 s" if count < 1 else duration(round(count))
