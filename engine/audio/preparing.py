"""A sound made ready to be measured: low-pass, trim, fixed length, loudness."""

from __future__ import annotations

from dataclasses import dataclass

from engine.params import Params, param


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
