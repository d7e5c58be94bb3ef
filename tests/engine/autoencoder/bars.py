"""Small pictures that a small network learns in a moment, and its recipe."""

from typing import Any

import numpy as np

from engine.autoencoder.architecture import NetworkParams
from engine.autoencoder.recipe import LayerParams, Recipe, TrainingParams

KINDS = 4


def bars(n: int, height: int = 16, width: int = 24, channels: int = 1) -> np.ndarray:
    """Return uint8 images: a bright bar at one of four heights, anywhere in time."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 30, (n, channels, height, width)).astype(np.uint8)
    for i, image in enumerate(images):
        top = (i % KINDS) * height // KINDS
        left = int(rng.integers(0, width // 2))
        image[:, top : top + height // KINDS, left : left + width // 2] = 230
    return images


def noisy(n: int) -> np.ndarray:
    """Return bars of which a network soon knows by heart those that it learns from."""
    images = bars(n, 8, 12)
    noise = np.random.default_rng(0).normal(0.0, 60.0, images.shape)
    return np.clip(images + noise, 0, 255).astype(np.uint8)


def kinds(n: int) -> list[str]:
    return [f"kind {i % KINDS}" for i in range(n)]


def recipe(
    embedding: int = 8,
    base: int = 8,
    layer: dict[str, Any] | None = None,
    **training: Any,
) -> Recipe:
    defaults: dict[str, Any] = {"epochs": 4, "accelerator": "cpu", "precision": "32"}
    return Recipe(
        network=NetworkParams(embedding=embedding, base=base),
        training=TrainingParams(**{**defaults, **training}),
        layer=LayerParams(**(layer or {})),
    )


class Killed(BaseException):
    """What no code expects, as a kill."""
