"""Which clips a network learns from, in which batches, in which order.

All of it follows from the seed and the epoch alone, so that a run that was interrupted
sees the same clips in the same order as one that was not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.autoencoder.recipe import TrainingParams

Rows = NDArray[np.int64]

LEAST = 5  # clips; of fewer, none can be spared for validation
_STEPS = 8  # per epoch at least, where there are as many clips
_COMPARED = 64  # clips at once, where the network is to tell them apart

_SPLIT, _ORDER, _CHANGES = range(3)  # what a stream of random numbers is for


class Split(NamedTuple):
    """The clips that are learnt from and those that only measure, each ascending."""

    trained: Rows
    validated: Rows


def split(n: int, params: TrainingParams) -> Split:
    """Split clips at random; fewer than 5 are all learnt from."""
    count = round(n * params.validation) if n >= LEAST else 0
    if params.validation > 0 and n >= LEAST:
        count = max(1, count)
    order = np.random.default_rng((params.seed, _SPLIT)).permutation(n)
    return Split(np.sort(order[count:]), np.sort(order[:count]))


def batch_size(n_trained: int, params: TrainingParams) -> int:
    """Return how many clips are seen at once: fewer than chosen if there are few."""
    least = _COMPARED if params.agreement else 1
    return min(params.batch, max(least, -(-n_trained // _STEPS)), max(1, n_trained))


def order(n_trained: int, seed: int, epoch: int) -> Rows:
    """Return the order of the clips in an epoch."""
    return np.random.default_rng((seed, _ORDER, epoch)).permutation(n_trained)


def stream(seed: int, epoch: int, batch: int, rank: int) -> int:
    """Return the seed of the random changes to a batch, on one of several devices."""
    mixed = np.random.SeedSequence((seed, _CHANGES, epoch, batch, rank))
    return int(mixed.generate_state(1, np.uint64)[0] >> 1)
