"""What sounds are made of, in NumPy: tones, noise, envelopes, resonances, a string.

Times are in seconds, frequencies in Hz, and every sound is a float64 array of shape
(n,) at `engine.audio.decoding.RATE`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.audio.decoding import RATE

Samples = NDArray[np.float64]


def times(n: int) -> Samples:
    """Return the moment of every sample."""
    return np.arange(n) / RATE


def decay(n: int, t60: float) -> Samples:
    """Fall exponentially from 1, by 60 dB every ``t60`` seconds."""
    envelope: Samples = np.exp(-np.log(1000.0) * times(n) / t60)
    return envelope


def tone(frequency: float | Samples, n: int, start: float = 0.0) -> Samples:
    """Return a sine whose frequency may change from sample to sample.

    Parameters
    ----------
    frequency : float or array, shape (n,)
        In Hz.
    n : int
        Number of samples.
    start : float
        Phase of the first sample, in cycles.
    """
    phase = np.cumsum(np.broadcast_to(frequency, n)) / RATE + start
    return np.sin(2 * np.pi * phase)


def harmonics(frequency: Samples, gains: Sequence[float]) -> Samples:
    """Sum the multiples of a changing frequency; those past Nyquist stay silent.

    Parameters
    ----------
    frequency : array, shape (n,)
        The fundamental, in Hz.
    gains : sequence of float
        Amplitude of the 1st, 2nd, ... harmonic.
    """
    phase = 2 * np.pi * np.cumsum(frequency) / RATE
    audible = int(RATE / 2 / frequency.max())
    out = np.zeros(len(frequency))
    for number, gain in enumerate(gains[:audible], start=1):
        out += gain * np.sin(number * phase)
    return out


def noise(n: int, rng: np.random.Generator) -> Samples:
    """Return white noise of unit variance."""
    return rng.standard_normal(n)


def band(sound: Samples, low: float, high: float, order: int = 2) -> Samples:
    """Keep what lies between two frequencies, with Butterworth slopes and no delay."""
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    frequency[0] = frequency[1] if len(frequency) > 1 else 1.0
    gain = 1 / np.sqrt(1 + (low / frequency) ** (2 * order))
    gain /= np.sqrt(1 + (frequency / high) ** (2 * order))
    return np.fft.irfft(np.fft.rfft(sound) * gain, len(sound))


def resonance(
    frequency: Samples, centres: Sequence[float], widths: Sequence[float]
) -> Samples:
    """Return the gain of parallel resonators, each weaker than the one below it.

    Parameters
    ----------
    frequency : array
        Where to evaluate it, in Hz.
    centres, widths : sequence of float
        Of each resonance, in Hz.
    """
    gain = np.zeros(len(frequency))
    for rank, (centre, width) in enumerate(zip(centres, widths, strict=True)):
        gain += 0.6**rank / np.sqrt(1 + ((frequency - centre) / (width / 2)) ** 2)
    return gain


def string(
    n: int, frequency: float, t60: float, softness: float, pick: Samples
) -> Samples:
    """Pluck a string (Karplus and Strong, Computer Music Journal 7(2), 1983).

    Every period is the one before it, smoothed a little, so a period is one step.

    Parameters
    ----------
    n : int
        Number of samples.
    frequency : float
        Pitch in Hz, rounded to a whole number of samples per period.
    t60 : float
        Time in which the string falls by 60 dB, smoothing apart.
    softness : float
        Share of the neighbour in the smoothing, 0 to 1; 0.5 is the original.
    pick : array
        The excitation, at least one period long.
    """
    period = max(2, round(RATE / frequency))
    loss = 0.001 ** (period / RATE / t60)
    count = -(-n // period)
    out = np.zeros((count + 1, period))
    out[0] = pick[:period] - pick[:period].mean()
    for row in range(1, count + 1):
        before = out[row - 1]
        out[row, 1:] = (1 - softness) * before[1:] + softness * before[:-1]
        earlier = out[row - 2, -1] if row > 1 else 0.0
        out[row, 0] = (1 - softness) * before[0] + softness * earlier
        out[row] *= loss
    return out.reshape(-1)[:n]


def finished(sound: Samples, peak: float) -> Samples:
    """Set the peak and fade both ends, so that nothing clicks.

    1 ms in keeps the attack of a drum; 10 ms out ends any tail.
    """
    sound = sound - sound.mean()
    sound *= peak / np.abs(sound).max()
    fade_in, fade_out = round(0.001 * RATE), round(0.010 * RATE)
    sound[:fade_in] *= np.linspace(0, 1, fade_in)
    sound[-fade_out:] *= np.linspace(1, 0, fade_out)
    return sound
