"""Images per second: the training engine against a bare loop, and what choices bring.

The bare loop has the same network, batches, precision, optimiser and clipping, and
nothing else: no validation, no looks, no checkpoints, nobody to tell. They take turns,
epoch by epoch in one process, so that a machine that is busy is as busy for both; the
ratio is the median over the turns.
"""

import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch import nn

from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.model import Autoencoder
from engine.autoencoder.recipe import Recipe, TrainingParams
from engine.autoencoder.splitting import batch_size
from engine.autoencoder.trainers import uses_bf16
from engine.autoencoder.training import train
from engine.machine import default_workers
from engine.progress import Wish

EPOCHS = 16  # the first of each is not counted
# Channels, height, width, embedding, batch, steps an epoch: with fewer steps than
# eight the engine would take smaller batches.
CASES = ((1, 48, 96, 32, 64, 8), (1, 28, 28, 10, 256, 8))


def images_of(shape: tuple[int, int, int], n: int) -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 256, (n, *shape))
    return noise.astype(np.uint8)


class Bare:
    """A loop that does nothing but train.

    Parameters
    ----------
    images : uint8 array, shape (n, channels, height, width)
    network : NetworkParams
    batch : int
    bf16 : bool
    layout : memory format
    """

    def __init__(
        self,
        images: np.ndarray,
        network: NetworkParams,
        batch: int,
        bf16: bool,
        layout: torch.memory_format,
    ) -> None:
        model = Autoencoder(Shape(*images.shape[1:]), network)
        self._model = model.to(memory_format=layout)
        self._adam = torch.optim.Adam(self._model.parameters(), fused=True)
        self._pictures = torch.from_numpy(images)
        self._batch, self._bf16, self._layout = batch, bf16, layout

    def epoch(self) -> float:
        """Train for an epoch, and return the images per second."""
        model, began = self._model, perf_counter()
        for places in torch.randperm(len(self._pictures)).split(self._batch):
            pixels = model.normalised(self._pictures[places])
            pixels = pixels.contiguous(memory_format=self._layout)
            with torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
                _, made = model(pixels)
            loss = nn.functional.mse_loss(made.float(), pixels)
            self._adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
            self._adam.step()
        return len(self._pictures) / (perf_counter() - began)


def rates(
    images: np.ndarray, network: NetworkParams, batch: int, bf16: bool
) -> dict[str, np.ndarray]:
    """Return the images per second of every epoch: of the engine, and of two loops."""
    params = TrainingParams(
        epochs=EPOCHS,
        batch=batch,
        validation=0.0,
        precision="bf16" if bf16 else "32",
        accelerator="cpu",
        look_every=1000,
    )
    others = {
        "bare": Bare(images, network, batch, bf16, torch.channels_last),
        "plain": Bare(images, network, batch, bf16, torch.contiguous_format),
    }
    found: dict[str, list[float]] = {name: [] for name in others}
    assert batch_size(len(images), params) == batch
    steps, asked = len(images) // batch, 0

    def wishes() -> Wish:
        """Let the others have their turns, once the clock of an epoch has stopped."""
        nonlocal asked
        asked += 1
        if asked % steps == 0:
            with torch.enable_grad():
                for name, other in others.items():
                    found[name].append(other.epoch())
        return Wish.GO_ON

    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe(network=network, training=params)
        run = train(images, recipe, Path(folder) / "run", wishes=wishes)
    engine = run.history.column("throughput")
    return {name: np.array(v)[1:] for name, v in {"engine": engine, **found}.items()}


def main() -> None:
    torch.set_num_threads(min(torch.get_num_threads(), default_workers()))
    bf16 = uses_bf16("auto", "cpu")
    print(f"Training, images per second, {torch.get_num_threads()} threads; precision")
    print(f"chosen by itself here: {'bfloat16' if bf16 else '32 bit'}")
    print(
        f"{'image':>12}{'bits':>6}{'engine':>9}{'bare':>9}{'ratio':>7}{'spread':>13}"
        f"{'without channels-last':>23}"
    )
    for channels, height, width, embedding, batch, steps in CASES:
        network = NetworkParams(embedding=embedding)
        images = images_of((channels, height, width), batch * steps)
        for narrow in (False, True):
            found = rates(images, network, batch, narrow)
            ratios = found["engine"] / found["bare"]
            low, middle, high = np.percentile(ratios, (25, 50, 75))
            print(
                f"{f'{channels}x{height}x{width}':>12}{16 if narrow else 32:6}"
                f"{np.median(found['engine']):9.0f}{np.median(found['bare']):9.0f}"
                f"{middle:7.2f}{f'{low:.2f}-{high:.2f}':>13}"
                f"{np.median(found['plain']):23.0f}"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
