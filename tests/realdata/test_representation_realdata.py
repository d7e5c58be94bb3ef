"""What a representation is worth on recordings: groups against the truth, by Ward."""

from pathlib import Path

import numpy as np
import pytest

from engine.audio.scanning import scan_folder
from engine.clustering.methods import METHODS
from engine.clustering.metrics import Scores, score
from engine.features.extraction import extract
from engine.features.representation import RepresentationParams, represent
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore

pytestmark = pytest.mark.realdata

STUDY, SHORT = FeatureParams(), FeatureParams(n_fft=512, hop=128)
PLAIN = RepresentationParams(scaling="none")
FRAMES = RepresentationParams(pooling="frames", frames=16, scaling="none")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def scores_of(
    sounds: Path, folder: Path, features: FeatureParams, params: RepresentationParams
) -> Scores:
    dataset = scan_folder(sounds)
    found = extract(dataset, features, folder=folder, workers=2)
    matrix = represent(FeatureStore(folder, features), found.keys, params).matrix
    ward = METHODS["agglomerative"]
    assert dataset.labels is not None
    chosen = ward.params().replace(n_clusters=len(set(dataset.labels)))
    labels = ward.fit(matrix, chosen).labels
    return score(np.asarray(labels), dataset.labels, matrix)


@pytest.mark.parametrize(
    ("name", "features", "params", "nmi", "accuracy"),
    [
        ("fsdd", STUDY, PLAIN.replace(scaling="minmax"), 0.46, 0.33),
        ("fsdd", STUDY, FRAMES.replace(normalisation="standard"), 0.60, 0.58),
        ("esc10", STUDY, PLAIN, 0.47, 0.47),
        ("esc10", STUDY, PLAIN.replace(feature="mfcc_without_first+mel"), 0.55, 0.56),
        ("bengalese_finch_syllables", STUDY, PLAIN, 0.89, 0.90),
        ("bengalese_finch_syllables", SHORT, FRAMES.replace(frames=8), 0.94, 0.94),
        ("drum_oneshots", STUDY, PLAIN, 0.55, 0.45),
        ("drum_oneshots", SHORT, PLAIN, 0.60, 0.50),
    ],
)
def test_groups_of_recordings_are_about_their_classes(
    realdata: Path,
    folder: Path,
    name: str,
    features: FeatureParams,
    params: RepresentationParams,
    nmi: float,
    accuracy: float,
) -> None:
    found = scores_of(realdata / name, folder, features, params)
    assert found.nmi is not None
    assert found.accuracy is not None
    assert found.nmi >= nmi
    assert found.accuracy >= accuracy


def test_syllables_unfold_into_their_groups(realdata: Path, folder: Path) -> None:
    params = FRAMES.replace(manifold="umap", neighbours=15, dimensions=10)
    found = scores_of(realdata / "bengalese_finch_syllables", folder, STUDY, params)
    assert found.nmi is not None
    assert found.nmi >= 0.96
