"""A recipe, to a file and back."""

import json

import pytest

from engine.autoencoder.architecture import NetworkParams
from engine.autoencoder.recipe import ImageParams, LayerParams, Recipe, TrainingParams
from engine.errors import ParameterError


def test_a_recipe_comes_back_from_json_as_it_was():
    recipe = Recipe(
        ImageParams(feature="chroma+mel", normalisation="statistics"),
        NetworkParams(embedding=128, activation="gelu"),
        TrainingParams(epochs=7, schedule="plateau", clip=0.0),
        LayerParams(clusters=10),
    )
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    assert recipe.images.features == ("mel", "chroma")  # in one order, however typed


def test_what_a_recipe_does_not_say_is_as_usual():
    assert Recipe.from_dict({}) == Recipe()
    some = Recipe.from_dict({"training": {"epochs": 3}, "network": {}})
    assert some == Recipe(training=TrainingParams(epochs=3))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"training": {"epochs": 0}}, "epochs"),
        ({"training": {"rate": float("nan")}}, "rate"),
        ({"training": {"rate": "1e-3"}}, "rate"),
        ({"training": {"unheard": 1}}, "unheard"),
        ({"images": {"feature": "mel+mel+smell"}}, "feature"),
        ({"images": {"feature": ""}}, "feature"),
        ({"network": {"embedding": 2.5}}, "embedding"),
        ({"layer": {"clusters": True}}, "clusters"),
        ({"layer": None}, "recipe"),
        ({"layer": 3}, "recipe"),
        ([], "recipe"),
        (None, "recipe"),
        ("abc", "recipe"),
    ],
)
def test_what_makes_no_sense_is_named(values, named):
    with pytest.raises(ParameterError, match=named):
        Recipe.from_dict(values)
