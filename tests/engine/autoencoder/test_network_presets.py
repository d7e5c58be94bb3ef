"""Recipes by name."""

from dataclasses import replace

import pytest

from engine.autoencoder.presets import PRESETS, preset_of
from engine.autoencoder.recipe import Recipe
from engine.clustering.methods import METHODS
from engine.features.representation import RepresentationParams


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("k", [None, 1, 2, 7, 60, 5000])
def test_a_preset_is_a_recipe_for_any_number_of_clusters(name, k):
    preset = PRESETS[name]
    recipe = preset.resolve(k)
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert preset.method in METHODS
    RepresentationParams(**preset.representation(k))
    assert preset.label
    assert preset.help


def test_the_default_shows_when_it_learns_by_heart():
    name, first = next(iter(PRESETS.items()))
    assert name == "sounds"
    assert first.resolve().training.validation == 0.2


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("k", [2, 10, 14])
def test_a_recipe_tells_which_preset_it_came_from(name, k):
    recipe = PRESETS[name].resolve(k)
    assert preset_of(recipe) == name
    training = recipe.training.replace(epochs=3, seed=5, look_every=1)
    images = recipe.images.replace(feature="mel+chroma")
    longer = replace(recipe, training=training, images=images)
    assert preset_of(longer) == name
    noisy = replace(recipe, training=training.replace(noise=0.37))
    assert preset_of(noisy) == ""


def test_the_published_ones_are_as_published():
    dcec = PRESETS["dcec"].resolve(10)
    assert dcec.network.to_dict() == {
        "embedding": 10,
        "base": 32,
        "activation": "relu",
        "linear": True,
    }
    assert (dcec.layer.clusters, dcec.layer.weight) == (10, 0.1)
    assert dcec.layer.tolerance == 0.001
    assert (dcec.training.epochs, dcec.training.batch) == (200, 256)
    assert PRESETS["dcec"].resolve(4).network.embedding == 4
    assert PRESETS["published"].resolve(10).layer.clusters == 0
    for size in (128, 1024):
        thesis = PRESETS[f"thesis_{size}"]
        assert thesis.resolve(10).network.embedding == size
        assert thesis.method == "kmeans"
    n2d = PRESETS["n2d"].representation(10)
    assert (n2d["manifold"], n2d["dimensions"], n2d["neighbours"]) == ("umap", 10, 20)
    assert PRESETS["n2d"].method == "gaussian_mixture"
