"""A prepared sound is what the parameters say, however odd the sound."""

import subprocess
import sys
import warnings

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfiltfilt

from engine.audio import loudness, preparing
from engine.audio.loudness import integrated_loudness
from engine.audio.preparing import PreparationParams, prepare
from engine.errors import ParameterError

RATE = 22_050


def sine(frequency: float, seconds: float, rate: int = RATE) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return np.sin(2 * np.pi * frequency * time).astype(np.float32)


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, n).astype(np.float32)


def decibels(ratio: float) -> float:
    return 20 * np.log10(ratio)


@pytest.mark.parametrize(
    "params",
    [PreparationParams(), PreparationParams(cutoff=99_000.0, peak=-40.0), None],
)
def test_without_a_wish_the_very_same_array_comes_back(params) -> None:
    sound = noise(1000)
    assert prepare(sound, RATE, params) is sound


def test_doing_nothing_costs_no_import() -> None:
    asking = (
        "import sys, numpy as np; from engine.audio.preparing import prepare; "
        "prepare(np.zeros(9, np.float32), 22050); sys.exit('scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asking], check=False).returncode == 0


def test_the_lowpass_is_that_of_scipy() -> None:
    sound = noise(30_000)
    low = prepare(sound, RATE, PreparationParams(lowpass=True, cutoff=3000.0))
    sections = butter(8, 3000.0, fs=RATE, output="sos")
    np.testing.assert_allclose(low, sosfiltfilt(sections, sound), atol=1e-7)
    assert low.dtype == np.float32


@pytest.mark.parametrize(
    ("frequency", "gain"), [(100, 0.0), (3000, 0.0), (8192, -6.02), (10_800, -60.0)]
)
def test_the_lowpass_moves_nothing_in_time(frequency: float, gain: float) -> None:
    sound = sine(frequency, 1.0)
    low = prepare(sound, RATE, PreparationParams(lowpass=True))
    inner = slice(2000, -2000)
    size = np.abs(
        np.vdot(sound[inner], low[inner]) / np.vdot(sound[inner], sound[inner])
    )
    if gain > -50:
        assert decibels(size) == pytest.approx(gain, abs=0.05)
        np.testing.assert_allclose(low[inner], size * sound[inner], atol=0.01)
    else:
        assert decibels(size) < gain


@pytest.mark.parametrize("cutoff", [100.0, 8192.0, 10_990.0])
def test_a_long_sound_is_filtered_in_pieces_to_the_same(
    monkeypatch: pytest.MonkeyPatch, cutoff: float
) -> None:
    sound = np.stack([noise(100_001), noise(100_001, 1)], axis=1)
    params = PreparationParams(lowpass=True, cutoff=cutoff)
    whole = prepare(sound, RATE, params)
    monkeypatch.setattr(preparing, "_PIECE", 9000)
    np.testing.assert_allclose(prepare(sound, RATE, params), whole, atol=1e-7)


@pytest.mark.parametrize("n", [1, 2, 3, 26, 27, 28, 29])
def test_a_few_samples_can_be_filtered(n: int) -> None:
    low = prepare(np.full(n, 0.5, np.float32), RATE, PreparationParams(lowpass=True))
    np.testing.assert_allclose(low, np.full(n, 0.5), atol=1e-6)


@pytest.mark.parametrize("rate", [16_000, 16_384, 8_000])
def test_a_cutoff_the_rate_cannot_hold_is_refused(rate: int) -> None:
    params = PreparationParams(lowpass=True)
    for refused in (params.check_rate, lambda rate: prepare(noise(9), rate, params)):
        with pytest.raises(ParameterError) as caught:
            refused(rate)
        for word in ("Cut-off", "8192 Hz", f"{rate / 2:g} Hz", f"{rate} Hz"):
            assert word in str(caught.value)
    PreparationParams(lowpass=False).check_rate(rate)
    params.check_rate(16_385)


@pytest.mark.parametrize("level", [20.0, 60.0, 110.0])
@pytest.mark.parametrize("n", [1, 100, 511, 512, 513, 2047, 2048, 5000, 20_480, 22_051])
def test_silence_is_trimmed_as_librosa_does(n: int, level: float) -> None:
    sound = noise(n, n)
    sound *= np.exp(-(((np.arange(n) / n - 0.6) / 0.09) ** 2)).astype(np.float32)
    trimmed = prepare(sound, RATE, PreparationParams(trim=True, trim_level=level))
    expected, (first, stop) = librosa.effects.trim(sound, top_db=level)
    np.testing.assert_array_equal(trimmed, expected)
    both = np.stack([sound, np.roll(sound, n // 5)], axis=1)
    trimmed = prepare(both, RATE, PreparationParams(trim=True, trim_level=level))
    expected, _ = librosa.effects.trim(both.T, top_db=level)
    np.testing.assert_array_equal(trimmed, expected.T)
    assert n < 20_000 or level > 60 or stop - first < n


@pytest.mark.parametrize("sound", [np.zeros(5000), np.full(3000, 1e-7), np.zeros(1)])
def test_a_silent_clip_stays_as_it_is(sound: np.ndarray) -> None:
    sound = sound.astype(np.float32)
    params = PreparationParams(lowpass=True, trim=True, normalise="loudness")
    np.testing.assert_allclose(prepare(sound, RATE, params), sound, atol=1e-9)


@pytest.mark.parametrize("shape", [(1000,), (40_000,), (1000, 2), (40_000, 2)])
def test_every_clip_gets_the_length_that_was_asked_for(shape: tuple[int, ...]) -> None:
    sound = np.ones(shape, np.float32)
    fixed = prepare(sound, RATE, PreparationParams(length=1.0))
    assert fixed.shape == (RATE, *shape[1:])
    kept = min(RATE, shape[0])
    assert (fixed[:kept] == 1).all()
    assert (fixed[kept:] == 0).all()


def test_the_length_counts_what_the_trim_left() -> None:
    sound = np.concatenate([np.zeros(RATE), sine(500, 1.0), np.zeros(RATE)])
    params = PreparationParams(trim=True, length=0.5)
    prepared = prepare(sound.astype(np.float32), RATE, params)
    assert np.abs(prepared[2000:]).max() > 0.9


def test_every_clip_gets_the_same_peak() -> None:
    params = PreparationParams(normalise="peak", peak=-6.0)
    for gain in (1e-30, 1e-3, 1.0, 1e20):
        peak = np.abs(prepare(noise(5000) * np.float32(gain), RATE, params)).max()
        assert decibels(peak) == pytest.approx(-6.0, abs=1e-4)


# Tables 1 and 2 of the recommendation.
SHELF = [1.53512485958697, -2.69169618940638, 1.19839281085285]
SHELF += [1, -1.69065929318241, 0.73248077421585]
HIGHPASS = [1.0, -2.0, 1.0, 1, -1.99004745483398, 0.99007225036621]


def test_the_filters_are_those_of_the_recommendation() -> None:
    np.testing.assert_allclose(
        loudness.k_weighting(48_000), [SHELF, HIGHPASS], atol=1e-10
    )


@pytest.mark.parametrize(
    "rate",
    [2500, 8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000, 500_000],
)
def test_a_full_sine_has_the_loudness_that_the_recommendation_gives(rate: int) -> None:
    assert integrated_loudness(sine(997, 2.0, rate), rate) == pytest.approx(
        -3.01, abs=0.05
    )
    quiet = 0.1 * sine(997, 2.0, rate)
    assert integrated_loudness(quiet, rate) == pytest.approx(-23.01, abs=0.05)
    both = np.stack([quiet, quiet], axis=1)
    assert integrated_loudness(both, rate) == pytest.approx(-20.0, abs=0.05)


def test_loudness_does_not_depend_on_the_rate() -> None:
    found = [
        integrated_loudness(sum(sine(f, 2.0, rate) for f in (60, 440, 1500)) / 9, rate)
        for rate in (4000, 8000, 22_050, 48_000, 96_000)
    ]
    assert max(found) - min(found) < 0.1


def test_what_is_quiet_does_not_count() -> None:
    loud, pause = 0.1 * sine(997, 4.0), np.zeros(8 * RATE, np.float32)
    hum = 0.005 * sine(997, 8.0)  # 26 dB below, 16 dB below the relative gate
    for rest in (pause, hum):
        found = integrated_loudness(np.concatenate([loud, rest]), RATE)
        assert found == pytest.approx(-23.01, abs=0.2)
    assert integrated_loudness(pause, RATE) == loudness.SILENT


@pytest.mark.parametrize("seconds", [0.02, 0.39, 0.4, 0.5, 3.0])
def test_every_clip_gets_the_same_loudness(seconds: float) -> None:
    for gain in (0.003, 0.1, 1.0, 30.0):
        sound = np.float32(gain) * sine(997, seconds)
        params = PreparationParams(normalise="loudness", loudness=-23.0)
        found = integrated_loudness(prepare(sound, RATE, params), RATE)
        assert found == pytest.approx(-23.0, abs=0.01)


def test_loudness_stops_at_full_scale() -> None:
    click = np.zeros(RATE, np.float32)
    click[5000] = 0.3
    params = PreparationParams(normalise="loudness", loudness=-5.0)
    assert np.abs(prepare(click, RATE, params)).max() == pytest.approx(1.0)


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 6000),
    channels=st.sampled_from([0, 1, 2, 8]),
    rate=st.sampled_from([1000, 8000, RATE, 192_000]),
    gain=st.sampled_from([0.0, 1e-38, 1e-6, 1.0, 1e20, 3e38]),
    hole=st.sampled_from([None, np.nan, np.inf, -np.inf]),
    lowpass=st.booleans(),
    trim=st.booleans(),
    length=st.sampled_from([0.0, 1e-6, 0.05]),
    normalise=st.sampled_from(["none", "peak", "loudness"]),
)
def test_any_sound_comes_out_finite(
    n, channels, rate, gain, hole, lowpass, trim, length, normalise
) -> None:
    shape = (n, channels) if channels else (n,)
    sound = np.random.default_rng(n).uniform(-1, 1, shape) * gain
    sound = sound.astype(np.float32)
    params = PreparationParams(
        lowpass=lowpass,
        cutoff=400.0,
        trim=trim,
        length=length,
        normalise=normalise,
    )
    if hole is not None and not params.changes_nothing:
        sound.flat[n // 2] = hole
    before = sound.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prepared = prepare(sound, rate, params)
    np.testing.assert_array_equal(sound, before)
    assert prepared.dtype == np.float32
    assert prepared.shape[1:] == sound.shape[1:]
    assert np.isfinite(prepared).all()
    assert len(prepared) == max(1, round(length * rate)) if length else len(prepared)
    if normalise != "none" and hole is None:
        assert np.abs(prepared).max() <= 1.0


@pytest.mark.parametrize("shape", [(0,), (0, 2), (3, 0), (2, 2, 2), ()])
def test_what_is_no_sound_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ParameterError, match="samples"):
        prepare(np.zeros(shape, np.float32), RATE)
