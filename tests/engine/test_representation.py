"""Stored features to a matrix: aligned with the clips, finite, scaled."""

from pathlib import Path

import numpy as np
import pytest

from engine.features.pooling import row_dtype
from engine.features.representation import RepresentationParams, represent
from engine.features.spectral import FEATURES, FeatureParams
from engine.features.store import FeatureStore

FEATURE_PARAMS = FeatureParams(n_fft=128, hop=64, n_mels=8, n_mfcc=4)
POOLINGS = [v for v, _ in RepresentationParams.declared()[1].choices]
SCALINGS = [v for v, _ in RepresentationParams.declared()[2].choices]


def filled(folder: Path, n: int) -> tuple[FeatureStore, list[str]]:
    rng = np.random.default_rng(n)
    rows = np.zeros(n, row_dtype(FEATURE_PARAMS))
    for name in rows.dtype.names or ():
        values = rng.uniform(0, 255, rows[name].shape)
        rows[name] = values.astype(rows[name].dtype)
    keys = [f"{i:032x}" for i in range(n)]
    store = FeatureStore(folder, FEATURE_PARAMS)
    store.add(keys, rows)
    return store, keys


@pytest.mark.parametrize("n", [0, 1, 2, 7])
@pytest.mark.parametrize("scaling", SCALINGS)
def test_every_feature_and_pooling_gives_a_finite_matrix(
    tmp_path: Path, n: int, scaling: str
) -> None:
    store, keys = filled(tmp_path, n)
    widths = {
        "mean_std": {"spectrogram": 130, "mel": 16, "chroma": 24, "mfcc": 8},
        "mean": {"spectrogram": 65, "mel": 8, "chroma": 12, "mfcc": 4},
        "profile": dict.fromkeys(FEATURES, 96),
        "image": dict.fromkeys(FEATURES, 48 * 96),
        "image_columns": dict.fromkeys(FEATURES, 96),
    }
    widths["mean_std"]["mfcc_without_first"] = 6
    widths["mean"]["mfcc_without_first"] = 3
    for pooling in POOLINGS:
        for feature in FEATURES:
            params = RepresentationParams(
                feature=feature, pooling=pooling, scaling=scaling
            )
            found = represent(store, keys, params)
            assert found.matrix.shape == (n, widths[pooling][feature])
            assert found.matrix.dtype == np.float32
            assert np.isfinite(found.matrix).all()
            assert found.rows.tolist() == list(range(n))


def test_clips_without_features_have_no_row(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 5)
    wanted = [None, keys[3], "f" * 32, keys[0], None, keys[3]]
    found = represent(store, wanted)
    assert found.rows.tolist() == [1, 3, 5]
    assert found.rows.dtype == np.int64
    everything = represent(store, keys).matrix
    np.testing.assert_array_equal(found.matrix, everything[[3, 0, 3]])


def test_scaling_levels_the_columns(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 50)
    plain = represent(store, keys, RepresentationParams(scaling="none")).matrix
    standard = represent(store, keys, RepresentationParams(scaling="standard")).matrix
    ranged = represent(store, keys, RepresentationParams(scaling="minmax")).matrix
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(standard.std(axis=0), 1, rtol=1e-4)
    np.testing.assert_allclose(ranged.min(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(ranged.max(axis=0), 1, rtol=1e-6)
    order = plain.argsort(axis=0)
    np.testing.assert_array_equal(order, standard.argsort(axis=0))


def test_constant_columns_and_missing_numbers_do_no_harm(tmp_path: Path) -> None:
    rows = np.zeros(4, row_dtype(FEATURE_PARAMS))
    rows["mfcc_mean"] = -480.1
    rows["mfcc_std"][:, 1] = [1.0, 2.0, np.nan, np.inf]
    rows["mfcc_std"][:, 2] = np.nan
    keys = [f"{i:032x}" for i in range(4)]
    store = FeatureStore(tmp_path, FEATURE_PARAMS)
    store.add(keys, rows)
    for scaling in SCALINGS:
        params = RepresentationParams(feature="mfcc", scaling=scaling)
        matrix = represent(store, keys, params).matrix
        assert np.isfinite(matrix).all()
        assert matrix[2, 5] == matrix[3, 5]  # both are the mean of the others
        assert matrix[0, 5] < matrix[2, 5] < matrix[1, 5]
        if scaling != "none":
            assert not matrix[:, :4].any()


def test_pictures_are_grey_values_from_0_to_1(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 3)
    params = RepresentationParams(feature="mel", pooling="image", scaling="none")
    pictures = represent(store, keys, params).matrix
    expected = store.gather(keys, "mel_image").reshape(3, -1) / 255
    np.testing.assert_allclose(pictures, expected, rtol=1e-6)
    columns = represent(store, keys, params.replace(pooling="image_columns")).matrix
    np.testing.assert_allclose(
        columns, expected.reshape(3, 48, 96).mean(axis=1), rtol=1e-5
    )
