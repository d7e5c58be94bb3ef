"""The learning rate, step by step; and whether a run should end early.

Functions of what has been, without a state of their own: a run that was interrupted
goes on at the very rate at which it would have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

# As published and as in torch.optim.lr_scheduler.OneCycleLR.
_RISING = 0.3  # of the cycle
_FIRST, _LAST = 1 / 25, 1 / 250_000  # of the highest rate
_MOMENTA = (0.95, 0.85)  # at the lowest rate and at the highest

_FACTOR, _WAIT, _BETTER = 0.3, 8, 0.999


def one_cycle(share: float) -> tuple[float, float]:
    """Return the rate, as a share of the highest, and the momentum.

    Smith and Topin, "Super-convergence" (2019), along cosines.

    Parameters
    ----------
    share : float
        Of the cycle, 0 to 1.
    """
    if share < _RISING:
        part, ends = share / _RISING, ((_FIRST, 1.0), _MOMENTA)
    else:
        part = (min(share, 1.0) - _RISING) / (1 - _RISING)
        ends = ((1.0, _LAST), _MOMENTA[::-1])
    rate, momentum = (_along(low, high, part) for low, high in ends)
    return rate, momentum


def plateaus(losses: Sequence[float]) -> float:
    """Return the rate, as a share of the first, after these losses.

    It falls to 0.3 of itself whenever the loss has not fallen by a thousandth in 8
    epochs.
    """
    rate, least, waited = 1.0, math.inf, 0
    for loss in losses:
        if loss < least * _BETTER:
            least, waited = loss, 0
        else:
            waited += 1
        if waited >= _WAIT:
            rate, waited = rate * _FACTOR, 0
    return rate


def is_past_its_best(losses: Sequence[float], patience: int) -> bool:
    """Tell whether the least loss is that many epochs ago.

    Never if they are 0, or no loss is known.
    """
    known = [math.inf if math.isnan(loss) else loss for loss in losses]
    least = min(known, default=math.inf)
    if not patience or math.isinf(least):
        return False
    return len(known) - 1 - known.index(least) >= patience


def _along(first: float, last: float, part: float) -> float:
    return last + (first - last) * (1.0 + math.cos(math.pi * part)) / 2.0
