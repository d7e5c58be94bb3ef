"""Pictures of features: 48x96, low frequencies at the bottom, the whole grey range."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.features.images import IMAGE_SHAPE, image_of, resampling
from engine.features.pooling import clip_row, row_dtype, stored_field
from engine.features.spectral import FEATURES, FeatureParams, features_of

PARAMS = FeatureParams()


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("frames", [1, 5, 96, 700])
def test_every_feature_fills_the_picture(name: str, frames: int) -> None:
    rows = {"spectrogram": 1025, "mel": 128, "chroma": 12}.get(name, 20)
    feature = np.random.default_rng(1).normal(size=(rows, frames)).astype(np.float32)
    picture = image_of(name, feature, PARAMS)
    assert picture.shape == IMAGE_SHAPE
    assert picture.dtype == np.uint8
    assert (picture.min(), picture.max()) == (0, 255)


@pytest.mark.parametrize("value", [0.0, -80.0, 0.1, 1e-30])
def test_a_constant_feature_is_black(value: float) -> None:
    for name, rows in (("spectrogram", 1025), ("mel", 128), ("chroma", 12)):
        feature = np.full((rows, 37), value, np.float32)
        assert not image_of(name, feature, PARAMS).any()


def test_low_frequencies_are_at_the_bottom_and_time_runs_right() -> None:
    mel = np.zeros((128, 200), np.float32)
    mel[:8, 150:] = 1.0
    picture = image_of("mel", mel, PARAMS)
    assert picture[-1, -1] == 255
    assert picture[0].max() == 0
    assert picture[:, : 96 // 2].max() == 0


def test_the_spectrogram_is_drawn_in_octaves() -> None:
    t = np.arange(22_050) / 22_050
    brightest = []
    for hz in (200.0, 400.0, 800.0, 1600.0, 3200.0):
        tone = np.sin(2 * np.pi * hz * t).astype(np.float32)
        picture = image_of("spectrogram", features_of(tone)["spectrogram"], PARAMS)
        brightest.append(int(picture.mean(axis=1).argmax()))
    steps = -np.diff(brightest)
    assert steps.min() >= 5
    assert steps.max() - steps.min() <= 1


@settings(max_examples=50, deadline=None)
@given(n_in=st.integers(1, 500), n_out=st.integers(1, 120))
def test_resampling_averages(n_in: int, n_out: int) -> None:
    matrix = resampling(n_in, n_out)
    assert matrix.min() >= 0
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0, rtol=1e-5)
    ramp = matrix @ np.arange(n_in, dtype=np.float32)
    assert np.all(np.diff(ramp) >= -1e-3)
    np.testing.assert_allclose(ramp.mean(), (n_in - 1) / 2, rtol=1e-4, atol=1e-3)


def test_halving_is_the_mean_of_pairs() -> None:
    values = np.array([1, 3, 5, 7, 2, 4], np.float32)
    np.testing.assert_allclose(resampling(6, 3) @ values, [2, 6, 3])


def test_the_row_holds_the_pooled_features() -> None:
    rng = np.random.default_rng(2)
    samples = rng.normal(size=95 * 1024).astype(np.float32)
    features, row = features_of(samples), clip_row(samples, PARAMS)
    assert row.dtype == row_dtype(PARAMS)
    for name, feature in features.items():
        mean, part = stored_field(name, "mean")
        std, _ = stored_field(name, "std")
        np.testing.assert_allclose(row[mean][part], feature.mean(axis=1), rtol=1e-4)
        np.testing.assert_allclose(row[std][part], feature.std(axis=1), rtol=1e-3)
        by_frame = feature.mean(axis=0)
        assert by_frame.min() <= row[f"{name}_profile"].min()
        if len(by_frame) == 96:
            np.testing.assert_allclose(row[f"{name}_profile"], by_frame, rtol=1e-5)
        assert row[f"{name}_image"].max() == 255


def test_one_sample_has_a_row() -> None:
    row = clip_row(np.ones(1, np.float32), PARAMS)
    for field in set(row.dtype.names or ()) - {"descriptors"}:
        assert np.isfinite(row[field]).all()
