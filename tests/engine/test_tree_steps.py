"""What is asked of a tree while it is cut."""

from __future__ import annotations

import importlib
import pickle
from dataclasses import replace

import numpy as np
import pytest

from engine.clustering.cuts import cut_curves
from engine.clustering.describing import describe
from engine.clustering.grafting import graft
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.silhouette import Sampled
from engine.errors import Cancelled, FeaturesMissingError, ParameterError
from engine.features.representation import RepresentationParams
from engine.projects import matrices, steps, tree_steps
from engine.projects.curation import grafted
from engine.projects.records import decode_grouping, encode_grouping

MEL = RepresentationParams(feature="mel")


@pytest.fixture
def keys(places, finished):
    return finished.extraction.keys


@pytest.fixture
def grouping(finished):
    return finished.grouping


def branch_of(grouping, size):
    """Return the smallest branch of at least so many clips."""
    sizes = grouping.hierarchy.sizes
    return int(np.where(sizes >= size, sizes, sizes.max() + 1).argmin())


def test_a_study_scores_every_cut_and_every_branch(keys, finished, grouping):
    truth = finished.dataset.labels
    found = tree_steps.study(keys, grouping.pipeline, grouping.linkage, truth)
    n = len(grouping.rows)
    assert found.curves.k.tolist() == list(range(1, min(n, 200) + 1))
    assert np.isnan(found.curves.silhouette[[0, -1]]).all()
    assert np.isfinite(found.curves.silhouette[1:-1]).all()
    assert found.curves.nmi[0] == 0.0
    at = finished.grouping.pipeline.n_clusters
    scores = steps.evaluate(keys, grouping.pipeline, finished.labels, truth)
    assert found.curves.silhouette[at - 1] == pytest.approx(scores.silhouette)
    assert found.curves.accuracy[at - 1] == pytest.approx(scores.accuracy)
    assert found.silhouettes.shape == (2 * n - 1,)
    assert np.isfinite(found.silhouettes[:-1]).all()
    unlabelled = tree_steps.study(keys, grouping.pipeline, grouping.linkage, None, 7)
    assert unlabelled.curves.nmi is None
    assert unlabelled.curves.k.tolist() == list(range(1, 8))


def test_a_study_of_one_clip_and_of_another_tree(keys, grouping):
    alone = (keys[0], *[None] * (len(keys) - 1))
    found = tree_steps.study(alone, grouping.pipeline, np.empty((0, 4)), None)
    assert found.curves.k.tolist() == [1]
    assert np.isnan(found.silhouettes).tolist() == [True]
    with pytest.raises(ParameterError, match="one row per leaf"):
        tree_steps.study(alone, grouping.pipeline, grouping.linkage, None)


def test_the_medoid_of_some_clips(keys, finished, grouping):
    clips = np.flatnonzero(finished.labels == 0)
    matrix = matrices.represented(keys, grouping.pipeline).matrix
    reports = describe(finished.labels, None, matrix)
    assert tree_steps.medoid(keys, grouping.pipeline, clips) == reports[0].medoid
    assert tree_steps.medoid(keys, grouping.pipeline, clips[::-1][:1]) == clips[-1]
    silent = tuple(None if i in clips else key for i, key in enumerate(keys))
    with pytest.raises(ParameterError, match="None of these"):
        tree_steps.medoid(silent, grouping.pipeline, clips)
    with pytest.raises(ParameterError, match="None of these"):
        tree_steps.medoid(keys, grouping.pipeline, clips[:0])


def test_clusters_are_described_by_clip_also_where_some_have_no_features(
    keys, finished, grouping
):
    truth = finished.dataset.labels
    found = tree_steps.describe_clusters(
        keys, grouping.pipeline, finished.labels, truth
    )
    assert [r.id for r in found] == finished.clusters.ids.tolist()
    assert all(finished.labels[r.medoid] == r.id for r in found)
    fewer = (None, *keys[1:])
    labels = finished.labels.copy()
    labels[0] = -2
    for one in tree_steps.describe_clusters(fewer, grouping.pipeline, labels, truth):
        assert labels[one.medoid] == one.id


def test_a_branch_is_grown_again_and_the_rest_stays(keys, finished, grouping):
    node = int(finished.clusters.nodes[np.argmax(finished.clusters.sizes)])
    clips = np.sort(grouping.rows[grouping.hierarchy.members(node)])
    found, moved = tree_steps.recluster(keys, grouping, node, MEL, "average")
    assert found.answers(finished.pipeline)
    assert len(found.hierarchy.sizes) == len(moved) == len(grouping.hierarchy.sizes)
    top = int(moved[node])
    assert set(found.rows[found.hierarchy.members(top)]) == set(clips)
    assert found.notes[-1] == (
        f"Branch of {len(clips)} clips regrouped by mel-spectrogram, Average"
    )
    (record,) = found.grafts
    assert record.clips.tolist() == clips.tolist()
    assert (record.representation, record.linkage) == (MEL, "average")
    project = grafted(finished, found, moved, node)
    outside = np.setdiff1d(np.arange(len(finished.labels)), clips)
    assert (project.labels == finished.labels)[outside].all()
    assert len(np.unique(project.labels[clips])) == 2
    again, _ = tree_steps.recluster(keys, found, top, MEL, "average")
    np.testing.assert_allclose(again.linkage, found.linkage)
    assert len(again.grafts) == 2


def test_a_branch_is_regrouped_by_features_also_where_a_network_made_the_groups(
    keys, grouping
):
    node = branch_of(grouping, 5)
    by_network = replace(grouping.pipeline, network="20240101-000000-abcdef@5")
    made = replace(grouping, pipeline=by_network)
    found, _ = tree_steps.recluster(keys, made, node, MEL, "average")
    expected, _ = tree_steps.recluster(keys, grouping, node, MEL, "average")
    np.testing.assert_array_equal(found.linkage, expected.linkage)
    assert found.answers(by_network)


def test_the_branch_is_the_tree_of_these_clips_alone(keys, grouping):
    node = branch_of(grouping, 5)
    clips = set(grouping.rows[grouping.hierarchy.members(node)].tolist())
    own = tuple(key if i in clips else None for i, key in enumerate(keys))
    pipeline = replace(grouping.pipeline, representation=MEL)
    alone = steps.group(own, pipeline.choosing("agglomerative", linkage="ward"))
    found, _ = tree_steps.recluster(keys, grouping, node, MEL, "ward")
    expected, _ = graft(grouping.hierarchy, node, alone.linkage)
    np.testing.assert_allclose(found.linkage, expected)


@pytest.mark.parametrize("size", [2, 3, 9])
@pytest.mark.parametrize(
    "chosen",
    [
        {"feature": "descriptors"},
        {"feature": "mel+mfcc", "pooling": "image"},
        {"feature": "chroma", "scaling": "standard"},
        {"feature": "mfcc", "reduction": "pca"},
        {"feature": "mfcc", "reduction": "variance"},
        {"feature": "mel", "manifold": "umap"},
    ],
)
def test_branches_of_a_few_clips_can_be_grown_again(keys, grouping, size, chosen):
    node = branch_of(grouping, size)
    params = RepresentationParams(**chosen)
    found, moved = tree_steps.recluster(keys, grouping, node, params, "ward")
    assert found.hierarchy.sizes[moved[node]] == grouping.hierarchy.sizes[node]
    assert np.isfinite(found.linkage).all()


def test_identical_clips_are_a_branch_of_height_zero_below_its_top(keys, grouping):
    same = (keys[0],) * len(keys)
    node = branch_of(grouping, 6)
    found, moved = tree_steps.recluster(same, grouping, node, MEL, "ward")
    tree, top = found.hierarchy, int(moved[node])
    assert tree.height(top) == grouping.hierarchy.height(node)
    inner = np.flatnonzero(tree.inside(np.arange(len(tree.sizes)), top))
    assert not any(tree.height(i) for i in inner if i != top)


def test_rows_in_any_order_stand_for_their_clips(keys, grouping):
    """As in a tree that was grown elsewhere."""
    mixed = np.random.default_rng(0).permutation(grouping.rows)
    other = replace(grouping, rows=mixed)
    node = branch_of(other, 6)
    found, moved = tree_steps.recluster(keys, other, node, MEL, "ward")
    clips = np.sort(mixed[other.hierarchy.members(node)])
    pipeline = replace(grouping.pipeline, representation=MEL)
    own = tuple(key if i in clips else None for i, key in enumerate(keys))
    tree, top = found.hierarchy, int(moved[node])
    inner = tree.children[top - tree.n_leaves]
    halves = [set(mixed[tree.members(int(i))].tolist()) for i in inner]
    expected = Hierarchy(
        steps.group(own, pipeline.choosing("agglomerative", linkage="ward")).linkage
    ).labels_at(2)
    groups = [set(clips[expected == i].tolist()) for i in (0, 1)]
    assert sorted(map(sorted, halves)) == sorted(map(sorted, groups))


def test_what_cannot_be_regrouped_is_said(keys, grouping):
    tree = grouping.hierarchy
    with pytest.raises(ParameterError, match="at least two clips"):
        tree_steps.recluster(keys, grouping, 0, MEL, "ward")
    with pytest.raises(ParameterError, match="node must be"):
        tree_steps.recluster(keys, grouping, len(tree.sizes), MEL, "ward")
    with pytest.raises(ParameterError, match="linkage"):
        tree_steps.recluster(keys, grouping, tree.n_leaves, MEL, "median")
    flat = replace(grouping, linkage=None)
    with pytest.raises(ParameterError, match="no tree"):
        tree_steps.recluster(keys, flat, tree.n_leaves, MEL, "ward")
    node = branch_of(grouping, 4)
    gone = list(keys)
    gone[grouping.rows[tree.members(node)[0]]] = None
    with pytest.raises(ParameterError, match="must have features"):
        tree_steps.recluster(tuple(gone), grouping, node, MEL, "ward")
    lost = tuple("0" * 32 for _ in keys)
    with pytest.raises(FeaturesMissingError):
        tree_steps.recluster(lost, grouping, node, MEL, "ward")


def stop(step):
    raise Cancelled


def arguments(name, finished):
    keys, grouping = finished.extraction.keys, finished.grouping
    # Another matrix every time, so that it has to be made.
    pipeline = grouping.pipeline.choosing(feature="chroma", pooling="profile")
    return {
        "study": (keys, pipeline, grouping.linkage, finished.dataset.labels),
        "medoid": (keys, pipeline, np.arange(4)),
        "describe_clusters": (keys, pipeline, finished.labels, None),
        "recluster": (
            keys,
            grouping,
            branch_of(grouping, 5),
            RepresentationParams(feature="mel", pooling="profile"),
            "ward",
        ),
    }[name]


@pytest.mark.parametrize("name", ["study", "medoid", "describe_clusters", "recluster"])
def test_they_run_in_another_process_and_can_be_stopped(places, finished, name):
    step = getattr(importlib.import_module("engine.projects.tree_steps"), name)
    given = pickle.loads(pickle.dumps(arguments(name, finished)))  # noqa: S301
    matrices.MATRICES.clear()
    with pytest.raises(Cancelled):
        step(*given, report=stop)
    answer = step(*given)
    pickle.loads(pickle.dumps(answer))  # noqa: S301


def test_a_study_takes_the_distances_that_the_scores_took(
    keys, finished, grouping, monkeypatch
):
    labels = finished.labels
    steps.evaluate(keys, grouping.pipeline, labels, None)
    measured = []
    monkeypatch.setattr(Sampled, "_measure", lambda *_: measured.append(1))
    found = tree_steps.study(keys, grouping.pipeline, grouping.linkage, None, 5)
    assert not measured
    matrix = matrices.represented(keys, grouping.pipeline).matrix
    monkeypatch.undo()
    expected = cut_curves(matrix, grouping.hierarchy, 5, lowest=1)
    np.testing.assert_allclose(found.curves.silhouette, expected.silhouette)


def test_a_grouping_with_grafts_survives_a_file(keys, grouping):
    node = branch_of(grouping, 5)
    found, _ = tree_steps.recluster(keys, grouping, node, MEL, "single")
    again = decode_grouping(*encode_grouping(found), len(keys))
    np.testing.assert_array_equal(again.linkage, found.linkage)
    assert again.notes == found.notes
    (record,), (expected,) = again.grafts, found.grafts
    assert record.clips.tolist() == expected.clips.tolist()
    assert record.representation == expected.representation
    assert record.linkage == "single"
