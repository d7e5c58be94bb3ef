"""Long recordings: the same numbers as for short ones, in flat memory."""

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio.decoding import decode, write_wav
from engine.audio.preparing import PreparationParams, prepare
from engine.features import sounds, streaming, tuning
from engine.features.descriptors import DESCRIPTORS
from engine.features.pooling import clip_row
from engine.features.sounds import span_row
from engine.features.spectral import Analysis, FeatureParams
from engine.features.streaming import streamed_row
from engine.features.transform import whole
from engine.features.tuning import TuningVotes, estimate_tuning


def music(seconds: float, rate: int, seed: int = 0) -> np.ndarray:
    """Chords out of tune that come and go, over noise that swells."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * rate)) / rate
    chord = sum(np.sin(2 * np.pi * 1.013 * hz * t) for hz in (220, 554.4, 880))
    beats = np.exp(-4 * (t % 0.6)) * (np.sin(1.7 * np.pi * t) > 0)
    noise = 0.01 * rng.normal(size=len(t)) * (1 + np.sin(t))
    return (0.2 * chord * beats + noise).astype(np.float32)


def in_blocks(samples: np.ndarray, seed: int = 0) -> Callable[[], Iterator[np.ndarray]]:
    sizes = np.random.default_rng(seed).integers(1, 60_000, size=len(samples))
    edges = np.cumsum(sizes)
    return lambda: iter(np.split(samples, edges[edges < len(samples)]))


def assert_rows_agree(streamed: np.ndarray, whole: np.ndarray) -> None:
    for field in whole.dtype.names or ():
        ours, theirs = (np.asarray(row[field], float) for row in (streamed, whole))
        size = np.abs(theirs[np.isfinite(theirs)]).max(initial=1.0)
        kind = whole.dtype[field].base
        tolerance = 1e-3 if kind == np.float16 else 1e-4
        step = 1.0 if kind == np.uint8 else tolerance * size
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=step, err_msg=field)


@pytest.mark.parametrize(
    "params",
    [
        FeatureParams(),
        FeatureParams(n_fft=512, hop=128),
        FeatureParams(n_fft=128, hop=512, n_mels=20),
        FeatureParams(rate=8000, fmin=100.0, fmax=3000.0),
    ],
)
def test_a_stream_has_the_row_of_the_whole(
    params: FeatureParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_FRAMES", 128)
    samples = music(30.01, params.rate)
    streamed = streamed_row(in_blocks(samples), params)
    assert_rows_agree(streamed, clip_row(samples, params))


@pytest.mark.parametrize("n", [1, 700, 2048, 2049, 65_536, 131_072 - 1024, 140_000])
def test_streams_may_be_short_or_end_anywhere(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_FRAMES", 64)
    samples = music(10.0, 22_050)[:n]
    streamed = streamed_row(in_blocks(samples), FeatureParams())
    assert_rows_agree(streamed, clip_row(samples))


@pytest.mark.parametrize(
    "preparation",
    [
        PreparationParams(),
        PreparationParams(lowpass=True, cutoff=1500.0),
        PreparationParams(lowpass=True, cutoff=30.0, length=20.0),
        PreparationParams(length=40.0, normalise="peak", peak=-3.0),
        PreparationParams(length=3.0),
        PreparationParams(trim=True, normalise="loudness"),
    ],
)
def test_a_long_file_is_prepared_as_a_short_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preparation: PreparationParams
) -> None:
    path, params = tmp_path / "long.wav", FeatureParams(rate=8000)
    write_wav(path, music(25.0, 8000), 8000)
    whole = clip_row(prepare(decode(path, 1.0, rate=8000), 8000, preparation), params)
    monkeypatch.setattr(sounds, "WHOLE_BYTES", 1 << 20)
    monkeypatch.setattr(sounds, "_PIECE", 10_000)
    monkeypatch.setattr(streaming, "_FRAMES", 128)
    row = span_row(path, 1.0, None, params, preparation, longest=60.0)
    assert_rows_agree(row, whole)


@pytest.mark.parametrize("most", [1 << 20, 1000])
def test_the_tuning_is_heard_in_stretches(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    power = Analysis.of(whole(music(30.0, 22_050), 2048), FeatureParams()).power
    expected = estimate_tuning(power, 22_050, 2048)
    monkeypatch.setattr(tuning, "_MOST_PEAKS", most)
    votes = TuningVotes(22_050, 2048)
    assert votes.tuning() == 0.0
    for part in np.array_split(power, 7):
        votes.add(part)
    assert votes.tuning() == expected != 0.0


def test_memory_does_not_grow_with_the_sound() -> None:
    params = FeatureParams(rate=8000, n_fft=512, hop=512, n_mels=40)
    block = music(10.0, 8000)

    def peak(n_blocks: int) -> tuple[int, float]:
        tracemalloc.start()
        row = streamed_row(lambda: (block for _ in range(n_blocks)), params)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top, row["descriptors"][list(DESCRIPTORS).index("duration")]

    peak(1)  # fills caches
    (short, seconds), (long, more) = peak(6), peak(24)
    assert (seconds, more) == (60.0, 240.0)
    assert long - short < 2 << 20  # of 6 MB of samples
