"""The sound of one clip, decoded and prepared, and what is kept of it.

A sound of some minutes is worked on as a whole. A longer one is never in memory: it is
decoded, prepared and analysed in pieces, unless what prepares it has to know it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio.decoding import blocks, decode
from engine.audio.preparing import PreparationParams, prepare, settling
from engine.audio.reasons import duration
from engine.errors import AudioError
from engine.features.machine import bytes_per_second
from engine.features.pool import show_life
from engine.features.pooling import clip_row
from engine.features.spectral import FeatureParams
from engine.features.streaming import Sound, streamed_row

Floats = NDArray[np.float32]

WHOLE_BYTES = 256 << 20
"""The memory that an analysis of a whole sound may take: 5 minutes by default."""

_PIECE = 1 << 19  # samples of a long sound that are prepared at once


def span_row(
    path: str | Path,
    start: float,
    end: float | None,
    params: FeatureParams,
    preparation: PreparationParams,
    longest: float,
) -> NDArray[Any]:
    """Decode and prepare a span of a file, and compute all that is kept of it.

    Parameters
    ----------
    path : str or Path
    start : float
        In seconds.
    end : float or None
        In seconds; None for the end of the file.
    params : FeatureParams
    preparation : PreparationParams
    longest : float
        How many seconds there is memory for, should the whole sound be needed.

    Returns
    -------
    structured array of `engine.features.pooling.row_dtype`, shape ()

    Raises
    ------
    AudioError
        If the sound cannot be decoded, or has to be in memory as a whole and is too
        long for it: to be trimmed, or to be brought to a loudness.
    """
    rate = params.rate
    decoded = partial(_decoded, path, start, end, rate)
    most = _most_samples(params)
    sound = _at_most(decoded(), most)
    long = sound is None or preparation.length * rate > most
    if long and not (preparation.trim or preparation.normalise == "loudness"):
        return streamed_row(_prepared(decoded, rate, preparation), params)
    if preparation.length > longest:
        reason = f"padded to {duration(preparation.length)} it does not fit into memory"
        raise AudioError(str(path), reason)
    if sound is None:
        sound = decode(path, start, end, rate=rate, longest=longest)
    sound = prepare(sound, rate, preparation)
    if len(sound) <= most:
        return clip_row(sound, params)
    return streamed_row(partial(_pieces, sound), params)


def _decoded(
    path: str | Path, start: float, end: float | None, rate: int
) -> Iterator[Floats]:
    for piece in blocks(path, start, end, rate=rate):
        show_life()
        yield piece


def _most_samples(params: FeatureParams) -> int:
    return int(WHOLE_BYTES / bytes_per_second(params) * params.rate)


def _at_most(sound: Iterable[Floats], n: int) -> Floats | None:
    """Return a sound as a whole, or None if it has more than n samples."""
    pieces, length = [], 0
    for piece in sound:
        pieces.append(piece)
        length += len(piece)
        if length > n:
            return None
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _pieces(sound: Floats) -> Iterator[Floats]:
    for first in range(0, len(sound), _PIECE):
        yield sound[first : first + _PIECE]


def _prepared(sound: Sound, rate: int, preparation: PreparationParams) -> Sound:
    """Return a long sound as `prepare` would leave it, without trim and loudness."""
    if preparation.lowpass:
        sound = partial(_lowpassed, sound, rate, preparation.cutoff)
    if preparation.length > 0:
        n = max(1, round(preparation.length * rate))
        sound = partial(_of_length, sound, n)
    if preparation.normalise == "peak":
        loudest = max(float(np.abs(piece).max()) for piece in sound())
        if loudest > 0.0:
            peak = np.float32(10 ** (preparation.peak / 20))
            sound = partial(_scaled, sound, np.float32(loudest), peak)
    return sound


def _lowpassed(sound: Sound, rate: int, cutoff: float) -> Iterator[Floats]:
    """Filter in pieces that overlap by as much as the filter remembers."""
    lowpass = PreparationParams(lowpass=True, cutoff=cutoff)
    overlap = settling(rate, cutoff)
    step = max(_PIECE, overlap)
    held, before = np.zeros(0, np.float32), 0  # the samples kept for the filter's sake
    for block in sound():
        held = np.concatenate([held, block])
        while len(held) >= before + step + overlap:
            piece = prepare(held[: before + step + overlap], rate, lowpass)
            yield piece[before : before + step]
            kept = min(before + step, overlap)
            held, before = held[before + step - kept :], kept
    if len(held) > before:
        yield prepare(held, rate, lowpass)[before:]


def _of_length(sound: Sound, n: int) -> Iterator[Floats]:
    for piece in sound():
        yield piece[:n]
        n -= len(piece)
        if n <= 0:
            return
    while n > 0:
        yield np.zeros(min(n, _PIECE), np.float32)
        n -= _PIECE


def _scaled(sound: Sound, loudest: np.float32, peak: np.float32) -> Iterator[Floats]:
    for piece in sound():
        yield piece / loudest * peak
