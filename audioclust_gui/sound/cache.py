"""Decoded clips at hand: the ones heard last, up to so many bytes."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from audioclust_gui.sound.source import Samples, Source, Whole

LIMIT = 256 * 2**20
"""Bytes of decoded sound that are kept."""


@dataclass(frozen=True, slots=True)
class Span:
    """A file, or a span of one, as it was on the disk when it was asked for.

    Parameters
    ----------
    path : str
        The file.
    start : float
        Where the span begins, in seconds.
    end : float or None
        Where it ends, or None for the end of the file.
    version : tuple of int
        Time of the last change and size, so that an edited file is decoded again.
    """

    path: str
    start: float
    end: float | None
    version: tuple[int, int]

    @classmethod
    def of(cls, path: str | Path, start: float = 0.0, end: float | None = None) -> Span:
        """Look at the file and name the span; a missing file is a version, too."""
        try:
            status = os.stat(path)  # noqa: PTH116 - a str may hold what Path would alter
        except (OSError, ValueError):
            return cls(str(path), start, end, (0, 0))
        version = (status.st_mtime_ns, status.st_size)
        return cls(str(path), start, end, version)


@dataclass(frozen=True, slots=True)
class Matched:
    """What is to be heard of a span.

    Parameters
    ----------
    source : Source
        Its samples, at the mixer's rate.
    gain : float
        The factor that makes it as loud as other clips, above 0.
    """

    source: Source
    gain: float


class SoundCache:
    """Least recently used sounds go first; safe to share between threads."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.n_bytes = 0
        self._limit = limit
        self._sounds: OrderedDict[tuple[Span, int], tuple[Samples, float]]
        self._sounds = OrderedDict()
        self._lock = threading.Lock()

    def get(self, span: Span, rate: int) -> Matched | None:
        """Return the sound of a span at a rate, or None where it is not kept."""
        with self._lock:
            if (span, rate) not in self._sounds:
                return None
            self._sounds.move_to_end((span, rate))
            samples, gain = self._sounds[span, rate]
            return Matched(Whole(samples), gain)

    def put(self, span: Span, rate: int, samples: Samples, gain: float = 1.0) -> None:
        """Keep a sound, and let go of old ones; what exceeds the limit is not kept."""
        if samples.nbytes > self._limit:
            return
        with self._lock:
            if (span, rate) in self._sounds:
                self.n_bytes -= self._sounds.pop((span, rate))[0].nbytes
            self.n_bytes += samples.nbytes
            self._sounds[span, rate] = samples, gain
            while self.n_bytes > self._limit:
                self.n_bytes -= self._sounds.popitem(last=False)[1][0].nbytes
