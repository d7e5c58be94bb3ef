"""What Lightning trains: the autoencoder, in its second phase with a layer.

Imported only inside functions: it loads torch and Lightning.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import lightning.pytorch as pl
import torch
from torch import Tensor, nn

from engine.autoencoder.agreement import disagreement
from engine.autoencoder.augmentation import changed, hidden
from engine.autoencoder.batches import Batch
from engine.autoencoder.clustering_layer import (
    ClusteringLayer,
    Target,
    divergence,
    target_of,
)
from engine.autoencoder.course import Course
from engine.autoencoder.model import Autoencoder
from engine.autoencoder.splitting import stream

STATE = "audioclust"  # our part of a checkpoint
_AT_ONCE = 1024  # images that are only embedded


class Losses(NamedTuple):
    """Means over the clips of an epoch; NaN where there were none."""

    train: float
    validation: float
    divergence: float


class Learner(pl.LightningModule):
    """Learns to reconstruct images, and to draw their embedding to centres.

    Parameters
    ----------
    model : Autoencoder
    course : Course
    layer : ClusteringLayer, optional
        In the second phase.
    target : Target, optional
        Where it begins.
    """

    def __init__(
        self,
        model: Autoencoder,
        course: Course,
        layer: ClusteringLayer | None = None,
        target: Target | None = None,
    ) -> None:
        super().__init__()
        self.model, self.course, self.layer = model, course, layer
        shares = torch.empty(0) if target is None else target.shares
        labels = torch.empty(0, dtype=torch.long) if target is None else target.labels
        self.register_buffer("shares", shares)
        self.register_buffer("labels", labels)
        self.shares: Tensor
        self.labels: Tensor
        # Sums and numbers of clips: trained on, validated, diverging. No buffer: every
        # device has its own, which others must not overwrite.
        self._sums = torch.zeros(2, 3)

    @property
    def number(self) -> int:
        """The epoch that is running, from 1 on through both phases."""
        return self.course.before + self.current_epoch + 1

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam; its rate is set at every step."""
        return torch.optim.Adam(self.parameters(), lr=1e-3, fused=True)

    def on_train_epoch_start(self) -> None:
        """Begin to count anew."""
        self._sums = torch.zeros(2, 3, device=self.device)

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Set the learning rate of this step."""
        share = batch_idx / max(1, self.trainer.num_training_batches)
        rate, momentum = self.course.pace(self.number, share)
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"], group["betas"] = rate, (momentum, group["betas"][1])

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return the loss of a batch."""
        places, images = batch
        training, layer = self.course.recipe.training, self.course.recipe.layer
        views = 2 if training.agreement and self.layer is None else 1
        pixels, seen = self._views(torch.cat([images] * views), batch_idx)
        embedding, made = self.model(seen)
        loss = _error(made, pixels)
        self._count(0, loss, len(images))
        if self.layer is not None:
            apart = divergence(self.shares[places], self.layer(embedding))
            self._count(2, apart, len(images))
            loss = loss + layer.weight * apart
        if views == 2:
            loss = loss + training.agreement * disagreement(*embedding.chunk(2))
        return loss

    def _views(self, images: Tensor, batch: int) -> tuple[Tensor, Tensor]:
        """Return normalised images, changed at random, and as the network sees them."""
        params = self.course.recipe.training
        if not params.changes:
            pixels = self._normalised(images)
            return pixels, pixels
        seed = stream(params.seed, self.number, batch, self.global_rank)
        generator = torch.Generator(images.device).manual_seed(seed)
        pixels = self._normalised(changed(images, params, generator))
        return pixels, hidden(pixels, params, generator)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Count the loss of a batch that is not learnt from."""
        _, images = batch
        pixels = self._normalised(images)
        _, made = self.model(pixels)
        self._count(1, _error(made, pixels), len(images))

    def configure_gradient_clipping(self, *_: Any, **__: Any) -> None:
        """Shorten a gradient that is too long, in one sweep."""
        if self.course.recipe.training.clip:
            nn.utils.clip_grad_norm_(
                self.parameters(), self.course.recipe.training.clip, foreach=True
            )

    def losses(self) -> Losses:
        """Return the losses of the epoch, over all devices."""
        sums = self.trainer.strategy.reduce(self._sums.clone(), reduce_op="sum")
        assert isinstance(sums, Tensor)
        total, count = sums.double().cpu()
        return Losses(*(total / count).tolist())

    def aim(self, images: Tensor) -> float:
        """Compute the target anew from all clips learnt from.

        Parameters
        ----------
        images : uint8 tensor, shape (n, channels, height, width)

        Returns
        -------
        float
            The share of them that changed their cluster, 0 to 1.
        """
        assert self.layer is not None
        with torch.no_grad():
            found = target_of(self.layer(self.embedding(images)), self.labels)
        self.shares.copy_(found.shares)
        self.labels.copy_(found.labels)
        return found.moved

    @torch.no_grad()
    def embedding(self, images: Tensor) -> Tensor:
        """Return the embedding of images, float32, wherever the network is."""
        return torch.cat(
            [
                self.model.encode(self._normalised(some.to(self.device)))
                for some in torch.split(images, _AT_ONCE)
            ]
        )

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Add where the run is."""
        checkpoint[STATE] = self.course.state()

    def _normalised(self, images: Tensor) -> Tensor:
        pixels = self.model.normalised(images)
        return pixels.contiguous(memory_format=torch.channels_last)

    def _count(self, column: int, loss: Tensor, n: int) -> None:
        self._sums[0, column] += loss.detach() * n
        self._sums[1, column] += n


def _error(made: Tensor, pixels: Tensor) -> Tensor:
    """Return the mean squared error per pixel, in 32 bit whatever came before."""
    return nn.functional.mse_loss(made.float(), pixels)
