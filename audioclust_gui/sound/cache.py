"""Decoded clips at hand: the ones heard last, up to so many bytes."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from audioclust_gui.sound.source import Samples

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


class SoundCache:
    """Least recently used sounds go first; safe to share between threads."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.n_bytes = 0
        self._limit = limit
        self._sounds: OrderedDict[tuple[Span, int], Samples] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, span: Span, rate: int) -> Samples | None:
        """Return the samples of a span at a rate, or None where they are not kept."""
        with self._lock:
            samples = self._sounds.get((span, rate))
            if samples is not None:
                self._sounds.move_to_end((span, rate))
            return samples

    def put(self, span: Span, rate: int, samples: Samples) -> None:
        """Keep samples, and let go of old ones; what exceeds the limit is not kept."""
        if samples.nbytes > self._limit:
            return
        with self._lock:
            old = self._sounds.pop((span, rate), None)
            self.n_bytes += samples.nbytes - (0 if old is None else old.nbytes)
            self._sounds[span, rate] = samples
            while self.n_bytes > self._limit:
                self.n_bytes -= self._sounds.popitem(last=False)[1].nbytes
