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


def test_without_a_clustering_layer_nothing_is_asked_about_it(made):
    form = made().view.recipe
    layer = form.forms["layer"]
    assert layer.field("clusters").isVisibleTo(layer)
    assert not layer.field("epochs").isVisibleTo(layer)
    layer.field("clusters").setValue(5)
    assert layer.field("epochs").isVisibleTo(layer)


def test_one_epoch_is_not_one_epochs(made):
    view = made().view
    field = view.recipe.forms["training"].field("look_every")
    assert field.text() == "5 epochs"
    params = view.recipe.forms["training"].params
    view.recipe.forms["training"].set_params(params.replace(look_every=1))
    assert field.text() == "1 epoch"
    field.stepUp()
    assert field.text() == "2 epochs"


def test_a_recipe_may_be_prepared_while_another_is_trained(made):
    parts = made()
    parts.view.start()
    parts.view.recipe.forms["training"].field("epochs").setValue(7)
    assert parts.training.recipe.training.epochs == 7
    assert parts.view.recipe.name.isEnabled()
