"""What goes wrong in a run, told from its curves and its last look, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.autoencoder.history import History, Look, Symptom

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_GREY = 2.0  # twice the most that is lost by giving 0 everywhere, however normalised
_GROWN = 4.0  # times the least loss so far: batches differ, but not by that much
_TINY = 0.02  # of the first loss: below, a loss may grow by that without harm
_DEAD = 0.5  # share of dimensions
_SAME = 0.01  # of the variance between the originals
_GRACE = 5  # epochs in which no network has learnt to tell clips apart yet
_LONG = 10  # epochs without a lower validation loss
_WINDOW = 5  # epochs that a tendency is the mean of
_RISEN = 1.05  # times the lowest validation loss


def symptoms_of(
    history: History, look: Look | None = None, before: Sequence[Symptom] = ()
) -> tuple[Symptom, ...]:
    """Return what goes wrong in a run at present.

    Parameters
    ----------
    history : History
    look : Look, optional
        The last one.
    before : sequence of Symptom
        What was told before: what goes on was seen first then.

    Returns
    -------
    tuple of Symptom
        The gravest first; empty where all is well.
    """
    if not len(history):
        return ()
    found = (_divergence(history), _collapse(history, look), _overfitting(history))
    first = {symptom.name: symptom.epoch for symptom in before}
    return tuple(
        Symptom(s.name, s.words, min(s.epoch, first.get(s.name, s.epoch)))
        for s in found
        if s is not None
    )


def _divergence(history: History) -> Symptom | None:
    """Tell a loss without end, a huge one, or one that has grown several times."""
    here = _last_phase(history)
    loss, numbers = here.column("train"), here.column("number")
    endless = ~np.isfinite(loss) | np.isinf(here.column("divergence"))
    since = _since(endless, numbers)
    if since is not None:
        return Symptom(
            "divergence",
            "The loss is not a number any more: training has diverged. Start anew with "
            "a lower learning rate, or limit the gradient",
            since,
        )
    least = np.minimum.accumulate(loss)
    grown = (loss / _GROWN > least) & (loss > _TINY * loss[0])
    since = _since(grown, numbers)
    if since is None:
        return _worse_than_nothing(loss, numbers)
    return Symptom(
        "divergence",
        f"The loss grows: it is {loss[-1] / least[-1]:.1f} times what it was after "
        f"epoch {numbers[int(loss.argmin())]:.0f}. A lower learning rate helps, or a "
        "smaller limit of the gradient",
        since,
    )


def _worse_than_nothing(loss: Floats, numbers: Floats) -> Symptom | None:
    """Tell a loss that has come down, it may be, but not to anything of use."""
    since = _since(loss > _GREY, numbers)
    if since is None:
        return None
    return Symptom(
        "divergence",
        f"The loss is {loss[-1]:.3g}: worse than if the network gave one grey picture "
        "for all. Start anew with a lower learning rate",
        since,
    )


def _collapse(history: History, look: Look | None) -> Symptom | None:
    """Tell dimensions that are dead, or reconstructions that are all the same."""
    idle, numbers = history.column("idle"), history.column("number")
    measured = ~np.isnan(idle) & (numbers > _GRACE)
    since = _since(idle[measured] >= _DEAD, numbers[measured])
    if since is not None:
        return Symptom(
            "collapse",
            f"{idle[measured][-1]:.0%} of the embedding's numbers hardly differ "
            "between clips: the network does not use them. A smaller embedding, a "
            "lower learning rate or a linear embedding helps",
            since,
        )
    if look is None or look.epoch <= _GRACE or not _is_constant(look):
        return None
    return Symptom(
        "collapse",
        "The reconstructions hardly differ between clips: the network gives one "
        "picture for all. A lower learning rate, more epochs or less noise and mask "
        "helps",
        look.epoch,
    )


def _is_constant(look: Look) -> bool:
    originals, made = (
        np.concatenate([getattr(p, name) for p in (look.some, look.worst)])
        for name in ("originals", "made")
    )
    given, given_back = (
        float(pictures.astype(np.float64).var(axis=0).mean()) if len(pictures) else 0.0
        for pictures in (originals, made)
    )
    return given > 0.0 and given_back < _SAME * given


def _overfitting(history: History) -> Symptom | None:
    """Tell a validation loss that rises for long while that of training falls."""
    here = _last_phase(history)
    train, validation, numbers = (
        here.column(name) for name in ("train", "validation", "number")
    )
    if len(here) <= _LONG or np.isnan(validation).any():
        return None
    index = np.arange(len(validation))
    least = np.minimum.accumulate(validation)
    best = np.maximum.accumulate(np.where(validation == least, index, 0))
    rises = _recent(validation) > _RISEN * least
    falls = _recent(train) < train[best]
    since = _since((index - best >= _LONG) & rises & falls, numbers)
    if since is None:
        return None
    return Symptom(
        "overfitting",
        "The network learns by heart: clips that it does not learn from are restored "
        f"ever worse since epoch {numbers[best[-1]]:.0f}, and those that it learns "
        "from ever better. Go back to that epoch; noise, shift and mask, a smaller "
        "embedding or a patience help the next run",
        since,
    )


def _last_phase(history: History) -> History:
    """Return the epochs of the present phase: the next begins with another loss."""
    return history.of_phase(int(history.column("phase")[-1]))


def _recent(values: Floats) -> Floats:
    """Return the mean of each value and those just before it."""
    sums = np.concatenate([np.zeros(_WINDOW), np.cumsum(values)])
    counts = np.minimum(np.arange(1, len(values) + 1), _WINDOW)
    means: Floats = (sums[_WINDOW:] - sums[: len(values)]) / counts
    return means


def _since(flags: Flags, numbers: Floats) -> int | None:
    """Return the epoch from which on all flags are set; None if the last is not."""
    if not flags.size or not flags[-1]:
        return None
    unset = np.flatnonzero(~flags)
    return int(numbers[unset[-1] + 1 if unset.size else 0])
