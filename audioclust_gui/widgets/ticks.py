"""What the rows of each feature mean, in a few words beside its picture."""

from __future__ import annotations

import numpy as np

from engine.features.filterbanks import hz_to_mel
from engine.features.spectral import FeatureParams

Ticks = list[tuple[float, str]]

_NOTES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_LINEAR_STEPS = 4
_OCTAVES = 125.0 * 2.0 ** np.arange(12)


def ticks_of(name: str, params: FeatureParams) -> Ticks:
    """Return (row, words) for some rows of a feature, from low to high."""
    if name == "spectrogram":
        step = 1000 * max(1, round(params.rate / 2 / _LINEAR_STEPS / 1000))
        hertz = np.arange(0, params.rate / 2, step)
        return [(hz * params.n_fft / params.rate, _hertz(hz)) for hz in hertz]
    if name == "mel":
        low, high, *rows = hz_to_mel(np.array([params.fmin, params.highest, *_OCTAVES]))
        bands = (np.array(rows) - low) / (high - low) * (params.n_mels + 1) - 1
        inside = (bands >= 0) & (bands <= params.n_mels - 1)
        return [
            (float(band), _hertz(hz))
            for band, hz in zip(bands[inside], _OCTAVES[inside], strict=True)
        ]
    if name == "chroma":
        return [(row, _NOTES[row]) for row in range(0, 12, 2)]
    first = 1 if name == "mfcc_without_first" else 0
    return [(n - first, str(n)) for n in range(first, params.n_mfcc, 5)]


def _hertz(hz: float) -> str:
    return f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}"
