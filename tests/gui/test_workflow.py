"""Anything may change at any time; nothing is computed twice or left half done."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from engine.audio.decoding import write_wav

WAIT = 60_000


@pytest.fixture
def titles(app):
    """The titles of all long jobs, as they begin."""
    begun = []
    app.jobs.started.connect(lambda job: begun.append(job.title))
    return begun


def is_done(app):
    return app.workflow.finished and not app.session.opening


def finish(qtbot, app):
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)


def settle(qtbot, app):
    """Wait until the map of the demo has begun to take shape."""
    with qtbot.waitSignal(app.workflow.settling, timeout=WAIT):
        pass
    with qtbot.waitSignal(app.workflow.settling, timeout=WAIT):
        pass


def test_moving_the_cut_while_the_map_settles_does_not_start_it_again(
    qtbot, app, titles
):
    app.session.open_demo()
    settle(qtbot, app)
    for k in (5, 9, 7):
        app.window.cut.spin.setValue(k)
        qtbot.wait(200)
    finish(qtbot, app)
    assert titles.count("Drawing the map") == 1
    assert titles.count("Grouping") == 1
    assert app.document.project.cut == 7


def test_undo_keeps_what_was_computed_meanwhile(qtbot, app, titles):
    app.session.open_demo()
    settle(qtbot, app)
    app.window.cut.spin.setValue(5)
    finish(qtbot, app)
    layout = app.document.project.layout
    app.document.undo()
    assert app.document.project.layout is layout
    finish(qtbot, app)
    assert titles.count("Drawing the map") == 1


def test_undo_while_another_map_settles_brings_the_old_one_back(qtbot, app):
    app.session.open_demo()
    finish(qtbot, app)
    before = app.document.project.positions
    field = app.window.pipeline.projection.field("seed")
    field.setValue(5)
    settle(qtbot, app)
    app.document.undo()
    qtbot.waitUntil(lambda: not app.workflow.busy, timeout=WAIT)
    qtbot.wait(50)
    np.testing.assert_array_equal(app.window.map.plot.positions, before)
    assert not app.workflow.stale


def test_what_was_not_asked_for_does_not_run_by_itself(qtbot, app):
    app.session.open_demo()
    settle(qtbot, app)
    app.window.pipeline.automatic.setChecked(False)
    method = app.window.pipeline.method
    method.setCurrentIndex(method.findData("kmeans"))
    qtbot.waitUntil(lambda: not app.workflow.busy, timeout=WAIT)
    qtbot.wait(400)
    assert app.workflow.stale
    assert not app.workflow.busy
    assert app.document.project.grouping.pipeline.method == "agglomerative"
    app.window.action("Run").trigger()
    qtbot.waitUntil(lambda: app.document.project.grouped, timeout=WAIT)
    finish(qtbot, app)


def test_files_that_failed_are_tried_again_and_the_rest_is_reused(
    qtbot, app, places, titles
):
    folder = places / "few"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for i in range(5):
        write_wav(folder / f"{i}.wav", rng.uniform(-0.5, 0.5, 6000 + i), 22_050)
    (folder / "5.wav").write_text("not yet")
    app.session.open(folder)
    finish(qtbot, app)
    assert len(app.document.project.grouping.rows) == 5
    write_wav(folder / "5.wav", rng.uniform(-0.5, 0.5, 7000), 22_050)
    qtbot.waitUntil(app.window.pipeline.run.isEnabled, timeout=WAIT)
    app.window.action("Run").trigger()
    qtbot.waitUntil(
        lambda: (
            app.document.project.grouping is not None
            and len(app.document.project.grouping.rows) == 6
            and is_done(app)
        ),
        timeout=WAIT,
    )
    extraction = app.document.project.extraction
    assert (extraction.computed, extraction.reused) == (1, 5)
    assert app.window.messages.count == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_the_quick_worker_may_die_and_the_next_clip_is_shown(qtbot, app):
    app.session.open_demo()
    finish(qtbot, app)
    viewer = app.window.viewer
    app.document.set_current(1)
    qtbot.waitUntil(lambda: viewer.waveform.duration > 0, timeout=WAIT)
    os.kill(app.jobs.quick.pid, signal.SIGKILL)
    shown = viewer.waveform.duration
    app.document.set_current(200)
    qtbot.waitUntil(
        lambda: not viewer.waiting and viewer.waveform.duration != shown, timeout=WAIT
    )
    app.window.cut.spin.setValue(4)
    finish(qtbot, app)
    assert app.document.project.scores.n_clusters == 4


def test_the_snapshot_of_a_folder_with_broken_files_lists_them(places):
    folder, out = places / "mixed", places / "out"
    folder.mkdir()
    (folder / "0 <first>.wav").write_text("no sound")
    rng = np.random.default_rng(3)
    for i in range(1, 8):
        write_wav(folder / f"{i}.wav", rng.uniform(-0.5, 0.5, 6000 + i), 22_050)
    command = [sys.executable, "-m", "audioclust_gui", "--snapshot", out, folder]
    finished = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert "1 of 8 clips could not be used" in finished.stderr
    assert "0 <first>.wav: " in finished.stderr
    assert (out / "audioclust.png").stat().st_size > 10_000
    (folder / "file").write_text("in the way")
    command[4] = folder / "file"
    refused = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False
    )
    assert refused.returncode == 1
    assert "file" in refused.stderr
    assert "Traceback" not in refused.stderr
