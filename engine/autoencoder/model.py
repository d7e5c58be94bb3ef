"""The convolutional autoencoder itself; see `engine.autoencoder.architecture`.

Imported only inside functions: it loads torch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.autoencoder.architecture import (
    KERNELS,
    NetworkParams,
    Shape,
    last_padding,
    layer_sizes,
)

_ACTIVATIONS = {"relu": nn.ReLU, "gelu": nn.GELU}


class Autoencoder(nn.Module):
    """Images to a short row of numbers and back.

    Parameters
    ----------
    shape : Shape
        Channels, height and width of the images; sides at least 8.
    params : NetworkParams
    """

    def __init__(self, shape: Shape, params: NetworkParams) -> None:
        super().__init__()
        self.shape, self.params = shape, params
        sizes = layer_sizes(shape.height, shape.width)
        widths = (shape.channels, params.base, 2 * params.base, 4 * params.base)
        paddings = [
            (2, 2),
            (2, 2),
            (last_padding(shape.height), last_padding(shape.width)),
        ]
        self._inner = (widths[3], *sizes[3])
        flat = widths[3] * sizes[3][0] * sizes[3][1]
        down: list[nn.Module] = []
        up: list[nn.Module] = []
        for i, (kernel, padding) in enumerate(zip(KERNELS, paddings, strict=True)):
            down += [
                nn.Conv2d(widths[i], widths[i + 1], kernel, 2, padding),
                _ACTIVATIONS[params.activation](),
            ]
            # What a strided convolution drops at the far edge, its mirror adds.
            missing = (
                sizes[i][0] - (2 * sizes[i + 1][0] - 2 - 2 * padding[0] + kernel),
                sizes[i][1] - (2 * sizes[i + 1][1] - 2 - 2 * padding[1] + kernel),
            )
            mirror = nn.ConvTranspose2d(
                widths[i + 1], widths[i], kernel, 2, padding, missing
            )
            up = [mirror, _ACTIVATIONS[params.activation](), *up]
        self.convolutions = nn.Sequential(*down)
        self.to_embedding = nn.Linear(flat, params.embedding)
        self.from_embedding = nn.Linear(params.embedding, flat)
        self.transposed = nn.Sequential(*up[:-1])  # pixels are not rectified
        self.activation = _ACTIVATIONS[params.activation]()
        # Carried by checkpoints: the same images mean the same to whoever loads one.
        self.register_buffer("centre", torch.full((shape.channels, 1, 1), 127.5))
        self.register_buffer("spread", torch.full((shape.channels, 1, 1), 127.5))
        self.centre: Tensor
        self.spread: Tensor
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                nn.init.xavier_uniform_(module.weight)  # as published, by Glorot
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def normalised(self, images: Tensor) -> Tensor:
        """Return uint8 or float images, 0 to 255, as the network takes them."""
        return (images.float() - self.centre) / self.spread

    def restored(self, pixels: Tensor) -> Tensor:
        """Return what the network makes of an image as pixels, 0 to 255."""
        return (pixels.float() * self.spread + self.centre).clamp(0.0, 255.0)

    def encode(self, pixels: Tensor) -> Tensor:
        """Return the embedding, shape (n, embedding), of normalised images."""
        found: Tensor = self.to_embedding(self.convolutions(pixels).flatten(1))
        return found if self.params.linear else self.activation(found)

    def decode(self, embedding: Tensor) -> Tensor:
        """Return the normalised images, shape (n, *shape), of an embedding."""
        inner = self.activation(self.from_embedding(embedding))
        found: Tensor = self.transposed(inner.unflatten(1, self._inner))
        return found

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the embedding and the reconstruction of normalised images."""
        embedding = self.encode(pixels)
        return embedding, self.decode(embedding)
