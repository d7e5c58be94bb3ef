"""Looks: the same clips again and again, on a map that does not jump."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.autoencoder import looking
from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.checkpoints import Network
from engine.autoencoder.looking import (
    Looking,
    idle_share,
    last_look,
    load_look,
    look_file,
    save_look,
    turned,
)
from engine.autoencoder.model import Autoencoder
from engine.autoencoder.recipe import LayerParams, Recipe
from engine.clustering.metrics import score
from engine.errors import Cancelled, EngineError

N = 24


@pytest.fixture
def network():
    torch.manual_seed(0)
    model = Autoencoder(Shape(2, 8, 16), NetworkParams(embedding=4, base=2))
    return Network(model, 3)


@pytest.fixture
def images():
    """Three kinds of pictures that any network tells apart."""
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 256, (3, 2, 8, 16))
    noisy = kinds[np.arange(N) % 3] + rng.integers(-5, 6, (N, 2, 8, 16))
    return noisy.clip(0, 255).astype(np.uint8)


@pytest.fixture
def truth():
    return ["abc"[i % 3] for i in range(N)]


def test_a_look_shows_places_pairs_and_scores(network, images, truth):
    clips = np.arange(N) * 10
    seen = Looking(images, clips, Recipe(), truth).look(network)
    look = seen.look
    assert look.epoch == 3
    assert look.clips.tolist() == clips.tolist()
    assert look.positions.shape == (N, 2)
    assert look.positions.dtype == np.float32
    assert seen.nmi == seen.accuracy == 1.0  # K-Means with as many groups as labels
    assert seen.silhouette > 0.5
    assert seen.idle == 0.0
    for pairs in (look.some, look.worst):
        assert len(pairs.clips) == 8
        np.testing.assert_array_equal(pairs.originals, images[pairs.clips // 10])
        apart = pairs.originals.astype(float) - pairs.made
        expected = (apart / 127.5) ** 2
        np.testing.assert_allclose(pairs.errors, expected.mean((1, 2, 3)), rtol=1e-5)
    assert (np.diff(look.worst.errors) <= 0).all()
    assert look.worst.errors[0] >= look.some.errors.max()


def test_the_network_that_still_learns_is_left_as_it_was(network, images):
    network.model.train()
    Looking(images, np.arange(N), Recipe()).look(network)
    assert network.model.training
    pixels = network.model.normalised(torch.from_numpy(images))
    network.model(pixels)[1].square().mean().backward()
    assert network.model.to_embedding.weight.grad is not None


def test_without_labels_there_are_as_many_groups_as_the_layer_or_the_project_has(
    network, images
):
    def silhouette(**wishes):
        recipe = Recipe(layer=LayerParams(clusters=wishes.pop("clusters", 0)))
        looks = Looking(images, np.arange(N), recipe, **wishes)
        seen = looks.look(network)
        assert np.isnan(seen.nmi)
        assert np.isnan(seen.accuracy)
        return seen.silhouette

    by_three = silhouette(n_clusters=3)
    assert by_three == silhouette(clusters=3, n_clusters=7)
    assert by_three == silhouette(truth=[""] * N, n_clusters=3)
    assert by_three > silhouette(n_clusters=7)
    assert np.isnan(silhouette())
    assert np.isnan(silhouette(n_clusters=500))  # every clip for itself


def test_of_many_clips_the_same_ones_are_looked_at(network, images, monkeypatch):
    monkeypatch.setattr(looking, "MOST", 10)
    first = Looking(images, np.arange(N), Recipe())
    again = Looking(images, np.arange(N), Recipe())
    shown = first.look(network).look.clips
    assert len(shown) == 10
    assert shown.tolist() == again.look(network).look.clips.tolist()
    other = Recipe()
    other = Recipe(training=other.training.replace(seed=1))
    elsewhere = Looking(images, np.arange(N), other).look(network).look.clips
    assert shown.tolist() != elsewhere.tolist()


def test_a_single_clip_can_be_looked_at(network, images):
    seen = Looking(images[:1], np.array([7]), Recipe(), ["a"], 5).look(network)
    assert seen.look.clips.tolist() == seen.look.some.clips.tolist() == [7]
    assert seen.look.positions.tolist() == [[0.0, 0.0]]
    assert np.isnan([seen.silhouette, seen.nmi, seen.idle]).all()


@given(st.floats(0.0, 6.3), st.booleans())
def test_a_map_that_only_turned_lies_where_it_lay(angle, mirrored):
    rng = np.random.default_rng(0)
    before = (rng.normal(size=(30, 2)) * (3.0, 1.0)).astype(np.float32)
    sine, cosine = np.sin(angle), np.cos(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    if mirrored:
        turn[:, 0] *= -1.0
    found = turned((before @ turn).astype(np.float32), before)
    np.testing.assert_allclose(found, before, atol=1e-4)


def test_turning_keeps_distances_and_comes_nearer():
    rng = np.random.default_rng(1)
    now, before = rng.normal(size=(2, 40, 2)).astype(np.float32)
    found = turned(now, before)
    lengths = np.linalg.norm(now, axis=1)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), lengths, rtol=1e-4)
    assert np.square(found - before).sum() <= np.square(now - before).sum() + 1e-4


def test_the_next_look_lies_on_the_one_before(network, images):
    looks = Looking(images, np.arange(N), Recipe())
    first = looks.look(network).look
    with torch.no_grad():  # the same embedding, seen from behind
        network.model.to_embedding.weight *= -1.0
        network.model.to_embedding.bias *= -1.0
    after = looks.look(network).look.positions
    np.testing.assert_allclose(after, first.positions, atol=1e-4)
    # As well after a run was resumed from disk.
    resumed = Looking(images, np.arange(N), Recipe(), before=first)
    again = resumed.look(network).look.positions
    np.testing.assert_allclose(again, first.positions, atol=1e-4)


def test_dimensions_that_hardly_differ_are_idle():
    rng = np.random.default_rng(0)
    embedding = rng.normal(size=(50, 8)).astype(np.float32)
    assert idle_share(embedding) == 0.0
    embedding[:, :2] = 5.0
    embedding[:, 2] *= 1e-3
    assert idle_share(embedding) == 3 / 8
    assert idle_share(np.full((50, 8), 3.0, np.float32)) == 1.0
    assert idle_share(np.zeros((50, 8), np.float32)) == 1.0
    assert np.isnan(idle_share(embedding[:1]))


def test_a_network_without_end_is_an_error(network, images):
    with torch.no_grad():
        network.model.to_embedding.bias[0] = float("nan")
    with pytest.raises(EngineError, match="without end"):
        Looking(images, np.arange(N), Recipe()).look(network)


def test_a_look_can_be_cancelled(network, images):
    def cancel(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        Looking(images, np.arange(N), Recipe()).look(network, cancel)


def test_a_look_is_kept_and_read(network, images, tmp_path):
    look = Looking(images, np.arange(N), Recipe()).look(network).look
    file = look_file(tmp_path, look.epoch)
    assert file.name == "look-00003.npz"
    save_look(file, look)
    found = load_look(file)
    assert found.epoch == look.epoch
    for name in ("clips", "positions"):
        np.testing.assert_array_equal(getattr(found, name), getattr(look, name))
    for which in ("some", "worst"):
        for name in ("clips", "originals", "made", "errors"):
            kept = getattr(getattr(found, which), name)
            np.testing.assert_array_equal(kept, getattr(getattr(look, which), name))
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_looks_that_are_gone_damaged_or_hostile_are_told(network, images, tmp_path):
    look = Looking(images, np.arange(N), Recipe()).look(network).look
    assert last_look(tmp_path) is None
    epochs = range(1, 7)
    good, cut, flipped, hostile, odd, plain = (
        look_file(tmp_path, epoch) for epoch in epochs
    )
    save_look(good, look)
    content = bytearray(good.read_bytes())
    cut.write_bytes(content[:-40])
    content[len(content) // 2] ^= 0xFF
    flipped.write_bytes(content)
    plain.write_bytes(b"nothing")
    np.savez(hostile, clips=np.array([print], object))
    with np.load(good) as arrays:
        np.savez(odd, **{**arrays, "positions": np.zeros((3, 2), np.float32)})
    for file in (cut, flipped, hostile, odd, plain, look_file(tmp_path, 7)):
        with pytest.raises(EngineError, match=file.name):
            load_look(file)
    (tmp_path / "look-00009.npz.part").write_bytes(b"")
    found = last_look(tmp_path)
    assert found is not None
    assert found.clips.tolist() == look.clips.tolist()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"PK\x01\x02-\x03-", b"PK\x01\x02-\x03\xff"),  # packed by a later program
        (b"NUMPY", b"NUMPX"),
        (b"(3, 2), }", b"(3, 2     "),
        (b"(3, 2), }", b"(9**9, 2)}"),
        (b"(3, 2), }      ", b"(99999999999,)}"),
    ],
)
def test_a_look_is_an_error_in_words_whatever_its_bytes_are(tmp_path, before, after):
    file = look_file(tmp_path, 1)
    np.savez(file, epoch=1, clips=np.arange(3), positions=np.zeros((3, 2), np.float32))
    content = file.read_bytes()
    assert before in content
    file.write_bytes(content.replace(before, after))
    with pytest.raises(EngineError, match=file.name):
        load_look(file)
    assert last_look(tmp_path) is None


def test_the_scores_are_those_of_the_workbench(network, images, truth):
    half = [name if i % 2 else "" for i, name in enumerate(truth)]
    seen = Looking(images, np.arange(N), Recipe(), half).look(network)
    expected = score(np.arange(N) % 3, half)
    assert seen.nmi == expected.nmi == 1.0
