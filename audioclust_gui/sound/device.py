"""The system's sound output.

The only file that imports sounddevice, and only when a sound is first played: without
PortAudio the import itself fails, and then the window works on, silently, and says why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from audioclust_gui.sound.mixer import CHANNELS
from audioclust_gui.sound.sink import Render, SinkError

LATENCY = 0.05
"""Seconds of sound that the device holds ready."""
WORKS = "AudioClust works, silently."

_NO_DEVICE = (
    f"No sound device: {WORKS} Connect one, or start the sound server, and play again."
)
_INSTALL = (
    "Install it (on Debian or Ubuntu: sudo apt install libportaudio2 "
    "libasound2-plugins), then start AudioClust again."
    if sys.platform.startswith("linux")
    else "Install AudioClust again (pip install --force-reinstall sounddevice)."
)


class DeviceSink:
    """The system's default output, at its own rate, kept open."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._missing = ""
        self._asked = False

    @property
    def alive(self) -> bool:
        """Whether the stream runs; it ends by itself when the device goes."""
        stream = self._stream  # another thread may be closing it
        return stream is not None and bool(stream.active)

    def open(self, connect: Callable[[int], Render]) -> None:
        """Open the default device afresh, and start to pull."""
        self.close()
        sounddevice = self._library()
        try:
            if self._asked:  # PortAudio looks for devices only when it starts
                while sounddevice._initialized:
                    sounddevice._terminate()
                sounddevice._initialize()
            self._asked = True
            devices = sounddevice.query_devices()
            if not any(device["max_output_channels"] for device in devices):
                raise SinkError(_NO_DEVICE)  # noqa: TRY301 - close() is harmless here
            device = sounddevice.query_devices(kind="output")
            rate = int(device["default_samplerate"])
            channels = min(CHANNELS, device["max_output_channels"])
            render = connect(rate)

            def pull(out: Any, n_frames: int, _time: Any, _status: Any) -> None:
                block = render(n_frames)
                out[:] = block if channels == CHANNELS else block.mean(1, keepdims=True)

            self._stream = sounddevice.OutputStream(
                samplerate=rate,
                channels=channels,
                dtype="float32",
                latency=LATENCY,
                callback=pull,
            )
            self._stream.start()
        except SinkError:
            raise
        except Exception as error:  # a driver may raise anything
            self.close()
            raise SinkError(
                f"The sound device cannot be used ({error}): {WORKS} Free or connect "
                "it, and play again."
            ) from error

    def close(self) -> None:
        """Close the stream, and drop what it still holds."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close(ignore_errors=True)

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
                return sounddevice
        raise SinkError(self._missing)
