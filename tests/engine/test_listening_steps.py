"""What is asked while a person listens."""

from dataclasses import replace

import numpy as np
import pytest

from engine.clustering.describing import describe
from engine.clustering.silhouette import SAMPLE
from engine.errors import Cancelled, FeaturesMissingError, ParameterError
from engine.features.descriptors import DESCRIPTORS
from engine.features.images import image_of
from engine.projects import listening_steps as listening
from engine.projects import steps


@pytest.fixture
def keys(places, finished):
    return finished.extraction.keys


@pytest.fixture
def pipeline(finished):
    return finished.pipeline


@pytest.fixture
def fewer(keys):
    """The same clips, but the first and the fifth have no features."""
    return tuple(None if i in (0, 4) else key for i, key in enumerate(keys))


def test_neighbours_are_clips_whatever_has_no_features(keys, fewer, pipeline):
    found = listening.neighbours(fewer, pipeline, 1, 5)
    assert len(found.clips) == len(found.distances) == 5
    assert found.clips.dtype == np.int64
    assert found.distances.dtype == np.float32
    assert (np.diff(found.distances) >= 0).all()
    assert not set(found.clips.tolist()) & {0, 1, 4}
    matrix = steps.represented(fewer, pipeline).matrix
    rows = np.searchsorted([i for i, k in enumerate(fewer) if k], found.clips)
    apart = np.linalg.norm(matrix - matrix[0], axis=1)
    np.testing.assert_allclose(found.distances, apart[rows], rtol=1e-5)
    assert set(rows) == set(np.argsort(apart)[1:6])
    everyone = listening.neighbours(keys, pipeline, 1, 10**6)
    assert len(everyone.clips) == len(keys) - 1


def test_neighbours_that_cannot_be_are_refused_in_words(fewer, pipeline):
    for clip in (0, 4, -1, len(fewer)):
        with pytest.raises(ParameterError, match="no features"):
            listening.neighbours(fewer, pipeline, clip)
    with pytest.raises(ParameterError, match="1 or more"):
        listening.neighbours(fewer, pipeline, 1, 0)


def test_a_clip_alone_has_no_neighbours(keys, pipeline):
    alone = (keys[0], *[None] * (len(keys) - 1))
    assert not len(listening.neighbours(alone, pipeline, 0).clips)
    assert listening.by_medoid(alone, pipeline, np.array([3, 0])).tolist() == [0, 3]
    labels = np.zeros(len(keys), np.int32)
    assert listening.tour(alone, pipeline, labels, 0).clips.tolist() == [0]
    assert np.isnan(listening.silhouettes(alone, pipeline, labels)).all()


def test_a_tour_goes_from_the_middle_to_the_rival(keys, finished, pipeline):
    labels = finished.labels
    reports = {
        one.id: one
        for one in describe(labels, None, steps.represented(keys, pipeline).matrix)
    }
    for cluster in finished.clusters.ids.tolist():
        found = listening.tour(keys, pipeline, labels, cluster)
        assert found.cluster == cluster
        assert found.medoid == reports[cluster].medoid
        assert found.rival != cluster
        assert found.rival_medoid == reports[found.rival].medoid
        own = [found.medoid, *found.typical, *found.boundary]
        assert (labels[own] == cluster).all()
        assert found.clips.tolist() == [*own, found.rival_medoid]


def test_a_tour_leaves_out_what_has_no_features(fewer, finished, pipeline):
    labels = finished.labels.copy()
    labels[[0, 4]] = -2
    for cluster in np.unique(labels[labels >= 0]).tolist():
        found = listening.tour(fewer, pipeline, labels, cluster)
        assert not {0, 4} & set(found.clips.tolist())
        assert labels[found.medoid] == cluster
    with pytest.raises(ParameterError, match="Noise"):
        listening.tour(fewer, pipeline, labels, -1)
    with pytest.raises(ParameterError, match="no cluster 999"):
        listening.tour(fewer, pipeline, labels, 999)


def test_clips_in_the_order_of_their_medoid(fewer, pipeline):
    clips = np.arange(12)[::-1]
    found = listening.by_medoid(fewer, pipeline, clips)
    assert sorted(found) == sorted(clips)
    without = [clip for clip in clips if fewer[clip] is None]
    assert found[len(found) - len(without) :].tolist() == without
    near = listening.neighbours(fewer, pipeline, int(found[0]), 10**6)
    place = {clip: i for i, clip in enumerate(near.clips.tolist())}
    ranks = [place[clip] for clip in found[1 : len(found) - len(without)].tolist()]
    assert ranks == sorted(ranks)
    assert not len(listening.by_medoid(fewer, pipeline, np.empty(0, np.int64)))


def test_silhouettes_are_what_the_score_is_the_mean_of(keys, fewer, finished, pipeline):
    found = listening.silhouettes(keys, pipeline, finished.labels)
    assert found.dtype == np.float32
    assert found.mean() == pytest.approx(finished.scores.silhouette, abs=1e-6)
    labels = finished.labels.copy()
    labels[[0, 4]], labels[7] = -2, -1
    found = listening.silhouettes(fewer, pipeline, labels)
    assert np.flatnonzero(np.isnan(found)).tolist() == [0, 4, 7]
    assert len(found) <= SAMPLE


def test_descriptors_of_every_clip(keys, fewer, pipeline):
    found = listening.descriptors(keys, pipeline)
    assert list(found) == list(DESCRIPTORS)
    assert all(
        v.dtype == np.float32 and v.shape == (len(keys),) for v in found.values()
    )
    assert (found["duration"] > 0).all()
    assert found["centroid"].max() > 10 * found["rms"].max()
    some = listening.descriptors(fewer, pipeline)["duration"]
    assert np.flatnonzero(np.isnan(some)).tolist() == [0, 4]
    nobody = listening.descriptors((None, None), pipeline)
    assert np.isnan(nobody["tempo"]).tolist() == [True, True]


def test_a_thumbnail_is_the_picture_of_the_clip(keys, finished, pipeline):
    clip = finished.dataset.clips[2]
    opened = steps.inspect(finished.dataset.file(clip), clip, pipeline.features)
    for feature in ("mel", "spectrogram"):
        found = listening.thumbnail(keys[2], pipeline, feature)
        assert (found.shape, found.dtype) == ((48, 96), np.uint8)
        expected = image_of(feature, opened.features[feature], pipeline.features)
        assert np.abs(found.astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(
        listening.thumbnail(keys[2], pipeline),
        listening.thumbnail(keys[2], pipeline, "mel"),
    )
    with pytest.raises(ParameterError, match=r"one of.*mel.*'smell'"):
        listening.thumbnail(keys[2], pipeline, "smell")


def test_features_that_are_gone_are_missed(
    keys, finished, pipeline, tmp_path, monkeypatch
):
    monkeypatch.setenv("AUDIOCLUST_CACHE", str(tmp_path / "elsewhere"))
    labels = finished.labels
    for ask in (
        lambda: listening.neighbours(keys, pipeline, 0),
        lambda: listening.tour(keys, pipeline, labels, int(labels[0])),
        lambda: listening.by_medoid(keys, pipeline, np.array([0, 1])),
        lambda: listening.silhouettes(keys, pipeline, labels),
        lambda: listening.descriptors(keys, pipeline),
        lambda: listening.thumbnail(keys[0], pipeline),
    ):
        with pytest.raises(FeaturesMissingError):
            ask()


def test_they_can_be_stopped(keys, finished, pipeline):
    def stop(step):
        raise Cancelled

    labels = finished.labels
    steps.represented(keys, pipeline)
    with pytest.raises(Cancelled):
        listening.tour(keys, pipeline, labels, int(labels[0]), stop)
    with pytest.raises(Cancelled):
        listening.descriptors(keys, pipeline, stop)


def test_the_first_look_is_by_pca_of_the_same_features(keys, fewer, pipeline):
    seen = steps.glance(fewer, pipeline)
    by_pca = replace(pipeline, projection=pipeline.projection.replace(method="pca"))
    np.testing.assert_array_equal(seen, steps.lay_out(fewer, by_pca).positions)
    assert np.flatnonzero(np.isnan(seen[:, 0])).tolist() == [0, 4]
    unfolded = pipeline.choosing(manifold="umap")
    np.testing.assert_array_equal(steps.glance(fewer, unfolded), seen)


def test_a_map_that_was_stopped_goes_on_from_its_layout(
    keys, fewer, finished, pipeline
):
    asked = replace(pipeline, projection=pipeline.projection.replace(method="umap"))
    whole = steps.lay_out(fewer, asked)
    kept = []

    def report(step):
        if step.partial is not None:
            kept.append(
                (
                    steps.scattered(
                        step.partial,
                        np.flatnonzero([k is not None for k in fewer]),
                        len(fewer),
                    ),
                    step.done,
                )
            )
        if step.done == 40:
            raise Cancelled

    with pytest.raises(Cancelled):
        steps.lay_out(fewer, asked, report=report)
    begun = replace(whole, positions=kept[-1][0], done=kept[-1][1])
    again = steps.lay_out(fewer, asked, begun)
    np.testing.assert_array_equal(again.positions, whole.positions)
    assert not again.unfinished
    # One of other clips, or of another question, is of no use.
    np.testing.assert_array_equal(
        steps.lay_out(keys, asked, begun).positions,
        steps.lay_out(keys, asked).positions,
    )
    np.testing.assert_array_equal(
        steps.lay_out(fewer, pipeline, begun).positions,
        steps.lay_out(fewer, pipeline).positions,
    )
