"""A long recording at a glance: its extremes, in flat memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio.decoding import blocks, probe
from engine.progress import Report, Step, silent

_SECONDS = 0.05  # of sound that become one lowest and one highest sample


@dataclass(frozen=True, eq=False)
class Overview:
    """What is drawn of a recording that is too long to be drawn sample by sample.

    Parameters
    ----------
    samples : float32 array, shape (n,)
        Of every 50 ms the lowest and the highest sample, in turn.
    rate : float
        How many of them a second has.
    """

    samples: NDArray[np.float32]
    rate: float


def overview(
    path: str | Path,
    start: float = 0.0,
    end: float | None = None,
    report: Report = silent,
) -> Overview:
    """Look through a file, or a span of it, from its beginning to its end.

    Parameters
    ----------
    path, start, end
        As for `engine.audio.decoding.decode`.
    report : Report

    Raises
    ------
    AudioError
        As `engine.audio.decoding.decode` does.
    """
    rate = probe(path).rate
    size = max(round(_SECONDS * rate), 1)
    found: list[NDArray[np.float32]] = []
    rest = np.empty(0, np.float32)
    for piece in blocks(path, start, end, rate=None):
        report(Step(len(found), 0, "Looking through the recording"))
        sound = np.concatenate([rest, piece])
        whole = len(sound) - len(sound) % size
        found.append(_extremes(sound[:whole].reshape(-1, size)))
        rest = sound[whole:]
    if len(rest):
        found.append(_extremes(rest[None]))
    return Overview(np.concatenate(found), 2 * rate / size)


def _extremes(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.stack([rows.min(axis=1), rows.max(axis=1)], axis=1).ravel()
