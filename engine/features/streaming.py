"""The row of a recording of any length, in flat memory.

The sound is decoded twice, a stretch at a time: first to hear how loud it gets and how
it is tuned, which every frame depends on, then to pool its frames. What grows with the
sound is its onsets, for the tempo: four bytes a frame, 0.6 MB an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.features.pooling import Pooling
from engine.features.spectral import Analysis, FeatureParams, Levels, clean
from engine.features.transform import stretches
from engine.features.tuning import TuningVotes

Floats = NDArray[np.float32]
Sound = Callable[[], Iterable[Floats]]
"""What decodes a sound from its beginning, block by block, every time it is called."""

_FRAMES = 1024  # of a stretch: an even number, so that each begins with a full hop


def streamed_row(sound: Sound, params: FeatureParams) -> NDArray[Any]:
    """Compute all that is kept of one clip from two passes over it.

    Parameters
    ----------
    sound : callable
        Returns blocks of float32 samples, shape (n,), mono, at ``params.rate``; the
        same at every call.
    params : FeatureParams

    Returns
    -------
    structured array of `engine.features.pooling.row_dtype`, shape ()
        What `engine.features.pooling.clip_row` returns, but for rounding; past some ten
        minutes, chroma's tuning is counted (`engine.features.tuning.TuningVotes`).

    Raises
    ------
    ParameterError
        If a block is not one row of at least one number.
    """
    n_samples, levels = _survey(sound, params)
    pooling = Pooling(params, n_samples)
    for analysis in _analyses(sound, params):
        pooling.add(analysis, levels)
    return pooling.row()


def _survey(sound: Sound, params: FeatureParams) -> tuple[int, Levels]:
    """Return the length of a sound in samples, and its levels."""
    votes = TuningVotes(params.rate, params.n_fft)
    loudest, end = np.full(3, -np.inf), 0
    for analysis in _analyses(sound, params):
        votes.add(analysis.power)
        loudest = np.maximum(loudest, analysis.loudest())
        stretch = analysis.stretch
        end = stretch.first * (params.hop // 2) + len(stretch.samples)
    spectrogram, mel, bands = loudest.tolist()
    return end - params.n_fft, Levels(spectrogram, mel, bands, votes.tuning())


def _analyses(sound: Sound, params: FeatureParams) -> Iterator[Analysis]:
    blocks = map(clean, sound())
    for stretch in stretches(blocks, params.n_fft, params.hop // 2, _FRAMES):
        yield Analysis.of(stretch, params)
