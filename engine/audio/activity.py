"""Where something sounds in a recording: levels of short frames, and spans above one.

A span begins where the level rises above a threshold and reaches as far as the level
stays above a lower one (hysteresis), so that a sound does not flicker.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Spans = NDArray[np.int64]
"""First frame and the frame after the last of each span, int64 of shape (n, 2)."""

SILENT = -100.0
"""Below this many dB of full scale nothing counts as sound: 16 bits cannot hold it."""

_FRAME_SECONDS = 0.01
_FLOOR = 1e-12  # power of the faintest level told apart: -120 dB
_BACKGROUND_PERCENT = 10.0
_STRETCH = (1000, 6000)  # frames of which the background is measured, 10 to 60 s,
_STRETCHES = 4  # and a quarter of a recording in between,
_STEPS = 6  # anew from each sixth of it to the next
_RANGE = 60.0  # dB; a background further below the loudest moment is taken to be there
_RISE = 30.0  # dB; what stays further above the recording's background is sound
_QUIET = -50.0  # dB of full scale; a recording without any quiet part stays above
_HYSTERESIS = 6.0  # dB


def frame_size(rate: int) -> int:
    """Return how many samples a frame of 10 ms has."""
    return max(1, round(rate * _FRAME_SECONDS))


def levels(blocks: Iterable[NDArray[np.float32]], size: int) -> NDArray[np.float32]:
    """Measure the level of every frame of a sound that arrives block by block.

    Parameters
    ----------
    blocks : iterable of float32 array, shape (n,)
    size : int
        Samples in a frame; the last frame may have fewer.

    Returns
    -------
    float32 array, shape (frames,)
        In dB of full scale, -120 to about 0. A constant offset (DC) counts as silence.
    """
    held, found = np.zeros(0, np.float32), []
    for block in blocks:
        held = np.concatenate([held, block])
        whole = len(held) // size * size
        found.append(_powers(held[:whole].reshape(-1, size)))
        held = held[whole:]
    if len(held):
        found.append(_powers(held[None]))
    powers = np.concatenate(found)
    return (10.0 * np.log10(np.maximum(powers, _FLOOR))).astype(np.float32)


def _powers(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    # In double precision: files of floats may exceed full scale by any factor.
    powers: NDArray[np.float64] = frames.var(axis=1, dtype=np.float64)
    return powers


def threshold(
    levels: NDArray[np.float32], reference: str, level: float
) -> float | NDArray[np.float64]:
    """Return the level that sound must exceed, in dB of full scale.

    The background is that of the minute before or after, whichever is louder; where a
    recording is shorter than four minutes, of a quarter of it, but at least 10 s. Where
    nothing stands out of it and it is not quiet, all that is not quiet is sound.

    Parameters
    ----------
    levels : float32 array, shape (frames,)
        At least one.
    reference : {"background", "loudest", "full_scale"}
        ``level`` is above the background (the level that a tenth of the frames around
        stay below), below the loudest frame, or below full scale.
    level : float
        In dB, above 0.

    Returns
    -------
    float or float64 array, shape (frames,)
        One for all frames, or one for each.
    """
    if reference == "full_scale":
        return -level
    loudest = float(levels.max())
    if reference == "loudest":
        return loudest - level
    whole = float(np.percentile(levels, _BACKGROUND_PERCENT))
    lowest = max(whole, loudest - _RANGE)
    background = np.clip(_background(levels), loudest - _RANGE, lowest + _RISE)
    above = background + level
    return _QUIET if whole > _QUIET and not (levels > above).any() else above


def _background(levels: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the background around each frame.

    It is the louder one of the stretch before and of that after it, so that a noise
    that sets in is background at once.
    """
    size = np.clip(len(levels) // _STRETCHES, *_STRETCH)
    latest = max(0, len(levels) - size)
    starts = np.linspace(0, latest, 1 + _STEPS * latest // size).astype(int)
    stretches = (levels[start : start + size] for start in starts)
    found = [float(np.percentile(part, _BACKGROUND_PERCENT)) for part in stretches]
    frames = np.arange(len(levels))
    before, after = (np.interp(frames, at, found) for at in (starts + size, starts))
    return np.maximum(before, after)


def active(
    levels: NDArray[np.float32], above: float | NDArray[np.float64], hysteresis: float
) -> Spans:
    """Find the spans that exceed a level, as far as they stay near it."""
    above = np.maximum(above, SILENT)
    near = np.concatenate([[False], levels > above - min(_HYSTERESIS, hysteresis), [0]])
    edges = np.flatnonzero(np.diff(near.astype(np.int8)))
    spans = edges.reshape(-1, 2)
    over = np.concatenate([[0], np.cumsum(levels > above)])
    return spans[over[spans[:, 1]] > over[spans[:, 0]]]


def bridged(spans: Spans, gap: int) -> Spans:
    """Join spans that are less than so many frames apart."""
    if len(spans) < 2:
        return spans
    apart = spans[1:, 0] - spans[:-1, 1] >= gap
    firsts = spans[np.concatenate([[True], apart]), 0]
    lasts = spans[np.concatenate([apart, [True]]), 1]
    return np.column_stack([firsts, lasts])


def padded(
    spans: NDArray[np.float64], padding: float, start: float, end: float
) -> NDArray[np.float64]:
    """Widen spans, but not past a recording's ends nor halfway into a gap.

    Parameters
    ----------
    spans : float64 array, shape (n, 2)
        In seconds, in order, not overlapping.
    padding : float
        In seconds, at least 0.
    start, end : float
        Of the recording, in seconds.
    """
    if not len(spans):
        return spans
    halfway = (spans[1:, 0] + spans[:-1, 1]) / 2
    earliest = np.concatenate([[start], halfway])
    latest = np.concatenate([halfway, [end]])
    return np.column_stack(
        [
            np.maximum(spans[:, 0] - padding, earliest),
            np.minimum(spans[:, 1] + padding, latest),
        ]
    )
