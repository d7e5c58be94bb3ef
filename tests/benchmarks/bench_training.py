"""Images per second: the training engine against a bare loop, and what choices bring.

The bare loop has the same network, batches, precision, optimiser and clipping, and
nothing else: no validation, no looks, no checkpoints, nobody to tell. Both are timed
over whole epochs, alternately, so that a machine that is busy is as busy for both.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch
from torch import nn

from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.model import Autoencoder
from engine.autoencoder.recipe import Recipe, TrainingParams
from engine.autoencoder.trainers import uses_bf16
from engine.autoencoder.training import train
from engine.machine import default_workers

ROUNDS, EPOCHS = 3, 3
CASES = ((1, 48, 96, 32, 256), (1, 28, 28, 10, 256))
STEPS = 3  # per epoch


def images_of(shape: tuple[int, int, int], n: int) -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 256, (n, *shape))
    return noise.astype(np.uint8)


def bare(
    images: np.ndarray, network: NetworkParams, batch: int, bf16: bool, last: bool
) -> float:
    """Return the images per second of a loop that does nothing but train."""
    layout = torch.channels_last if last else torch.contiguous_format
    model = Autoencoder(Shape(*images.shape[1:]), network).to(memory_format=layout)
    adam = torch.optim.Adam(model.parameters(), fused=True)
    pictures, times = torch.from_numpy(images), []
    for _ in range(EPOCHS):
        began = perf_counter()
        for places in torch.randperm(len(images)).split(batch):
            pixels = model.normalised(pictures[places])
            pixels = pixels.contiguous(memory_format=layout)
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                _, made = model(pixels)
            loss = nn.functional.mse_loss(made.float(), pixels)
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
            adam.step()
        times.append(perf_counter() - began)
    return len(images) / median(times[1:])


def ours(images: np.ndarray, network: NetworkParams, batch: int, bf16: bool) -> float:
    """Return the images per second that a run says it trained with."""
    params = TrainingParams(
        epochs=EPOCHS,
        batch=batch,
        validation=0.0,
        precision="bf16" if bf16 else "32",
        accelerator="cpu",
        look_every=1000,
    )
    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe(network=network, training=params)
        run = train(images, recipe, Path(folder) / "run")
    return median(epoch.throughput for epoch in run.history.epochs[1:])


def rates(ways: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Return the median rate of each, taken in turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            found[name].append(way())
    return {name: median(values) for name, values in found.items()}


def main() -> None:
    torch.set_num_threads(min(torch.get_num_threads(), default_workers()))
    bf16 = uses_bf16("auto", "cpu")
    print(f"Training, images per second, {torch.get_num_threads()} threads; precision")
    print(f"chosen by itself here: {'bfloat16' if bf16 else '32 bit'}")
    print(
        f"{'image':>12}{'bits':>6}{'engine':>9}{'bare':>9}{'ratio':>7}"
        f"{'without channels-last':>23}"
    )
    for channels, height, width, embedding, batch in CASES:
        network = NetworkParams(embedding=embedding)
        images = images_of((channels, height, width), batch * STEPS)
        for narrow in (False, True):
            found = rates(
                {
                    "engine": lambda a=(images, network, batch, narrow): ours(*a),
                    "bare": lambda a=(images, network, batch, narrow): bare(*a, True),
                    "plain": lambda a=(images, network, batch, narrow): bare(*a, False),
                }
            )
            print(
                f"{f'{channels}x{height}x{width}':>12}{16 if narrow else 32:6}"
                f"{found['engine']:9.0f}{found['bare']:9.0f}"
                f"{found['engine'] / found['bare']:7.2f}{found['plain']:23.0f}"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
