"""The system's outputs, with a PortAudio that exists on paper."""

import sys
import threading
import time
import types

import numpy as np
import pytest

from audioclust_gui.sound import device as sound_device
from audioclust_gui.sound.device import DeviceSink
from audioclust_gui.sound.sink import SinkError


class PortAudio(types.ModuleType):
    """As sounddevice, with devices that a test plugs and unplugs."""

    class PortAudioError(Exception):
        pass

    def __init__(self, *devices, hosts=("Core", "Other")):
        super().__init__("sounddevice")
        self.plugged = list(devices)
        self.hosts = hosts
        self.streams = []
        self._initialized = 0
        self._initialize()

    def _exit_handler(self):
        raise AssertionError("the end of the program must not wait for PortAudio")

    def _initialize(self):
        self._initialized += 1
        self.listed = list(self.plugged)  # as of now, until it starts again

    def _terminate(self):
        self._initialized -= 1

    def query_hostapis(self):
        return tuple({"name": name} for name in self.hosts)

    def query_devices(self, kind=None):
        found = [{"index": i, **device.listed} for i, device in enumerate(self.listed)]
        if kind is None:
            return found
        outputs = [device for device in found if device["max_output_channels"]]
        if not outputs:
            raise self.PortAudioError("Error querying device -1")
        return outputs[0]

    def OutputStream(self, device, **settings):  # noqa: N802 - its name
        device = self.listed[device]
        device.tried.append(settings)
        if device not in self.plugged or not device.takes(settings):
            raise self.PortAudioError(f"not {settings['samplerate']}")
        return Stream(self, device, settings)

    def sounding(self):
        return [stream for stream in self.streams if stream.running]


class Device:
    def __init__(self, name, channels=2, rate=48_000, host=0, takes=lambda s: True):
        self.listed = {
            "name": name,
            "max_output_channels": channels,
            "default_samplerate": float(rate),
            "hostapi": host,
        }
        self.takes, self.tried = takes, []


class Stream:
    """A stream that the test pulls by hand."""

    def __init__(self, library, device, settings):
        self.device, self.settings, self.running = device, settings, False
        library.streams.append(self)

    def start(self):
        self.running = True

    def close(self, ignore_errors=True):
        self.running = False
        self.settings["finished_callback"]()

    def pull(self, n=100, *, dry=False):
        shape = n, self.settings["channels"]
        out = np.full(shape, 7, self.settings["dtype"])
        status = types.SimpleNamespace(output_underflow=dry)
        self.settings["callback"](out, n, None, status)
        return out


@pytest.fixture
def portaudio(monkeypatch):
    def plug(*devices, **options):
        library = PortAudio(*devices, **options)
        monkeypatch.setitem(sys.modules, "sounddevice", library)
        return library

    return plug


def ramp(_rate):
    """Connect what plays 0.5 on the left and 0.25 on the right."""
    return lambda n: np.tile(np.float32([0.5, 0.25]), (n, 1))


def test_the_default_device_plays_at_its_own_rate(portaudio):
    library = portaudio(Device("mic", channels=0), Device("speakers", rate=44_100))
    rates, sink = [], DeviceSink()
    sink.open(lambda rate: rates.append(rate) or ramp(rate))
    (stream,) = library.sounding()
    assert rates == [44_100]
    assert sink.alive
    assert sink.note == ""
    np.testing.assert_array_equal(stream.pull(3), [[0.5, 0.25]] * 3)
    sink.close()
    assert not library.sounding()
    assert not sink.alive
    assert not stream.pull().any()  # a call that comes late


@pytest.mark.parametrize(
    ("channels", "takes", "heard"),
    [
        (1, lambda s: True, [0.375]),
        (8, lambda s: True, [0.5, 0.25]),
        (8, lambda s: s["channels"] == 8, [0.5, 0.25, 0, 0, 0, 0, 0, 0]),
        (2, lambda s: s["samplerate"] == 44_100, [0.5, 0.25]),
        (2, lambda s: s["dtype"] == "int16", [16_384, 8_192]),
    ],
)
def test_devices_with_wishes_of_their_own(portaudio, channels, takes, heard):
    library = portaudio(Device("odd", channels, 96_000, takes=takes))
    rates, sink = [], DeviceSink()
    sink.open(lambda rate: rates.append(rate) or ramp(rate))
    (stream,) = library.sounding()
    assert takes(stream.settings)
    assert rates == [stream.settings["samplerate"]]
    np.testing.assert_allclose(stream.pull()[50], heard, atol=0.6)
    assert sink.alive
    sink.close()


def test_a_device_that_takes_nothing_says_what_it_refused_first(portaudio):
    portaudio(Device("broken", takes=lambda s: False, rate=96_000))
    sink = DeviceSink()
    with pytest.raises(SinkError, match=r"cannot be used \(not 96000\).*silently"):
        sink.open(ramp)
    assert not sink.alive


def test_names_are_told_apart_by_host_only_where_needed(portaudio):
    portaudio(
        Device("line in", channels=0),
        Device("monitor", host=1),
        Device("monitor", host=0),
        Device("headset", host=1),
    )
    names = DeviceSink().outputs()
    assert names == ("monitor [Other]", "headset", "monitor [Core]")


def test_the_chosen_device_plays_and_is_replaced_while_it_is_away(portaudio):
    speakers, headset = Device("speakers"), Device("headset", rate=44_100)
    library = portaudio(speakers, headset)
    sink = DeviceSink("headset")
    sink.open(ramp)
    assert library.sounding()[0].device is headset

    library.plugged.remove(headset)
    sink.open(ramp)
    assert [stream.device for stream in library.sounding()] == [speakers]
    assert sink.note.startswith("headset is not connected")

    library.plugged.append(headset)
    sink.open(ramp)
    assert [stream.device for stream in library.sounding()] == [headset]
    assert sink.note == ""

    headset.takes = lambda s: False  # another program has it for itself
    sink.open(ramp)
    assert library.sounding()[0].device is speakers
    assert sink.note.startswith("headset cannot be used")
    sink.choose("")
    sink.open(ramp)
    assert sink.note == ""


def test_listing_never_touches_a_stream_that_runs(portaudio):
    library = portaudio(Device("speakers"))
    sink = DeviceSink()
    assert sink.outputs() == ("speakers",)
    sink.open(ramp)
    library.plugged.append(Device("headset"))
    assert sink.outputs() == ("speakers",)
    assert len(library.sounding()) == 1
    sink.close()
    assert sink.outputs() == ("speakers", "headset")


def test_without_devices_the_list_is_empty_and_the_reason_plain(portaudio):
    library = portaudio(Device("mic", channels=0))
    sink = DeviceSink()
    assert sink.outputs() == ()
    with pytest.raises(SinkError, match=r"No sound device: AudioClust works, silently"):
        sink.open(ramp)
    library.plugged.append(Device("speakers"))
    sink.open(ramp)
    assert sink.alive


def test_a_stream_that_ends_or_is_not_called_any_more_is_gone(portaudio, monkeypatch):
    monkeypatch.setattr(sound_device, "WARM_UP", 0.2)
    monkeypatch.setattr(sound_device, "STALLED_AFTER", 0.1)
    library = portaudio(Device("speakers"))
    sink = DeviceSink()
    sink.open(ramp)
    time.sleep(0.15)
    assert sink.alive  # it warms up
    library.streams[-1].pull(dry=True)
    time.sleep(0.15)
    assert sink.alive  # it has begun anew
    library.streams[-1].pull()
    time.sleep(0.2)
    assert not sink.alive
    sink.open(ramp)
    assert sink.alive
    library.streams[-1].settings["finished_callback"]()
    assert not sink.alive


def test_a_driver_that_hangs_costs_neither_the_window_nor_the_end(
    portaudio, monkeypatch
):
    monkeypatch.setattr(sound_device, "PATIENCE", 0.2)
    monkeypatch.setattr(sound_device, "STALLED_AFTER", 0.2)
    gate = threading.Event()
    speakers = Device("speakers", takes=lambda s: gate.wait(20))
    library = portaudio(speakers)
    sink = DeviceSink()
    for _ in range(3):  # only the first one waits
        before = time.monotonic()
        with pytest.raises(SinkError, match="does not answer"):
            sink.open(ramp)
        assert sink.outputs() == ("speakers",)
    assert time.monotonic() - before < 0.15
    sink.close()
    gate.set()  # the server is back, and what was asked of it then is not used
    for _ in range(100):
        if library.streams and not library.sounding():
            break
        time.sleep(0.01)
    assert not sink.alive
    sink.open(ramp)
    assert sink.alive
    assert len(library.sounding()) == 1
    sink.close()


def test_portaudio_is_only_ever_called_from_one_thread(portaudio):
    callers = set()
    library = portaudio(Device("speakers"))

    def watched(call):
        def noted(*args, **options):
            callers.add(threading.get_ident())
            return call(*args, **options)

        return noted

    for name in ("query_devices", "OutputStream", "_initialize", "_terminate"):
        setattr(library, name, watched(getattr(library, name)))
    sink = DeviceSink()
    for look in (sink.outputs, lambda: sink.open(ramp), sink.close, sink.outputs):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert len(callers) == 1
