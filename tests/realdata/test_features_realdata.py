"""Extraction of real recordings: every format, librosa's numbers, groups that hold."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.audio.dataset import Dataset
from engine.audio.decoding import blocks, decode
from engine.audio.scanning import scan_folder
from engine.features import streaming
from engine.features.descriptors import MEASURES
from engine.features.extraction import extract
from engine.features.pooling import clip_row
from engine.features.projection import ProjectionParams, project
from engine.features.representation import represent
from engine.features.spectral import FeatureParams, features_of
from engine.features.store import FeatureStore
from engine.features.streaming import streamed_row
from tests.engine.test_descriptors import described, measured_by_librosa
from tests.engine.test_spectral import assert_same, by_librosa
from tests.engine.test_streaming import assert_rows_agree

pytestmark = pytest.mark.realdata

SETS = ["fsdd", "esc10", "bengalese_finch_syllables", "drum_oneshots"]


def every(dataset: Dataset, step: int) -> Dataset:
    chosen = slice(None, None, step)
    return Dataset(
        dataset.root,
        dataset.clips[chosen],
        {name: values[chosen] for name, values in dataset.columns.items()},
        dataset.label_column,
    )


@pytest.mark.parametrize("name", SETS)
def test_features_of_recordings_are_librosas(realdata: Path, name: str) -> None:
    dataset = scan_folder(realdata / name)
    for clip in dataset.clips[:: len(dataset) // 5]:
        samples = decode(dataset.file(clip))
        assert_same(features_of(samples), by_librosa(samples, FeatureParams()))


@pytest.mark.filterwarnings("ignore:n_fft=")
@pytest.mark.parametrize("name", SETS)
def test_descriptors_of_recordings_are_librosas(realdata: Path, name: str) -> None:
    from librosa.feature import tempo

    dataset = scan_folder(realdata / name)
    tempos = []
    for clip in dataset.clips[:: len(dataset) // 30]:
        samples = decode(dataset.file(clip))
        ours, theirs = described(samples), measured_by_librosa(samples, FeatureParams())
        for measure in MEASURES:
            np.testing.assert_allclose(ours[measure], theirs[measure], rtol=1e-4)
        if np.isfinite(ours["tempo"]):
            tempos.append((float(ours["tempo"]), float(tempo(y=samples)[0])))
    same = [abs(one - other) < 1e-3 * other for one, other in tempos]
    assert sum(same) >= 0.9 * len(same)


@pytest.mark.parametrize("name", SETS)
def test_recordings_in_stretches_have_the_same_row(
    realdata: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_FRAMES", 32)
    dataset = scan_folder(realdata / name)
    for clip in dataset.clips[:: len(dataset) // 10]:
        path = dataset.file(clip)
        streamed = streamed_row(partial(blocks, path, seconds=0.5), FeatureParams())
        assert_rows_agree(streamed, clip_row(decode(path)))


@pytest.mark.parametrize("name", SETS)
def test_every_recording_has_features_and_a_place(
    realdata: Path, name: str, tmp_path: Path
) -> None:
    dataset = every(scan_folder(realdata / name), 6)
    found = extract(dataset, folder=tmp_path, workers=2)
    assert found.failures == ()
    assert found.computed + found.reused == len(dataset)
    store = FeatureStore(tmp_path, FeatureParams())
    matrix = represent(store, found.keys).matrix
    assert matrix.shape == (len(dataset), 38)
    assert np.isfinite(matrix).all()
    placed = project(matrix, ProjectionParams(method="pca"))
    assert placed.std(axis=0).min() > 0


def test_syllables_of_a_finch_fall_into_their_groups(
    realdata: Path, tmp_path: Path
) -> None:
    from scipy.cluster.hierarchy import fcluster, linkage
    from sklearn.metrics import normalized_mutual_info_score

    dataset = every(scan_folder(realdata / "bengalese_finch_syllables"), 3)
    found = extract(dataset, folder=tmp_path, workers=2)
    matrix = represent(FeatureStore(tmp_path, FeatureParams()), found.keys).matrix
    assert dataset.labels is not None
    k = len(set(dataset.labels))
    labels = fcluster(linkage(matrix, "ward"), k, "maxclust")
    assert normalized_mutual_info_score(dataset.labels, labels) > 0.8
