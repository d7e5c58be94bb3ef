"""From a click to samples, off the window's thread.

Two threads: one serves the newest click and nothing else, the other works ahead
(the rest of a long clip, then the clips that may be clicked next), so that a long file
never stands between a click and its sound.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from audioclust_gui.sound.cache import SoundCache, Span
from audioclust_gui.sound.mixer import CHANNELS, Mixer
from audioclust_gui.sound.sink import Output
from audioclust_gui.sound.source import Samples
from engine.audio.decoding import decode, probe
from engine.errors import AudioError

HEAD = 20.0
"""Seconds of a long clip that are decoded before it starts to play."""
LONGEST = 600.0
"""Seconds of a clip that are decoded at all."""
LARGEST = 64_000_000
"""Samples that are decoded at all, all channels together (256 MB)."""


Clip = tuple[str | Path, float, float | None]
"""A file and a span of it in seconds; None is the end of the file."""


@dataclass(frozen=True, slots=True)
class Request:
    """One click: which span, from where on (seconds into it), under which ticket."""

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
        The mixer to play on, at the rate of the samples.
    samples : float32 array, shape (n, 1 or 2)
        Empty where it failed.
    duration : float
        Length of what will be heard in the end, in seconds.
    complete : bool
        False for the head of a long clip; the same ticket follows with all of it.
    reason : str
        Why it failed, or "".
    note : str
        What a person should know although it plays, or "".
    """

    ticket: int
    mixer: Mixer
    samples: Samples
    duration: float = 0.0
    complete: bool = True
    reason: str = ""
    note: str = ""


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
        self._request: Request | None = None
        self._rest: Request | None = None
        self._current: int | None = None
        self._ahead: deque[Clip] = deque()
        self._closed = False
        self._threads: list[threading.Thread] = []

    def request(self, request: Request) -> None:
        """Ask for a clip; what still waits, and what is half done, is dropped."""
        with self._changed:
            self._request, self._rest = request, None
            self._current = request.ticket
            self._wake()

    def prefetch(self, clips: Iterable[Clip]) -> None:
        """Name the clips that may be clicked next, in place of those named before.

        They wait until the output is open, for its rate is not known before.
        """
        with self._changed:
            self._ahead = deque(clips)
            self._wake()

    def cancel(self) -> None:
        """Drop the request that waits and the half-done one."""
        with self._changed:
            self._request = self._rest = self._current = None

    def close(self, patience: float = 1.0) -> None:
        """End the threads and close the output; wait at most `patience` seconds."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(patience)

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
                self._changed.wait_for(lambda: self._closed or self._request)
                request, self._request = self._request, None
                if self._closed or request is None:
                    break
            self._load(request, whole=request.at >= HEAD)
        self._output.close()

    def _work_ahead(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed or self._rest or self._next_ahead()
                )
                if self._closed:
                    return
                request, self._rest = self._rest, None
                clip = None if request else self._ahead.popleft()
            mixer = self._output.mixer
            if request:
                self._load(request, whole=True)
            elif clip and mixer:
                with contextlib.suppress(Exception):  # a click will tell
                    self._head(Span.of(*clip), mixer.rate)

    def _next_ahead(self) -> bool:
        return self._output.mixer is not None and bool(self._ahead)

    def _load(self, request: Request, whole: bool) -> None:
        mixer = self._output.settle()
        loaded = Loaded(request.ticket, mixer, np.zeros((0, 1), np.float32))
        try:
            if whole:
                loaded = self._whole(request, mixer)
            else:
                loaded = self._first(request, mixer)
        except AudioError as error:
            loaded = replace(loaded, reason=error.reason)
        except Exception as error:  # noqa: BLE001 - a codec may raise anything
            loaded = replace(loaded, reason=f"{type(error).__name__}: {error}")
        self._deliver(loaded)
        with self._changed:
            if not loaded.complete and self._current == request.ticket:
                self._rest = request
            self._changed.notify_all()

    def _first(self, request: Request, mixer: Mixer) -> Loaded:
        span, rate = request.span, mixer.rate
        samples, complete = self._head(span, rate)
        duration, note = len(samples) / rate, ""
        if not complete:
            duration, note = self._allowed(span, rate)
        return Loaded(request.ticket, mixer, samples, duration, complete, note=note)

    def _whole(self, request: Request, mixer: Mixer) -> Loaded:
        span, rate = request.span, mixer.rate
        allowed, note = self._allowed(span, rate)
        samples = self._cache.get(span, rate)
        if samples is None:
            cut = replace(span, end=span.start + allowed) if note else span
            samples = _decoded(cut, rate)
            self._cache.put(span, rate, samples)
        return Loaded(request.ticket, mixer, samples, len(samples) / rate, note=note)

    def _head(self, span: Span, rate: int) -> tuple[Samples, bool]:
        """Return a clip and True, or the beginning of a long one and False."""
        samples = self._cache.get(span, rate)
        if samples is not None:
            return samples, True
        # One second more than is used, because a resampler is not sure of its edges.
        end = span.start + HEAD + 1.0
        short = span.end is not None and span.end <= end
        head = span if short else replace(span, end=end)
        samples = self._cache.get(head, rate)
        if samples is None:
            samples = _decoded(head, rate)
        complete = short or len(samples) < (HEAD + 0.5) * rate
        self._cache.put(span if complete else head, rate, samples)
        return (samples, True) if complete else (samples[: int(HEAD * rate)], False)

    @staticmethod
    def _allowed(span: Span, rate: int) -> tuple[float, str]:
        """Return the seconds of a clip that are decoded, and what to say about it."""
        info = probe(span.path)
        end = info.duration if span.end is None else min(span.end, info.duration)
        duration = end - span.start
        longest = min(LONGEST, LARGEST / (info.channels * max(info.rate, rate)))
        if duration <= longest:
            return duration, ""
        return longest, f"Only the first {longest / 60:.3g} minutes are played."


def _decoded(span: Span, rate: int) -> Samples:
    samples = decode(span.path, span.start, span.end, rate=rate, mono=False)
    if samples.shape[1] > CHANNELS:
        samples = samples.mean(axis=1, dtype=np.float32, keepdims=True)
    return samples
