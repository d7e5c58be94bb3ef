"""What stands for a cluster, and which clips are near."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clustering.describing import medoid_of
from engine.clustering.estimated_silhouettes import estimated_silhouettes
from engine.clustering.silhouette import silhouette_samples
from engine.clustering.typicality import distances_from, nearest, portrait
from engine.errors import ParameterError


@st.composite
def labelled(draw):
    """Rows on a coarse grid, so that many are equal, and labels with noise."""
    n = draw(st.integers(1, 24))
    d = draw(st.integers(1, 3))
    rows = draw(
        st.lists(
            st.lists(st.integers(-2, 2), min_size=d, max_size=d), min_size=n, max_size=n
        )
    )
    labels = draw(st.lists(st.sampled_from([-2, -1, 0, 1, 4]), min_size=n, max_size=n))
    return np.array(rows, np.float32), np.array(labels)


def blobs(n, k, d=6, seed=0):
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, k, n)
    centres = 4 * rng.normal(size=(k, d))
    return (centres[ids] + rng.normal(size=(n, d))).astype(np.float32), ids


@given(labelled(), st.integers(1, 30))
@settings(deadline=None)
def test_the_nearest_are_those_of_the_definition(case, count):
    matrix, _ = case
    row = len(matrix) // 2
    found, distances = nearest(matrix, row, count)
    places = matrix.astype(float)
    far = [float(np.linalg.norm(place - places[row])) for place in places]
    expected = sorted((i for i in range(len(far)) if i != row), key=lambda i: far[i])
    assert found.tolist() == expected[:count]
    np.testing.assert_allclose(distances, np.array(far)[found], rtol=1e-12)


def test_equal_rows_are_at_no_distance_however_far_from_the_origin():
    matrix = np.full((5, 300), 1e6 + 0.1, np.float32)
    matrix[4] += 1.0
    assert distances_from(matrix, 2).tolist() == [0, 0, 0, 0, pytest.approx(300**0.5)]


@given(labelled())
@settings(deadline=None)
def test_a_portrait_is_of_its_cluster_and_names_everyone_once(case):
    matrix, labels = case
    for cluster in np.unique(labels[labels >= 0]).tolist():
        members = np.flatnonzero(labels == cluster)
        found = portrait(matrix, labels, cluster)
        shown = [found.medoid, *found.typical, *found.boundary]
        assert len(set(shown)) == len(shown)
        assert set(shown) <= set(members.tolist())
        assert len(shown) == min(len(members), 7)
        assert found.medoid == members[medoid_of(matrix[members])]
        others = set(labels[labels >= 0].tolist()) - {cluster}
        assert (found.rival is None) == (not others) == (found.rival_medoid is None)
        if others:
            apart = distances_from(matrix, found.medoid)
            means = {other: apart[labels == other].mean() for other in others}
            assert means[found.rival] <= min(means.values()) + 1e-12
            assert labels[found.rival_medoid] == found.rival


def test_typical_members_are_near_the_medoid_and_apart_the_boundary_faces_the_rival():
    matrix, ids = blobs(900, 3)
    found = portrait(matrix, ids, 1)
    members = np.flatnonzero(ids == 1)
    apart = distances_from(matrix, found.medoid)
    assert (apart[found.typical] < np.quantile(apart[members], 0.45)).all()
    assert (apart[found.typical] > np.quantile(apart[members], 0.05)).all()
    between = [
        np.linalg.norm(matrix[a] - matrix[b])
        for a in found.typical
        for b in found.typical
        if a < b
    ]
    assert min(between) > np.median(apart[found.typical]) / 2
    two = np.isin(ids, [1, found.rival])
    widths = np.full(len(ids), np.nan)
    widths[two] = silhouette_samples(matrix[two], ids[two])
    lowest = members[np.argsort(widths[members])[:3]]
    assert found.boundary.tolist() == lowest[::-1].tolist()


def test_a_single_cluster_ends_with_the_clips_farthest_out():
    matrix, _ = blobs(50, 1)
    labels = np.where(np.arange(50) < 40, 3, -1)
    found = portrait(matrix, labels, 3)
    apart = distances_from(matrix, found.medoid)[:40]
    assert found.rival is None
    assert found.boundary.tolist() == np.argsort(apart)[-3:].tolist()


@pytest.mark.parametrize("cluster", [-2, -1, 7])
def test_what_is_no_cluster_has_no_portrait(cluster):
    with pytest.raises(ParameterError, match=f"no cluster {cluster}"):
        portrait(np.zeros((3, 2), np.float32), np.array([-1, -2, 0]), cluster)


@given(labelled())
@settings(deadline=None)
def test_estimated_silhouettes_of_few_rows_are_the_exact_ones(case):
    matrix, labels = case
    found = estimated_silhouettes(matrix, labels)
    np.testing.assert_allclose(found, silhouette_samples(matrix, labels), atol=1e-9)


def test_estimated_silhouettes_of_many_rows_are_nearly_the_exact_ones():
    matrix, ids = blobs(7000, 6)
    ids[:50] = -1
    ids[50] = 99  # alone
    found, exact = estimated_silhouettes(matrix, ids), silhouette_samples(matrix, ids)
    assert np.isnan(found[:50]).all()
    assert found[50] == 0.0
    assert np.abs(found[50:] - exact[50:]).max() < 0.05
    assert np.nanmean(found) == pytest.approx(np.nanmean(exact), abs=2e-3)
