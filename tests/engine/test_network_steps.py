"""From a collection to a network, and from a network to groups: what the jobs do."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.checkpoints import save
from engine.autoencoder.history import Moment
from engine.autoencoder.model import Autoencoder
from engine.autoencoder.presets import PRESETS
from engine.autoencoder.recipe import ImageParams, LayerParams, Recipe, TrainingParams
from engine.autoencoder.runs import FINISHED, STOPPED, folder_of, runs_folder
from engine.errors import Cancelled, EngineError, FeaturesMissingError, ParameterError
from engine.features.store import FeatureStore, default_folder
from engine.progress import Wish
from engine.projects import steps
from engine.projects.network_clips import places as places_of
from engine.projects.network_clips import unlike
from engine.projects.network_steps import (
    between,
    by_network,
    layer_grouping,
    look_at,
    pairs_of,
    resume_run,
    runs,
    shown_network,
    train_clips,
)

TINY = Recipe(
    network=NetworkParams(embedding=4, base=2),
    training=TrainingParams(epochs=3, look_every=1, batch=16, accelerator="cpu"),
)


@pytest.fixture(autouse=True)
def one_thread():
    """So that pictures this few do not wait for a second core to wake up."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def keys(places, finished):
    return finished.extraction.keys


@pytest.fixture
def pipeline(finished):
    return finished.pipeline


@pytest.fixture
def labels(finished):
    return finished.dataset.labels


def pictures(keys, pipeline, clips):
    store = FeatureStore(default_folder(), pipeline.features, pipeline.preparation)
    return store.gather([keys[clip] for clip in clips], "mel_image")[:, None]


@pytest.fixture
def layered(keys, pipeline):
    """A network with a clustering layer of 5, one of whose centres is nobody's."""
    run = train_clips(keys, pipeline, TINY, name="Layered")
    file = folder_of(run.id) / "epoch-00007.pt"
    torch.manual_seed(0)
    model = Autoencoder(Shape(1, 48, 96), NetworkParams(embedding=4, base=2))
    centres = torch.randn(5, 4)
    centres[2] = 1e4
    save(file, model, 7, centres)
    return replace(pipeline, network=f"{run.id}@7")


def test_a_network_is_trained_found_and_used(keys, pipeline, labels):
    moments = []

    def report(step):
        if isinstance(step.partial, Moment):
            moments.append(step.partial)

    run = train_clips(keys, pipeline, TINY, labels, "First", report)
    assert run.state == FINISHED
    assert run.n_clips == len(keys)
    assert [found.id for found in runs(keys).runs] == [run.id]
    assert not runs(("elsewhere",)).runs
    looks = [moment.look for moment in moments if moment.look is not None]
    assert looks
    assert sorted(looks[-1].clips) == list(range(len(keys)))
    asked = by_network(pipeline, run.network())
    assert shown_network(asked) == f"First after epoch {run.best}"
    assert shown_network(pipeline) == ""
    grouping = steps.group(keys, asked)
    assert grouping.answers(asked)
    assert steps.represented(keys, asked).matrix.shape == (len(keys), 4)


def test_clips_without_features_are_passed_over(keys, pipeline, labels):
    fewer = tuple(None if i in (0, 4) else key for i, key in enumerate(keys))
    looks = []

    def report(step):
        if isinstance(step.partial, Moment) and step.partial.look is not None:
            looks.append(step.partial.look)

    run = train_clips(fewer, pipeline, TINY, labels, report=report)
    assert run.n_clips == len(keys) - 2
    assert not {0, 4} & set(looks[-1].clips.tolist())
    for pairs in (looks[-1].some, looks[-1].worst):
        expected = pictures(keys, pipeline, pairs.clips)
        np.testing.assert_array_equal(pairs.originals, expected)


def test_a_look_is_of_the_clips_of_the_collection_as_it_is_now(keys, pipeline):
    run = train_clips(keys, pipeline, TINY)
    before = look_at(run.id, run.kept[-1], keys)
    assert before.clips.tolist() == list(range(len(keys)))
    backwards = (None, *keys[:2:-1])  # sorted anew, and three are gone
    after = look_at(run.id, run.kept[-1], backwards)
    assert len(after.clips) == len(keys) - 3
    same = [keys.index(backwards[clip]) for clip in after.clips]
    np.testing.assert_array_equal(after.positions, before.positions[same])
    for pairs in (after.some, after.worst):
        expected = pictures(backwards, pipeline, pairs.clips)
        np.testing.assert_array_equal(pairs.originals, expected)
    with pytest.raises(EngineError, match="look-00099"):
        look_at(run.id, 99, keys)


def test_sounds_that_are_the_same_are_clips_of_their_own():
    assert places_of(["a", "b", "a"], ("a", None, "b", "a")).tolist() == [0, 2, 3]
    assert places_of(["a", "b", "a"], ("b", "a")).tolist() == [1, 0, -1]


def test_a_stopped_run_goes_on_with_its_own_pictures(keys, pipeline, labels):
    asked = []

    def stop():
        asked.append(0)
        return Wish.STOP if len(asked) > 12 else Wish.GO_ON

    longer = replace(TINY, training=TINY.training.replace(epochs=6))
    run = train_clips(keys, pipeline, longer, labels, wishes=stop)
    assert run.state == STOPPED
    # Other features are chosen since: not what this network has learnt from.
    other = replace(pipeline, features=pipeline.features.replace(hop=256))
    whole = resume_run(run.id, keys[::-1], other, labels[::-1])
    assert whole.state == FINISHED
    assert len(whole.history) == 6
    more = resume_run(run.id, keys, pipeline, labels, epochs=8)
    assert len(more.history) == 8


def test_a_network_for_other_pictures_says_what_is_otherwise(finished, layered):
    assert unlike(layered.network, layered) == ""
    # What a mel image does not depend on, or has no effect, does not count.
    coefficients, cutoff = layered.features.replace(n_mfcc=13), layered.preparation
    idle = replace(layered, features=coefficients, preparation=cutoff.replace(peak=-3))
    assert unlike(layered.network, idle) == ""
    other = replace(
        layered,
        features=layered.features.replace(hop=512, fmax=8000),
        preparation=layered.preparation.replace(normalise="peak"),
    )
    assert unlike(layered.network, other) == (
        "Hop 1,024 samples, now 512 samples; "
        "Highest frequency half the rate, now 8,000 Hz; "
        "Level as recorded, now same peak"
    )
    found = steps.run(replace(finished, extraction=None, pipeline=other))
    assert sum("Hop 1,024" in note for note in found.grouping.notes) == 1
    found = steps.run(replace(finished, pipeline=layered))
    assert not any("otherwise" in note for note in found.grouping.notes)


def test_a_run_whose_clips_are_gone_says_so(keys, pipeline):
    run = train_clips(keys, pipeline, TINY, name="First")
    fewer = (*keys[2:], None)
    with pytest.raises(EngineError, match=rf"First .*{len(keys)} clips.* 2 are not"):
        resume_run(run.id, fewer, pipeline)


def test_cancel_leaves_nothing(keys, pipeline):
    def cancel(step):
        if isinstance(step.partial, Moment) and len(step.partial.history):
            raise Cancelled

    with pytest.raises(Cancelled):
        train_clips(keys, pipeline, TINY, report=cancel)
    assert not list(runs_folder().iterdir())


def test_what_cannot_be_trained_is_refused_and_leaves_nothing(keys, pipeline):
    with pytest.raises(ParameterError, match="nothing to learn from"):
        train_clips((None, None), pipeline, TINY)
    crowded = replace(TINY, layer=LayerParams(clusters=len(keys) + 1))
    with pytest.raises(ParameterError, match="the number of clips"):
        train_clips(keys, pipeline, crowded)
    with pytest.raises(FeaturesMissingError, match="extracted again"):
        train_clips((*keys, "0" * 40), pipeline, TINY)
    assert not list(runs_folder().glob("*"))


def test_pairs_are_those_of_the_clips_asked_for(keys, pipeline, layered):
    fewer = (None, *keys[1:])
    found = pairs_of(layered.network, fewer, [5, 0, 2], pipeline)
    assert found.clips.tolist() == [5, 2]
    expected = pictures(keys, pipeline, [5, 2])
    np.testing.assert_array_equal(found.originals, expected)
    assert found.made.shape == found.originals.shape
    assert not len(pairs_of(layered.network, fewer, [0], pipeline).clips)


def test_between_two_clips_lie_pictures_that_go_from_one_to_the_other(
    keys, pipeline, layered
):
    strip = between(layered.network, pipeline, keys[0], keys[7], 5)
    assert strip.shape == (5, 1, 48, 96)
    assert strip.dtype == np.uint8
    ends = pairs_of(layered.network, keys, [0, 7], pipeline).made
    np.testing.assert_allclose(strip[[0, 4]], ends, atol=1.0)
    steps_on = np.abs(np.diff(strip.astype(float), axis=0)).mean((1, 2, 3))
    assert steps_on.max() < np.abs(strip[4].astype(float) - strip[0]).mean()
    with pytest.raises(ParameterError, match="at least 2"):
        between(layered.network, pipeline, keys[0], keys[7], 1)


def test_the_groups_of_a_clustering_layer_are_a_grouping(keys, layered):
    asked = by_network(layered, layered.network)
    grouping = layer_grouping(keys, asked)
    assert grouping.rows.tolist() == list(range(len(keys)))
    assert grouping.linkage is None
    assert grouping.pipeline.n_clusters == 5
    assert grouping.pipeline.network == layered.network
    assert grouping.answers(grouping.pipeline)
    assert grouping.membership.shape == (len(keys), 5)
    np.testing.assert_allclose(grouping.membership.sum(1), 1.0, rtol=1e-5)
    assert grouping.labels.tolist() == grouping.membership.argmax(1).tolist()
    counts = np.bincount(grouping.labels, minlength=5)
    assert (np.diff(counts) <= 0).all()
    assert counts[-1] == 0
    assert "Layered after epoch 7" in grouping.notes[0]
    assert "have no clip of their own" in grouping.notes[1]
    # Whatever is done to the embedding for other methods, the layer knows it as it is.
    scaled = asked.representation.replace(scaling="standard", reduction="pca")
    same = layer_grouping(keys, replace(asked, representation=scaled))
    assert same.labels.tolist() == grouping.labels.tolist()


def test_a_soft_method_stays_for_the_groups_of_a_layer(keys, layered):
    fuzzy = replace(layered, method="fuzzy_cmeans")
    assert layer_grouping(keys, fuzzy).pipeline.method == "fuzzy_cmeans"
    tree = replace(layered, method="agglomerative")
    assert layer_grouping(keys, tree).pipeline.method == "kmeans"


def test_without_a_clustering_layer_there_are_no_groups_of_one(keys, pipeline):
    with pytest.raises(EngineError, match="described by features"):
        layer_grouping(keys, pipeline)
    run = train_clips(keys, pipeline, TINY, name="Plain")
    with pytest.raises(EngineError, match=r"Plain .* has no clustering layer"):
        layer_grouping(keys, replace(pipeline, network=run.network()))


def test_a_network_that_is_gone_is_told(keys, pipeline, layered):
    gone = replace(layered, network=layered.network[:-1] + "8")
    assert "not there any more" in shown_network(gone)
    for ask in (
        lambda: layer_grouping(keys, gone),
        lambda: pairs_of(gone.network, keys, [0], pipeline),
        lambda: between(gone.network, pipeline, keys[0], keys[1]),
    ):
        with pytest.raises(EngineError, match="not there any more"):
            ask()


def test_a_preset_says_what_is_done_with_its_network(pipeline):
    network = "20260131-235959-0a1b2c@20"
    scaled = pipeline.choosing("kmeans", n_clusters=7)
    n2d = by_network(scaled, network, "n2d")
    assert n2d.method == "gaussian_mixture"
    assert n2d.n_clusters == 7
    assert n2d.representation.manifold == "umap"
    assert n2d.representation.dimensions == 7
    plain = by_network(n2d, network)
    assert plain.representation.manifold == plain.representation.scaling == "none"
    assert plain.method == "gaussian_mixture"
    assert by_network(plain, "").network == ""
    with pytest.raises(ParameterError, match="one of sounds"):
        by_network(scaled, network, "no such")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_goes_all_the_way(name, keys, pipeline, labels):
    preset = PRESETS[name]
    asked = preset.resolve(3)
    tiny = replace(
        asked,
        network=asked.network.replace(base=2),
        training=asked.training.replace(epochs=2, look_every=1, accelerator="cpu"),
        layer=asked.layer.replace(epochs=2),
    )
    run = train_clips(keys, pipeline, tiny, labels, preset.label)
    assert run.state == FINISHED
    assert np.isfinite(run.history.column("train")).all()
    three = pipeline.choosing("kmeans", n_clusters=3)
    described = by_network(three, run.network(), name)
    grouping = (
        layer_grouping(keys, described)
        if preset.layered
        else steps.group(keys, described)
    )
    assert grouping.answers(grouping.pipeline)
    assert len(grouping.labels) == len(keys)
    if preset.layered:
        epochs = run.history.column("phase") == 1
        assert (run.history.column("divergence")[epochs] >= -1e-6).all()
        assert grouping.membership.shape == (len(keys), 3)


def test_several_features_are_the_channels_of_a_picture(keys, pipeline):
    recipe = replace(TINY, images=ImageParams(feature="mel+chroma"))
    run = train_clips(keys, pipeline, recipe)
    strip = between(run.network(), pipeline, keys[0], keys[1], 3)
    assert strip.shape == (3, 2, 48, 96)
