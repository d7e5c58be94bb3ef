"""Stored features to a matrix: aligned with the clips, finite, scaled, joined."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import Cancelled, ParameterError
from engine.features.descriptors import DESCRIPTORS
from engine.features.pooling import row_dtype
from engine.features.representation import (
    Representation,
    RepresentationParams,
    represent,
)
from engine.features.spectral import FEATURES, FeatureParams
from engine.features.store import FeatureStore
from engine.progress import Step

FEATURE_PARAMS = FeatureParams(n_fft=128, hop=64, n_mels=8, n_mfcc=4)
DECLARED = {field.name: field for field in RepresentationParams.declared()}
POOLINGS = [value for value, _ in DECLARED["pooling"].choices]
SCALINGS = [value for value, _ in DECLARED["scaling"].choices]


def filled(folder: Path, n: int, **changed: object) -> tuple[FeatureStore, list[str]]:
    rng = np.random.default_rng(n)
    rows = np.zeros(n, row_dtype(FEATURE_PARAMS))
    for name in rows.dtype.names or ():
        values = rng.uniform(0, 255, rows[name].shape)
        rows[name] = values.astype(rows[name].dtype)
    for name, values in changed.items():
        rows[name] = values
    keys = [f"{i:032x}" for i in range(n)]
    store = FeatureStore(folder, FEATURE_PARAMS)
    store.add(keys, rows)
    return store, keys


def matrix_of(store: FeatureStore, keys: list[str], **chosen: object) -> np.ndarray:
    return represent(
        store, keys, RepresentationParams(**{"scaling": "none", **chosen})
    ).matrix


@pytest.mark.parametrize("n", [0, 1, 2, 7])
@pytest.mark.parametrize("scaling", SCALINGS)
def test_every_feature_and_pooling_gives_a_finite_matrix(
    tmp_path: Path, n: int, scaling: str
) -> None:
    store, keys = filled(tmp_path, n)
    bands = {"spectrogram": 65, "mel": 8, "chroma": 12, "mfcc": 4}
    bands["mfcc_without_first"] = 3
    widths = {
        "mean_std": {name: 2 * count for name, count in bands.items()},
        "mean": bands,
        "profile": dict.fromkeys(FEATURES, 96),
        "frames": {name: 5 * count for name, count in bands.items()},
        "image": dict.fromkeys(FEATURES, 48 * 96),
        "image_columns": dict.fromkeys(FEATURES, 96),
    }
    for pooling in POOLINGS:
        for feature in (*FEATURES, "descriptors"):
            params = RepresentationParams(
                feature=feature, pooling=pooling, frames=5, scaling=scaling
            )
            found = represent(store, keys, params)
            width = widths[pooling].get(feature, len(DESCRIPTORS) + 3)
            assert found.matrix.shape == (n, width)
            assert found.blocks == ((feature, width),)
            assert found.matrix.dtype == np.float32
            assert np.isfinite(found.matrix).all()
            assert found.rows.tolist() == list(range(n))


def test_clips_without_features_have_no_row(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 5)
    wanted = [None, keys[3], "f" * 32, keys[0], None, keys[3]]
    plain = RepresentationParams(scaling="none")
    found = represent(store, wanted, plain)
    assert found.rows.tolist() == [1, 3, 5]
    assert found.rows.dtype == np.int64
    everything = represent(store, keys, plain).matrix
    np.testing.assert_array_equal(found.matrix, everything[[3, 0, 3]])


def test_scaling_levels_the_columns(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 50)
    plain = matrix_of(store, keys, scaling="none")
    standard = matrix_of(store, keys, scaling="standard")
    ranged = matrix_of(store, keys, scaling="minmax")
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-5)
    for exponent in (0.0, 0.4, 1.0):
        power = matrix_of(store, keys, scaling="power", exponent=exponent)
        expected = (plain - plain.mean(axis=0)) / plain.std(axis=0) ** exponent
        np.testing.assert_allclose(power, expected, rtol=1e-3, atol=1e-3)
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
    changed = {name: rows[name] for name in ("mfcc_mean", "mfcc_std")}
    store, keys = filled(tmp_path, 4, **changed)
    for scaling in SCALINGS:
        matrix = matrix_of(store, keys, feature="mfcc", scaling=scaling)
        assert np.isfinite(matrix).all()
        assert matrix[2, 5] == matrix[3, 5]  # both are the mean of the others
        assert matrix[0, 5] < matrix[2, 5] < matrix[1, 5]
        if scaling != "none":
            assert not matrix[:, :4].any()


def test_pictures_are_grey_values_from_0_to_1(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 3)
    pictures = matrix_of(store, keys, feature="mel", pooling="image")
    expected = store.gather(keys, "mel_image").reshape(3, -1) / 255
    np.testing.assert_allclose(pictures, expected, rtol=1e-6)
    columns = matrix_of(store, keys, feature="mel", pooling="image_columns")
    np.testing.assert_allclose(
        columns, expected.reshape(3, 48, 96).mean(axis=1), rtol=1e-5
    )


def test_frames_are_means_of_the_stored_ones_band_by_band(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 3)
    frames = matrix_of(store, keys, feature="mel", pooling="frames", frames=16)
    stored = store.gather(keys, "mel_frames").astype(np.float32)
    expected = stored.reshape(3, 8, 16, 2).mean(axis=3)
    np.testing.assert_allclose(frames.reshape(3, 8, 16), expected, rtol=1e-5)


@pytest.mark.parametrize("normalisation", ["mean", "standard"])
def test_what_stays_the_same_throughout_a_clip_can_be_taken_away(
    tmp_path: Path, normalisation: str
) -> None:
    moving = np.random.default_rng(0).normal(size=(4, 32)).astype(np.float32)
    moving[3] = 0.0  # says nothing, and must not become loud
    voices = np.array([-40.0, 0.0, 90.0], np.float32)[:, None, None]
    store, keys = filled(tmp_path, 3, mfcc_frames=moving + voices)
    chosen = {"pooling": "frames", "frames": 32, "normalisation": normalisation}
    found = matrix_of(store, keys, **chosen).reshape(3, 3, 32)
    np.testing.assert_allclose(found, found[:1].repeat(3, axis=0), atol=1e-4)
    np.testing.assert_allclose(found.mean(axis=2), 0, atol=1e-4)
    assert not found[:, 2].any()
    if normalisation == "standard":
        np.testing.assert_allclose(found[:, :2].std(axis=2), 1, rtol=1e-4)


def test_several_features_weigh_the_same(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 40)
    names = ("mel", "mfcc_without_first", "descriptors")
    for scaling in SCALINGS:
        params = RepresentationParams(feature="+".join(names[::-1]), scaling=scaling)
        found = represent(store, keys, params)
        assert found.blocks == (("mel", 16), ("mfcc_without_first", 6), (names[2], 13))
        blocks = np.split(found.matrix, [16, 22], axis=1)
        for name, block in zip(names, blocks, strict=True):
            assert block.var(axis=0).sum() == pytest.approx(1.0, rel=1e-4)
            alone = matrix_of(store, keys, feature=name, scaling=scaling)
            alone /= np.sqrt(alone.var(axis=0).sum())
            np.testing.assert_allclose(block, alone, rtol=1e-3, atol=1e-6)


def test_one_clip_and_equal_clips_can_be_joined(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 3)
    same = [keys[1]] * 4
    for some in (keys[:1], same):
        matrix = matrix_of(store, some, feature="mel+chroma+descriptors")
        assert np.isfinite(matrix).all()


def test_descriptors_count_the_same_whatever_their_unit(tmp_path: Path) -> None:
    values = np.zeros((60, len(DESCRIPTORS)), np.float32)
    names = list(DESCRIPTORS)
    rng = np.random.default_rng(0)
    values[:, names.index("duration")] = rng.uniform(0.1, 0.2, 60)
    values[:, names.index("centroid")] = rng.uniform(500, 9000, 60)
    values[:, names.index("key_1")] = rng.integers(0, 12, 60)
    values[::7, names.index("tempo")] = np.nan
    store, keys = filled(tmp_path, 60, descriptors=values)
    matrix = matrix_of(store, keys, feature="descriptors")
    assert np.isfinite(matrix).all()
    spread = matrix.std(axis=0)
    np.testing.assert_allclose(spread[spread > 0], 1.0, rtol=1e-4)
    assert (spread > 0).sum() == 4  # a key is two columns: B lies next to C


def test_neighbouring_keys_are_near_each_other(tmp_path: Path) -> None:
    values = np.zeros((12, len(DESCRIPTORS)), np.float32)
    values[:, list(DESCRIPTORS).index("key_1")] = np.arange(12)
    store, keys = filled(tmp_path, 12, descriptors=values)
    matrix = matrix_of(store, keys, feature="descriptors")
    steps = np.linalg.norm(matrix - np.roll(matrix, 1, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-4)


def test_principal_components_by_number_and_by_variance(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 30)
    whole = matrix_of(store, keys, feature="mel", pooling="frames")
    five = RepresentationParams(
        feature="mel",
        pooling="frames",
        scaling="none",
        reduction="pca",
        components=5,
    )
    found = represent(store, keys, five)
    assert found.matrix.shape == (30, 5)
    assert found.variance is not None
    share = found.matrix.var(axis=0).sum() / whole.var(axis=0).sum()
    assert found.variance[-1] == pytest.approx(share, rel=1e-4)
    assert found.blocks == (("mel", 64),)
    by_share = five.replace(reduction="variance", variance=0.8)
    reached = represent(store, keys, by_share).variance
    assert reached is not None
    assert reached[-1] >= 0.8 > reached[-2]
    assert represent(store, keys).variance is None
    assert represent(store, [], five).matrix.shape == (0, 64)


def grouped(folder: Path) -> tuple[FeatureStore, list[str], np.ndarray]:
    truth = np.arange(60) % 3
    centres = 30 * np.random.default_rng(5).normal(size=(3, 4))
    noise = np.random.default_rng(6).normal(size=(60, 4))
    return *filled(folder, 60, mfcc_mean=centres[truth] + noise, mfcc_std=0.0), truth


def test_umap_brings_groups_together_and_repeats_itself(tmp_path: Path) -> None:
    store, keys, truth = grouped(tmp_path)
    params = RepresentationParams(manifold="umap", dimensions=3, neighbours=8)
    steps: list[Step] = []
    found = represent(store, keys, params, steps.append)
    assert found.matrix.shape == (60, 3)
    assert found.notes == ()
    assert all(step.partial is None for step in steps)  # it is no map
    again = represent(store, keys, params)
    np.testing.assert_array_equal(found.matrix, again.matrix)
    other = represent(store, keys, params.replace(seed=1))
    assert not np.array_equal(found.matrix, other.matrix)
    gaps = np.linalg.norm(found.matrix[:, None] - found.matrix[None], axis=2)
    same = truth[:, None] == truth[None]
    assert gaps[same].max() < gaps[~same].min()


def test_umap_of_a_handful_of_clips_is_pca_and_says_so(tmp_path: Path) -> None:
    store, keys = filled(tmp_path, 7)
    params = RepresentationParams(manifold="umap", dimensions=4)
    for some in (keys[:4], [keys[0]] * 9, []):
        found = represent(store, some, params)
        assert len(found.matrix) == len(some)
        assert "Too few different clips for UMAP" in found.notes[0]
    assert represent(store, keys, params.replace(neighbours=200)).notes == ()


@pytest.mark.parametrize("message", ["Reading", "principal", "UMAP", "Unfolding"])
def test_every_stage_can_be_cancelled(tmp_path: Path, message: str) -> None:
    store, keys = filled(tmp_path, 30)
    params = RepresentationParams(reduction="pca", manifold="umap")

    def report(step: Step) -> None:
        if message in step.message:
            raise Cancelled

    with pytest.raises(Cancelled):
        represent(store, keys, params, report)


def test_what_has_no_effect_does_not_make_another_matrix() -> None:
    plain = RepresentationParams()
    for name, value in {
        "frames": 9,
        "components": 3,
        "seed": 5,
        "neighbours": 4,
    }.items():
        assert plain.replace(**{name: value}).key() == plain.key()
    framed = plain.replace(pooling="frames")
    assert framed.replace(frames=9).key() != framed.key()


def test_a_project_of_before_still_says_what_it_meant() -> None:
    before = {"feature": "mel", "pooling": "mean", "scaling": "standard"}
    params = RepresentationParams.from_dict(before)
    assert (params.reduction, params.manifold, params.normalisation) == ("none",) * 3
    with pytest.raises(ParameterError, match="feature"):
        RepresentationParams(feature="mel+nonsense")


def test_a_representation_needs_no_more_than_matrix_and_rows() -> None:
    found = Representation(np.zeros((2, 3), np.float32), np.arange(2))
    assert (found.blocks, found.variance, found.notes) == ((), None, ())
