"""The demo collection: 360 short sounds in 12 classes, synthesised on the spot.

It is what a first start shows, and the fixture of most tests. The same seed gives the
same bytes on every run.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.audio.dataset import Dataset
from engine.audio.decoding import RATE, write_wav
from engine.audio.demo_voices import VOICES, Voice
from engine.audio.scanning import scan_folder
from engine.audio.synthesis import Samples, finished, noise
from engine.errors import AudioError, ParameterError
from engine.progress import Report, Step, silent

CLASSES: tuple[str, ...] = tuple(voice.name for voice in VOICES)
"""The labels, which are the names of the folders."""

_WAV_HEADER = 44
# No microphone is silent: level of the hiss below the peak, in dB.
_HISS = (-70.0, -60.0)


def write_demo(
    folder: str | Path,
    report: Report = silent,
    *,
    per_class: int = 30,
    seed: int = 12,
) -> Dataset:
    """Write the demo collection, or what is missing of it.

    Files are written one by one under a temporary name, so that a run that was stopped
    leaves whole clips only, and the next one goes on from there. A complete collection
    is left untouched, without synthesising anything.

    Parameters
    ----------
    folder : str or Path
        Where ``<class>/<class>_NN.wav`` go: 16 bit, mono, 22 050 Hz, 0.1 to 2 s.
    report : callable
        Told about every clip.
    per_class : int
        Clips in each class, at least 1. More of them leave the first ones as they are.
    seed : int
        At least 0; another seed gives other sounds.

    Returns
    -------
    Dataset
        The folder, scanned.

    Raises
    ------
    AudioError
        If a file or folder cannot be written.
    ParameterError
        If ``per_class`` is below 1.
    """
    if per_class < 1:
        raise ParameterError(f"per_class must be at least 1; it is {per_class}")
    folder = Path(folder)
    missing = [
        (path, kind, number)
        for kind, voice in enumerate(VOICES)
        for number in range(per_class)
        if not _is_whole(
            path := folder / voice.name / f"{voice.name}_{number + 1:02d}.wav",
            _length(voice, _chance(seed, kind, number)),
        )
    ]
    for done, (path, kind, number) in enumerate(missing):
        report(Step(done, len(missing), "Synthesising the demo collection"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AudioError(
                str(path.parent), f"not written: {error.strerror}"
            ) from error
        write_wav(path, synthesise(kind, number, seed), RATE)
    return scan_folder(folder, report)


def synthesise(kind: int, number: int, seed: int = 12) -> Samples:
    """Make one clip of the demo.

    Parameters
    ----------
    kind : int
        Index of the class in `CLASSES`.
    number : int
        Which clip of the class, from 0.
    seed : int
        As for `write_demo`.

    Returns
    -------
    float64 array, shape (n,)
        At 22 050 Hz, peak between 0.25 and 0.95.
    """
    voice, rng = VOICES[kind], _chance(seed, kind, number)
    sound = voice.make(rng, _length(voice, rng))
    hiss = 10 ** (rng.uniform(*_HISS) / 20) * noise(len(sound), rng)
    return finished(sound / np.abs(sound).max() + hiss, peak=rng.uniform(0.25, 0.95))


def _chance(seed: int, kind: int, number: int) -> np.random.Generator:
    """Return a generator of a clip's own: no clip depends on how many there are."""
    return np.random.default_rng([seed, kind, number])


def _length(voice: Voice, rng: np.random.Generator) -> int:
    """Draw a clip's number of samples: the first thing asked of its generator."""
    return round(RATE * rng.uniform(voice.shortest, voice.longest))


def _is_whole(path: Path, length: int) -> bool:
    try:
        return path.stat().st_size == _WAV_HEADER + 2 * length
    except OSError:
        return False
