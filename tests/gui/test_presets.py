"""Feature parameters by name, in the panel."""

from engine.features.presets import PRESETS
from engine.features.spectral import FeatureParams
from tests.gui.road import WAIT, is_done


def choose(picker, name):
    picker.setCurrentIndex(picker.findData(name))
    picker.activated.emit(picker.currentIndex())


def test_a_preset_is_one_step_of_undo_and_is_recognised(qtbot, opened):
    pipeline, document = opened.window.pipeline, opened.document
    assert pipeline.preset.currentData() == "study"
    choose(pipeline.preset, "short_sounds")
    assert document.pipeline.features == PRESETS["short_sounds"].params
    assert pipeline.features.field("hop").value() == 128
    assert document.undo_text == "use preset short sounds"
    pipeline.features.field("hop").setValue(64)
    assert pipeline.preset.currentIndex() == -1
    assert pipeline.preset.accessibleDescription() == "Values of your own"
    document.undo()
    document.undo()
    assert pipeline.preset.currentData() == "study"
    assert document.undo_text is None
    qtbot.waitUntil(lambda: is_done(opened), timeout=WAIT)


def test_a_preset_that_looks_at_the_files_is_recognised_when_they_are_reopened(
    qtbot, opened, start, small
):
    picker = opened.window.pipeline.preset
    choose(picker, "high_frequency")
    qtbot.waitUntil(
        lambda: opened.document.pipeline.features != FeatureParams(), timeout=WAIT
    )
    assert picker.currentData() == "high_frequency"
    assert opened.document.undo_text == "use preset high frequency"
    qtbot.waitUntil(lambda: is_done(opened), timeout=WAIT)
    opened.window.close()
    again = start()
    again.session.open(small)
    picker = again.window.pipeline.preset
    qtbot.waitUntil(lambda: picker.currentData() == "high_frequency", timeout=WAIT)
    assert again.document.undo_text is None


def test_a_preset_that_the_preparation_rules_out_is_refused(qtbot, opened, monkeypatch):
    low = PRESETS["study"].params.replace(rate=8_000)
    pipeline = opened.window.pipeline
    pipeline.preparation.field("lowpass").setChecked(True)
    known = opened.window.pipeline.preset._presets._known
    monkeypatch.setitem(known, "short_sounds", low)
    choose(pipeline.preset, "short_sounds")
    assert opened.document.pipeline.features == FeatureParams()
    assert pipeline.preset.currentData() == "study"
    assert "Not possible" in opened.window.messages.model.message(0).what
