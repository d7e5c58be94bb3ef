"""Batches of pictures that lie in memory, whole, without loader processes.

Imported only inside functions: it loads torch.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from engine.autoencoder.splitting import order

Batch = tuple[Tensor, Tensor]  # places among the images, and uint8 images


class Pictures(Dataset[Batch]):
    """Images, a batch at a time.

    Parameters
    ----------
    images : uint8 tensor, shape (n, channels, height, width)
    """

    def __init__(self, images: Tensor) -> None:
        self._images = images

    def __getitem__(self, places: Tensor) -> Batch:
        """Return some places among the images, and what is there."""
        return places, self._images[places]


class Batches(Sampler[Tensor]):
    """The places of every batch of an epoch, or of a device's share of it.

    Every device sees its share of each batch, so that several together do what one
    does by itself.

    Parameters
    ----------
    n : int
        How many pictures there are.
    size : int
        Of a batch, over all devices.
    seed : int or None
        For the order in an epoch; None leaves it as it is.
    before : int
        Epochs that came before those that Lightning counts.
    rank, devices : int
        Which of how many.
    """

    def __init__(
        self,
        n: int,
        size: int,
        seed: int | None = None,
        before: int = 0,
        rank: int = 0,
        devices: int = 1,
    ) -> None:
        self._n, self._size, self._seed = n, max(size, devices), seed
        self._rank, self._devices = rank, devices
        self._before = self._epoch = before

    def set_epoch(self, epoch: int) -> None:
        """Take the order of an epoch; Lightning calls it before each."""
        self._epoch = self._before + epoch

    def __len__(self) -> int:
        """Return how many batches there are."""
        return -(-self._n // self._size)

    def __iter__(self) -> Iterator[Tensor]:
        """Yield int64 tensors."""
        if self._seed is None:
            places = torch.arange(self._n)
        else:
            places = torch.from_numpy(order(self._n, self._seed, self._epoch))
        for first in range(0, self._n, self._size):
            batch = places[first : first + self._size]
            # A device without a clip would leave the others waiting for its gradient.
            mine = batch[self._rank :: self._devices]
            yield mine if len(mine) else batch[:1]


def loader(images: Tensor, batches: Batches) -> DataLoader[Batch]:
    """Return what Lightning takes; the sampler makes the batches."""
    return DataLoader(Pictures(images), sampler=batches, batch_size=None)
