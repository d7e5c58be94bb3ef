"""A tree of real recordings: its study, and a branch grown again by another feature."""

from pathlib import Path

import numpy as np
import pytest

from engine.audio.scanning import scan_folder
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from engine.projects.curation import grafted
from engine.projects.pipeline import Pipeline
from engine.projects.project import Project
from engine.projects.steps import run
from engine.projects.tree_steps import (
    describe_clusters,
    medoid,
    recluster,
    study,
)

pytestmark = pytest.mark.realdata

SETS = ["esc10", "bengalese_finch_syllables"]


@pytest.fixture(scope="module", params=SETS)
def project(request, realdata: Path, tmp_path_factory):
    """Return one set, cut into ten groups."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOCLUST_CACHE", str(tmp_path_factory.mktemp("cache")))
        dataset = scan_folder(realdata / request.param)
        pipeline = Pipeline(projection=ProjectionParams(method="pca"))
        pipeline = pipeline.choosing("agglomerative", n_clusters=10)
        yield run(Project(dataset, pipeline))


def test_a_study_is_finite_and_its_best_cut_is_near_the_truth(project):
    keys, grouping = project.extraction.keys, project.grouping
    found = study(keys, grouping.pipeline, grouping.linkage, project.dataset.labels)
    curves = found.curves
    assert curves.k.tolist() == list(range(1, 201))
    assert np.isnan(curves.silhouette[0])
    assert np.isfinite(curves.silhouette[1:]).all()
    assert np.isfinite(found.silhouettes[:-1]).all()
    assert curves.nmi[9] == pytest.approx(project.scores.nmi)
    assert curves.silhouette[9] == pytest.approx(project.scores.silhouette)
    assert 5 <= curves.k[curves.ari.argmax()] <= 40  # of 10 and 9 classes
    # The first splits part what is apart.
    assert found.silhouettes[grouping.hierarchy.nodes_at(5)].mean() > 0.1


@pytest.mark.parametrize("feature", ["mel", "chroma+descriptors"])
def test_a_branch_grown_again_leaves_the_others_alone(project, feature):
    keys, grouping = project.extraction.keys, project.grouping
    params = RepresentationParams(feature=feature)
    largest = int(project.clusters.sizes.argmax())
    half = int(grouping.hierarchy.children[-1, 0])
    for node in (int(project.clusters.nodes[largest]), half):
        clips = grouping.rows[grouping.hierarchy.members(node)]
        found, moved = recluster(keys, grouping, node, params, "ward")
        after = grafted(project, found, moved, node)
        outside = np.setdiff1d(np.arange(len(keys)), clips)
        assert (after.labels == project.labels)[outside].all()
        assert len(np.unique(after.labels[clips])) >= 2
        assert f"Branch of {len(clips)} clips" in found.notes[-1]


def test_every_cluster_has_a_medoid_that_can_be_played(project):
    keys, pipeline = project.extraction.keys, project.grouping.pipeline
    for one in describe_clusters(
        keys, pipeline, project.labels, project.dataset.labels
    ):
        clips = np.flatnonzero(project.labels == one.id)
        assert medoid(keys, pipeline, clips) == one.medoid
        assert one.medoid in clips
