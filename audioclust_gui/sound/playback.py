"""Sound on a click: the one voice that the window speaks to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.sound.cache import SoundCache, Span
from audioclust_gui.sound.device import WORKS, DeviceSink
from audioclust_gui.sound.loader import HEAD, Loaded, Request, SoundLoader
from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.sink import Output, Sink
from audioclust_gui.sound.source import Whole

TICK = 33
"""Milliseconds between two positions of the playhead."""


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
        source, at = Whole(loaded.samples), round(self._where * mixer.rate)
        mixer.play(source, loaded.ticket, at)
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
            loaded.mixer.extend(Whole(loaded.samples), loaded.ticket)

    def _tick(self) -> None:
        if not self._output.alive:
            self._silence()
            self._tell(f"The sound device is gone: {WORKS} The next play looks again.")
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
