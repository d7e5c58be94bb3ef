"""Where the sound goes, and what waits until there is one."""

import subprocess
import sys
import time

import numpy as np
import pytest

from audioclust_gui.sound import sink as sound_sink
from audioclust_gui.sound.device import DeviceSink
from audioclust_gui.sound.sink import Output, SilentSink, SinkError
from audioclust_gui.sound.source import Whole


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


@pytest.mark.parametrize(
    ("warm_up", "loaded"), [("", []), ("l.warm_up();", ["soundfile", "soxr"])]
)
def test_the_sound_libraries_wait_for_the_first_sound_or_a_quiet_moment(
    warm_up, loaded
):
    program = (
        "import sys, audioclust_gui.sound.loader as l, audioclust_gui.sound.playback;"
        f"audioclust_gui.sound.playback.Playback(); {warm_up}"
        "print(sorted({'sounddevice', 'soundfile', 'soxr', 'scipy'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(loaded)


class PaperSink:
    """A device that a test plugs and unplugs."""

    def __init__(self, trouble=""):
        self.trouble, self.note, self.rate = trouble, "", 48_000
        self.chosen, self.alive, self.opened = "", False, 0

    def open(self, connect):
        self.close()
        self.opened += 1
        if self.trouble:
            raise SinkError(self.trouble)
        self.render = connect(self.rate)
        self.alive = True

    def close(self):
        self.alive = False

    def choose(self, name):
        self.chosen = name

    def outputs(self):
        return ("speakers", self.chosen)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(sound_sink, "WATCH", 0.03)
    monkeypatch.setattr(sound_sink, "RETRY_AFTER", 0.1)
    monkeypatch.setattr(sound_sink, "RETURN_AFTER", 0.1)


@pytest.fixture
def output(quick):
    made = []

    def make(device, changed=lambda: None):
        made.append(Output(device, changed))
        return made[-1]

    yield make
    for output in made:
        output.close()


def until(condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it never came to pass")


def sound(mixer):
    """Let a mixer play a second of something."""
    mixer.play(Whole(np.full(mixer.rate, 0.5, np.float32)), 1)


def test_a_device_that_comes_is_noticed_without_a_play(output):
    told, device = [], PaperSink("No sound device.")
    out = output(device, lambda: told.append(out.trouble))
    silent = out.settle()
    assert out.trouble == "No sound device."
    until(lambda: device.opened > 2)
    assert out.mixer is silent  # looked for, and silence went on meanwhile
    assert not told
    device.trouble, device.rate = "", 44_100
    until(lambda: told)
    assert told == [""]
    assert out.mixer.rate == 44_100
    assert out.alive
    opened = device.opened
    time.sleep(0.3)
    assert device.opened == opened  # all is well: nothing more is looked for


def test_what_plays_silently_is_not_taken_away(output):
    device = PaperSink("No sound device.")
    out = output(device)
    mixer = out.settle()
    sound(mixer)
    until(lambda: mixer.playing)
    device.trouble = ""
    time.sleep(0.25)
    assert mixer.playing
    assert out.mixer is mixer
    mixer.stop()
    until(lambda: out.mixer is not mixer)
    assert out.trouble == ""


def test_a_device_that_dies_while_nobody_listens_is_opened_again(output):
    told, device = [], PaperSink()
    out = output(device, lambda: told.append(out.trouble))
    out.settle()
    device.alive = False
    until(lambda: told)
    assert told == [""]
    assert device.opened == 2
    device.trouble, device.alive = "gone", False
    until(lambda: len(told) == 2)
    assert told[1] == "gone"
    assert out.alive


def test_what_a_play_has_opened_is_not_opened_once_more(output):
    told, device = [], PaperSink()
    out = output(device, lambda: told.append(out.trouble))
    out.settle()
    at_once = device.open

    def slowly(connect):
        time.sleep(0.2)  # it is seen to be dead all the while
        at_once(connect)

    device.open, device.alive = slowly, False
    mixer = out.settle()
    sound(mixer)
    time.sleep(0.3)
    assert out.mixer is mixer
    assert device.opened == 2
    assert not told


def test_nothing_is_opened_under_a_sound_that_was_only_asked_for(output):
    device = PaperSink()
    device.note = "headset is not connected"
    out = output(device)
    mixer = out.settle()
    sound(mixer)  # and no block has been rendered since
    time.sleep(0.3)
    assert out.mixer is mixer


def test_another_device_is_taken_at_once_but_not_under_a_sound(output):
    device = PaperSink()
    out = output(device)
    mixer = out.settle()
    sound(mixer)
    device.render(10)
    out.choose("headset")
    assert not out.settled  # the next play takes it
    time.sleep(0.15)
    assert device.opened == 1
    mixer.stop()
    device.render(48_000)
    until(lambda: device.opened == 2)
    assert device.chosen == "headset"
    until(lambda: out.settled)


def test_the_chosen_device_is_taken_again_when_it_is_back(output):
    told, device = [], PaperSink()
    device.note = "headset is not connected"
    out = output(device, lambda: told.append((out.trouble, out.note)))
    out.settle()
    assert out.note == "headset is not connected"
    device.note = ""
    until(lambda: told)
    assert told == [("", "")]


def test_devices_are_listed_anew_only_in_silence(output):
    device = PaperSink()
    out = output(device)
    assert out.outputs() == ("speakers", "")
    assert device.opened == 0
    mixer = out.settle()
    sound(mixer)
    device.render(10)
    out.outputs()
    assert device.opened == 1
    mixer.stop()
    device.render(48_000)
    out.outputs()
    assert device.opened == 2
    assert Output(SilentSink()).outputs() == ()
