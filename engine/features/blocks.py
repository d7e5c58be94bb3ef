"""What one feature contributes to a matrix: its stored rows, pooled to numbers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.features.descriptors import DESCRIPTORS, KEYS
from engine.features.images import resampling
from engine.features.pooling import FRAMES, stored_field
from engine.features.store import FeatureStore

Floats = NDArray[np.float32]

_STILL = 1e-3  # dB or the like, below which a row moves by rounding only


def read_block(
    store: FeatureStore,
    keys: list[str],
    feature: str,
    pooling: str,
    frames: int,
    normalisation: str,
) -> Floats:
    """Read one feature of some clips as a row of numbers each.

    Parameters
    ----------
    store : FeatureStore
    keys : list of str
        Clips that the store holds; without any, only the width is of interest.
    feature : str
        One of `engine.features.spectral.FEATURES`, or "descriptors", for which the
        pooling does not matter.
    pooling : {"mean_std", "mean", "profile", "frames", "image", "image_columns"}
    frames : int
        How many, for the pooling "frames".
    normalisation : {"none", "mean", "standard"}
        Of each row of the feature over these frames.

    Returns
    -------
    float32 array, shape (len(keys), width)
        Grey values are 0 to 1, keys two columns each. Frames lie row by row: all of a
        coefficient's or band's, then the next one's.
    """
    if feature == "descriptors":
        return _descriptors(store.gather(keys, "descriptors"))
    if pooling == "mean_std":
        pair = ("mean", "std")
        return np.hstack([_stored(store, keys, feature, part) for part in pair])
    if pooling == "frames":
        whole = _stored(store, keys, feature, "frames")
        return _flat(_normalised(whole @ resampling(FRAMES, frames).T, normalisation))
    if pooling in ("image", "image_columns"):
        pictures = _stored(store, keys, feature, "image")
        pictures /= 255.0
        return _flat(pictures if pooling == "image" else pictures.mean(axis=1))
    return _stored(store, keys, feature, pooling)


def _stored(store: FeatureStore, keys: list[str], feature: str, pooled: str) -> Floats:
    field, part = stored_field(feature, pooled)
    values: Floats = store.gather(keys, field)[:, part].astype(np.float32)
    return values


def _normalised(values: Floats, normalisation: str) -> Floats:
    """Normalise over the last axis; what does not move there becomes 0."""
    if normalisation == "none":
        return values
    values -= values.mean(axis=-1, keepdims=True)
    if normalisation == "standard":
        width = values.std(axis=-1, keepdims=True)
        values /= np.where(width > _STILL, width, np.float32(np.inf))
    return values


def _flat(values: Floats) -> Floats:
    return values.reshape(len(values), math.prod(values.shape[1:]))


def _descriptors(values: Floats) -> Floats:
    """Put keys on a circle, where B is next to C, as the hours on a clock."""
    names = list(DESCRIPTORS)
    is_key = np.array([name.startswith("key_") for name in names])
    angles = values[:, is_key] * np.float32(2.0 * np.pi / len(KEYS))
    return np.hstack([values[:, ~is_key], np.cos(angles), np.sin(angles)])
