"""A worker dies, the cache goes: the window stays, says so, and goes on from there."""

import os
import shutil
import signal
import sys

import numpy as np
import pytest

from engine.audio.decoding import write_wav

WAIT = 60_000
N_CLIPS = 900


@pytest.fixture
def many(places, monkeypatch):
    """A folder of sounds that nobody has extracted yet."""
    monkeypatch.setenv("AUDIOCLUST_CACHE", str(places / "fresh-cache"))
    rng = np.random.default_rng(5)
    folder = places / "many"
    for i in range(N_CLIPS):
        kind = folder / f"kind{i % 4}"
        kind.mkdir(parents=True, exist_ok=True)
        t = np.arange(66_150) / 22_050
        tone = np.sin(2 * np.pi * (200 + 300 * (i % 4) + rng.uniform(0, 40)) * t)
        write_wav(kind / f"{i:04}.wav", 0.5 * tone.astype(np.float32), 22_050)
    return folder


def finish(qtbot, app):
    qtbot.waitUntil(
        lambda: app.workflow.finished and not app.session.opening, timeout=WAIT
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_kill_9_during_extraction_costs_nothing_that_was_finished(qtbot, start, many):
    app = start()
    app.session.open(many)
    with qtbot.waitSignal(app.workflow.troubled, timeout=WAIT) as trouble:
        qtbot.waitUntil(lambda: _extracted(app) > 0.7 * N_CLIPS, timeout=WAIT)
        os.kill(app.jobs.long.pid, signal.SIGKILL)
    title, text = trouble.args
    assert "worker process" in title
    assert "signal 9" in text
    assert "kept" in text
    assert app.window.isVisible()
    assert app.window.messages.count == 1
    qtbot.waitUntil(app.window.pipeline.run.isEnabled, timeout=WAIT)

    app.window.pipeline.run.click()
    finish(qtbot, app)
    extraction = app.document.project.extraction
    assert extraction.computed + extraction.reused == N_CLIPS
    # At most the last second of work is lost, and a pool takes a moment to start.
    assert extraction.reused > N_CLIPS // 8
    assert len(set(app.document.project.labels)) == 4


def _extracted(app):
    bar = app.window.status.bar
    if "xtract" not in app.window.status.words.text() or bar.maximum() == 0:
        return 0
    return bar.value() / bar.maximum() * N_CLIPS


def test_cancel_keeps_what_is_done_and_run_goes_on(qtbot, start, many):
    app = start()
    app.session.open(many)
    qtbot.waitUntil(lambda: _extracted(app) > N_CLIPS // 4, timeout=WAIT)
    app.window.status.stop.click()
    qtbot.waitUntil(lambda: not app.workflow.busy, timeout=WAIT)
    assert app.document.project.extraction is None
    assert app.workflow.stale
    app.window.action("Run").trigger()
    finish(qtbot, app)
    assert app.document.project.extraction.reused > 0


def test_a_deleted_cache_is_made_again(qtbot, start, many, places):
    app = start()
    app.session.open(many)
    finish(qtbot, app)
    shutil.rmtree(places / "fresh-cache")
    form = app.window.pipeline.representation
    feature = form.field("feature")
    feature.set_value("chroma")
    feature.changed.emit(feature.value())
    qtbot.waitUntil(lambda: app.document.project.grouped, timeout=WAIT)
    finish(qtbot, app)
    assert app.document.project.extraction.computed > 0
    assert app.window.messages.count == 0
