"""How long a sound may be that this machine works on as a whole."""

from __future__ import annotations

from engine.features.spectral import FeatureParams
from engine.machine import memory_at_hand


def longest_sound(params: FeatureParams, workers: int) -> float:
    """Return how many seconds each of some workers can analyse as a whole.

    They share the memory at hand.
    """
    return memory_at_hand() / workers / bytes_per_second(params)


def longest_prepared(rate: int, workers: int) -> float:
    """Return how many seconds each of some workers can prepare as a whole."""
    # At the peak, a sound and three copies, one of them in double precision.
    return memory_at_hand() / workers / (20 * rate)


def bytes_per_second(params: FeatureParams) -> float:
    """Return what a second of sound takes while it is analysed as a whole, in bytes."""
    frames = params.rate / (params.hop // 2)
    # Measured at the peak and rounded up: samples at two stages, and per frame four
    # spectra and five times the mel bands, in float32.
    per_frame = 16 * (params.n_fft // 2 + 1) + 20 * params.n_mels
    return 8 * params.rate + frames * per_frame
