"""The system's sound outputs.

The only file that imports sounddevice, and only when a sound is first played: without
PortAudio the import itself fails, and then the window works on, silently, and says why.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from audioclust_gui.sound.driver import Driver
from audioclust_gui.sound.mixer import CHANNELS
from audioclust_gui.sound.sink import Render, SinkError

LATENCY = 0.05
"""Seconds of sound that the device holds ready."""
PATIENCE = 5.0
"""Seconds in which a driver has to answer."""
WARM_UP = 2.0
"""Seconds that a device may take at first until it asks for sound steadily: a sound
server that was idle has up to two of silence in hand."""
STALLED_AFTER = 1.0
"""Seconds without a call, after that, which mean that the device is gone."""
WORKS = "AudioClust works, silently."

_NO_DEVICE = (
    f"No sound device: {WORKS} Connect one, or start the sound server; it is noticed "
    "within seconds."
)
_INSTALL = (
    "Install it (on Debian or Ubuntu: sudo apt install libportaudio2 "
    "libasound2-plugins), then start AudioClust again."
    if sys.platform.startswith("linux")
    else "Install AudioClust again (pip install --force-reinstall sounddevice)."
)
_RATES = (48_000, 44_100)
_TYPES = ("float32", "int16")


@dataclass(frozen=True, slots=True)
class _Device:
    """An output as PortAudio lists it, and what a person calls it."""

    index: int
    name: str
    channels: int
    rate: int

    def settings(self) -> Iterator[tuple[int, int, str]]:
        """Yield rates, channels and types to try, the device's own first."""
        rates = dict.fromkeys(rate for rate in (self.rate, *_RATES) if rate > 0)
        # Some give all of their channels or none.
        channels = dict.fromkeys((min(CHANNELS, self.channels), self.channels))
        for kind, n_channels, rate in product(_TYPES, channels, rates):
            yield rate, n_channels, kind


@dataclass(slots=True)
class _Stream:
    """A stream of PortAudio's, and what its own thread tells about it."""

    native: Any = None
    render: Render | None = None
    over: bool = False
    called: float = field(default_factory=lambda: time.monotonic() + WARM_UP)

    @property
    def alive(self) -> bool:
        """Whether it asks for sound; asking PortAudio could meet its end half-way."""
        return not self.over and time.monotonic() - self.called < STALLED_AFTER

    def end(self) -> None:
        """Note that the device went by itself."""
        self.over = True

    def pull(self, out: Any, n_frames: int, _time: Any, status: Any) -> None:
        """Fill a block of the device's channels and type."""
        # Where it ran dry PortAudio has begun it anew, and so it has to warm up again.
        dry = WARM_UP if status.output_underflow else 0.0
        self.called = max(self.called, time.monotonic() + dry)
        out.fill(0)
        if self.render is None or self.over:
            return
        block = self.render(n_frames)
        if out.dtype == np.int16:
            block = np.rint(block * 32_767)
        if out.shape[1] < CHANNELS:
            block = block.mean(axis=1, keepdims=True)
        out[:, :CHANNELS] = block


class DeviceSink:
    """An output of the system, at its own rate, kept open.

    Parameters
    ----------
    name : str
        One of `outputs`, or "" for the system's default; which also plays while the
        one that was chosen is not there.

    Attributes
    ----------
    note : str
        Why the sound comes from another device than the chosen one, or "".
    """

    def __init__(self, name: str = "") -> None:
        self.note = ""
        self._chosen = name
        self._driver = Driver()
        self._stream: _Stream | None = None
        self._attempt = 0
        self._names: tuple[str, ...] = ()
        self._missing = ""
        self._asked = False

    @property
    def alive(self) -> bool:
        """Whether the device takes sound: it may end by itself, or just hang."""
        stream = self._stream
        return stream is not None and stream.alive

    def choose(self, name: str) -> None:
        """Name the device for the next opening, "" for the system's default."""
        self._chosen = name

    def outputs(self) -> tuple[str, ...]:
        """Return what there is to choose from; not for the window's thread.

        While a stream is open, that is what there was when it was opened: PortAudio
        looks for devices only when it starts. Empty where there is no sound.
        """
        if self._stream is None:
            with contextlib.suppress(Exception):  # opening will tell
                self._driver.call(self._look, PATIENCE)
        return self._names

    def open(self, connect: Callable[[int], Render]) -> None:
        """Open the device afresh, and start to pull."""
        self._leave()
        attempt = self._attempt
        try:
            self._driver.call(lambda: self._start(connect, attempt), PATIENCE)
        except SinkError:
            raise
        except TimeoutError as error:
            self._leave()  # what comes of it will not be used
            raise SinkError(
                f"The sound device does not answer: {WORKS} Restart the sound server, "
                "or connect another device."
            ) from error
        except Exception as error:  # a driver may raise anything
            raise SinkError(
                f"The sound device cannot be used ({error}): {WORKS} Free or connect "
                "it, and play again."
            ) from error

    def close(self) -> None:
        """Close the stream, and drop what it still holds; wait for a while at most."""
        self._leave()
        with contextlib.suppress(TimeoutError):
            self._driver.call(lambda: None, STALLED_AFTER)

    def _leave(self) -> None:
        """Let go of the stream, and have it closed as soon as may be."""
        self._attempt += 1
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.over = True
            self._driver.post(lambda: stream.native.close(ignore_errors=True))

    # In the driver's thread -------------------------------------------------------

    def _start(self, connect: Callable[[int], Render], attempt: int) -> None:
        devices = self._look()
        if not devices:
            raise SinkError(_NO_DEVICE)
        chosen, default = self._chosen, devices[0]
        wanted = [device for device in devices if device.name == chosen != ""]
        note = ""
        if chosen and not wanted:
            note = f"{chosen} is not connected"
        for device in (*wanted[:1], default):
            try:
                stream = self._opened(device, connect)
            except Exception as error:
                if device is default:
                    raise
                note = f"{chosen} cannot be used ({error})"
                continue
            if attempt != self._attempt:  # too late: nobody waits for it
                stream.native.close(ignore_errors=True)
                return
            instead = "the sound comes from the system's default device instead"
            self.note = f"{note}: {instead}." if note else ""
            self._stream = stream
            return

    def _opened(self, device: _Device, connect: Callable[[int], Render]) -> _Stream:
        """Open a device with the first settings that it takes."""
        library = self._library()
        refusal: Exception | None = None
        for rate, channels, kind in device.settings():
            stream = _Stream()
            try:
                stream.native = library.OutputStream(
                    samplerate=rate,
                    device=device.index,
                    channels=channels,
                    dtype=kind,
                    latency=LATENCY,
                    callback=stream.pull,
                    finished_callback=stream.end,
                )
                stream.render = connect(rate)
                stream.native.start()
            except library.PortAudioError as error:
                refusal = refusal or error
                if stream.native is not None:
                    stream.native.close(ignore_errors=True)
            else:
                return stream
        assert refusal is not None
        raise refusal

    def _look(self) -> list[_Device]:
        """Look for devices anew and return the outputs, the default one first."""
        library = self._library()
        if self._asked:
            while library._initialized:
                library._terminate()
            library._initialize()
        self._asked = True
        hosts = library.query_hostapis()
        found = [
            (index, device, hosts[device["hostapi"]]["name"])
            for index, device in enumerate(library.query_devices())
            if device["max_output_channels"]
        ]
        default = -1
        with contextlib.suppress(library.PortAudioError):  # there may be none
            default = library.query_devices(kind="output")["index"]
        host = next((host for index, _, host in found if index == default), None)
        found.sort(key=lambda entry: (entry[0] != default, entry[2] != host, entry[0]))
        same = Counter(device["name"] for _, device, _ in found)
        devices = []
        for index, device, host in found:
            name = device["name"] if same[device["name"]] == 1 else ""
            name = name or f"{device['name']} [{host}]"
            channels, rate = device["max_output_channels"], device["default_samplerate"]
            devices.append(_Device(index, name, channels, round(rate)))
        self._names = tuple(dict.fromkeys(device.name for device in devices))
        return devices

    def _library(self) -> Any:
        if not self._missing:
            try:
                import sounddevice  # type: ignore[import-untyped]
            except Exception as error:  # noqa: BLE001 - it starts PortAudio, too
                self._missing = (
                    f"No sound, because PortAudio is missing or does not start "
                    f"({error}): {WORKS} {_INSTALL}"
                )
            else:
                # It would end PortAudio with the program, and wait for a dead server.
                atexit.unregister(sounddevice._exit_handler)
                return sounddevice
        raise SinkError(self._missing)
