"""Descriptors: those of librosa, and none where a sound has none."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.features.descriptors import DESCRIPTORS, KEYS, MEASURES, describe
from engine.features.pooling import clip_row, row_dtype
from engine.features.presets import PRESETS
from engine.features.spectral import FeatureParams
from engine.features.tempo import tempo_of
from tests.engine.test_spectral import sound

PARAMS = FeatureParams()


def described(
    samples: np.ndarray, params: FeatureParams = PARAMS
) -> dict[str, np.float32]:
    values = clip_row(samples, params)["descriptors"]
    return dict(zip(DESCRIPTORS, values, strict=True))


def measured_by_librosa(samples: np.ndarray, p: FeatureParams) -> dict[str, float]:
    from librosa import feature

    hop = p.hop // 2
    framed = {"y": samples, "frame_length": p.n_fft, "hop_length": hop}
    spectral = {"y": samples, "sr": p.rate, "n_fft": p.n_fft, "hop_length": hop}
    found = (
        feature.rms(**framed),
        feature.zero_crossing_rate(**framed),
        feature.spectral_centroid(**spectral),
        feature.spectral_bandwidth(**spectral),
        feature.spectral_rolloff(**spectral),
    )
    return {name: float(f.mean()) for name, f in zip(MEASURES, found, strict=True)}


@pytest.mark.filterwarnings("ignore:n_fft=")
@settings(max_examples=40, deadline=None)
@given(
    n=st.one_of(st.integers(1, 3000), st.integers(3000, 60_000)),
    rate=st.sampled_from([8000, 22_050, 96_000]),
    n_fft=st.sampled_from([256, 512, 2048]),
    overlap=st.sampled_from([1, 2, 4, 8]),
    level=st.sampled_from([1.0, 1e-4]),
    seed=st.integers(0, 1000),
)
def test_measures_are_those_of_librosa(
    n: int, rate: int, n_fft: int, overlap: int, level: float, seed: int
) -> None:
    params = FeatureParams(rate=rate, n_fft=n_fft, hop=n_fft // overlap, n_mels=40)
    samples = np.float32(level) * sound(n, rate, seed)
    ours, theirs = described(samples, params), measured_by_librosa(samples, params)
    for name in MEASURES:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-4, err_msg=name)


def clicks(bpm: float, seconds: float, rate: int = 22_050) -> np.ndarray:
    samples = np.random.default_rng(0).normal(0, 1e-3, int(seconds * rate))
    for at in np.arange(0.1, seconds - 0.1, 60 / bpm):
        first = int(at * rate)
        samples[first : first + 400] += np.hanning(400) * np.sin(np.arange(400))
    return samples.astype(np.float32)


@pytest.mark.parametrize("bpm", [100, 120, 151])
@pytest.mark.parametrize("seconds", [4.0, 25.0])
def test_the_tempo_is_that_of_librosa_and_of_the_clicks(
    bpm: float, seconds: float
) -> None:
    from librosa.feature import tempo

    samples = clicks(bpm, seconds)
    found = described(samples)["tempo"]
    assert found == pytest.approx(tempo(y=samples)[0], rel=1e-6)
    assert found == pytest.approx(bpm, rel=0.05)


def test_the_tempo_of_the_finest_frames_needs_little_memory() -> None:
    rate, hop = 500_000, 8
    strength = np.zeros(3 * rate // hop, np.float32)
    strength[:: rate // hop // 2] = 1.0
    tracemalloc.start()
    found = tempo_of(strength, rate, 128, hop)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == pytest.approx(120.0, rel=0.01)
    assert peak < 200e6  # all windows at once take 1.5 GB


def test_the_strongest_keys_come_first() -> None:
    t = np.arange(44_100) / 22_050
    pitches = ((880.0, 1.0), (1046.5, 0.9), (1318.5, 0.8))
    chord = sum(level * np.sin(2 * np.pi * hz * t) for hz, level in pitches)
    found = described(chord.astype(np.float32))
    assert [KEYS[int(found[f"key_{i}"])] for i in (1, 2, 3)] == ["A", "C", "E"]
    assert found["duration"] == 2.0


def test_what_a_sound_does_not_have_is_not_a_number() -> None:
    silence = described(np.zeros(44_100, np.float32))
    missing = {name for name, value in silence.items() if np.isnan(value)}
    assert missing == {"tempo", "key_1", "key_2", "key_3"}
    assert all(silence[name] == 0 for name in MEASURES)
    assert np.isnan(described(clicks(120, 0.9))["tempo"])
    assert np.isfinite(described(clicks(120, 1.1))["tempo"])


def test_a_hop_longer_than_any_beat_tells_no_tempo() -> None:
    params = FeatureParams(rate=1000, hop=8192)
    steps = np.repeat(np.random.default_rng(0).uniform(size=60), 1000)
    sound = np.sin(np.arange(60_000)) * steps
    row = clip_row(sound.astype(np.float32), params)
    assert np.isnan(row["descriptors"][list(DESCRIPTORS).index("tempo")])


def test_descriptors_are_told_in_words() -> None:
    words = describe(clip_row(np.zeros(22_050, np.float32))["descriptors"])
    assert list(words) == list(DESCRIPTORS.values())
    assert words["Duration (s)"] == "1"
    assert words["Tempo (BPM)"] == words["Strongest key"] == "—"
    tone = np.sin(2 * np.pi * 440 / 22_050 * np.arange(22_050)).astype(np.float32)
    assert describe(clip_row(tone)["descriptors"])["Strongest key"] == "A"


NONSENSE = {
    "silence": lambda n: np.zeros(n),
    "dc": lambda n: np.full(n, 0.5),
    "clipped": lambda n: np.sign(np.sin(np.arange(n) / 9.0)),
    "huge": lambda n: 1e30 * np.cos(np.arange(n)),
    "tiny": lambda n: 1e-30 * np.cos(np.arange(n)),
    "nan": lambda n: np.full(n, np.nan),
    "some nan": lambda n: np.where(np.arange(n) % 7 == 0, np.nan, 0.1),
    "infinite": lambda n: np.full(n, -np.inf),
    "impulse": lambda n: (np.arange(n) == n // 2).astype(float),
}


@pytest.mark.parametrize("preset", [*PRESETS, "bats"])
@pytest.mark.parametrize("kind", NONSENSE)
def test_nothing_stored_of_odd_sounds_is_odd(preset: str, kind: str) -> None:
    params = FeatureParams(rate=250_000, n_fft=1024, hop=512, fmin=5000.0)
    if preset != "bats":
        params = PRESETS[preset].params
    for n in (1, 2, 100, 511, 513, 2047, 2049, 30_000):
        row = clip_row(NONSENSE[kind](n).astype(np.float32), params)
        for field in set(row_dtype(params).names or ()) - {"descriptors"}:
            assert np.isfinite(row[field]).all(), (n, field)
        values = dict(zip(DESCRIPTORS, row["descriptors"], strict=True))
        may_lack = {"tempo", "key_1", "key_2", "key_3"}
        assert all(np.isfinite(values[name]) for name in values.keys() - may_lack)
