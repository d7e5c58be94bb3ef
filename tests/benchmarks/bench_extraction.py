"""What a clip costs, against librosa and against the floor; and what a worker adds.

- *floor*: decode and resample to 22 050 Hz, and one `librosa.stft` (n_fft 2048, hop
  512): nobody has the five features for less.
- *naive*: the same decoding, and the five librosa calls that define the features; no
  pictures, no pooling.
- *ours*: the same decoding, five features, five pictures and all pooled arrays.

All three take turns on every clip, in one process on one core; the best of three turns
counts. Throughput is that of whole runs of `extract`, from the first tenth of the clips
to the last, so that starting the processes does not count; the best of three runs.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import decode, write_wav
from engine.features.extraction import extract
from engine.features.pool import keep_freed_memory
from engine.features.pooling import pooled_row
from engine.features.spectral import FeatureParams, features_of
from engine.progress import Step

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "data" / "esc10"
PARAMS = FeatureParams()
CLIPS, COMPARED, TURNS = 600, 200, 7
Measured = Callable[[Path], object]


def main() -> None:
    """Print both tables."""
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
    }
    print("Per clip and core, ms (decode and resample are part of each)")
    head = "".join(f"{name:>9}" for name in contenders)
    print(f"{'':28}{'clips':>6}{head}{'ours/floor':>12}{'naive/ours':>12}")
    for title, paths in sets.items():
        cost = best_of_turns(contenders, paths)
        cells = "".join(f"{1e3 * cost[name]:9.2f}" for name in contenders)
        to_floor, to_naive = cost["ours"] / cost["floor"], cost["naive"] / cost["ours"]
        print(f"{title:28}{len(paths):6}{cells}{to_floor:11.2f}x{to_naive:11.2f}x")
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
    return pooled_row(features_of(decode(path), PARAMS), PARAMS)


def best_of_turns(
    contenders: dict[str, Measured], paths: list[Path], turns: int = 3
) -> dict[str, float]:
    """Return the mean over the clips of each contender's best time, in seconds."""
    best = {name: np.full(len(paths), np.inf) for name in contenders}
    for run in contenders.values():  # first calls compile and fill caches
        run(paths[0])
    for i, path in enumerate(paths):
        for _ in range(turns):
            for name, run in contenders.items():
                begin = time.perf_counter()
                run(path)
                best[name][i] = min(best[name][i], time.perf_counter() - begin)
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
