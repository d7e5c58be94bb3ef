"""What the next run is made by."""

from engine.autoencoder.architecture import Shape, parameter_count


def test_a_preset_fills_the_forms(made):
    parts = made()
    form, training = parts.view.recipe, parts.training
    names = list(training.presets)
    assert form.preset.count() == len(names)
    for name in names:
        at = form.preset.findData(name)
        form.preset.setCurrentIndex(at)
        form.preset.activated.emit(at)
        assert training.preset == name
        assert form.preset.currentData() == name
        for part, shown in form.forms.items():
            assert shown.params == getattr(training.recipe, part)
        assert training.presets[name].help in form.help.text()


def test_a_value_typed_is_the_recipes(made):
    parts = made()
    form = parts.view.recipe
    form.forms["network"].field("embedding").setValue(17)
    assert parts.training.recipe.network.embedding == 17
    weights = parameter_count(Shape(1, 48, 96), parts.training.recipe.network)
    assert f"{weights:,} weights" in form.size.text()
    assert "17 numbers" in form.size.text()


def test_a_recipe_may_be_prepared_while_another_is_trained(made):
    parts = made()
    parts.view.start()
    parts.view.recipe.forms["training"].field("epochs").setValue(7)
    assert parts.training.recipe.training.epochs == 7
    assert parts.view.recipe.name.isEnabled()
