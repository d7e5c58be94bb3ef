"""Random changes to pictures while a network learns: what it is to see through.

Whole batches at once, on the device on which they are. Imported only inside functions:
it loads torch.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from engine.autoencoder.distortion import distorted
from engine.autoencoder.recipe import TrainingParams


def moved(images: Tensor, most: int, generator: Generator) -> Tensor:
    """Return images, each moved by up to so many pixels both ways.

    What comes after is the border: pictures of sounds are not black outside.

    Parameters
    ----------
    images : tensor, shape (n, channels, height, width)
    most : int
    generator : Generator
        On the images' device.
    """
    n, _, height, width = images.shape
    device = images.device
    for axis, side in ((2, height), (3, width)):
        by = torch.randint(-most, most + 1, (n, 1), generator=generator, device=device)
        source = torch.arange(side, device=device) - by
        shape = [n, 1, 1, 1]
        shape[axis] = side
        index = source.clamp(0, side - 1).view(shape).expand_as(images)
        images = images.gather(axis, index)
    return images


def rolled(images: Tensor, most: float, generator: Generator) -> Tensor:
    """Return images, each rolled in time; what leaves at one end enters at the other.

    Parameters
    ----------
    images : tensor, shape (n, channels, height, width)
    most : float
        Either way, as a share of the width.
    generator : Generator
        On the images' device.
    """
    n, _, _, width = images.shape
    reach = round(most * width)
    by = torch.randint(
        -reach, reach + 1, (n, 1), generator=generator, device=images.device
    )
    source = (torch.arange(width, device=images.device) - by) % width
    return images.gather(3, source.view(n, 1, 1, width).expand_as(images))


def masked(pixels: Tensor, widest: float, generator: Generator) -> Tensor:
    """Return images, each with one band of time and one of frequency set to 0.

    Park et al., "SpecAugment" (2019). The width of a band is uniform from nothing to
    ``widest``, a share of the side.
    """
    n = len(pixels)
    for axis in (2, 3):
        side = pixels.shape[axis]
        chance = torch.rand((2, n, 1), generator=generator, device=pixels.device)
        width = chance[0] * widest * side
        first = chance[1] * (side - width)
        at = torch.arange(side, device=pixels.device) + 0.5
        shape = [n, 1, 1, 1]
        shape[axis] = side
        hidden = (at >= first) & (at < first + width)
        pixels = pixels.masked_fill(hidden.view(shape), 0.0)
    return pixels


def noisy(pixels: Tensor, deviation: float, generator: Generator) -> Tensor:
    """Return images with normal noise added."""
    noise = torch.randn(
        pixels.shape, generator=generator, device=pixels.device, dtype=pixels.dtype
    )
    return pixels + deviation * noise


def changed(images: Tensor, params: TrainingParams, generator: Generator) -> Tensor:
    """Return images changed in what the network is to restore, too; 0 to 255."""
    if params.roll:
        images = rolled(images, params.roll, generator)
    if params.shift:
        images = moved(images, params.shift, generator)
    if params.turn or params.stretch:
        images = distorted(images, params.turn, params.stretch, generator)
    return images


def hidden(pixels: Tensor, params: TrainingParams, generator: Generator) -> Tensor:
    """Return normalised images as the network sees them, which is to restore them."""
    if params.mask:
        pixels = masked(pixels, params.mask, generator)
    if params.noise:
        pixels = noisy(pixels, params.noise, generator)
    return pixels
