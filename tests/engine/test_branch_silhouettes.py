"""Every branch against its sibling, as the definition says and in one pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import cdist

from engine.clustering import silhouette
from engine.clustering.branch_silhouettes import branch_silhouettes
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.silhouette import Sampled, silhouette_samples
from engine.errors import Cancelled, ParameterError


def by_definition(tree, rows, sampled):
    """Return what the docstring says, one node after the other."""
    apart = cdist(rows, rows)
    found = np.full(len(tree.sizes), np.nan)
    for pair in tree.children.tolist():
        for node, sibling in (pair, pair[::-1]):
            own = np.intersect1d(tree.members(node), sampled)
            others = np.intersect1d(tree.members(sibling), sampled)
            if not len(own) or not len(others):
                continue
            if len(own) == 1:
                if tree.sizes[node] == 1:
                    found[node] = 0.0
                continue
            a = apart[np.ix_(own, own)].sum(axis=1) / (len(own) - 1)
            b = apart[np.ix_(own, others)].mean(axis=1)
            scale = np.maximum(a, b)
            found[node] = ((b - a) / np.where(scale > 0.0, scale, 1.0)).mean()
    return found


@st.composite
def collections(draw):
    n = draw(st.integers(2, 30))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    rows = rng.normal(size=(n, 3))
    if draw(st.booleans()):
        rows = np.round(rows)  # clips that coincide
    if draw(st.booleans()):
        rows[:, 0] = np.arange(n) ** 2  # a chain
    kind = draw(st.sampled_from(["ward", "average", "complete", "single"]))
    return rows, Hierarchy(linkage(rows, kind))


@settings(max_examples=150, deadline=None)
@given(collections(), st.integers(2, 40))
def test_they_are_those_of_the_definition(made, sample):
    rows, tree = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(silhouette, "SAMPLE", sample)
        basis = Sampled(rows, 1)
    found = branch_silhouettes(tree, basis)
    assert found.dtype == np.float32
    expected = by_definition(tree, rows, basis.rows)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.isnan(found[-1])


def test_of_two_clusters_they_are_their_silhouettes():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 2)) + np.repeat([[0.0], [4.0]], 20, axis=0)
    tree = Hierarchy(linkage(rows, "ward"))
    labels = tree.labels_at(2)
    widths = silhouette_samples(rows, labels)
    found = branch_silhouettes(tree, Sampled(rows))
    for node, label in zip(tree.children[-1], (0, 1), strict=True):
        assert found[node] == pytest.approx(widths[labels == label].mean(), abs=1e-6)


def test_a_single_clip_has_no_sibling():
    found = branch_silhouettes(Hierarchy(np.empty((0, 4))), Sampled(np.ones((1, 2))))
    assert np.isnan(found).tolist() == [True]


def test_a_chain_of_a_sample_is_walked_once_and_can_be_stopped():
    n, merges = 20_000, np.arange(19_999)
    left = np.where(merges == 0, 0, n + merges - 1)
    chain = np.stack([left, merges + 1, merges + 1.0, merges + 2.0], axis=1)
    tree, steps = Hierarchy(chain), []
    basis = Sampled(np.arange(n, dtype=float)[:, None], 0)
    found = branch_silhouettes(tree, basis, steps.append)
    compared = [step for step in steps if step.message == "Comparing branches"]
    assert 20 < len(compared) < 200
    assert all(step.done < step.total == 4_999 for step in compared)
    assert np.isfinite(found[tree.parents[basis.rows[2:]] - 1]).all()
    assert np.nanmax(np.abs(found)) <= 1.0

    def stop(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        branch_silhouettes(tree, basis, stop)


@pytest.mark.parametrize("rows", [3, 5])
def test_distances_of_other_rows_are_refused(rows):
    tree = Hierarchy(linkage(np.arange(4.0)[:, None], "single"))
    with pytest.raises(ParameterError, match=f"4; they are of {rows}"):
        branch_silhouettes(tree, Sampled(np.ones((rows, 2))))
