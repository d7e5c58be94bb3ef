"""Recipes by name: for a first look, as published, and as the thesis had them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from engine.autoencoder.architecture import NetworkParams
from engine.autoencoder.recipe import ImageParams, LayerParams, Recipe, TrainingParams

_CLUSTERS = 10  # where nobody has said how many there are
_FEWEST, _MOST = 2, 1000
_DIMENSIONS = (2, 50)  # what UMAP unfolds to here

# What a person may change without leaving a preset: budgets, seeds and machines.
_FREE = frozenset(
    {"epochs", "seed", "look_every", "patience"}
    | {"precision", "accelerator", "devices", "nodes"}
)


@dataclass(frozen=True)
class NetworkPreset:
    """A recipe, and what to do with the network that it makes.

    Parameters
    ----------
    label, help : str
        The words for a form.
    recipe : Recipe
        But for what depends on the number of clusters.
    method : str
        The entry of `engine.clustering.methods.METHODS` for its embedding. With a
        clustering layer, whose groups come first, for when they are not wanted.
    layered : bool
        Whether it has a clustering layer.
    narrow : bool
        Whether the embedding has as many numbers as there are clusters, as published.
    after : mapping of str to object
        What of `engine.features.representation.RepresentationParams` is chosen for the
        embedding, besides that nothing else is done to it.
    """

    label: str
    help: str
    recipe: Recipe = field(default_factory=Recipe)
    method: str = "kmeans"
    layered: bool = False
    narrow: bool = False
    after: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def resolve(self, n_clusters: int | None = None) -> Recipe:
        """Return the recipe for a number of clusters, by default 10.

        Preferably the number of labels, where there are any. From 2 to 1000: more
        numbers than that are no short description.
        """
        k = min(max(n_clusters or _CLUSTERS, _FEWEST), _MOST)
        found = self.recipe
        if self.narrow:
            found = replace(found, network=found.network.replace(embedding=k))
        if self.layered:
            found = replace(found, layer=found.layer.replace(clusters=k))
        return found

    def representation(self, n_clusters: int | None = None) -> dict[str, Any]:
        """Return what is chosen for the embedding, for a number of clusters."""
        if self.after.get("manifold") != "umap":
            return dict(self.after)
        low, high = _DIMENSIONS  # as many as clusters, as published
        return {
            "dimensions": min(max(n_clusters or _CLUSTERS, low), high),
            **self.after,
        }


def preset_of(recipe: Recipe) -> str:
    """Return the name of the preset that a recipe came from; "" for one's own.

    However long it is trained, and wherever.
    """
    asked = _essence(recipe)
    for name, preset in PRESETS.items():
        # As many clusters as the layer has, or the embedding has numbers.
        k = recipe.layer.clusters if preset.layered else recipe.network.embedding
        if _essence(preset.resolve(k)) == asked:
            return name
    return ""


def _essence(recipe: Recipe) -> dict[str, dict[str, Any]]:
    return {
        part: {
            name: value
            for name, value in values.items()
            if (part, name) != ("images", "feature") and name not in _FREE
        }
        for part, values in recipe.to_dict().items()
        if part != "layer" or recipe.layer.clusters
    }


# Guo et al.: pixels from 0 to 1, Adam as it comes, a constant rate, nothing held back.
_PUBLISHED = Recipe(
    images=ImageParams(normalisation="unit"),
    network=NetworkParams(embedding=10),
    training=TrainingParams(
        epochs=200, batch=256, rate=1e-3, schedule="constant", validation=0.0, clip=0.0
    ),
)


def _thesis(embedding: int) -> NetworkPreset:
    return NetworkPreset(
        f"Thesis, {embedding}",
        f"A long embedding of {embedding} numbers, grouped by K-Means as it is: "
        "the protocol of the thesis",
        Recipe(network=NetworkParams(embedding=embedding)),
    )


PRESETS: dict[str, NetworkPreset] = {
    "sounds": NetworkPreset(
        "Sounds",
        "For most collections: clips that sound alike are to lie together, be they "
        "moved a little in time or partly hidden; then a Gaussian mixture. For speech, "
        "take away what stays the same throughout each clip; for sounds without a "
        "beginning, such as rain, roll (VICReg, Bardes et al., 2022)",
        Recipe(
            network=NetworkParams(embedding=64, base=16),
            training=TrainingParams(
                epochs=80, batch=64, shift=2, mask=0.25, agreement=1.0
            ),
        ),
        method="gaussian_mixture",
    ),
    "fast": NetworkPreset(
        "Fast look",
        "A smaller network and few epochs: minutes instead of an hour, to see whether "
        "it is worth more",
        Recipe(
            network=NetworkParams(base=16),
            training=TrainingParams(epochs=20, rate=2e-3, look_every=2),
        ),
    ),
    "published": NetworkPreset(
        "Published (Guo et al.)",
        "The autoencoder of Deep Clustering with Convolutional Autoencoders (2017), an "
        "embedding of as many numbers as clusters, then K-Means",
        _PUBLISHED,
        narrow=True,
    ),
    "thesis_128": _thesis(128),
    "thesis_1024": _thesis(1024),
    "n2d": NetworkPreset(
        "N2D",
        "For many clips in clearly separate kinds: UMAP of the embedding, then a "
        "Gaussian mixture (McConville et al., 2021)",
        replace(_PUBLISHED, training=TrainingParams(epochs=100, validation=0.0)),
        method="gaussian_mixture",
        narrow=True,
        after=MappingProxyType({"manifold": "umap", "neighbours": 20, "min_dist": 0.0}),
    ),
    "dcec": NetworkPreset(
        "DCEC",
        "Where the number of kinds is known: the published autoencoder, trained on "
        "with a clustering layer that draws clips to its centres (Guo et al., 2017)",
        replace(_PUBLISHED, layer=LayerParams(clusters=_CLUSTERS, epochs=100)),
        layered=True,
        narrow=True,
    ),
}
