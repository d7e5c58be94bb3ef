"""The application, with a sound device that exists on paper."""

import pytest
from PySide6.QtWidgets import QApplication

from audioclust_gui.app import build
from audioclust_gui.playback import Playback
from audioclust_gui.sink import SilentSink


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
