"""Lightning's Trainer as it is wanted here: quiet, exact, and safe on a full disk.

Imported only inside functions: it loads torch and Lightning.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from lightning.fabric.plugins import CheckpointIO

from engine.autoencoder.checkpoints import read
from engine.autoencoder.devices import count, kind, strategy
from engine.autoencoder.keeping import replacing
from engine.autoencoder.recipe import TrainingParams
from engine.autoencoder.silence import threads


class WholeFiles(CheckpointIO):
    """Checkpoints that are written whole or not at all, and hold no code."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None
    ) -> None:
        """Write a checkpoint in place of the one before."""
        replacing(Path(path), lambda part: torch.save(checkpoint, part))

    def load_checkpoint(
        self, path: Any, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Read a checkpoint; whatever else it may hold is refused."""
        return read(Path(path))

    def remove_checkpoint(self, path: Any) -> None:
        """Remove a checkpoint."""
        Path(path).unlink(missing_ok=True)


def trainer(
    params: TrainingParams, epochs: int, folder: Path, callback: pl.Callback
) -> pl.Trainer:
    """Return what trains for so many epochs.

    Parameters
    ----------
    params : TrainingParams
    epochs : int
        Of this phase, those before an interruption included.
    folder : Path
        Of the run.
    callback : Callback
    """
    device = kind(params.accelerator)
    return pl.Trainer(
        accelerator=params.accelerator,
        devices=params.devices or "auto",
        num_nodes=params.nodes,
        strategy=strategy(params),
        precision="bf16-mixed" if uses_bf16(params.precision, device) else "32-true",
        max_epochs=epochs,
        callbacks=[callback],
        plugins=[WholeFiles()],
        logger=False,
        default_root_dir=folder,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,  # `Batches` are shared out already
    )


def uses_bf16(precision: str, device: str) -> bool:
    """Tell whether to compute with bfloat16: where asked for, or where it is fast."""
    if precision != "auto":
        return precision == "bf16"
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device == "cpu":
        able = torch.cpu.get_capabilities()
        # Others can compute with it, too, but slower than with 32 bit.
        return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return False


def device_words(params: TrainingParams) -> str:
    """Say what a network is trained on."""
    device = kind(params.accelerator)
    bits = "bfloat16" if uses_bf16(params.precision, device) else "32 bit"
    if device == "cuda":
        name = torch.cuda.get_device_name()
    elif device == "cpu":
        many = threads()
        name = f"CPU, {many} thread{'s' if many > 1 else ''}"
    else:
        name = "GPU"
    together = count(params)
    return f"{name}, {bits}" + (f", {together} of them" if together > 1 else "")
