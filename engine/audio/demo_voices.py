"""The twelve voices of the demo collection, each a recipe with chance in it.

A voice takes a random generator and a number of samples and returns one sound. Pitch,
decay, brightness, noise and formants are drawn anew for each clip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.audio.decoding import RATE
from engine.audio.synthesis import (
    Samples,
    band,
    decay,
    harmonics,
    noise,
    resonance,
    string,
    times,
    tone,
)

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Voice:
    """One class of the demo.

    Parameters
    ----------
    name : str
        The label, and the name of its folder.
    make : callable
        From a generator and a number of samples to a sound of any level.
    shortest, longest : float
        Range of the clips' lengths, in seconds.
    """

    name: str
    make: Callable[[Rng, int], Samples]
    shortest: float
    longest: float


def _kick(rng: Rng, n: int) -> Samples:
    floor, drop = rng.uniform(42, 70), rng.uniform(60, 220)
    frequency = floor + drop * decay(n, rng.uniform(0.10, 0.30))
    body = tone(frequency, n) * decay(n, rng.uniform(0.2, 0.7))
    beater = band(noise(n, rng), 800, rng.uniform(2000, 6000)) * decay(n, 0.03)
    return body + rng.uniform(0.05, 0.5) * beater


def _snare(rng: Rng, n: int) -> Samples:
    pitch = rng.uniform(150, 260)
    bend = 1 + 0.3 * decay(n, 0.05)
    head = tone(pitch * bend, n) + 0.6 * tone(1.7 * pitch * bend, n)
    wires = band(noise(n, rng), rng.uniform(1200, 2200), rng.uniform(6000, 10000))
    body = head * decay(n, rng.uniform(0.1, 0.3))
    return rng.uniform(0.5, 1.5) * body + wires * decay(n, rng.uniform(0.15, 0.5))


def _closed_hat(rng: Rng, n: int) -> Samples:
    pitch = rng.uniform(300, 520)
    # Six square waves that share no pitch are the metal of the classic drum machines.
    ratios = (1.0, 1.342, 1.2312, 1.6532, 1.9523, 2.1523)
    metal = sum(np.sign(tone(pitch * ratio, n, rng.random())) for ratio in ratios)
    mixed = rng.uniform(0.1, 0.5) * metal + noise(n, rng)
    bright = band(mixed, rng.uniform(5500, 8000), 11000, 3)
    return bright * decay(n, rng.uniform(0.06, 0.25))


def _tom(rng: Rng, n: int) -> Samples:
    pitch = rng.uniform(75, 210)
    frequency = pitch * (1 + rng.uniform(0.1, 0.5) * decay(n, rng.uniform(0.1, 0.4)))
    ring = rng.uniform(0.4, 1.2)
    body = tone(frequency, n) * decay(n, ring)
    overtone = tone(1.59 * frequency, n) * decay(n, 0.5 * ring)
    skin = band(noise(n, rng), 200, rng.uniform(1500, 4000), 1) * decay(n, 0.12)
    return body + rng.uniform(0.1, 0.4) * overtone + rng.uniform(0.02, 0.2) * skin


def _clap(rng: Rng, n: int) -> Samples:
    envelope = np.zeros(n)
    start = 0
    for _ in range(rng.integers(2, 5)):
        envelope[start:] += decay(n - start, rng.uniform(0.01, 0.03))
        start += int(RATE * rng.uniform(0.008, 0.016))
    envelope[start:] += 0.7 * decay(n - start, rng.uniform(0.1, 0.5))
    centre = rng.uniform(900, 1900)
    return band(noise(n, rng), 0.7 * centre, rng.uniform(1.3, 2.0) * centre) * envelope


def _bell(rng: Rng, n: int) -> Samples:
    # Partials of a struck bell after Risset: ratio, strength, relative ring.
    partials = zip(
        (0.56, 0.92, 1.19, 1.71, 2.0, 2.74, 3.76, 4.07),
        (1.0, 0.7, 1.6, 1.2, 1.0, 0.9, 0.6, 0.5),
        (1.0, 0.65, 0.5, 0.4, 0.3, 0.25, 0.15, 0.1),
        strict=True,
    )
    pitch, ring = rng.uniform(450, 1000), rng.uniform(2.0, 5.0)
    sound = np.zeros(n)
    for ratio, strength, length in partials:
        frequency = pitch * ratio * rng.normal(1, 0.004)
        strength *= rng.uniform(0.5, 1.5)
        sound += strength * tone(frequency, n, rng.random()) * decay(n, ring * length)
    return sound


def _plucked_string(rng: Rng, n: int) -> Samples:
    pitch = 110 * 2 ** rng.uniform(0, 2)
    pick = band(noise(RATE // 20, rng), 20, rng.uniform(3000, 9000), 1)
    return string(n, pitch, rng.uniform(2.0, 5.0), rng.uniform(0.2, 0.5), pick)


def _bird_chirp(rng: Rng, n: int) -> Samples:
    sound = np.zeros(n)
    syllables = int(rng.integers(2, 6))
    low, width = rng.uniform(2600, 3400), rng.uniform(1200, 2400)
    falling, trill = rng.random() < 0.5, rng.uniform(0, 200)
    slot = n // syllables
    for number in range(syllables):
        length = int(slot * rng.uniform(0.6, 0.9))
        course = np.linspace(1, 0, length) if falling else np.linspace(0, 1, length)
        frequency = low + width * course ** rng.uniform(0.6, 2.0)
        frequency += trill * np.sin(2 * np.pi * rng.uniform(20, 45) * times(length))
        part = tone(frequency, length) + 0.1 * tone(2 * frequency, length)
        start = number * slot
        sound[start : start + length] += part * np.hanning(length)
    return sound


def _siren(rng: Rng, n: int) -> Samples:
    low = rng.uniform(450, 650)
    high = low * rng.uniform(1.4, 2.0)
    sweep = np.sin(2 * np.pi * (rng.uniform(0.4, 3.5) * times(n) + rng.random()))
    if rng.random() < 0.4:  # two tones in turn instead of a wail
        sweep = np.tanh(8 * sweep)
    frequency = low * (high / low) ** (0.5 + 0.5 * sweep)
    slope = rng.uniform(1.0, 1.8)
    sound = harmonics(frequency, [k**-slope for k in range(1, 9)])
    street = band(noise(n, rng), 50, rng.uniform(500, 2000), 1)
    return sound + rng.uniform(0.03, 0.15) * street


def _engine(rng: Rng, n: int) -> Samples:
    idle = rng.uniform(25, 60)
    revs = idle * np.linspace(1, rng.uniform(0.9, 1.6), n)
    revs *= 1 + 0.8 * band(noise(n, rng), 0.5, 8)  # it never runs quite evenly
    gains = resonance(
        idle * np.arange(1.0, 41.0),
        (rng.uniform(80, 160), rng.uniform(250, 500), rng.uniform(700, 1300)),
        (120, 250, 600),
    )
    sound = harmonics(revs, list(gains * rng.uniform(0.5, 1.5, len(gains))))
    exhaust = band(noise(n, rng), 60, rng.uniform(300, 900), 1)
    stroke = (0.5 + 0.5 * tone(revs, n)) ** 2
    return sound + rng.uniform(0.2, 1.0) * exhaust * stroke


def _rain(rng: Rng, n: int) -> Samples:
    steady = band(noise(n, rng), rng.uniform(200, 600), rng.uniform(3000, 6000), 1)
    patter = np.zeros(n)
    for _ in range(4):  # surfaces that answer in their own pitch
        drops = np.zeros(n)
        count = int(n / RATE * rng.uniform(5, 40))
        drops[rng.integers(0, n, count)] = rng.exponential(1.0, count)
        ring = tone(rng.uniform(1200, 5000), 160) * decay(160, 0.008)
        patter += np.convolve(drops, ring)[:n]
    gusts = 1 + 0.3 * np.sin(
        2 * np.pi * (rng.uniform(0.2, 1) * times(n) + rng.random())
    )
    return (steady + rng.uniform(0.5, 4.0) * patter) * gusts


# The first three formants of sung vowels, in Hz (Peterson and Barney, 1952, men).
_VOWELS = (
    (730, 1090, 2440),  # father
    (530, 1840, 2480),  # bed
    (270, 2290, 3010),  # see
    (570, 840, 2410),  # law
    (300, 870, 2240),  # boot
)


def _sung_vowel(rng: Rng, n: int) -> Samples:
    pitch = 110 * 2 ** rng.uniform(0, 1.5)
    vibrato = np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * times(n))
    frequency = pitch * (1 + rng.uniform(0.003, 0.02) * vibrato)
    frequency *= 1 - 0.06 * decay(n, 0.3)  # singers slide up into the note
    size = rng.uniform(0.95, 1.2)  # of the head: shorter tracts ring higher
    formants = [size * f for f in _VOWELS[rng.integers(len(_VOWELS))]]
    multiples = np.arange(1.0, 1 + int(6000 / pitch))
    gains = resonance(pitch * multiples, formants, (90, 110, 170)) / multiples
    breath = band(noise(n, rng), 1000, 6000, 1) * rng.uniform(0.002, 0.02)
    swell = np.minimum(1, times(n) / rng.uniform(0.03, 0.12))
    release = np.minimum(1, times(n)[::-1] / rng.uniform(0.05, 0.2))
    return (harmonics(frequency, list(gains)) + breath) * swell * release


VOICES = (
    Voice("kick", _kick, 0.15, 0.6),
    Voice("snare", _snare, 0.15, 0.5),
    Voice("closed_hat", _closed_hat, 0.1, 0.3),
    Voice("tom", _tom, 0.3, 0.9),
    Voice("clap", _clap, 0.15, 0.5),
    Voice("bell", _bell, 0.8, 2.0),
    Voice("plucked_string", _plucked_string, 0.5, 2.0),
    Voice("bird_chirp", _bird_chirp, 0.15, 1.0),
    Voice("siren", _siren, 1.0, 2.0),
    Voice("engine", _engine, 0.8, 2.0),
    Voice("rain", _rain, 0.8, 2.0),
    Voice("sung_vowel", _sung_vowel, 0.4, 1.8),
)
"""Every class, in the order of `engine.audio.demo.CLASSES`."""
