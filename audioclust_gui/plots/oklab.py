"""Colours as eyes of every kind take them: lightness and two opponent axes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Ottosson, "A perceptual color space for image processing" (2020): linear RGB to cone
# responses, and their cube roots to lightness and two opponent axes.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OPPONENTS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of
# color vision deficiency" (2009), severity 1, in linear RGB.
EYES = np.array(
    [
        np.eye(3),
        [  # deuteranopia
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [  # protanopia
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    ]
)
"""What linear RGB looks like to normal, deuteranope and protanope eyes: (3, 3, 3)."""


def linear(srgb: Floats) -> Floats:
    """Return the light of colours (..., 3) as a screen is told them, all 0 to 1."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def gamma(light: Floats) -> Floats:
    """Return how a screen is told colours of linear RGB (..., 3), all 0 to 1."""
    light = light.clip(0, 1)
    root = 1.055 * light ** (1 / 2.4) - 0.055
    return np.where(light <= 0.0031308, 12.92 * light, root)


def oklab(light: Floats) -> Floats:
    """Return lightness, red against green and yellow against blue of linear RGB."""
    return np.cbrt(light.clip(0, None) @ _CONES.T) @ _OPPONENTS.T


def from_oklab(lab: Floats) -> Floats:
    """Return the linear RGB, (..., 3), perhaps beyond what a screen can show."""
    return (lab @ np.linalg.inv(_OPPONENTS).T) ** 3 @ np.linalg.inv(_CONES).T
