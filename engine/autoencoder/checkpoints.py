"""Networks on disk: written whole or not at all, read without running what they hold.

A kept network is one dict of tensors, numbers and text. It is loaded by torch with
``weights_only=True``, which refuses everything else.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.keeping import replacing
from engine.errors import EngineError

if TYPE_CHECKING:
    from torch import Tensor

    from engine.autoencoder.model import Autoencoder

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Network:
    """A trained network, ready to be asked.

    Parameters
    ----------
    model : Autoencoder
        In evaluation mode, on the CPU.
    epoch : int
        After which it was kept.
    centres : float32 tensor, shape (n_clusters, embedding), or None
        Those of its clustering layer.
    """

    model: Autoencoder
    epoch: int
    centres: Tensor | None = None


def save(file: Path, model: Autoencoder, epoch: int, centres: Tensor | None) -> None:
    """Keep a network.

    Raises
    ------
    EngineError
        If the disk is full or the folder cannot be written to.
    """
    import torch

    content = {
        "format": FORMAT,
        "shape": list(model.shape),
        "network": model.params.to_dict(),
        "epoch": epoch,
        "state": {name: t.detach().cpu() for name, t in model.state_dict().items()},
        "centres": None if centres is None else centres.detach().float().cpu(),
    }
    replacing(file, lambda part: torch.save(content, part))


def load(file: Path) -> Network:
    """Read a kept network; the last ones stay in memory.

    Raises
    ------
    EngineError
        If the file is gone, damaged, of a newer version, or holds more than a network.
    """
    try:
        stat = file.stat()
    except OSError as error:
        raise EngineError(f"{file} cannot be read: {error.strerror}") from error
    return _load(file, (stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=2)
def _load(file: Path, _: tuple[int, int]) -> Network:
    import torch

    from engine.autoencoder.model import Autoencoder

    content = read(file)
    try:
        if content["format"] != FORMAT:
            raise EngineError(
                f"{file} is of another version of AudioClust (format "
                f"{content['format']!r}; this one reads {FORMAT})"
            )
        shape = Shape(*(int(side) for side in content["shape"]))
        params = NetworkParams.from_dict(content["network"])
        epoch, centres, state = (content[n] for n in ("epoch", "centres", "state"))
        if shape.channels < 1 or not isinstance(epoch, int):
            raise ValueError(f"{shape.channels} channels, epoch {epoch!r}")
        with torch.device("meta"):  # no time for numbers that are replaced at once
            model = Autoencoder(shape, params)
        for name, expected in model.state_dict().items():
            if not _holds(state[name], expected.shape):
                raise ValueError(f"{name} is not of shape {tuple(expected.shape)}")
        if centres is not None and not _holds(
            centres, (len(centres), params.embedding)
        ):
            raise ValueError("its clusters lie elsewhere than its embedding")
        model.load_state_dict(state, assign=True)
    except (
        *(ArithmeticError, AttributeError, LookupError),
        *(RuntimeError, TypeError, ValueError),
    ) as error:
        reason = str(error).partition("\n")[0]
        raise EngineError(f"{file} holds no network that fits: {reason}") from error
    model.requires_grad_(requires_grad=False)
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Network(model.eval(), epoch, centres)


def read(file: Path) -> dict[str, Any]:
    """Read what torch saved, as tensors, numbers and text and nothing else.

    Raises
    ------
    EngineError
        If the file cannot be read, is damaged, or holds anything that is code.
    """
    import torch

    try:
        with zipfile.ZipFile(file) as archive:
            broken = archive.testzip()  # torch itself does not compare the sums
        with warnings.catch_warnings(action="ignore"):  # of other kinds of archives
            if not broken:
                content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever becomes of bytes that are something else
        if type(error).__name__ == "UnpicklingError":
            raise EngineError(
                f"{file} holds more than numbers and was not opened: it could run "
                "programs of its own. Only networks that AudioClust has kept can be "
                "loaded"
            ) from error
        words = str(error).partition("\n")[0] or type(error).__name__
        raise EngineError(f"{file} cannot be read as a network: {words}") from error
    if broken:
        raise EngineError(f"{file} is damaged: {broken} is not what was written")
    if not isinstance(content, dict):
        raise EngineError(f"{file} is no network: it holds a {type(content).__name__}")
    return content


def _holds(found: object, shape: Sequence[int]) -> bool:
    """Tell whether something is that many numbers, and not only says so."""
    import torch

    return (
        isinstance(found, torch.Tensor)
        and tuple(found.shape) == tuple(shape)
        and found.dtype == torch.float32
        and found.layout == torch.strided
        and found.device.type == "cpu"
        and found.untyped_storage().nbytes() >= found.numel() * found.element_size()
    )
