"""Where the sound goes, and what waits until there is one."""

import subprocess
import sys
import time

import pytest

from audioclust_gui.sound.playback import DeviceSink
from audioclust_gui.sound.sink import SilentSink, SinkError


def test_silence_keeps_time():
    done = []
    sink = SilentSink()
    sink.open(lambda rate: lambda n: done.append(n / rate))
    time.sleep(0.3)
    sink.close()
    assert not sink.alive
    assert 0.1 < sum(done) < 0.5


def test_without_portaudio_the_reason_names_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)  # as if it failed to import
    sink = DeviceSink()
    with pytest.raises(SinkError, match=r"PortAudio.*AudioClust works, silently"):
        sink.open(lambda rate: lambda n: None)
    assert not sink.alive


def test_the_sound_libraries_wait_for_the_first_sound():
    program = (
        "import sys, audioclust_gui.sound.playback as p; p.Playback();"
        "print({'sounddevice', 'soundfile', 'soxr', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
