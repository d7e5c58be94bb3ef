"""Opening, leaving and taking up again: folders, projects, what is broken or gone."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from audioclust_gui.plots.palette import UNPLACED
from engine.audio.decoding import write_wav
from tests.gui.road import WAIT, is_done, open_and_finish

STATUS = "audioclust_gui.views.status"


def test_close_and_reopen_brings_everything_back_without_computing(qtbot, start, small):
    first = start()
    open_and_finish(qtbot, first, small)
    first.window.cut.spin.setValue(7)
    qtbot.waitUntil(lambda: is_done(first), timeout=WAIT)
    first.document.select({1, 4})
    first.document.set_current(4)
    before = first.document.project
    first.window.close()

    second = start()
    ran = []
    second.jobs.started.connect(lambda job: ran.append(job.title))
    second.session.open_last()
    qtbot.waitUntil(lambda: bool(second.document.project.dataset.clips), timeout=WAIT)
    qtbot.wait(300)
    after = second.document.project
    assert after.dataset == before.dataset
    assert after.pipeline == before.pipeline
    np.testing.assert_array_equal(after.labels, before.labels)
    np.testing.assert_array_equal(after.positions, before.positions)
    assert after.scores == before.scores
    assert set(second.document.selection) == {1, 4}
    assert second.document.current == 4
    assert second.window.cut.spin.value() == 7
    assert ran == [f"Looking through {small.name}"]


def test_a_folder_dropped_on_the_window_opens(qtbot, app, small):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(small))])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    app.window.dropEvent(event)
    qtbot.waitUntil(lambda: len(app.document.project.dataset) == 40, timeout=WAIT)
    assert str(small) in app.session.recent


def test_broken_files_are_listed_with_reasons_and_the_rest_goes_on(qtbot, app, small):
    (small / "bell" / "not audio.wav").write_text("hello")
    (small / "bell" / "empty.flac").touch()
    open_and_finish(qtbot, app, small)
    listed = app.window.messages.model
    rows = {
        listed.index(i, 0).data(): listed.index(i, 1).data()
        for i in range(listed.rowCount())
    }
    assert set(rows) == {"bell/empty.flac", "bell/not audio.wav"}
    assert all(rows.values())
    assert app.window.docks["Messages"].windowTitle() == "Messages (2)"
    labels = app.document.project.labels
    assert (labels == UNPLACED).sum() == 2
    assert len(set(labels)) == 6


def test_a_folder_without_sounds_is_explained_and_changes_nothing(
    qtbot, opened, places
):
    before = opened.document.project
    (places / "empty").mkdir()
    with qtbot.waitSignal(opened.session.troubled, timeout=WAIT) as trouble:
        opened.session.open(places / "empty")
    assert "no sound file" in trouble.args[1]
    assert opened.document.project is before


def test_three_clips_without_labels_and_with_odd_names(qtbot, app, places):
    folder = places / "<b>音"
    folder.mkdir()
    for i, name in enumerate(("звук &amp; <img src=x>", "ü" * 80, "三")):
        tone = np.sin(np.arange(8000) * 0.05 * (i + 1)).astype(np.float32)
        write_wav(folder / f"{name}.wav", tone, 22050)
    open_and_finish(qtbot, app, folder)
    assert app.document.project.dataset.labels is None
    assert app.document.project.scores.nmi is None
    assert len(set(app.document.project.labels)) == 2
    assert "<b>音" in app.window.windowTitle()


def test_opening_goes_before_what_is_running(qtbot, app, small, places):
    app.session.open_demo()
    qtbot.waitUntil(lambda: app.workflow.busy, timeout=WAIT)
    app.session.open(small)
    qtbot.waitUntil(lambda: len(app.document.project.dataset) == 40, timeout=5_000)
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
    assert len(app.document.project.labels) == 40


def test_what_was_running_goes_on_where_opening_came_to_nothing(qtbot, app, places):
    (places / "empty").mkdir()
    app.session.open_demo()
    qtbot.waitUntil(lambda: app.workflow.busy, timeout=WAIT)
    with qtbot.waitSignal(app.session.troubled, timeout=WAIT):
        app.session.open(places / "empty")
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
    assert len(app.document.project.dataset) == 360


def test_a_folder_of_broken_files_is_explained_and_nothing_runs(qtbot, app, places):
    folder = places / "broken"
    folder.mkdir()
    for i in range(3):
        (folder / f"{i}.wav").write_text("hello")
    with qtbot.waitSignal(app.workflow.troubled, timeout=WAIT) as trouble:
        app.session.open(folder)
    assert trouble.args[0] == "None of the 3 files could be used"
    qtbot.waitUntil(lambda: not app.workflow.busy)
    assert app.window.messages.count == 4
    write_wav(folder / "1.wav", np.sin(np.arange(9000) * 0.1), 22050)
    qtbot.waitUntil(app.window.pipeline.run.isEnabled, timeout=WAIT)
    app.window.pipeline.run.click()  # tries again what failed
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
    assert sorted(app.document.project.labels) == [UNPLACED, UNPLACED, 0]


def test_save_as_goes_on_in_the_new_file(qtbot, opened, places):
    target = places / "mine"
    opened.session.save_as(target)
    opened.window.cut.spin.setValue(3)
    assert opened.session.autosave.flush()
    assert (places / "mine.audioclust").exists()
    opened.session.open(places / "mine.audioclust")
    qtbot.waitUntil(lambda: is_done(opened), timeout=WAIT)
    assert opened.document.project.cut == 3


def test_a_moved_collection_says_so_and_can_be_located(qtbot, opened, places, small):
    with qtbot.waitSignal(opened.document.renamed, timeout=WAIT):
        opened.session.save_as(places / "elsewhere" / "mine")
    small.rename(places / "moved")
    with qtbot.waitSignal(opened.session.noted, timeout=WAIT) as note:
        opened.session.open(places / "elsewhere" / "mine.audioclust")
    assert "Locate sounds" in note.args[1]
    opened.session.locate(places / "moved")
    with qtbot.waitSignal(opened.playback.started, timeout=WAIT):
        opened.window.dataset.step(1)


def test_a_number_that_the_method_found_is_still_said_after_a_restart(
    qtbot, opened, start
):
    method = opened.window.pipeline.method
    method.setCurrentIndex(method.findData("dbscan"))
    qtbot.waitUntil(lambda: is_done(opened), timeout=WAIT)
    found = opened.document.project.labels.max() + 1
    assert found > 1
    opened.window.close()
    second = start()
    second.session.open_last()
    qtbot.waitUntil(lambda: bool(second.document.project.dataset.clips), timeout=WAIT)
    assert second.window.cut.spin.value() == found
    assert second.window.cut.slider.value() == found


def test_what_is_said_at_opening_stays_to_be_read_while_work_goes_on(
    qtbot, app, small, monkeypatch
):
    paths = [path.relative_to(small).as_posix() for path in small.rglob("*.wav")]
    rows = (f"{path};{'ab'[i % 2]}" for i, path in enumerate(paths))
    (small / "&amp; table.csv").write_text("\n".join(["file;kind", *rows]))
    monkeypatch.setattr(f"{STATUS}._MESSAGE_MS", 0)
    monkeypatch.setattr(f"{STATUS}._TO_READ", 1e6)
    open_and_finish(qtbot, app, small)
    status, said = app.window.status, "&amp; table.csv beside the sounds lists 40 of"
    assert status.currentMessage().startswith(said)
    assert app.window.messages.model.message(0).why.startswith(said)
    monkeypatch.setattr(f"{STATUS}._TO_READ", 0.0)
    app.document.amend(replace(app.document.project, layout=None))
    app.workflow.run()
    qtbot.waitUntil(lambda: not status.currentMessage(), timeout=WAIT)
