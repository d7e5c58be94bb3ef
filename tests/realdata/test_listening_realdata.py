"""Tours, neighbours and silhouettes of a bird's syllables."""

from pathlib import Path

import numpy as np
import pytest

from engine.audio.scanning import scan_folder
from engine.features.projection import ProjectionParams
from engine.projects.listening_steps import (
    by_medoid,
    descriptors,
    neighbours,
    silhouettes,
    tour,
)
from engine.projects.pipeline import Pipeline
from engine.projects.project import Project
from engine.projects.steps import represented, run

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def project(realdata: Path, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOCLUST_CACHE", str(tmp_path_factory.mktemp("cache")))
        dataset = scan_folder(realdata / "bengalese_finch_syllables")
        pipeline = Pipeline(projection=ProjectionParams(method="pca"))
        pipeline = pipeline.choosing("agglomerative", n_clusters=9)
        yield run(Project(dataset, pipeline))


def test_a_tour_of_every_cluster_goes_from_its_middle_over_its_edge(project):
    keys, pipeline, labels = project.extraction.keys, project.pipeline, project.labels
    widths = silhouettes(keys, pipeline, labels)
    matrix = represented(keys, pipeline).matrix
    assert np.nanmean(widths) == pytest.approx(project.scores.silhouette, abs=1e-4)
    for cluster in project.clusters.ids.tolist():
        found = tour(keys, pipeline, labels, cluster)
        own = [found.medoid, *found.typical, *found.boundary]
        assert len(own) == 7
        assert (labels[own] == cluster).all()
        assert found.rival != cluster
        assert labels[found.rival_medoid] == found.rival
        assert widths[found.boundary].mean() < widths[found.typical].mean()
        assert widths[found.boundary].max() < widths[found.medoid]
        members = np.flatnonzero(labels == cluster)
        apart = np.linalg.norm(matrix[members] - matrix[found.medoid], axis=1)
        typical = np.isin(members, found.typical)
        assert apart[typical].max() < np.median(apart)


def test_neighbours_of_a_syllable_are_mostly_the_same_syllable(project):
    keys, pipeline = project.extraction.keys, project.pipeline
    truth = np.array(project.dataset.labels)
    clips = np.arange(0, len(keys), len(keys) // 40)
    shares = [
        (truth[neighbours(keys, pipeline, int(clip), 8).clips] == truth[clip]).mean()
        for clip in clips
    ]
    assert np.mean(shares) > 0.9


def test_a_cluster_in_the_order_of_its_medoid_ends_farther_out(project):
    keys, pipeline, labels = project.extraction.keys, project.pipeline, project.labels
    members = np.flatnonzero(labels == project.clusters.ids[0])
    order = by_medoid(keys, pipeline, members)
    widths = silhouettes(keys, pipeline, labels)[order]
    tenth = max(1, len(order) // 10)
    assert widths[:tenth].mean() > widths[-tenth:].mean()


def test_descriptors_of_short_syllables(project):
    found = descriptors(project.extraction.keys, project.pipeline)
    assert 0.01 < np.median(found["duration"]) < 0.5
    assert np.isfinite(found["centroid"]).all()
