"""The road without a window."""

from dataclasses import replace

import numpy as np
import pytest

from engine.audio.dataset import Clip
from engine.errors import AudioError, Cancelled, ParameterError
from engine.features.spectral import FEATURES
from engine.projects import steps


def test_run_takes_a_collection_all_the_way(finished):
    assert finished.grouped
    assert finished.mapped
    assert len(set(finished.labels)) == 12
    assert finished.scores.n_clusters == 12
    assert finished.scores.nmi > 0.5
    assert np.isfinite(finished.positions).all()


def test_more_clusters_than_clips_become_as_many_as_there_are(places, finished):
    keys = (*finished.extraction.keys[:3], None)
    for method in ("agglomerative", "kmeans"):
        pipeline = replace(finished.pipeline, method=method).with_n_clusters(9)
        grouping = steps.group(keys, pipeline)
        assert grouping.rows.tolist() == [0, 1, 2]
        assert len(set(grouping.labels)) == 3
        assert "3" in grouping.notes[-1]
        assert grouping.answers(pipeline)


def test_clips_without_features_have_no_place(places, finished):
    keys = (None, *finished.extraction.keys[1:])
    layout = steps.lay_out(keys, finished.pipeline)
    assert np.isnan(layout.positions[0]).all()
    assert np.isfinite(layout.positions[1:]).all()


def test_nothing_to_group_is_said(places, finished):
    with pytest.raises(ParameterError, match="No clip has features"):
        steps.group((None, None), finished.pipeline)


def test_scores_of_labels_that_a_person_changed(places, finished):
    dataset, pipeline = finished.dataset, finished.pipeline
    truth = np.array([sorted(set(dataset.labels)).index(x) for x in dataset.labels])
    labels = truth.astype(np.int32)
    perfect = steps.evaluate(finished.extraction.keys, pipeline, labels, dataset.labels)
    assert perfect.nmi == pytest.approx(1)
    assert perfect.accuracy == 1
    unlabelled = steps.evaluate(finished.extraction.keys, pipeline, labels, None)
    assert unlabelled.nmi is None
    assert unlabelled.silhouette == perfect.silhouette


def test_inspecting_a_clip_gives_its_sound_and_five_features(finished):
    dataset = finished.dataset
    clip = dataset.clips[0]
    seen = steps.inspect(str(dataset.file(clip)), clip, finished.pipeline.features)
    assert list(seen.features) == list(FEATURES)
    assert not seen.cropped
    assert 0.05 < seen.duration < 3
    span = Clip(clip.path, 0.02, 0.05)
    short = steps.inspect(str(dataset.file(clip)), span, finished.pipeline.features)
    assert short.duration == pytest.approx(0.03, abs=0.001)


def test_a_long_clip_is_inspected_in_part(finished, monkeypatch):
    monkeypatch.setattr(steps, "INSPECTED_SECONDS", 0.05)
    dataset = finished.dataset
    clip = dataset.clips[0]
    seen = steps.inspect(str(dataset.file(clip)), clip, finished.pipeline.features)
    assert seen.cropped
    assert seen.duration == pytest.approx(0.05, abs=0.001)


def test_inspecting_a_file_that_is_gone_names_it(finished):
    with pytest.raises(AudioError, match=r"gone\.wav"):
        steps.inspect("gone.wav", Clip("gone.wav"), finished.pipeline.features)


def test_making_the_matrix_is_followed_can_be_stopped_and_is_not_repeated(
    places, finished
):
    reduction = finished.pipeline.representation.replace(reduction="pca", components=3)
    pipeline = replace(finished.pipeline, representation=reduction)
    keys, said = finished.extraction.keys, []

    def stop(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        steps.lay_out(keys, pipeline, report=stop)
    steps.group(keys, pipeline, said.append)
    assert "Reading features" in {step.message for step in said}
    said.clear()
    steps.group(keys, pipeline, lambda step: said.append(step))
    assert "Reading features" not in {step.message for step in said}


def test_a_grouping_keeps_how_firmly_clips_belong(places, finished):
    pipeline = replace(finished.pipeline, method="hdbscan")
    grouping = steps.group(finished.extraction.keys, pipeline)
    assert grouping.strength.shape == grouping.labels.shape
