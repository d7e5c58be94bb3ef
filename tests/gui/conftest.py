"""The application, with a sound device that exists on paper."""

import shutil

import pytest
from PySide6.QtWidgets import QApplication

from audioclust_gui.app import build
from audioclust_gui.sound.playback import Playback
from audioclust_gui.sound.sink import SilentSink
from engine.audio.demo import write_demo
from tests.gui.road import open_and_finish


@pytest.fixture
def start(places, qtbot):
    """Make applications, and close those that a test leaves open."""
    made = []

    def begin():
        application = build(
            QApplication.instance(), "light", Playback(sink=SilentSink())
        )
        made.append(application)
        application.window.show()
        qtbot.waitExposed(application.window)
        return application

    yield begin
    for application in made:
        application.window.close()
        application.window.deleteLater()
    qtbot.wait(1)


@pytest.fixture
def app(start):
    return start()


@pytest.fixture
def small(places, cache):
    """A folder of 5 classes with 8 clips each, taken from the demo."""
    demo = write_demo(cache / "demo")
    folder = places / "sounds"
    kept = {}
    for clip in demo.clips:
        kept.setdefault(clip.folder, []).append(clip)
    for name in list(kept)[:5]:
        (folder / name).mkdir(parents=True)
        for clip in kept[name][:8]:
            shutil.copy(demo.file(clip), folder / name)
    return folder


@pytest.fixture
def opened(qtbot, app, small):
    open_and_finish(qtbot, app, small)
    return app
