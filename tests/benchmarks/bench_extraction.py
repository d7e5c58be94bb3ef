"""What a clip costs, against librosa and against the floor; and what a worker adds.

- *floor*: decode and resample to 22 050 Hz, and one `librosa.stft` (n_fft 2048, hop
  512): nobody has the five features for less.
- *naive*: the same decoding, and the five librosa calls that define the features; no
  pictures, no pooling.
- *ours*: the same decoding, five features, five pictures, all pooled arrays and all
  descriptors.

All three take turns on every clip, in one process on one core; the best of three turns
counts, in processor time, so that what else the machine does counts little; *share* is
that of chroma's tuning estimate in ours. Throughput is that of whole runs of `extract`,
from the first tenth of the clips to the last, so that starting the processes does not
count. Memory is that of this process and its workers at once, looked at ten times a
second.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import decode, write_wav
from engine.features.extraction import extract
from engine.features.pool import keep_freed_memory
from engine.features.pooling import clip_row
from engine.features.spectral import Analysis, FeatureParams, clean
from engine.features.transform import whole
from engine.features.tuning import estimate_tuning
from engine.progress import Step

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "data" / "esc10"
PARAMS = FeatureParams()
CLIPS, COMPARED, TURNS = 500, 150, 3
STUDY = 8732  # clips of 4 s in UrbanSound8K
Measured = Callable[[Path], object]


def main() -> None:
    """Print all tables."""
    from threadpoolctl import threadpool_limits

    keep_freed_memory()  # as in the workers, for all three alike
    with tempfile.TemporaryDirectory() as folder:
        synth = write_clips(Path(folder, "synth"))
        sets = {"synth, 4 s, 44.1 kHz WAV": synth[:COMPARED]}
        if RECORDINGS.is_dir():
            sets["esc10, 5 s, 44.1 kHz OGG"] = sorted(RECORDINGS.rglob("*.ogg"))
        with threadpool_limits(limits=1):
            per_clip(sets)
        throughput(synth, Path(folder))
        memory(synth, Path(folder))
        long_recordings(Path(folder))


def write_clips(folder: Path) -> list[Path]:
    """Write decaying chords over noise, no two alike."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    t = np.arange(4 * 44_100) / 44_100
    noise = rng.normal(size=2 * len(t))
    paths = []
    for i in range(CLIPS):
        pitches = rng.uniform(80.0, 2000.0, 4)
        chord = sum(np.sin(2 * np.pi * hz * t) for hz in pitches)
        start = rng.integers(len(t))
        sound = 0.1 * chord * np.exp(-rng.uniform(0, 3) * t)
        paths.append(folder / f"{i:03d}.wav")
        write_wav(paths[-1], sound + 0.02 * noise[start : start + len(t)], 44_100)
    return paths


def per_clip(sets: dict[str, list[Path]]) -> None:
    """Print milliseconds per clip and core, and the ratios."""
    contenders: dict[str, Measured] = {
        "decode": decode,
        "floor": floor,
        "ours": ours,
        "naive": naive,
        "tuning": Tuning(),
    }
    print("Per clip and core, ms (decode and resample are part of each)")
    head = "".join(f"{name:>8}" for name in contenders)
    ratios = "".join(f"{name:>12}" for name in ("ours/floor", "naive/ours", "share"))
    print(f"{'':25}{'clips':>6}{head}{ratios}")
    for title, paths in sets.items():
        cost = best_of_turns(contenders, paths)
        cells = "".join(f"{1e3 * cost[name]:8.2f}" for name in contenders)
        to_floor, to_naive = cost["ours"] / cost["floor"], cost["naive"] / cost["ours"]
        share = cost["tuning"] / cost["ours"]
        ratios = f"{to_floor:11.2f}x{to_naive:11.2f}x{share:12.0%}"
        print(f"{title:25}{len(paths):6}{cells}{ratios}")
    print("Target: ours at most 3x the floor, naive at least 2x ours\n")


def floor(path: Path) -> object:
    """Decode, resample, one transform."""
    import librosa

    return librosa.stft(decode(path), n_fft=2048, hop_length=512)


def naive(path: Path) -> object:
    """Compute the five features by the five calls that define them."""
    import librosa

    y, sr = decode(path), PARAMS.rate
    stft = librosa.stft(y, n_fft=2048, hop_length=1024)
    mel = librosa.feature.melspectrogram(y=y, sr=sr, n_fft=2048, hop_length=1024)
    return (
        librosa.amplitude_to_db(np.abs(stft), ref=np.max),
        librosa.power_to_db(mel, ref=np.max),
        librosa.feature.chroma_stft(y=y, sr=sr),
        librosa.feature.mfcc(y=y, sr=sr),
        librosa.feature.mfcc(y=y, sr=sr)[1:],
    )


def ours(path: Path) -> object:
    """Compute all that the store keeps of a clip."""
    return clip_row(decode(path), PARAMS)


class Tuning:
    """The tuning estimate alone, on a spectrum made before."""

    def __init__(self) -> None:
        self._made: tuple[Path, Analysis] | None = None

    def __call__(self, path: Path) -> object:
        """Estimate the tuning of a clip."""
        assert self._made is not None
        return estimate_tuning(self._made[1].power, PARAMS.rate, PARAMS.n_fft)

    def prepare(self, path: Path) -> None:
        """Transform a clip, off the clock."""
        if self._made is None or self._made[0] != path:
            sound = whole(clean(decode(path)), PARAMS.n_fft)
            self._made = path, Analysis.of(sound, PARAMS)


def best_of_turns(
    contenders: dict[str, Measured], paths: list[Path], turns: int = 3
) -> dict[str, float]:
    """Return the mean over the clips of each contender's best time, in seconds."""
    best = {name: np.full(len(paths), np.inf) for name in contenders}
    for i, path in enumerate([paths[0], *paths], start=-1):
        for _ in range(turns):
            for name, run in contenders.items():
                if isinstance(run, Tuning):
                    run.prepare(path)
                begin = time.thread_time()
                run(path)
                if i >= 0:  # first calls compile and fill caches
                    best[name][i] = min(best[name][i], time.thread_time() - begin)
    return {name: float(times.mean()) for name, times in best.items()}


def throughput(paths: list[Path], folder: Path) -> None:
    """Print clips per second of `extract` by number of workers."""
    root = paths[0].parent
    dataset = Dataset(str(root), tuple(Clip(path.name) for path in paths))
    turns = []
    for turn in range(TURNS):
        pair = []
        for workers in (1, 2):
            cache = folder / f"cache {workers} {turn}"
            pair.append(
                run_of(partial(extract, dataset, folder=cache, workers=workers))
            )
        turns.append(pair)
    rates = np.array(turns)  # turn, workers, (whole run, steady state)
    ratios = rates[:, 1] / rates[:, 0]
    print(f"extract() of {len(paths)} clips of 4 s, clips per second, {TURNS} turns")
    print(f"{'medians':28}{'1 worker':>10}{'2 workers':>11}{'ratio':>9}   from - to")
    for which, title in ((1, "steady state"), (0, "whole run")):
        one, two = np.median(rates[:, :, which], axis=0)
        ratio = ratios[:, which]
        spread = f"{ratio.min():.2f} - {ratio.max():.2f}"
        print(f"{title:28}{one:10.0f}{two:11.0f}{np.median(ratio):8.2f}x   {spread}")
    print("Target: two workers at least 1.7x one")
    seconds = STUDY / np.median(rates[:, 1, 1])
    print(f"{STUDY} clips by two workers, extrapolated: {seconds:.0f} s\n")


def memory(paths: list[Path], folder: Path) -> None:
    """Print the peak memory of `extract` at half the clips and at all of them."""
    print("Peak memory of this process and two workers, MB")
    peaks = []
    for n in (len(paths) // 2, len(paths)):
        dataset = Dataset(str(paths[0].parent), tuple(Clip(p.name) for p in paths[:n]))
        peaks.append(peak_of(partial(extract, dataset, folder=folder / f"m{n}")))
        print(f"{n:6} clips{peaks[-1]:8.0f}")
    print(f"Ratio {peaks[1] / peaks[0]:.2f}x. Target: flat in the number of clips\n")


def peak_of(run: Callable[..., object]) -> float:
    """Return the most megabytes that a run holds, those of its workers included."""
    import psutil

    this, most = psutil.Process(), [0]

    def look(step: Step) -> None:
        held = this.memory_info().rss
        for child in this.children():
            with suppress(psutil.Error):  # it ended just now
                held += child.memory_info().rss
        most[0] = max(most[0], held)

    run(report=look)
    return most[0] / 1e6


def long_recordings(folder: Path) -> None:
    """Print time and memory of recordings of ten minutes and an hour."""
    print("One long recording, 44.1 kHz, one worker")
    print(f"{'':12}{'s':>8}{'x real time':>14}{'peak MB':>10}")
    for suffix in ("wav", "flac"):
        peaks = []
        for minutes in (10, 60):
            path = folder / f"{minutes}.{suffix}"
            write_recording(path, minutes)
            dataset = Dataset(str(folder), (Clip(path.name),))
            run = partial(extract, dataset, folder=folder / path.name[:-1], workers=1)
            begin = time.perf_counter()
            peaks.append(peak_of(run))
            seconds = time.perf_counter() - begin
            path.unlink()
            cells = f"{seconds:8.1f}{60 * minutes / seconds:13.0f}x{peaks[-1]:10.0f}"
            print(f"{minutes:3} min {suffix:5}{cells}")
        print(f"{'':12}{'':22}{peaks[1] / peaks[0]:9.2f}x")
    print("Target: memory flat in the length")


def write_recording(path: Path, minutes: int) -> None:
    """Write a tone that climbs and beats, over noise, half a minute at a time."""
    import soundfile

    rng, t = np.random.default_rng(0), np.arange(30 * 44_100) / 44_100
    noise = 0.02 * rng.normal(size=len(t))
    beat = 0.2 * (np.sin(4 * np.pi * t) > 0)
    with soundfile.SoundFile(path, "w", 44_100, 1, "PCM_16") as file:
        for i in range(2 * minutes):
            file.write(beat * np.sin(2 * np.pi * (200 + 5 * i) * t) + noise)


def run_of(run: Callable[..., object]) -> tuple[float, float]:
    """Return the clips per second of a whole run, and from 10% to 100% of it."""
    steps: list[tuple[float, Step]] = []
    run(report=lambda step: steps.append((time.perf_counter(), step)))
    (begin, _), (end, last) = steps[0], steps[-1]
    warm, step = next(s for s in steps if s[1].done >= last.total / 10)
    return last.total / (end - begin), (last.done - step.done) / (end - warm)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
