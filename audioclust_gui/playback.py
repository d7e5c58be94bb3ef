"""Sound on a click: the device's stream, and the one voice the window speaks to.

The only file that imports sounddevice, and only when a sound is first played: without
PortAudio the import itself fails, and then the window works on, silently, and says why.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.mixer import CHANNELS, Mixer
from audioclust_gui.sink import Output, Render, Sink, SinkError
from audioclust_gui.sound_cache import SoundCache, Span
from audioclust_gui.sound_loader import HEAD, Loaded, Request, SoundLoader

LATENCY = 0.05
"""Seconds of sound that the device holds ready."""
TICK = 33
"""Milliseconds between two positions of the playhead."""

_WORKS = "AudioClust works, silently."
_NO_DEVICE = (
    f"No sound device: {_WORKS} Connect one, or start the sound server, and play again."
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
                f"The sound device cannot be used ({error}): {_WORKS} Free or connect "
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
                    f"({error}): {_WORKS} {_INSTALL}"
                )
            else:
                return sounddevice
        raise SinkError(self._missing)


class Playback(QObject):
    """One sound at a time: the newest click plays, whatever was asked before.

    Times are in seconds from the beginning of the clip. All methods belong to the
    window's thread and return at once; decoding and opening the device happen
    elsewhere.

    Parameters
    ----------
    sink : Sink, optional
        Where the sound goes; the default device unless a test has its own.
    cache : SoundCache, optional
        Where decoded clips stay.
    """

    started = Signal(object, float)
    """A clip begins to sound: its token, and its duration in seconds."""
    finished = Signal(object)
    """The clip with this token came to its end by itself."""
    stopped = Signal()
    """Silence was asked for, or the device went, while a clip played or loaded."""
    position_changed = Signal(float)
    """Where the playhead is, about 30 times a second while a clip sounds."""
    failed = Signal(object, str)
    """The clip with this token cannot be heard, and why."""
    noted = Signal(object, str)
    """The clip with this token plays, but not all of it, and why."""
    device_changed = Signal(str)
    """Why there is no sound, in plain words; "" once there is."""

    _loaded = Signal(object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        sink: Sink | None = None,
        cache: SoundCache | None = None,
    ) -> None:
        super().__init__(parent)
        self._output = Output(sink or DeviceSink())
        self._cache = cache or SoundCache()
        self._loader = SoundLoader(self._output, self._cache, self._deliver)
        self._loaded.connect(self._on_loaded)
        self._timer = QTimer(self, interval=TICK)
        self._timer.timeout.connect(self._tick)
        self._volume, self._loop = 1.0, False
        self._mixer: Mixer | None = None
        self._ticket = 0
        self._token: object = None
        self._last: Request | None = None
        self._where = 0.0
        self._loading = False  # the newest click has not begun to sound
        self._complete = True  # all of the clip is there, not only its head
        self._trouble: str | None = None

    def play(
        self,
        path: str | Path,
        start: float = 0.0,
        end: float | None = None,
        *,
        at: float = 0.0,
        token: object = None,
    ) -> None:
        """Play a clip in place of what sounds.

        Parameters
        ----------
        path : str or Path
            The file.
        start, end : float
            The span of it that is the clip, in seconds; None is the end of the file.
        at : float
            Where in the clip to begin, in seconds from its beginning.
        token : object
            What the signals call this clip; a view's own name for it.
        """
        self._token = token
        self._ask(Span.of(path, start, end), max(at, 0.0))

    def toggle(self) -> None:
        """Stop what plays, or play the last clip again from where it was begun."""
        if self.is_playing():
            self.stop()
        elif self._last is not None:
            self._ask(self._last.span, self._last.at)

    def stop(self) -> None:
        """Be silent."""
        if self.is_playing():
            self._silence()
            self.stopped.emit()

    def seek(self, seconds: float) -> None:
        """Go on from another place of the clip that plays; else do nothing."""
        if self._last is None or not self.is_playing():
            return
        seconds = max(seconds, 0.0)
        if self._loading or not (self._complete or seconds < HEAD):
            self._ask(self._last.span, seconds)
        elif self._mixer is not None:
            self._mixer.seek(round(seconds * self._mixer.rate))

    def set_volume(self, volume: float) -> None:
        """Set the volume, 0 to 1; the gain is its square, closer to what is heard."""
        self._volume = min(max(volume, 0.0), 1.0)
        if self._mixer is not None:
            self._mixer.set_gain(self._volume**2)

    def volume(self) -> float:
        """Return the volume, 0 to 1."""
        return self._volume

    def set_loop(self, loop: bool) -> None:
        """Let clips start again when they end."""
        self._loop = loop
        if self._mixer is not None:
            self._mixer.set_loop(loop)

    def prefetch(self, clips: Iterable[tuple[str | Path, float, float | None]]) -> None:
        """Decode ahead what may be clicked next, once a sound has been played.

        Parameters
        ----------
        clips : iterable of (path, start, end)
            The likeliest first; they replace those named before.
        """
        self._loader.prefetch(clips)

    def position(self) -> float | None:
        """Return where the playhead is, or None while nothing plays."""
        if not self.is_playing():
            return None
        if not self._loading and self._mixer is not None:
            playing = self._mixer.playing
            if playing is not None and playing[0] == self._ticket:
                self._where = playing[1] / self._mixer.rate
        return self._where

    def is_playing(self) -> bool:
        """Tell whether a clip sounds, or is about to."""
        return self._loading or self._timer.isActive()

    def shutdown(self) -> None:
        """Be silent for good and give the device back; for the end of the program."""
        self._silence()
        self._loader.close()

    def _ask(self, span: Span, at: float) -> None:
        self._silence(replaced=True)
        self._last = Request(self._ticket, span, at)
        self._where = at
        mixer = self._output.mixer if self._output.settled else None
        samples = None if mixer is None else self._cache.get(span, mixer.rate)
        if mixer is not None and samples is not None:
            self._begin(Loaded(self._ticket, mixer, samples, len(samples) / mixer.rate))
            return
        if self._mixer is not None:
            self._mixer.stop()  # nothing of the last clip is heard while one loads
        self._loading = True
        self._loader.request(self._last)

    def _silence(self, *, replaced: bool = False) -> None:
        """Let go of what plays or loads; the mixer itself fades what is replaced."""
        self._ticket += 1
        self._loader.cancel()
        self._loading = False
        self._timer.stop()
        if self._mixer is not None and not replaced:
            self._mixer.stop()

    def _begin(self, loaded: Loaded) -> None:
        mixer = loaded.mixer
        if mixer is not self._mixer:
            self._mixer = mixer
            mixer.set_gain(self._volume**2)
            mixer.set_loop(self._loop)
        mixer.play(loaded.samples, loaded.ticket, round(self._where * mixer.rate))
        self._loading, self._complete = False, loaded.complete
        self._timer.start()
        self.started.emit(self._token, loaded.duration)
        if loaded.note:
            self.noted.emit(self._token, loaded.note)

    def _deliver(self, loaded: Loaded) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._loaded.emit(loaded)

    def _on_loaded(self, loaded: Loaded) -> None:
        self._tell(self._output.trouble)
        if loaded.ticket != self._ticket:
            return
        if self._loading and loaded.reason:
            self._loading = False
            self.failed.emit(self._token, loaded.reason)
        elif self._loading:
            self._begin(loaded)
        elif loaded.reason:
            note = f"Only the first {HEAD:g} s are played: {loaded.reason}"
            self.noted.emit(self._token, note)
        else:
            self._complete = True
            loaded.mixer.extend(loaded.samples, loaded.ticket)

    def _tick(self) -> None:
        if not self._output.alive:
            self._silence()
            self._tell(f"The sound device is gone: {_WORKS} The next play looks again.")
            self.stopped.emit()
        elif self._ended():
            self._timer.stop()
            self.finished.emit(self._token)
        else:
            self.position_changed.emit(self.position())

    def _ended(self) -> bool:
        ended = False
        while self._mixer is not None and self._mixer.finished:
            ended |= self._mixer.finished.popleft() == self._ticket
        return ended

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self.device_changed.emit(trouble)
