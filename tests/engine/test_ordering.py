"""Left and right of a tree's merges: neighbours that are alike, labels as before."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import leaves_list, optimal_leaf_ordering
from scipy.spatial.distance import pdist, squareform

import engine.clustering.ordering as ordering
from engine.clustering.drawing import draw
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.linkage import linkage
from engine.clustering.methods import METHODS
from engine.clustering.ordering import ordered
from engine.errors import Cancelled


@st.composite
def fits(draw, most):
    """Draw points with ties and duplicates, and a tree of them."""
    n = draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = rng.normal(size=(n, 3))
    if draw(st.booleans()):
        points = np.round(points)
    metric = draw(st.sampled_from(["euclidean", "cosine"]))
    method = draw(st.sampled_from(["average", "complete", "single"]))
    return points, metric, linkage(points, method, metric)


def length(tree, gaps):
    """Sum the distances between neighbours in a drawing."""
    order = draw(Hierarchy(tree)).order
    return gaps[order[1:], order[:-1]].sum()


def all_ways(tree):
    for flips in itertools.product([False, True], repeat=len(tree)):
        way = tree.copy()
        flipped = np.array(flips, bool)
        way[flipped, :2] = way[flipped, 1::-1]
        yield way


def gaps_of(points, metric):
    if metric == "cosine":
        lengths = np.linalg.norm(points, axis=1, keepdims=True)
        points = points / np.where(lengths, lengths, 1.0)
        return squareform(pdist(points, "sqeuclidean")) / 2
    return squareform(pdist(points))


@settings(deadline=None, max_examples=40)
@given(fits(most=8))
def test_no_choice_of_sides_brings_neighbours_nearer(fit):
    points, metric, tree = fit
    gaps = gaps_of(points, metric)
    best = min(length(way, gaps) for way in all_ways(tree))
    np.testing.assert_allclose(
        length(ordered(tree, points, metric), gaps), best, atol=1e-6
    )


@settings(deadline=None, max_examples=40)
@given(fits(most=40), st.booleans())
def test_the_tree_stays_the_same_and_so_do_all_labels(fit, few):
    points, metric, tree = fit
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "OPTIMAL_LIMIT", 1_200 if few else 5)
        found = ordered(tree, points, metric)
    np.testing.assert_array_equal(np.sort(found[:, :2]), np.sort(tree[:, :2]))
    np.testing.assert_array_equal(found[:, 2:], tree[:, 2:])
    before, after = Hierarchy(tree), Hierarchy(found)
    for k in range(1, len(points) + 1):
        np.testing.assert_array_equal(after.labels_at(k), before.labels_at(k))


@pytest.mark.parametrize("method", ["ward", "single"])
def test_points_along_a_line_are_drawn_along_it(method):
    points = np.random.default_rng(0).permutation(120)[:, None] ** 1.3
    order = draw(Hierarchy(ordered(linkage(points, method), points))).order
    steps = np.diff(points[order, 0])
    assert (steps > 0).all() or (steps < 0).all()


def test_no_worse_than_scipy_on_what_is_too_large_to_try_all():
    points = np.random.default_rng(1).normal(size=(150, 8))
    tree, gaps = linkage(points), squareform(pdist(points))
    theirs = leaves_list(optimal_leaf_ordering(tree, pdist(points)))
    ours = length(ordered(tree, points), gaps)
    assert ours <= gaps[theirs[1:], theirs[:-1]].sum() * (1 + 1e-9)
    assert ours < 0.99 * length(tree, gaps)


def test_beyond_the_limit_the_bigger_child_is_on_the_left(monkeypatch):
    points = np.random.default_rng(2).normal(size=(60, 3))
    tree = linkage(points)
    monkeypatch.setattr(ordering, "OPTIMAL_LIMIT", 59)
    sizes = Hierarchy(tree).sizes[ordered(tree, points)[:, :2].astype(int)]
    assert (sizes[:, 0] >= sizes[:, 1]).all()


@pytest.mark.parametrize("route", ["exact", "micro"])
def test_a_fit_comes_ordered(route):
    method = METHODS["agglomerative"]
    points = np.random.default_rng(3).normal(size=(80, 4))
    fit = method.fit(points, method.params(n_clusters=7, route=route))
    sides = ordered(linkage(points), points)[:, :2]
    np.testing.assert_array_equal(fit.linkage[:, :2], sides)
    plain = Hierarchy(linkage(points)).labels_at(7)
    np.testing.assert_array_equal(fit.labels, plain)


def test_ordering_counts_up_to_its_end_and_can_be_cancelled(monkeypatch):
    points = np.random.default_rng(4).normal(size=(100, 3))
    tree = linkage(points)
    monkeypatch.setattr(ordering, "_REPORTS", 1)
    steps = []
    ordered(tree, points, report=steps.append)
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert 0.1 * steps[-1].total < done[-1] < steps[-1].total  # the last is missing

    def cancel(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        ordered(tree, points, report=cancel)
