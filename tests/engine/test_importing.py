"""A tree that was grown elsewhere takes the place of the project's own."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage, to_mlab_linkage

from engine.audio.dataset import Clip, Dataset
from engine.clustering.partition import UNPLACED
from engine.errors import Cancelled, EngineError, ParameterError
from engine.projects import curation
from engine.projects.exporting import write_linkage
from engine.projects.file import ProjectFile, read
from engine.projects.importing import import_linkage
from engine.projects.opening import fresh
from engine.projects.project import Project, View
from engine.projects.steps import evaluate


def tree_of(n, seed=0):
    return linkage(np.random.default_rng(seed).normal(size=(n, 3)), "average")


def saved(path, tree):
    np.save(path, tree)
    return path


def without_features(project, failed):
    keys = tuple(
        None if i in failed else k for i, k in enumerate(project.extraction.keys)
    )
    return replace(project, extraction=replace(project.extraction, keys=keys))


def test_its_cut_is_what_the_project_shows(finished, tmp_path):
    n = len(finished.dataset)
    tree = tree_of(n)
    project = import_linkage(finished, saved(tmp_path / "z.npy", tree))
    np.testing.assert_array_equal(project.grouping.linkage, tree)
    np.testing.assert_array_equal(
        project.labels, project.grouping.hierarchy.labels_at(finished.cut)
    )
    assert project.grouped
    assert project.cut == finished.cut
    assert "z.npy" in project.grouping.notes[0]
    assert project.scores is None
    assert project.mapped
    np.testing.assert_array_equal(project.positions, finished.positions)
    for k in (1, 2, n):
        assert len(set(project.with_n_clusters(k).labels)) == k


def test_what_is_exported_comes_back(finished, tmp_path):
    for name in ("z.npy", "z.csv"):
        write_linkage(finished, tmp_path / name)
        project = import_linkage(finished, tmp_path / name)
        np.testing.assert_array_equal(project.labels, finished.labels)


def test_a_flat_method_becomes_agglomerative_with_the_same_number(finished, tmp_path):
    asked = finished.choosing("kmeans", n_clusters=3)
    path = saved(tmp_path / "z.npy", tree_of(len(finished.dataset)))
    project = import_linkage(asked, path)
    assert (project.pipeline.method, project.cut) == ("agglomerative", 3)
    assert project.grouped
    unasked = import_linkage(finished.choosing("dbscan"), path)
    assert unasked.cut == finished.pipeline.methods["agglomerative"].n_clusters


def test_the_number_of_clusters_is_at_most_that_of_the_leaves(tmp_path):
    dataset = Dataset("sounds", tuple(Clip(f"{i}.wav") for i in range(3)))
    asked = Project(dataset).with_n_clusters(40)
    project = import_linkage(asked, saved(tmp_path / "z.npy", tree_of(3)))
    assert project.cut == 3
    assert sorted(project.labels) == [0, 1, 2]


def test_one_clip_and_its_tree(tmp_path):
    project = fresh(Dataset("sounds", (Clip("a.wav"),)))
    path = saved(tmp_path / "z.npy", np.empty((0, 4)))
    assert import_linkage(project, path).labels.tolist() == [0]


def test_leaves_may_be_the_clips_with_features(finished, tmp_path):
    n, failed = len(finished.dataset), {0, 7}
    some = without_features(finished, failed)
    project = import_linkage(some, saved(tmp_path / "z.npy", tree_of(n - 2)))
    assert set(np.flatnonzero(project.labels == UNPLACED)) == failed
    whole = import_linkage(some, saved(tmp_path / "all.npy", tree_of(n)))
    assert (whole.labels >= 0).all()


def test_another_number_of_leaves_is_refused_with_both(finished, tmp_path):
    n = len(finished.dataset)
    path = saved(tmp_path / "z.npy", tree_of(n - 5))
    with pytest.raises(ParameterError, match=f"{n} leaves, one per clip; .* {n - 5}"):
        import_linkage(finished, path)
    some = without_features(finished, {3})
    with pytest.raises(ParameterError, match=f"{n - 1}, one per clip with features"):
        import_linkage(some, path)


def test_names_go_over_where_the_group_is_the_same(finished, tmp_path):
    named = curation.rename(finished, int(finished.clusters.nodes[2]), "bells")
    same = import_linkage(named, write_linkage(finished, tmp_path / "z.npy"))
    assert same.names == named.names
    other = tree_of(len(finished.dataset))
    assert not import_linkage(named, saved(tmp_path / "o.npy", other)).names


def test_scores_and_the_project_file_know_no_difference(finished, tmp_path, places):
    path = saved(tmp_path / "z.npy", tree_of(len(finished.dataset)))
    project = import_linkage(finished, path)
    labels, truth = project.labels, project.dataset.labels
    scores = evaluate(project.extraction.keys, project.pipeline, labels, truth)
    assert scores.n_clusters == project.cut
    file = ProjectFile(tmp_path / "p.audioclust")
    file.write(project, View())
    file.close()
    again, _ = read(tmp_path / "p.audioclust")
    np.testing.assert_array_equal(again.labels, labels)
    assert again.grouping.notes == project.grouping.notes


def test_a_file_that_is_no_tree_is_named(finished, tmp_path):
    path = saved(tmp_path / "z.npy", to_mlab_linkage(tree_of(5)))
    with pytest.raises(EngineError, match=r"z\.npy.*MATLAB"):
        import_linkage(finished, path)


def test_reading_can_be_cancelled(finished, tmp_path):
    def cancel(step):
        raise Cancelled

    path = saved(tmp_path / "z.npy", tree_of(len(finished.dataset)))
    with pytest.raises(Cancelled):
        import_linkage(finished, path, cancel)
