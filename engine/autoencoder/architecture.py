"""The shape of the autoencoder, without a network: sizes of layers, counts, parameters.

After Guo, Liu, Zhu and Yin, "Deep Clustering with Convolutional Autoencoders" (ICONIP
2017): three strided convolutions of 5x5, 5x5 and 3x3 with 32, 64 and 128 channels, a
fully connected embedding, and the mirror image of all that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from engine.errors import ParameterError
from engine.params import Params, param

SMALLEST_SIDE = 8  # pixels: what three halvings leave something of
KERNELS = (5, 5, 3)

Size = tuple[int, int]


@dataclass(frozen=True)
class NetworkParams(Params):
    """The autoencoder's size."""

    embedding: int = param(
        32,
        label="Embedding",
        unit="numbers",
        low=1,
        high=4096,
        logarithmic=True,
        grid=(10, 32, 128, 1024),
        help="How many numbers stand for a clip: few keep what clips differ in most, "
        "many keep detail",
    )
    base: int = param(
        32,
        label="Channels",
        low=1,
        high=256,
        logarithmic=True,
        help="Of the first layer; the second has twice and the third four times as "
        "many. The published network has 32",
    )
    activation: str = param(
        "relu",
        label="Activation",
        choices={"relu": "ReLU", "gelu": "GELU"},
        help="ReLU is the published one; GELU is smooth, somewhat slower",
    )
    linear: bool = param(
        True,
        label="Linear embedding",
        help="As published: without, the embedding passes through the activation, too",
    )


class Shape(NamedTuple):
    """The shape of an image as the network sees it: features stacked as channels."""

    channels: int
    height: int
    width: int


def layer_sizes(height: int, width: int) -> tuple[Size, Size, Size, Size]:
    """Return the heights and widths of the image and of the three layers' outputs.

    Raises
    ------
    ParameterError
        If a side is shorter than 8 pixels.

    Examples
    --------
    >>> layer_sizes(28, 28)
    ((28, 28), (14, 14), (7, 7), (3, 3))
    """
    if min(height, width) < SMALLEST_SIDE:
        raise ParameterError(
            f"The sides of an image for the autoencoder must be at least "
            f"{SMALLEST_SIDE} pixels; it has {height} x {width}"
        )
    sides = zip(*(_halved(side) for side in (height, width)), strict=True)
    first, second, third = ((h, w) for h, w in sides)
    return (height, width), first, second, third


def last_padding(side: int) -> int:
    """Return the padding of the third convolution along a side.

    As published: none where three halvings leave a remainder.
    """
    return 1 if side % 8 == 0 else 0


def parameter_count(shape: Shape, params: NetworkParams) -> int:
    """Return how many weights the network has, biases included."""
    _, _, _, (height, width) = layer_sizes(shape.height, shape.width)
    widths = (shape.channels, params.base, 2 * params.base, 4 * params.base)
    flat = widths[3] * height * width
    layers = list(zip(widths, widths[1:], KERNELS, strict=False))
    weights = sum(2 * a * b * kernel**2 + a + b for a, b, kernel in layers)
    return weights + 2 * flat * params.embedding + params.embedding + flat


def _halved(side: int) -> tuple[int, int, int]:
    first = -(-side // 2)
    second = -(-first // 2)
    return first, second, (second + 2 * last_padding(side) - 3) // 2 + 1
