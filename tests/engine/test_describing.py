"""What is said about single clusters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples

from engine.clustering import describing
from engine.clustering.describing import ClusterReport, describe
from engine.clustering.partition import NOISE, UNPLACED
from engine.errors import Cancelled, ParameterError


def test_every_cluster_is_described_and_the_noise_last():
    labels = [3, 3, 3, NOISE, 0, NOISE, UNPLACED, 0]
    truth = ["b", "a", "a", "a", "", "", "b", ""]
    assert describe(labels, truth) == (
        ClusterReport(0, 2),
        ClusterReport(3, 3, labelled=3, majority="a", purity=2 / 3),
        ClusterReport(NOISE, 2, labelled=1, majority="a", purity=1.0),
    )


def test_of_equally_frequent_labels_the_earlier_one_counts():
    (report,) = describe([0, 0, 0, 0], ["日本", "a", "a", "日本"])
    assert (report.majority, report.purity) == ("日本", 0.5)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_medoids_radii_and_silhouettes_are_those_of_the_definitions(n, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(-2, 4, n)
    matrix = rng.normal(size=(n, 3)).astype(np.float32)
    where = matrix.astype(float)
    inside = np.flatnonzero(labels >= 0)
    k = len(set(labels[inside].tolist()))
    each = np.full(n, np.nan)
    if 2 <= k < len(inside):
        each[inside] = silhouette_samples(where[inside], labels[inside])
    reports = describe(labels, matrix=matrix)
    assert [r.id for r in reports if r.id >= 0] == sorted(set(labels[inside].tolist()))
    for report in reports:
        members = np.flatnonzero(labels == report.id)
        assert report.size == len(members)
        if report.id == NOISE:
            assert report == ClusterReport(NOISE, len(members))
            continue
        sums = cdist(where[members], where[members]).sum(axis=1)
        assert sums[members == report.medoid] == pytest.approx(sums.min(), abs=1e-12)
        assert report.medoid_exact
        centre = where[members].mean(axis=0)
        expected = np.linalg.norm(where[members] - centre, axis=1).mean()
        assert report.radius == pytest.approx(expected, abs=1e-12)
        assert report.sampled is None
        if np.isnan(each).all():
            assert report.silhouette is None
        else:
            assert report.silhouette == pytest.approx(each[members].mean(), abs=1e-12)


def test_rows_tell_which_clip_lies_where():
    labels = np.array([UNPLACED, 0, 0, 0, 1])
    reports = describe(labels, matrix=[[9.0], [5.0], [0.0], [6.0]], rows=[4, 3, 1, 2])
    assert [report.medoid for report in reports] == [3, 4]
    with pytest.raises(ParameterError, match="one row per label, 5; it has 4"):
        describe(labels, matrix=np.zeros((4, 1)))


def test_of_equal_clips_the_first_is_the_medoid():
    rows = np.random.default_rng(0).normal(size=(3, 7))
    matrix = rows[[0, 1, 2, 1, 0, 1, 2, 1]]  # the second is the most frequent
    (report,) = describe([0] * 8, matrix=matrix)
    assert report.medoid == 1


def test_large_clusters_are_described_from_samples_and_say_so(monkeypatch):
    monkeypatch.setattr(describing, "SAMPLE", 900)
    monkeypatch.setattr(describing, "_EXACT", 200)
    rng = np.random.default_rng(4)
    labels = np.repeat([0, 1, 2], [900, 500, 20])
    matrix = 3.0 * np.eye(3)[labels] + rng.normal(size=(1_420, 3))
    exact = silhouette_samples(matrix, labels)
    reports = describe(labels, matrix=matrix)
    assert reports == describe(labels, matrix=matrix)
    assert [report.medoid_exact for report in reports] == [False, False, True]
    for report in reports:
        members = np.flatnonzero(labels == report.id)
        # Of every cluster as many: the small one is not lost.
        assert report.sampled == 300 + 300 + 20
        assert report.silhouette == pytest.approx(exact[members].mean(), abs=0.05)
        means = cdist(matrix[members], matrix[members]).mean(axis=1)
        assert means[members == report.medoid] <= means.min() * 1.01
    monkeypatch.setattr(describing, "SAMPLE", 2)
    assert {report.silhouette for report in describe(labels, matrix=matrix)} == {None}


def test_describing_can_be_cancelled():
    def report(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        describe([0, 1, 0], matrix=np.eye(3), report=report)
