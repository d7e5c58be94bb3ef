"""The stored pictures of clips as a network takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.features.store import FeatureStore
from engine.progress import Report, Step, silent

Images = NDArray[np.uint8]

_CLIPS = 1024  # read at once


def pictures_of(
    store: FeatureStore,
    keys: Sequence[str | None],
    features: Sequence[str],
    report: Report = silent,
) -> tuple[NDArray[np.int64], Images]:
    """Return the pictures of the clips that have features.

    Parameters
    ----------
    store : FeatureStore
    keys : sequence of str or None
        One per clip of the dataset, from an `Extraction`.
    features : sequence of str
        Names of `engine.features.spectral.FEATURES`: the channels.
    report : callable
        May raise Cancelled.

    Returns
    -------
    rows : int64 array, shape (n_rows,)
        The clips, ascending.
    images : uint8 array, shape (n_rows, n_features, 48, 96)
    """
    rows = [i for i, key in enumerate(keys) if key in store]
    images = np.empty((len(rows), len(features), 48, 96), np.uint8)
    for first in range(0, len(rows), _CLIPS):
        report(Step(first, len(rows), "Reading pictures"))
        some = [str(keys[i]) for i in rows[first : first + _CLIPS]]
        for channel, feature in enumerate(features):
            stored = store.gather(some, f"{feature}_image")
            images[first : first + _CLIPS, channel] = stored
    return np.array(rows, np.int64), images
