"""What is handed to other programs, and what is said about it."""

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QFileDialog

from audioclust_gui.form_dialog import FormDialog
from engine.audio.converting import ConversionParams
from engine.audio.metadata import read_table
from engine.features.exporting import FeatureExportParams
from tests.gui.road import WAIT, open_and_finish


@pytest.fixture
def said(opened):
    """Collect what is said of exports, good and bad."""
    words = []
    for signal in (opened.window.exports.noted, opened.window.exports.troubled):
        signal.connect(lambda title, text: words.append(text))
    return words


def test_metadata_is_a_table_that_opens_again(qtbot, opened, said, small):
    target = small / "metadata.csv"
    opened.window.exports.metadata(target)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    assert said == [f"The metadata are in {target}"]
    dataset = opened.document.project.dataset
    assert read_table(target).dataset.clips == dataset.clips
    elsewhere = small.parent / "list.csv"
    opened.window.exports.metadata(elsewhere)
    qtbot.waitUntil(lambda: len(said) == 2, timeout=WAIT)
    assert str(small) in said[1]


def test_prepared_sounds_keep_their_folders(qtbot, opened, said, places):
    opened.window.pipeline.preparation.field("length").setValue(0.5)
    opened.window.exports.sounds(places / "out", ConversionParams(rate=32_000))
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    assert said == [f"40 clips written to {places / 'out'}"]
    for clip in opened.document.project.dataset.clips[:3]:
        info = soundfile.info(places / "out" / clip.path)
        assert (info.samplerate, info.frames) == (32_000, 16_000)


def test_features_are_written_and_failures_listed(qtbot, app, small, places):
    (small / "bell" / "broken.wav").write_text("hello")
    open_and_finish(qtbot, app, small)
    clip = [c.path for c in app.document.project.dataset.clips].index("bell/broken.wav")
    before = app.window.messages.count
    with qtbot.waitSignal(app.window.exports.noted, timeout=WAIT) as noted:
        app.window.exports.features(
            places / "out", FeatureExportParams(feature="mel", kind="npy+grey")
        )
    assert noted.args[1].startswith("Features of 40 clips written to")
    assert "1 not" in noted.args[1]
    assert len(list((places / "out" / "mel" / "grey").rglob("*.png"))) == 40
    array = np.load(next((places / "out" / "mel" / "npy").rglob("*.npy")))
    assert array.shape[0] == 128
    messages = app.window.messages
    assert messages.count == before + 2
    row = next(i for i in range(2) if messages.model.message(i).clip == clip)
    messages.list.clicked.emit(messages.model.index(row, 0))
    assert app.document.current == clip


def test_originals_are_not_overwritten(qtbot, opened, said, small):
    opened.window.exports.sounds(small, ConversionParams())
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    assert "overwritten" in said[0]


def test_an_export_can_be_cancelled(qtbot, opened, places):
    with qtbot.waitSignal(opened.jobs.started) as started:
        opened.window.exports.features(places / "out", FeatureExportParams())
    with qtbot.waitSignal(started.args[0].cancelled, timeout=WAIT):
        opened.window.action("Cancel").trigger()


def test_the_form_comes_first_and_the_folder_after(qtbot, opened, places, monkeypatch):
    folder = str(places / "out")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
    opened.window.action("Export features").trigger()
    dialog = opened.window.findChild(FormDialog)
    dialog.form.field("kind").set_value("grey")
    dialog.form.field("kind").changed.emit("grey")
    with qtbot.waitSignal(opened.window.exports.noted, timeout=WAIT):
        dialog.action.click()
    written = list((places / "out" / "mfcc_without_first" / "grey").rglob("*.png"))
    assert len(written) == 40


def test_the_form_of_sounds_says_what_is_done_to_them(qtbot, opened):
    opened.window.pipeline.preparation.field("trim").setChecked(True)
    opened.window.action("Export prepared sounds").trigger()
    words = opened.window.findChild(FormDialog).words.text()
    assert "40 clips" in words
    assert "Trim silence" in words
