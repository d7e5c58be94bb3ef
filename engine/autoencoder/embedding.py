"""What a kept network says of images: an embedding, reconstructions, assignments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.autoencoder.checkpoints import Network, load
from engine.autoencoder.kept_embeddings import kept
from engine.autoencoder.pictures import Images, pictures_of
from engine.autoencoder.runs import checkpoint_of, folder_of, read
from engine.errors import EngineError
from engine.features.store import FeatureStore
from engine.machine import limited_threads
from engine.progress import Report, Step, silent

if TYPE_CHECKING:
    from torch import Tensor

Floats = NDArray[np.float32]

_BATCH = 256


def embedded(
    store: FeatureStore,
    keys: Sequence[str | None],
    network: str,
    report: Report = silent,
) -> tuple[NDArray[np.int64], Floats]:
    """Return the embedding of the clips that have features, from disk where it is kept.

    Parameters
    ----------
    store : FeatureStore
    keys : sequence of str or None
        One per clip of the dataset, from an `Extraction`.
    network : str
        As named by `engine.autoencoder.runs.Run.network`.
    report : callable
        May raise Cancelled.

    Returns
    -------
    rows : int64 array, shape (n_rows,)
        The clips, ascending.
    embedding : float32 array, shape (n_rows, n_dimensions)

    Raises
    ------
    EngineError
        If the network is gone or damaged.
    """
    file = checkpoint_of(network)
    rows = np.array([i for i, key in enumerate(keys) if key in store], np.int64)
    some = [str(keys[row]) for row in rows]

    def make() -> Floats:
        run = read(folder_of(network.partition("@")[0]))
        _, images = pictures_of(store, some, run.recipe.images, report)
        return embed(load(file), images, report)

    return rows, kept(store, some, file, make)


def embed(network: Network, images: Images, report: Report = silent) -> Floats:
    """Return the embedding of images.

    Parameters
    ----------
    network : Network
    images : uint8 array, shape (n, channels, height, width)
        Of the shape that the network was trained on.
    report : callable
        May raise Cancelled.

    Returns
    -------
    float32 array, shape (n, n_dimensions)
        Row by row the same in any company, up to the order of floating-point sums.

    Raises
    ------
    EngineError
        If the images have another shape, or the network gives numbers without end.
    """
    import torch

    if tuple(images.shape[1:]) != tuple(network.model.shape):
        raise EngineError(
            f"The network takes images of {_sides(network.model.shape)}; these have "
            f"{_sides(images.shape[1:])}"
        )
    found = np.empty((len(images), network.model.params.embedding), np.float32)
    with torch.inference_mode(), limited_threads():
        for first in range(0, len(images), _BATCH):
            report(Step(first, len(images), "Embedding"))
            some = slice(first, first + _BATCH)
            pixels = network.model.normalised(_tensor(network, images[some]))
            pixels = pixels.contiguous(memory_format=torch.channels_last)
            found[some] = network.model.encode(pixels).cpu().numpy()
    if not np.isfinite(found).all():
        raise EngineError("The network gives numbers without end: its training failed")
    return found


def decode(network: Network, embedding: Floats) -> Images:
    """Return the images of points of the embedding: uint8, (n, channels, h, w)."""
    import torch

    made = np.empty((len(embedding), *network.model.shape), np.uint8)
    with torch.inference_mode(), limited_threads():
        for first in range(0, len(made), _BATCH):
            some = slice(first, first + _BATCH)
            points = _tensor(network, np.asarray(embedding[some], np.float32))
            pixels = network.model.restored(network.model.decode(points))
            made[some] = pixels.round().to(torch.uint8).cpu().numpy()
    return made


def reconstruct(network: Network, images: Images) -> tuple[Images, Floats]:
    """Return what a network makes of images, and how far that is off.

    Returns
    -------
    made : uint8 array, of the images' shape
    errors : float32 array, shape (n,)
        As `errors_of`.
    """
    made = decode(network, embed(network, images))
    return made, errors_of(network, images, made)


def errors_of(network: Network, images: Images, made: Images) -> Floats:
    """Return the mean squared error per normalised pixel: float32, shape (n,)."""
    spread = network.model.spread.cpu().numpy()
    errors = np.empty(len(images), np.float32)
    for first in range(0, len(images), _BATCH):
        some = slice(first, first + _BATCH)
        apart = (images[some].astype(np.float32) - made[some]) / spread
        errors[some] = np.square(apart).mean(axis=(1, 2, 3))
    return errors


def memberships(network: Network, embedding: Floats) -> Floats | None:
    """Return the soft assignment of a network's clustering layer, where it has one.

    Returns
    -------
    float32 array, shape (n, n_clusters), or None
        Every row adds up to 1: Student's t with one degree of freedom around the
        centres (van der Maaten and Hinton, 2008; Xie et al., 2016).
    """
    if network.centres is None:
        return None
    centres = network.centres.cpu().numpy()
    middle = centres.mean(axis=0)  # large squares would lose digits
    points, around = embedding - middle, centres - middle
    squares = (points**2).sum(1, keepdims=True) + (around**2).sum(1)
    squares -= 2.0 * points @ around.T
    kernel = 1.0 / (1.0 + np.maximum(squares, 0.0))
    shares: Floats = (kernel / kernel.sum(1, keepdims=True)).astype(np.float32)
    return shares


def _tensor(network: Network, array: Images | Floats) -> Tensor:
    import torch

    given = torch.from_numpy(np.ascontiguousarray(array))
    return given.to(network.model.centre.device)


def _sides(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
