"""How loud a clip is made: as the engine measures it, by other means."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audioclust_gui.sound.loudness import MOST, PEAK, loudness, matched_gain
from engine.audio.decoding import decode
from engine.audio.demo import write_demo
from engine.audio.loudness import SILENT, integrated_loudness


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000, 192_000])
@given(
    seconds=st.floats(1e-4, 3.0), channels=st.integers(1, 2), seed=st.integers(0, 99)
)
@settings(max_examples=15, deadline=None)
def test_the_loudness_is_the_engines(rate, seconds, channels, seed):
    random = np.random.default_rng(seed)
    samples = random.normal(size=(max(1, round(seconds * rate)), channels))
    samples *= np.linspace(0.001, 0.3, len(samples))[:, None] ** 2
    samples = (samples + 0.05).astype(np.float32)
    expected = integrated_loudness(samples, rate)
    assert loudness(samples, rate) == pytest.approx(expected, abs=0.01)


def test_the_sounds_of_the_demo_are_as_loud_as_the_engine_says(tmp_path):
    write_demo(tmp_path / "demo", per_class=1)
    files = sorted((tmp_path / "demo").rglob("*.wav"))
    assert len(files) >= 5
    for file in files:
        samples = decode(file, rate=48_000, mono=False)
        expected = integrated_loudness(samples, 48_000)
        assert loudness(samples, 48_000) == pytest.approx(expected, abs=0.3)
        both = np.repeat(samples, 2, axis=1) * matched_gain(samples, 48_000)
        assert np.abs(both).max() <= PEAK + 1e-6
        reached = integrated_loudness(both.astype(np.float32), 48_000)
        limited = np.abs(both).max() > PEAK - 1e-6
        assert reached == pytest.approx(-23.0, abs=0.3) or (limited and reached < -23.0)


def test_silence_is_left_alone_and_noise_is_not_blown_up():
    silence = np.zeros((48_000, 1), np.float32)
    assert loudness(silence, 48_000) == SILENT
    assert matched_gain(silence, 48_000) == 1.0
    assert matched_gain(silence[:0], 48_000) == 1.0
    noise = np.random.default_rng(0).normal(size=(48_000, 2)) * 1e-3
    assert matched_gain(noise.astype(np.float32), 48_000) == MOST


def test_a_click_is_not_amplified_until_it_clips():
    click = np.zeros((48_000, 1), np.float32)
    click[100] = 0.5
    assert matched_gain(click, 48_000) == pytest.approx(PEAK / 0.5)
