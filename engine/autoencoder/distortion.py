"""Pictures turned and stretched a little: what shows the same thing nonetheless.

Guo, Zhu, Liu and Yin, "Deep Embedded Clustering with Data Augmentation" (ACML 2018).

Imported only inside functions: it loads torch.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional


def distorted(
    images: Tensor, turn: float, stretch: float, generator: Generator
) -> Tensor:
    """Return images, each turned and stretched around its middle.

    What comes after is the border, as in `engine.autoencoder.augmentation.moved`.

    Parameters
    ----------
    images : tensor, shape (n, channels, height, width)
    turn : float
        Degrees, at most, to either side.
    stretch : float
        How much longer or shorter the sides become, at most, as a share of them; each
        side for itself.
    generator : Generator
        On the images' device.

    Returns
    -------
    float32 tensor, of the images' shape
    """
    n, _, height, width = images.shape
    chance = torch.rand((3, n), generator=generator, device=images.device) * 2.0 - 1.0
    angle = chance[0] * math.radians(turn)
    across, along = 1.0 + chance[1:] * stretch
    # Coordinates run from -1 to 1 along either side, whatever its length.
    cosine, sine, ratio = angle.cos(), angle.sin(), height / width
    nowhere = torch.zeros_like(angle)
    rows = (
        (cosine / across, -sine * ratio / across, nowhere),
        (sine / ratio / along, cosine / along, nowhere),
    )
    places = torch.stack([torch.stack(row, 1) for row in rows], 1)
    grid = functional.affine_grid(places, list(images.shape), align_corners=False)
    pixels = images.float()
    return functional.grid_sample(
        pixels, grid, padding_mode="border", align_corners=False
    )
