"""What it costs to cut an hour into clips, and to decode these one by one.

- *segmentation*: recordings of ten minutes and of an hour, each cut in a process of its
  own; beside it librosa, which has to hold the whole recording, on the ten minutes
  (`effects.split`, `onset.onset_detect`), decoding included on both sides. The memory
  is what is added at the peak to what was there after a first short run.
- *spans*: twenty minutes in windows of a second, decoded one after the other as an
  extraction does; beside it the same with the file opened and sought for each window,
  for the last hundred, and once the whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np
import soundfile

from engine.audio import tape
from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import decode
from engine.audio.segmentation import SegmentationParams, segment
from tests.benchmarks.bench_clustering import _memory

RATE = 44_100
METHODS = ("windows", "silence", "onsets")
MINUTES = (10, 60)
SPANS = 20 * 60


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        cutting(Path(folder))
        spans(Path(folder))


def write_recording(path: Path, seconds: int) -> None:
    """Write bursts over noise, no two seconds alike, at a rate of one a second."""
    rng = np.random.default_rng(0)
    noise = 0.003 * rng.standard_normal(RATE)
    t = np.arange(RATE) / RATE
    with soundfile.SoundFile(path, "w", RATE, 1) as sound:
        for _ in range(seconds):
            start, length, pitch = rng.uniform((0.1, 0.05, 200), (0.4, 0.4, 4000))
            within = (t >= start) & (t < start + length)
            tone = 0.3 * np.sin(2 * np.pi * pitch * t) * within
            sound.write(np.roll(noise, rng.integers(RATE)) + tone)


def cutting(folder: Path) -> None:
    """Print time and memory of each method, and librosa's."""
    print("Cutting one recording, 44.1 kHz mono WAV")
    print(
        f"{'':10}{'minutes':>9}{'clips':>8}{'s':>8}{'x real time':>13}{'MB':>8}"
        f"{'librosa s':>11}{'MB':>8}{'ratio':>8}"
    )
    for minutes in MINUTES:
        path = folder / f"{minutes}.wav"
        write_recording(path, 60 * minutes)
        for method in METHODS:
            clips, seconds, peak = measure(_segmented, path, method)
            row = (
                f"{method:10}{minutes:9}{clips:8.0f}{seconds:8.2f}"
                f"{60 * minutes / seconds:12.0f}x{peak:8.0f}"
            )
            if minutes == MINUTES[0] and method != "windows":
                _, theirs, their_peak = measure(_by_librosa, path, method)
                row += f"{theirs:11.2f}{their_peak:8.0f}{theirs / seconds:7.1f}x"
            print(row, flush=True)
        path.unlink()
    print("Target: the memory of an hour is that of ten minutes\n")


def measure(
    run: Callable[[Path, str], int], path: Path, method: str
) -> tuple[float, float, float]:
    """Return clips, seconds and MB added at the peak, in a process of its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (run, path, method))


def _measured(
    run: Callable[[Path, str], int], path: Path, method: str
) -> tuple[float, float, float]:
    first = path.with_name("short.wav")
    write_recording(first, 15)
    run(first, method)  # what is imported, compiled and allocated once
    first.unlink()
    before, began = _memory()[0], perf_counter()
    clips = run(path, method)
    return clips, perf_counter() - began, max(0.0, _memory()[1] - before)


def _segmented(path: Path, method: str) -> int:
    dataset = Dataset(str(path.parent), (Clip(path.name),))
    return len(segment(dataset, SegmentationParams(method=method)).dataset)


def _by_librosa(path: Path, method: str) -> int:
    import librosa

    samples, rate = librosa.load(path, sr=None if method == "silence" else 22_050)
    if method == "silence":
        return len(librosa.effects.split(samples, top_db=30))
    return len(librosa.onset.onset_detect(y=samples, sr=rate))


def spans(folder: Path) -> None:
    """Print milliseconds per window of a second, by format."""
    print(f"Windows of 1 s of {SPANS // 60} minutes, to 22 050 Hz, ms per window")
    print(f"{'':8}{'in order':>10}{'afresh, at the end':>20}{'ratio':>8}{'whole':>8}")
    for suffix in ("wav", "flac", "ogg", "mp3"):
        path = folder / f"long.{suffix}"
        write_recording(path, SPANS)
        ordered = per_window(path, range(SPANS), lambda: None)
        afresh = per_window(
            path, range(SPANS - 100, SPANS), lambda: tape._shelf.take(("", 0, 0, 0))
        )
        began = perf_counter()
        decode(path)
        whole = (perf_counter() - began) / SPANS
        print(
            f"{suffix:8}{1e3 * ordered:10.2f}{1e3 * afresh:20.2f}"
            f"{afresh / ordered:7.1f}x{1e3 * whole:8.2f}",
            flush=True,
        )
        path.unlink()
    print("Target: in order no more than about twice the whole\n")


def per_window(path: Path, starts: range, before: Callable[[], object]) -> float:
    """Return the mean seconds of decoding windows that begin at these seconds."""
    began = perf_counter()
    for start in starts:
        before()
        decode(path, float(start), start + 1.0)
    return (perf_counter() - began) / len(starts)


if __name__ == "__main__":
    main()
