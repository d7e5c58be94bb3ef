"""A sound made ready to be measured: low-pass, trim, fixed length, level.

In this order: the trim sees what the low-pass left, the length counts what the trim
left, and the level is that of what comes out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.audio.loudness import SILENT, integrated_loudness
from engine.audio.silence import sounding_span
from engine.errors import ParameterError
from engine.params import Params, param

Floats = NDArray[np.float32]

_ORDER = 8
_PERIODS = 25  # after which the low-pass has forgotten all but 1e-12 of a sample
_PIECE = 1 << 20  # samples filtered at once
_LARGEST = np.finfo(np.float32).max


@dataclass(frozen=True)
class PreparationParams(Params):
    """What is done to a sound before its features are computed; by default, nothing."""

    lowpass: bool = param(
        False,
        label="Low-pass",
        help="Take away what lies above a frequency, without shifting anything in time",
    )
    cutoff: float = param(
        8192.0,
        label="Cut-off",
        unit="Hz",
        low=10.0,
        high=250_000.0,
        logarithmic=True,
        needs=("lowpass", (True,)),
        help="Must lie below half the sample rate",
    )
    trim: bool = param(
        False,
        label="Trim silence",
        help="Take away what is quiet at the beginning and at the end",
    )
    trim_level: float = param(
        60.0,
        label="Silence",
        unit="dB",
        low=1.0,
        high=120.0,
        needs=("trim", (True,)),
        help="How far below the clip's loudest moment silence begins",
    )
    length: float = param(
        0.0,
        label="Fixed length",
        unit="s",
        low=0.0,
        high=3600.0,
        zero="As recorded",
        help="Crop longer clips and pad shorter ones with silence; 0 leaves them be",
    )
    normalise: str = param(
        "none",
        label="Level",
        choices={
            "none": "As recorded",
            "peak": "Same peak",
            "loudness": "Same loudness",
        },
        help="Same loudness is that of ITU-R BS.1770",
    )
    peak: float = param(
        -1.0,
        label="Peak",
        unit="dBFS",
        low=-60.0,
        high=0.0,
        needs=("normalise", ("peak",)),
        help="The loudest sample of every clip",
    )
    loudness: float = param(
        -23.0,
        label="Loudness",
        unit="LUFS",
        low=-70.0,
        high=-5.0,
        needs=("normalise", ("loudness",)),
        help="Of every clip; one that would exceed full scale stays below",
    )

    @property
    def changes_nothing(self) -> bool:
        """Whether every sound comes out as it went in, as with the defaults."""
        level = self.normalise != "none"
        return not (self.lowpass or self.trim or self.length > 0 or level)

    def check_rate(self, rate: int) -> None:
        """Raise ParameterError if sounds of this rate, in Hz, cannot be prepared so."""
        if self.lowpass and self.cutoff >= rate / 2:
            raise ParameterError(
                f"PreparationParams.cutoff (Cut-off) must lie below {rate / 2:g} Hz, "
                f"half the sample rate of {rate} Hz; it is {self.cutoff:g} Hz"
            )


def prepare(
    samples: Floats, rate: int, params: PreparationParams | None = None
) -> Floats:
    """Low-pass, trim, crop or pad, and level one sound.

    Parameters
    ----------
    samples : float32 array, shape (n,) or (n, channels)
        At least one sample; full scale is -1 to 1. What is not a finite number counts
        as silence.
    rate : int
        Sample rate in Hz.
    params : PreparationParams, optional

    Returns
    -------
    float32 array, shape (m,) or (m, channels)
        At least one sample. The very array that was given where the parameters ask for
        nothing; it is never written to. With a level chosen, within -1 to 1.

    Raises
    ------
    ParameterError
        If the samples are none, or the cut-off is not below half the sample rate.

    Notes
    -----
    The low-pass is a Butterworth filter of order 8, run forward and backward
    (`scipy.signal.sosfiltfilt`): nothing moves in time, and the gain is that of order 8
    twice, -6 dB at the cut-off. Silence is what `librosa.effects.trim` takes it for.
    A fixed length keeps the beginning, and pads with zeros at the end. Loudness is that
    of ITU-R BS.1770-4; a sound that is silent, or for loudness stays below -70 LUFS,
    keeps its level, and gain ends where full scale is reached.
    """
    params = params or PreparationParams()
    if samples.ndim not in (1, 2) or not samples.size:
        raise ParameterError(
            "samples must have the shape (n,) or (n, channels), n at least 1; it is "
            f"{samples.shape}"
        )
    params.check_rate(rate)
    if params.changes_nothing:
        return samples
    sound = np.asarray(samples, np.float32)
    if not np.isfinite(sound).all():
        sound = np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0)
    if params.lowpass:
        sound = _lowpassed(sound, rate, params.cutoff)
    if params.trim:
        first, stop = sounding_span(sound, params.trim_level)
        sound = sound[first:stop]
    if params.length > 0:
        sound = _of_length(sound, max(1, round(params.length * rate)))
    if params.normalise != "none":
        sound = _levelled(sound, rate, params)
    return np.ascontiguousarray(sound)


def _lowpassed(sound: Floats, rate: int, cutoff: float) -> Floats:
    """Filter in both directions, long sounds in pieces that overlap.

    SciPy works in double precision and several copies. Where a piece begins and ends
    the filter has forgotten it before what is kept of the piece.
    """
    from scipy.signal import sosfiltfilt

    sections, low = _butterworth(cutoff, rate), np.empty_like(sound)
    settled = settling(rate, cutoff)
    step = max(_PIECE, 4 * settled)
    for first in range(0, len(sound), step):
        start, stop = max(0, first - settled), first + step
        piece = sound[start : stop + settled].astype(np.float64)
        # SciPy's own choice of padding, or what there is of a shorter sound.
        padding = min(3 * (2 * len(sections) + 1), len(piece) - 1)
        piece = sosfiltfilt(sections, piece, axis=0, padlen=padding)
        low[first:stop] = piece[first - start : stop - start].clip(-_LARGEST, _LARGEST)
    return low


def settling(rate: int, cutoff: float) -> int:
    """Return after how many samples the low-pass has forgotten what came before."""
    # The slowest of its poles decays by a factor e in 0.82 periods of the cut-off, or
    # of its distance to half the rate.
    return math.ceil(_PERIODS * rate / min(cutoff, rate / 2 - cutoff))


@lru_cache(maxsize=16)
def _butterworth(cutoff: float, rate: int) -> NDArray[np.float64]:
    from scipy.signal import butter

    sections: NDArray[np.float64] = butter(_ORDER, cutoff, fs=rate, output="sos")
    return sections


def _of_length(sound: Floats, n: int) -> Floats:
    if len(sound) >= n:
        return sound[:n]
    return np.pad(sound, [(0, n - len(sound))] + [(0, 0)] * (sound.ndim - 1))


def _levelled(sound: Floats, rate: int, params: PreparationParams) -> Floats:
    loudest = max(sound.max(), -sound.min())
    if loudest == 0.0:
        return sound
    peak = 10 ** (params.peak / 20)
    if params.normalise == "loudness":
        loudness = integrated_loudness(sound, rate)
        if loudness == SILENT:
            return sound
        peak = min(1.0, 10 ** ((params.loudness - loudness) / 20) * float(loudest))
    # In two steps: the gain of a sound that is hardly there exceeds single precision.
    levelled: Floats = sound / loudest
    levelled *= np.float32(peak)
    return levelled
