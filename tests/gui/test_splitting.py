"""Long recordings, cut into clips that are a project of their own."""

import numpy as np
import pytest
from PySide6.QtWidgets import QDialog, QFileDialog

from audioclust_gui.form_dialog import FormDialog
from engine.audio.decoding import write_wav
from engine.audio.segmentation import SegmentationParams
from tests.gui.road import WAIT, is_done, open_and_finish

RATE = 22_050
WINDOWS = SegmentationParams(length=1.0)


@pytest.fixture
def recordings(places):
    """Two recordings of six seconds, of a tone per second, and one that is broken."""
    folder = places / "録音"
    folder.mkdir()
    time = np.arange(RATE) / RATE
    for j in range(2):
        tones = [np.sin(2 * np.pi * 300 * (1 + (i + j) % 3) * time) for i in range(6)]
        write_wav(folder / f"{j}.wav", np.concatenate(tones).astype(np.float32), RATE)
    (folder / "broken.wav").write_text("hello")
    return folder


@pytest.fixture
def cut(qtbot, app, recordings):
    open_and_finish(qtbot, app, recordings)
    app.session.split(WINDOWS)
    qtbot.waitUntil(lambda: len(app.document.project.dataset) == 12, timeout=WAIT)
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
    return app


def test_windows_become_clips_that_are_seen_and_heard(qtbot, cut):
    clip = cut.document.project.dataset.clips[7]
    assert (clip.path, clip.start, clip.end) == ("1.wav", 1.0, 2.0)
    assert (cut.document.project.labels >= 0).all()
    cut.document.set_current(6)
    with qtbot.waitSignal(cut.playback.started, timeout=WAIT) as started:
        cut.window.dataset.step(1)
    assert started.args == [7, pytest.approx(1.0, abs=0.01)]
    waveform = cut.window.viewer.waveform
    qtbot.waitUntil(lambda: waveform.duration > 0, timeout=WAIT)
    assert waveform.duration == pytest.approx(1.0, abs=0.01)
    assert cut.window.windowTitle() == "録音, split – AudioClust"


def test_what_could_not_be_cut_is_listed(cut):
    model = cut.window.messages.model
    rows = {model.message(i).what.split("  ")[-1]: i for i in range(model.rowCount())}
    assert model.message(rows["broken.wav"]).why
    assert model.message(rows["broken.wav"]).clip == -1  # of a clip that is not here
    notes = [model.message(i).why for i in range(model.rowCount())]
    assert "12 clips were cut out of 2 recordings." in notes


def test_the_recordings_keep_their_project_and_the_clips_theirs(qtbot, cut, recordings):
    clips = cut.document.path
    cut.window.cut.spin.setValue(2)
    assert clips.parent == cut.document.path.parent
    assert cut.session.recent[0] == str(clips)
    open_and_finish(qtbot, cut, recordings)
    assert len(cut.document.project.dataset) == 3
    assert cut.document.path != clips
    cut.session.split(WINDOWS)
    qtbot.waitUntil(lambda: cut.document.path == clips, timeout=WAIT)
    assert cut.document.project.cut == 2
    open_and_finish(qtbot, cut, recordings)
    cut.session.split(WINDOWS.replace(length=2.0))
    qtbot.waitUntil(lambda: len(cut.document.project.dataset) == 6, timeout=WAIT)
    assert cut.document.path != clips


def test_clips_are_found_again_at_the_next_start(qtbot, cut, start):
    cut.window.close()
    again = start()
    again.session.open_last()
    qtbot.waitUntil(lambda: len(again.document.project.dataset) == 12, timeout=WAIT)


def test_nothing_to_cut_out_is_explained_and_changes_nothing(qtbot, app, recordings):
    open_and_finish(qtbot, app, recordings)
    before = app.document.path
    with qtbot.waitSignal(app.session.troubled, timeout=WAIT) as trouble:
        app.session.split(SegmentationParams(method="labels"))
    assert "Nothing was found to cut out" in trouble.args[1]
    assert app.document.path == before


def test_the_dialog_says_what_will_happen_and_remembers_the_answer(
    qtbot, app, recordings
):
    with qtbot.waitSignal(app.window.dialogs.troubled):
        app.window.action("Split recordings").trigger()  # nothing is open yet
    open_and_finish(qtbot, app, recordings)
    app.window.action("Split recordings").trigger()
    dialog = app.window.findChild(FormDialog)
    dialog.form.field("length").setValue(2.0)
    dialog.action.click()
    qtbot.waitUntil(lambda: len(app.document.project.dataset) == 6, timeout=WAIT)
    qtbot.waitUntil(lambda: app.window.findChild(QDialog) is None)
    app.window.action("Split recordings").trigger()
    assert app.window.findChild(FormDialog).form.params.length == 2.0


def test_a_label_file_can_be_chosen(qtbot, app, recordings, monkeypatch):
    labels = recordings / "метки.csv"
    labels.write_text("file,start,end,label\n0.wav,1,2,a\n1.wav,0,3,b\n")
    open_and_finish(qtbot, app, recordings)
    app.window.action("Split recordings").trigger()
    form = app.window.findChild(FormDialog).form
    method = form.field("method")
    method.setCurrentIndex(method.findData("labels"))
    line = form.field("label_file")
    assert line.placeholderText() == "The one beside each recording"
    assert line.fontMetrics().horizontalAdvance(line.placeholderText()) < line.width()
    answer = (str(labels), "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: answer)
    form.field("label_file").actions()[-1].trigger()
    assert form.params.label_file == str(labels)
    app.window.findChild(FormDialog).action.click()
    qtbot.waitUntil(lambda: len(app.document.project.dataset) == 2, timeout=WAIT)
    assert app.document.project.dataset.labels == ("a", "b")
