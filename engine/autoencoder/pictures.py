"""The stored pictures of clips as a network takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.autoencoder.recipe import ImageParams
from engine.features.store import FeatureStore
from engine.progress import Report, Step, silent

Images = NDArray[np.uint8]

_CLIPS = 1024  # read at once
_STILL = 8.0  # grey levels: what moves less is noise
_DEVIATION = 42.0  # pixels: three of them either way fill the range


def pictures_of(
    store: FeatureStore,
    keys: Sequence[str | None],
    params: ImageParams,
    report: Report = silent,
) -> tuple[NDArray[np.int64], Images]:
    """Return the pictures of the clips that have features.

    Parameters
    ----------
    store : FeatureStore
    keys : sequence of str or None
        One per clip of the dataset, from an `Extraction`.
    params : ImageParams
        Whose features are the channels.
    report : callable
        May raise Cancelled.

    Returns
    -------
    rows : int64 array, shape (n_rows,)
        The clips, ascending.
    images : uint8 array, shape (n_rows, n_features, 48, 96)
    """
    rows = [i for i, key in enumerate(keys) if key in store]
    images = np.empty((len(rows), len(params.features), 48, 96), np.uint8)
    for first in range(0, len(rows), _CLIPS):
        report(Step(first, len(rows), "Reading pictures"))
        some = [str(keys[i]) for i in rows[first : first + _CLIPS]]
        for channel, feature in enumerate(params.features):
            stored = store.gather(some, f"{feature}_image")
            images[first : first + _CLIPS, channel] = stored
        if params.each_clip == "standard":
            part = slice(first, first + _CLIPS)
            images[part] = levelled(images[part])
    return np.array(rows, np.int64), images


def levelled(images: Images) -> Images:
    """Return images whose rows have mean 0 and deviation 1 over time, as pixels.

    Cepstral mean and variance normalisation (Viikki and Laurila, 1998) of a picture.

    Parameters
    ----------
    images : uint8 array, shape (n, channels, height, width)

    Returns
    -------
    uint8 array, of the same shape
        128 is a row's mean, a deviation 42 pixels, what is beyond three is cut. A row
        that hardly moves is grey.
    """
    rows = images.astype(np.float32)
    rows -= rows.mean(axis=3, keepdims=True)
    rows /= rows.std(axis=3, keepdims=True) + _STILL
    rows *= _DEVIATION
    rows += 128.0
    return np.rint(np.clip(rows, 0.0, 255.0)).astype(np.uint8)
