"""A playback on a device that the test turns by hand."""

import pytest

from audioclust_gui.sound.cache import SoundCache
from audioclust_gui.sound.playback import Playback
from tests.gui.sound.hearing import FakeSink, Heard


@pytest.fixture
def sink():
    return FakeSink()


@pytest.fixture
def decoded():
    return SoundCache()


@pytest.fixture
def playback(qtbot, sink, decoded):
    playback = Playback(sink=sink, cache=decoded)
    playback.set_matched(False)  # what is heard is what was written
    yield playback
    playback.shutdown()


@pytest.fixture
def heard(playback):
    return Heard(playback)
