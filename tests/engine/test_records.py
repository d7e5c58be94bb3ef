"""Scores as a project file holds them."""

import json

import numpy as np
import pytest

from engine.clustering.metrics import External, score
from engine.clustering.partition import NOISE
from engine.errors import DamagedProjectError
from engine.projects.pipeline import Pipeline
from engine.projects.records import decode_grouping, decode_scores, encode_scores

LABELS = [0, 0, 1, 1, NOISE]
PLACES = [[0.0], [1.0], [5.0], [6.0], [20.0]]


def written(**changes):
    values, arrays = encode_scores(score(LABELS, list("aabba"), PLACES))
    assert arrays == {}
    return {**json.loads(json.dumps(values)), **changes}


def test_scores_survive_a_file():
    expected = score(LABELS, list("aabba"), PLACES)
    assert decode_scores(written(), {}, 5) == expected
    assert expected.clustered.nmi == 1.0
    unknown = score(LABELS)
    assert decode_scores(encode_scores(unknown)[0], {}, 5) == unknown


def test_a_file_from_before_there_were_more_scores_opens():
    older = {"nmi": 0.5, "accuracy": 0.75, "ari": 0.25, "silhouette": -0.5}
    counts = {"n_clusters": 2, "coverage": 0.5, "labelled": 5, "sampled": None}
    found = decode_scores({**older, **counts}, {}, 5)
    assert (found.nmi, found.silhouette, found.coverage) == (0.5, -0.5, 0.5)
    assert found.ami is None
    assert found.clustered == External()


@pytest.mark.parametrize(
    "odd",
    [
        {"ami": 2.0},
        {"purity": "high"},
        {"clustered": {"nmi": float("nan")}},
        {"davies_bouldin": -1.0},
        {"calinski_harabasz": True},
        {"sampled": 6},
        {"coverage": None},
    ],
)
def test_scores_out_of_range_are_refused(odd):
    with pytest.raises(DamagedProjectError, match="out of range"):
        decode_scores(written(**odd), {}, 5)


@pytest.mark.parametrize("name", ["membership", "strength"])
@pytest.mark.parametrize("odd", [np.nan, 1.5, -0.5])
def test_degrees_out_of_range_are_refused(name, odd):
    values = {"pipeline": Pipeline().to_dict(), "notes": []}
    arrays = {"rows": np.arange(2), "labels": np.zeros(2, np.int32)}
    good = np.array([0.25, 1.0], np.float32)
    degrees = good if name == "strength" else good[:, None]
    assert decode_grouping(values, {**arrays, name: degrees}, 2).labels.size == 2
    degrees = np.where(degrees == 1.0, np.float32(odd), degrees)
    with pytest.raises(DamagedProjectError, match="degree"):
        decode_grouping(values, {**arrays, name: degrees}, 2)
    with pytest.raises(DamagedProjectError, match="do not fit the rows"):
        decode_grouping(values, {**arrays, name: degrees[:1]}, 2)
