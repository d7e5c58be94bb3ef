"""Everything that is chosen before a network is trained, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.autoencoder.architecture import NetworkParams
from engine.errors import ParameterError
from engine.features.spectral import FEATURES
from engine.params import Params, param


@dataclass(frozen=True)
class ImageParams(Params):
    """Which pictures of the clips a network is trained on."""

    feature: str = param(
        "mel",
        label="Feature",
        choices=dict(FEATURES),
        several=True,
        help="Whose picture, 48x96 pixels; several are stacked as the channels of one",
    )
    normalisation: str = param(
        "range",
        label="Pixels",
        choices={
            "range": "Range -1 to 1",
            "unit": "Range 0 to 1",
            "statistics": "Mean 0, deviation 1",
        },
        help="Of each channel, over the collection",
    )

    each_clip: str = param(
        "none",
        label="Each clip",
        choices={
            "none": "As it is",
            "standard": "Rows with mean 0, deviation 1",
        },
        help="Takes away what stays the same throughout a clip, such as a voice, a "
        "room or a microphone, and leaves how it moves",
    )

    @property
    def features(self) -> tuple[str, ...]:
        """The chosen features, in the order in which they are offered."""
        return tuple(self.feature.split("+"))


@dataclass(frozen=True)
class TrainingParams(Params):
    """How a network is trained."""

    epochs: int = param(
        100,
        label="Epochs",
        low=1,
        high=100_000,
        logarithmic=True,
        help="How often the network sees every clip, at most",
    )
    batch: int = param(
        256,
        label="Batch",
        unit="clips",
        low=1,
        high=65_536,
        logarithmic=True,
        help="Seen at once. Smaller ones take more steps per epoch; of few clips, "
        "batches are made small enough for eight steps",
    )
    rate: float = param(
        1e-3,
        label="Learning rate",
        low=1e-7,
        high=1.0,
        logarithmic=True,
        help="Of Adam (Kingma and Ba, 2015), at its highest",
    )
    schedule: str = param(
        "one_cycle",
        label="Schedule",
        choices={
            "one_cycle": "One cycle",
            "plateau": "Down at plateaus",
            "constant": "Constant",
        },
        help="One cycle rises, then falls to nothing (Smith and Topin, 2019)",
    )
    noise: float = param(
        0.0,
        label="Noise",
        low=0.0,
        high=2.0,
        help="Deviation of what is added to the pixels that the network is to restore, "
        "in units of normalised pixels",
    )
    shift: int = param(
        0,
        label="Shift",
        unit="pixels",
        low=0,
        high=32,
        help="By how much pictures are moved at random, in time and in frequency",
    )
    roll: float = param(
        0.0,
        label="Roll",
        low=0.0,
        high=0.5,
        help="By how much pictures are rolled at random in time, as a share of their "
        "length: what leaves at one end enters at the other. For sounds that go on",
    )
    turn: float = param(
        0.0,
        label="Turn",
        unit="degrees",
        low=0.0,
        high=45.0,
        help="By how much pictures are turned at random: for pictures of things, such "
        "as digits, rather than of sounds",
    )
    stretch: float = param(
        0.0,
        label="Stretch",
        low=0.0,
        high=0.5,
        help="By how much pictures are stretched or squeezed at random, in time and in "
        "frequency, as a share of the side",
    )
    mask: float = param(
        0.0,
        label="Mask",
        low=0.0,
        high=0.5,
        help="The widest band of time and of frequency that is hidden, as a share of "
        "the side (SpecAugment, Park et al., 2019); the network is to restore it",
    )
    agreement: float = param(
        0.0,
        label="Agreement",
        low=0.0,
        high=100.0,
        help="Of two changed views of each clip: the weight, against the "
        "reconstruction, of their embeddings being alike and those of different clips "
        "not (VICReg, Bardes et al., 2022). An epoch takes twice as long",
    )
    validation: float = param(
        0.2,
        label="Validation",
        low=0.0,
        high=0.5,
        help="The share of clips that the network does not learn from, so that one "
        "sees when it learns by heart; 0 learns from all",
    )
    patience: int = param(
        0,
        label="Patience",
        unit="epochs",
        low=0,
        high=10_000,
        zero="to the last epoch",
        help="Ends training early without a lower loss, in validation if there is any",
    )
    clip: float = param(
        1.0,
        label="Largest gradient",
        low=0.0,
        high=1000.0,
        zero="no limit",
        help="Longer ones are shortened to this norm",
    )
    precision: str = param(
        "auto",
        label="Precision",
        choices={
            "auto": "bfloat16 where it is fast",
            "32": "32 bit",
            "bf16": "bfloat16",
        },
        help="bfloat16 is up to twice as fast where the processor has it, and learns "
        "as well",
    )
    accelerator: str = param(
        "auto",
        label="Processor",
        choices={
            "auto": "The fastest",
            "cpu": "CPU",
            "cuda": "CUDA",
            "mps": "Apple",
        },
        help="What computes: a graphics card where there is one, else the CPU",
    )
    devices: int = param(
        1,
        label="Devices",
        low=0,
        high=1024,
        zero="all of them",
        help="How many train together, each on its share of a batch",
    )
    nodes: int = param(
        1,
        label="Machines",
        low=1,
        high=1024,
        help="How many train together; only for a batch started by SLURM or torchrun",
    )
    seed: int = param(
        0,
        label="Seed",
        low=0,
        high=2**31 - 1,
        help="The same seed, clips and machine give the same network",
    )
    look_every: int = param(
        5,
        label="Look every",
        unit="epochs",
        low=1,
        high=1000,
        help="How often the map, the pairs and the scores of the embedding are drawn "
        "and the network is kept, to go back to",
    )
    keep: int = param(
        25,
        label="Networks kept",
        low=2,
        high=10_000,
        logarithmic=True,
        help="At most, of each phase, beside the first and the last, and no more than "
        "1 GiB of them: where there are more looks, every second or third of them "
        "keeps its network",
    )

    @property
    def changes(self) -> bool:
        """Whether pictures are changed at random while the network learns."""
        moved = (self.shift, self.roll, self.turn, self.stretch)
        return any((*moved, self.noise, self.mask))


@dataclass(frozen=True)
class LayerParams(Params):
    """The clustering layer that a network may be trained on with (DCEC)."""

    clusters: int = param(
        0,
        label="Clusters",
        low=0,
        high=10_000,
        zero="no clustering layer",
        help="How many; the layer begins with the middles that K-Means finds",
    )
    weight: float = param(
        0.1,
        label="Weight",
        low=0.0,
        high=100.0,
        help="Of the divergence against the reconstruction; 0.1 as published",
    )
    interval: int = param(
        1,
        label="Target every",
        unit="epochs",
        low=1,
        high=1000,
        help="How often the target distribution is computed anew",
    )
    epochs: int = param(
        50,
        label="Epochs",
        low=1,
        high=100_000,
        logarithmic=True,
        help="With the clustering layer, at most",
    )
    rate: float = param(
        1e-3,
        label="Learning rate",
        low=1e-7,
        high=1.0,
        logarithmic=True,
        help="Of Adam, with the clustering layer; it stays the same throughout",
    )
    tolerance: float = param(
        0.001,
        label="Settled",
        low=0.0,
        high=0.5,
        help="Training ends when fewer than this share of clips change their cluster "
        "between two targets",
    )


@dataclass(frozen=True)
class Recipe:
    """What makes a network, but for the clips.

    Parameters
    ----------
    images : ImageParams
    network : NetworkParams
    training : TrainingParams
    layer : LayerParams
    """

    images: ImageParams = field(default_factory=ImageParams)
    network: NetworkParams = field(default_factory=NetworkParams)
    training: TrainingParams = field(default_factory=TrainingParams)
    layer: LayerParams = field(default_factory=LayerParams)

    def to_dict(self) -> dict[str, Any]:
        """Return nested dicts of JSON scalars."""
        return {
            "images": self.images.to_dict(),
            "network": self.network.to_dict(),
            "training": self.training.to_dict(),
            "layer": self.layer.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recipe:
        """Make a recipe from what `to_dict` returned; what is missing takes defaults.

        Raises
        ------
        ParameterError
            If something in it is unknown or out of range.
        """
        try:
            return cls(
                images=ImageParams.from_dict(values.get("images", {})),
                network=NetworkParams.from_dict(values.get("network", {})),
                training=TrainingParams.from_dict(values.get("training", {})),
                layer=LayerParams.from_dict(values.get("layer", {})),
            )
        except (TypeError, AttributeError) as error:
            raise ParameterError(f"The recipe cannot be read: {error}") from error
