"""What a person likes is as they left it when they come back."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings

from engine.projects.opening import projects_folder
from tests.gui import on_paper


def open_paper(app, folder):
    app.jobs.close()
    app.document.open(on_paper.collection(30), folder / "p.audioclust")


def test_how_clips_are_heard_lasts_over_sessions(start, tmp_path):
    first = start()
    open_paper(first, tmp_path)
    bar = first.window.transport
    bar.volume.setValue(35)
    bar.buttons["matched"].click()
    bar.speed.pitch.click()
    bar.step_speed(-1)
    first.listening.set_order("medoid")
    first.listening.set_pause(0.5)
    first.window.action("Play on hover").trigger()
    first.colouring.choose("plays")
    first.window.close()

    again = start()
    bar, sound = again.window.transport, again.playback
    assert (sound.volume(), bar.volume.value()) == (0.35, 35)
    assert not sound.matched()
    assert not bar.buttons["matched"].isChecked()
    assert not again.window.action("Match the loudness").isChecked()
    assert not sound.keeps_pitch()
    assert not again.window.action("Keep the pitch").isChecked()
    assert sound.speed() == 1, "a collection is heard as it is"
    assert (again.listening.order, again.listening.pause) == ("medoid", 0.5)
    assert again.window.map.aloud
    assert again.window.action("Play on hover").isChecked()
    assert again.colouring.choice == "cluster"
    open_paper(again, tmp_path)
    assert again.colouring.choice == "plays"


def test_a_recipe_lasts_over_sessions_with_the_clusters_of_the_next_collection(
    start, tmp_path
):
    first = start()
    open_paper(first, tmp_path)
    first.training.choose_preset("dcec")
    asked = first.training.recipe
    chosen = replace(asked, training=asked.training.replace(epochs=37, seed=5))
    first.training.choose(chosen)
    first.window.close()

    again = start()
    assert again.training.recipe == chosen
    again.jobs.close()
    few = on_paper.collection(30, kinds=3)
    again.document.open(few, tmp_path / "q.audioclust")
    assert again.training.preset == "dcec"
    assert again.training.recipe.layer.clusters == 3
    assert again.training.recipe.network.embedding == 3
    assert again.training.recipe.training == chosen.training


@pytest.mark.parametrize("written", ["{", "3", '{"training": {"epochs": -1}}', "[]"])
def test_a_recipe_that_makes_no_sense_is_not_taken(start, places, written):
    file = projects_folder().parent / "settings.ini"
    file.parent.mkdir(parents=True, exist_ok=True)
    settings = QSettings(str(file), QSettings.Format.IniFormat)
    settings.setValue("recipe", written)
    settings.sync()
    app = start()
    assert app.training.preset, "one of those that have a name"


def test_the_device_is_asked_for_again_by_name(start):
    first = start()
    first.playback.set_device("Loudspeaker of Zoë")
    first.window.close()
    assert start().playback.device() == "Loudspeaker of Zoë"


@pytest.mark.parametrize("written", ["nonsense", "nan", "", "inf"])
def test_a_settings_file_that_makes_no_sense_does_no_harm(start, places, written):
    file = projects_folder().parent / "settings.ini"
    file.parent.mkdir(parents=True, exist_ok=True)
    settings = QSettings(str(file), QSettings.Format.IniFormat)
    for name in "volume", "matched", "keep_pitch", "order", "pause", "colour_by":
        settings.setValue(name, written)
    settings.setValue("device", ["a", "b"])
    settings.sync()
    app = start()
    assert app.playback.volume() == 0.8
    assert app.playback.matched()
    assert (app.listening.order, app.listening.pause) == ("map", 0.0)
    assert app.playback.device() == ""


def test_a_column_that_is_gone_is_no_trouble(start, tmp_path):
    first = start()
    open_paper(first, tmp_path)
    first.colouring.choose("label")
    first.window.close()
    again = start()
    again.jobs.close()
    project = on_paper.collection(20)
    bare = project.dataset.with_label_column(None)
    again.document.open(replace(project, dataset=bare), tmp_path / "q.audioclust")
    assert again.colouring.choice == "cluster"
