"""Networks on disk: written whole or not at all, read without running what they hold.

A kept network is one dict of tensors, numbers and text. It is loaded by torch with
``weights_only=True``, which refuses everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.keeping import replacing
from engine.errors import EngineError, ParameterError

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
        centres, epoch = content["centres"], int(content["epoch"])
        state = content["state"]
        with torch.device("meta"):  # no time for numbers that are replaced at once
            model = Autoencoder(shape, params)
        model.load_state_dict(state, assign=True)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise EngineError(f"{file} holds no network that fits: {error}") from error
    except ParameterError as error:
        raise EngineError(f"{file} holds no network that fits: {error}") from error
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
        content = torch.load(file, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, KeyError) as error:
        words = str(error).splitlines() or [type(error).__name__]
        raise EngineError(f"{file} is no network, or damaged: {words[0]}") from error
    except Exception as error:
        if type(error).__name__ != "UnpicklingError":
            raise
        raise EngineError(
            f"{file} holds more than numbers and was not opened: it could run programs "
            "of its own. Only networks that AudioClust has kept can be loaded"
        ) from error
    if not isinstance(content, dict):
        raise EngineError(f"{file} is no network: it holds a {type(content).__name__}")
    return content
