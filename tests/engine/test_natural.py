"""Natural cuts: found where there are groups, few or none where there are not."""

import numpy as np
import pytest

from engine.clustering.hierarchy import Hierarchy
from engine.clustering.linkage import linkage
from engine.clustering.natural import natural_cuts

METHODS = ["ward", "average", "complete", "single"]


def groups(middles, each, spread=1.0):
    rng = np.random.default_rng(len(middles))
    noise = rng.normal(size=(len(middles) * each, middles.shape[1]))
    return np.repeat(middles, each, axis=0) + spread * noise


def chain(heights):
    n, i = len(heights) + 1, np.arange(len(heights))
    return np.c_[np.where(i == 0, 0, n + i - 1), i + 1, heights, i + 2]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [2, 3, 7, 20])
def test_groups_well_apart_are_the_most_natural_cut(method, count):
    middles = 10 * np.random.default_rng(0).normal(size=(count, 12))
    tree = Hierarchy(linkage(groups(middles, 25), method))
    assert natural_cuts(tree, most=1) == (count,)
    assert count in natural_cuts(tree)


def test_groups_of_groups_are_natural_cuts_both():
    rng = np.random.default_rng(0)
    middles = np.repeat(40 * rng.normal(size=(3, 12)), 4, axis=0)
    tree = Hierarchy(linkage(groups(middles + 6 * rng.normal(size=(12, 12)), 25)))
    assert natural_cuts(tree, most=2) == (3, 12)


@pytest.mark.parametrize("method", METHODS)
def test_where_there_are_no_groups_hardly_any_cut_is_natural(method):
    counts = []
    for seed in range(12):
        points = np.random.default_rng(seed).uniform(size=(300, 2 + 4 * (seed % 3)))
        counts.append(len(natural_cuts(Hierarchy(linkage(points, method)))))
    assert np.mean(counts) < 3


@pytest.mark.parametrize(
    "heights",
    [
        np.zeros(99),
        np.ones(99),
        1 + 1e-13 * np.arange(99),  # rounding, not gaps
        np.arange(1.0, 100.0),
        np.arange(1.0, 50_000.0),
    ],
)
def test_a_tree_of_even_steps_has_no_natural_cut(heights):
    assert natural_cuts(Hierarchy(chain(heights))) == ()


def test_equal_clips_are_one_group_each():
    points = np.repeat(np.random.default_rng(0).normal(size=(6, 3)), 9, axis=0)
    tree = Hierarchy(linkage(points))
    assert natural_cuts(tree, most=1) == (6,)


def test_every_natural_cut_has_heights_that_give_it():
    points = np.random.default_rng(0).integers(0, 5, (200, 2)).astype(float)
    tree = Hierarchy(linkage(points, "average"))
    found = natural_cuts(tree)
    assert found
    assert list(found) == sorted(found)
    for k in found:
        low, high = tree.height_interval(k)
        assert low < high
        assert tree.k_at_height(low) == k


def test_no_more_are_returned_and_none_is_higher_than_asked_for():
    middles = 10 * np.random.default_rng(0).normal(size=(12, 12))
    tree = Hierarchy(linkage(groups(middles, 25), "single"))
    assert len(natural_cuts(tree)) <= 6
    assert natural_cuts(tree, most=0) == ()
    assert all(k <= 11 for k in natural_cuts(tree, highest=11))


@pytest.mark.parametrize("n", range(1, 8))
def test_the_smallest_trees_are_no_trouble(n):
    points = np.random.default_rng(n).normal(size=(n, 2))
    assert all(2 <= k <= n // 2 for k in natural_cuts(Hierarchy(linkage(points))))
