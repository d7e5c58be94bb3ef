"""Faster and higher, slower and lower: a tape that runs at another speed.

Every frame that is heard is a weighted sum of the frames around its position, with the
weights of a low-pass (a sinc under a Kaiser window), one set for each of the positions
between two frames that there can be: nothing is interpolated between sets, so that the
result is that of the ideal formula to the precision of the samples. Above the original
speed the low-pass moves down, so that nothing folds back.

Source: J. O. Smith, *Digital Audio Resampling*, ccrma.stanford.edu/~jos/resample/.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from audioclust_gui.sound.source import Samples
from audioclust_gui.sound.tape import UNIT, Tape

REACH = 20
"""Frames on either side that are weighted, at the original speed or below it."""
CUTOFF = 0.9
"""Where the low-pass is down by half, as a share of what the rate can carry."""
KAISER = 8.0
"""Shape of the window: 80 dB between what passes and what does not."""


def kernel(step: int) -> Samples:
    """Return the weights of the frames around a position.

    Parameters
    ----------
    step : int
        Thousandths of a frame from one frame that is heard to the next.

    Returns
    -------
    float32 array, shape (2 * reach, 1000)
        By the place of the frame, from `reach - 1` before the frame of the position to
        `reach` after it, and by the thousandths that the position has beyond it. Each
        column adds up to 1.
    """
    return _kernel(max(step, UNIT))


@lru_cache(maxsize=32)
def _kernel(step: int) -> Samples:
    reach = -(-REACH * step // UNIT)
    away = np.arange(1 - reach, reach + 1)[:, None] - np.arange(UNIT) / UNIT
    window = np.i0(KAISER * np.sqrt(np.clip(1 - (away / reach) ** 2, 0, None)))
    weights = np.sinc(CUTOFF * UNIT / step * away) * window
    weights /= weights.sum(axis=0)
    weights = weights.astype(np.float32)
    weights.setflags(write=False)
    return weights


def interpolated(tape: Tape, n_frames: int, weights: Samples) -> Samples:
    """Return the next frames from a tape, at its speed; the tape stays where it is.

    Parameters
    ----------
    tape : Tape
    n_frames : int
        At least 1.
    weights : array
        The `kernel` of its step.

    Returns
    -------
    float32 array, shape (n_frames, channels)
    """
    taps = len(weights)
    first, part = divmod(tape.position, UNIT)
    # Two frames at least: numpy adds up a single column in another order, and then
    # the last bit would depend on the size of the block.
    parts = part + tape.step * np.arange(max(n_frames, 2))
    frames = parts // UNIT
    weights = weights[:, parts - frames * UNIT]
    around = tape.window(first - taps // 2 + 1, int(frames[-1]) + taps)
    places = frames + np.arange(taps)[:, None]
    heard = np.empty((len(parts), around.shape[1]), np.float32)
    for channel, samples in enumerate(np.ascontiguousarray(around.T)):
        np.add.reduce(samples[places] * weights, axis=0, out=heard[:, channel])
    return heard[:n_frames]
