"""From a click to samples, off the window's thread.

Two threads: one serves the newest click and nothing else, the other works ahead while
no click waits: the next clips of a sequence, then those that may be clicked next. A
long clip is not
decoded here: it streams, in a thread of its own (`audioclust_gui.sound.streaming`).
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakSet

import numpy as np

from audioclust_gui.sound.cache import Matched, SoundCache, Span
from audioclust_gui.sound.loudness import matched_gain
from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.sink import Output
from audioclust_gui.sound.source import Whole
from audioclust_gui.sound.streaming import Streamed, for_speakers
from engine.audio.decoding import decode, probe
from engine.errors import AudioError

LONG = 20.0
"""Seconds up to which a clip is decoded as a whole, and kept."""
USUAL_RATE = 48_000
"""Frames per second of most outputs."""
PATIENCE = 0.5
"""Seconds to wait for the first frames of a long clip; then it begins in silence."""


Clip = tuple[str | Path, float, float | None]
"""A file and a span of it in seconds; None is the end of the file."""


@dataclass(frozen=True, slots=True)
class Request:
    """One clip that is to sound: which span, from where on (seconds into it)."""

    ticket: int
    span: Span
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a request.

    Parameters
    ----------
    ticket : int
        The request's.
    mixer : Mixer
        The mixer to play on, at the rate of the sound.
    sound : Matched or None
        None where it failed.
    reason : str
        Why it failed, or "".
    """

    ticket: int
    mixer: Mixer
    sound: Matched | None
    reason: str = ""

    def close(self) -> None:
        """End what was begun, because nobody wants it any more."""
        if self.sound is not None and isinstance(self.sound.source, Streamed):
            self.sound.source.close()


class SoundLoader:
    """Opens the output, decodes for it, and delivers.

    Parameters
    ----------
    output : Output
        Opened with the first request, and closed by `close`.
    cache : SoundCache
        Where decoded clips go.
    deliver : callable
        Called with every `Loaded`, from one of the threads.
    """

    def __init__(
        self, output: Output, cache: SoundCache, deliver: Callable[[Loaded], None]
    ) -> None:
        self._output = output
        self._cache = cache
        self._deliver = deliver
        self._changed = threading.Condition()
        self._click: Request | None = None
        self._serving = False  # a click that somebody waits for
        self._next: deque[Request] = deque()
        self._ahead: deque[Clip] = deque()
        self._streams: WeakSet[Streamed] = WeakSet()  # those whose threads run
        self._closed = False
        self._threads: list[threading.Thread] = []

    def request(self, request: Request) -> None:
        """Ask for a clip that was clicked; everything that still waits is dropped."""
        with self._changed:
            self._click = request
            self._next.clear()
            self._wake()

    def follow(self, request: Request) -> None:
        """Ask for a clip whose turn comes after those asked for before."""
        with self._changed:
            self._next.append(request)
            self._wake()

    def prefetch(self, clips: Iterable[Clip]) -> None:
        """Name the clips that may be clicked next, in place of those named before.

        They wait until the output is open, for its rate is not known before.
        """
        with self._changed:
            self._ahead = deque(clips)
            self._wake()

    def cancel(self) -> None:
        """Drop the requests that wait."""
        with self._changed:
            self._click = None
            self._next.clear()

    def close(self, patience: float = 1.0) -> None:
        """End the threads and close the output; wait at most `patience` seconds."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(patience)
        # A decoder that still works while the program ends may break it.
        streams = tuple(self._streams)
        for stream in streams:
            stream.close()
        for stream in streams:
            stream.join(patience)

    def _wake(self) -> None:
        if not self._threads:
            self._threads = [
                threading.Thread(target=target, name=target.__name__, daemon=True)
                for target in (self._serve_clicks, self._work_ahead)
            ]
            for thread in self._threads:
                thread.start()
        self._changed.notify_all()

    def _serve_clicks(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._click)
                request, self._click = self._click, None
                if self._closed or request is None:
                    break
                self._serving = True
            self._load(request, self._output.settle())
            with self._changed:
                self._serving = False
                self._changed.notify_all()  # the output is open now
        self._output.close()

    def _work_ahead(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._work)
                mixer = self._output.mixer
                if self._closed or mixer is None:
                    return
                request = self._next.popleft() if self._next else None
                clip = None if request else self._ahead.popleft()
            if request:
                self._load(request, mixer)
            elif clip:
                with contextlib.suppress(Exception):  # a click will tell
                    span = Span.of(*clip)
                    if not _is_long(span):
                        self._whole(span, mixer.rate)

    @property
    def _work(self) -> bool:
        if self._click or self._serving or self._output.mixer is None:
            return False
        return bool(self._next or self._ahead)

    def _load(self, request: Request, mixer: Mixer) -> None:
        sound, reason = None, ""
        try:
            sound = self._sound(request, mixer.rate)
        except AudioError as error:
            reason = error.reason
        except Exception as error:  # noqa: BLE001 - a codec may raise anything
            reason = f"{type(error).__name__}: {error}"
        self._deliver(Loaded(request.ticket, mixer, sound, reason))

    def _sound(self, request: Request, rate: int) -> Matched:
        span, at = request.span, round(request.at * rate)
        sound = self._cache.get(span, rate)
        if sound is not None:
            return sound
        if not _is_long(span):
            return self._whole(span, rate)
        source = Streamed(span.path, span.start, span.end, rate, at)
        self._streams.add(source)
        try:
            return Matched(source, matched_gain(source.head(at, PATIENCE), rate))
        except AudioError:
            source.close()
            raise

    def _whole(self, span: Span, rate: int) -> Matched:
        sound = self._cache.get(span, rate)
        if sound is None:
            path, start, end = span.path, span.start, span.end
            samples = for_speakers(decode(path, start, end, rate=rate, mono=False))
            gain = matched_gain(samples, rate)
            self._cache.put(span, rate, samples, gain)
            sound = Matched(Whole(samples), gain)
        return sound


def warm_up() -> None:
    """Load the libraries and tables that the first click would wait for."""
    with contextlib.suppress(ImportError):  # a click will tell
        import soundfile  # noqa: F401
        import soxr  # noqa: F401
    matched_gain(np.full((USUAL_RATE, 1), 0.1, np.float32), USUAL_RATE)


def _is_long(span: Span) -> bool:
    if span.end is not None and span.end - span.start <= LONG:
        return False
    end = probe(span.path).duration
    return end - span.start > LONG
