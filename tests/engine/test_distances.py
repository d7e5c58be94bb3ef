"""Distances by matrix multiplication, against SciPy's."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from engine.clustering import distances
from engine.clustering.distances import condensed


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("block", [1, 50_000, 10**6])
def test_distances_are_scipys_whatever_the_block(monkeypatch, metric, block):
    monkeypatch.setattr(distances, "_BLOCK", block)
    matrix = np.random.default_rng(0).normal(50.0, 1.0, (300, 12))
    expected = pdist(matrix, metric)
    np.testing.assert_allclose(condensed(matrix, metric), expected, atol=1e-9)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_equal_clips_are_at_distance_zero_exactly(metric):
    rows = np.random.default_rng(1).normal(1e4, 1.0, (20, 33))
    twice = condensed(np.repeat(rows, 2, axis=0), metric)
    assert (twice == 0.0).sum() == 20
    assert (condensed(np.repeat(rows[:1], 9, axis=0), metric) == 0.0).all()


def test_silence_is_as_far_in_cosine_from_every_direction():
    matrix = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [-2.0, 0.0]])
    np.testing.assert_array_equal(
        condensed(matrix, "cosine"), [0, 0.5, 0.5, 0.5, 0.5, 2]
    )


def test_one_clip_has_no_distances():
    assert condensed(np.ones((1, 3))).shape == (0,)
