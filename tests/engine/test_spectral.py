"""The five features: those of librosa, from one transform, for any clip."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ParameterError
from engine.features.filterbanks import chroma_bank, mel_bank
from engine.features.spectral import FEATURES, FeatureParams, features_of
from engine.features.tuning import estimate_tuning

TOLERANCE = {"rtol": 1e-6, "atol": 1e-4}


def sound(n: int, rate: int, seed: int = 0) -> np.ndarray:
    """A decaying tone with harmonics, somewhat out of tune, over a little noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(n) / rate
    pitch = rng.uniform(100.0, 900.0)
    tone = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in (1, 2, 3, 5))
    noise = 0.02 * rng.normal(size=n)
    return (0.3 * tone * np.exp(-2 * t) + noise).astype(np.float32)


def by_librosa(samples: np.ndarray, p: FeatureParams) -> dict[str, np.ndarray]:
    import librosa

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # short clips, empty bands
        transform = np.abs(librosa.stft(samples, n_fft=p.n_fft, hop_length=p.hop))
        common = {"y": samples, "sr": p.rate, "n_fft": p.n_fft}
        bands = {"n_mels": p.n_mels, "fmin": p.fmin, "fmax": p.highest}
        mel = librosa.feature.melspectrogram(**common, hop_length=p.hop, **bands)
        mfcc = librosa.feature.mfcc(
            **common, hop_length=p.hop // 2, n_mfcc=p.n_mfcc, **bands
        )
        chroma = librosa.feature.chroma_stft(**common, hop_length=p.hop // 2)
    return {
        "spectrogram": librosa.amplitude_to_db(transform, ref=np.max),
        "mel": librosa.power_to_db(mel, ref=np.max),
        "chroma": chroma,
        "mfcc": mfcc,
        "mfcc_without_first": mfcc[1:],
    }


def assert_same(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    assert list(ours) == list(FEATURES)
    for name, feature in ours.items():
        assert feature.dtype == np.float32
        np.testing.assert_allclose(feature, theirs[name], **TOLERANCE, err_msg=name)


def test_the_defaults_are_librosas() -> None:
    import librosa

    samples = sound(4 * 22_050, 22_050)
    theirs = by_librosa(samples, FeatureParams())
    theirs["mfcc"] = librosa.feature.mfcc(y=samples)
    theirs["chroma"] = librosa.feature.chroma_stft(y=samples)
    ours = features_of(samples)
    assert ours["spectrogram"].shape == (1025, 87)
    assert ours["mfcc_without_first"].shape == (19, 173)
    assert_same(ours, theirs)


@settings(max_examples=30, deadline=None)
@given(
    n=st.one_of(st.integers(1, 3000), st.integers(3000, 40_000)),
    rate=st.sampled_from([4000, 8000, 22_050, 44_100, 96_000]),
    n_fft=st.sampled_from([256, 512, 2048]),
    overlap=st.sampled_from([1, 2, 4, 8]),
    seed=st.integers(0, 1000),
)
def test_any_length_rate_and_window_agrees_with_librosa(
    n: int, rate: int, n_fft: int, overlap: int, seed: int
) -> None:
    params = FeatureParams(rate=rate, n_fft=n_fft, hop=n_fft // overlap, n_mels=40)
    samples = sound(n, rate, seed)
    assert_same(features_of(samples, params), by_librosa(samples, params))


def test_a_mel_range_agrees_with_librosa() -> None:
    params = FeatureParams(fmin=500.0, fmax=6000.0, n_mels=64, n_mfcc=13)
    samples = sound(20_000, 22_050)
    assert_same(features_of(samples, params), by_librosa(samples, params))


@pytest.mark.parametrize("n", [1, 2, 511, 512, 2047, 2048, 2049, 5000])
@pytest.mark.parametrize("value", [0.0, 1.0, np.nan, np.inf, 1e30])
def test_silence_dc_and_nonsense_give_finite_numbers(n: int, value: float) -> None:
    features = features_of(np.full(n, value, np.float32))
    for name, feature in features.items():
        assert np.isfinite(feature).all(), name
        hop = 1024 if name in ("spectrogram", "mel") else 512
        assert feature.shape[1] == 1 + n // hop
    assert features["chroma"].max() <= 1.0
    if value == 0.0:
        assert not features["chroma"].any()
        assert not features["spectrogram"].any()


def test_no_samples_are_refused() -> None:
    with pytest.raises(ParameterError, match="n at least 1"):
        features_of(np.zeros(0, np.float32))
    with pytest.raises(ParameterError, match=r"\(5, 2\)"):
        features_of(np.zeros((5, 2), np.float32))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hop": 511}, "hop.*even.*511"),
        ({"n_mfcc": 40, "n_mels": 20}, "n_mfcc.*at most.*20.*40"),
        ({"fmin": 9000.0, "fmax": 8000.0}, "ascend"),
        ({"fmin": 8000.0, "fmax": 8000.5}, "ascend by 1 Hz.*8000 and 8000.5"),
        ({"fmin": 11_024.999}, "ascend by 1 Hz.*11024.999 and 11025"),
        ({"fmax": 12_000.0}, "11025"),
        ({"n_fft": 1000}, "n_fft.*one of.*1000"),
    ],
)
def test_contradictions_name_the_parameter(wrong: dict, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        FeatureParams(**wrong)


@pytest.mark.parametrize("fmin", [0.0, 8000.0])
@pytest.mark.parametrize("n_fft", [128, 8192])
def test_the_narrowest_mel_range_is_computed_in_silence(
    fmin: float, n_fft: int
) -> None:
    params = FeatureParams(fmin=fmin, fmax=fmin + 1.0, n_mels=256, n_fft=n_fft)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        features = features_of(np.random.default_rng(0).normal(size=9000), params)
    assert np.isfinite(features["mel"]).all()


@pytest.mark.parametrize("rate", [8000, 22_050, 48_000])
@pytest.mark.parametrize("n_fft", [512, 2048])
def test_filter_banks_are_librosas(rate: int, n_fft: int) -> None:
    import librosa

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # empty bands
        mel = librosa.filters.mel(sr=rate, n_fft=n_fft, fmin=30.0)
    chroma = librosa.filters.chroma(sr=rate, n_fft=n_fft, tuning=-0.23)
    np.testing.assert_allclose(mel_bank(rate, n_fft, 128, 30.0), mel, atol=1e-8)
    np.testing.assert_allclose(chroma_bank(rate, n_fft, -0.23), chroma, atol=1e-7)


@pytest.mark.parametrize("cents", [-45, -20, 0, 13, 38])
def test_tuning_is_heard(cents: int) -> None:
    import librosa

    t = np.arange(22_050) / 22_050
    hz = 440.0 * 2 ** (cents / 1200)
    chord = sum(np.sin(2 * np.pi * hz * 2 ** (k / 12) * t) for k in (0, 4, 7, 12))
    power = np.abs(librosa.stft(chord.astype(np.float32))) ** 2
    tuning = estimate_tuning(np.ascontiguousarray(power.T), 22_050, 2048)
    assert tuning == librosa.estimate_tuning(S=power, sr=22_050)
    assert abs(tuning - cents / 100) < 0.06
