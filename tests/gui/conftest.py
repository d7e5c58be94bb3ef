"""The application with a sound device that exists on paper and folders of its own."""

import pytest
from PySide6.QtWidgets import QApplication

from audioclust_gui.app import build
from audioclust_gui.playback import Playback
from audioclust_gui.sink import SilentSink


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """A cache that the tests of one process share, so that the demo is made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def places(tmp_path, cache, monkeypatch):
    """Keep projects, settings and features away from those of the person."""
    monkeypatch.setenv("AUDIOCLUST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("AUDIOCLUST_CACHE", str(cache))
    return tmp_path


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
