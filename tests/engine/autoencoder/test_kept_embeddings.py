"""Embeddings on disk: made once, right for ever, gone without harm."""

import os

import numpy as np
import pytest
import torch

from engine.autoencoder import kept_embeddings
from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.checkpoints import save
from engine.autoencoder.embedding import embedded
from engine.autoencoder.model import Autoencoder
from engine.autoencoder.recipe import Recipe
from engine.autoencoder.runs import FINISHED, Run, folder_of, new_id, write
from engine.errors import EngineError
from engine.features.store import FeatureStore, default_folder

SHAPE = Shape(1, 48, 96)


def keep_network(run_id, seed=0, embedding=4):
    torch.manual_seed(seed)
    model = Autoencoder(SHAPE, NetworkParams(embedding=embedding, base=1))
    file = folder_of(run_id) / "epoch-00001.pt"
    save(file, model, 1, None)
    return file


@pytest.fixture
def store(places, finished):
    pipeline = finished.pipeline
    return FeatureStore(default_folder(), pipeline.features, pipeline.preparation)


@pytest.fixture
def keys(finished):
    return finished.extraction.keys


@pytest.fixture
def network(places):
    run_id = new_id()
    folder_of(run_id).mkdir(parents=True)
    write(folder_of(run_id), Run(run_id, "", Recipe(), SHAPE, 8, FINISHED))
    keep_network(run_id)
    return f"{run_id}@1"


@pytest.fixture
def asked(monkeypatch):
    """How often a network is asked."""
    calls = []
    embed = kept_embeddings.kept

    def counting(store, keys, checkpoint, make):
        return embed(
            store, keys, checkpoint, lambda: (calls.append(len(keys)), make())[1]
        )

    monkeypatch.setattr("engine.autoencoder.embedding.kept", counting)
    return calls


@pytest.fixture
def folder(store):
    return default_folder() / "embeddings"


def test_a_network_is_asked_once(store, keys, network, asked):
    rows, first = embedded(store, keys, network)
    again_rows, again = embedded(store, keys, network)
    assert asked == [len(keys)]
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(rows, again_rows)
    assert first.dtype == again.dtype == np.float32


def test_other_clips_and_other_networks_are_asked_for_anew(store, keys, network, asked):
    _, first = embedded(store, keys, network)
    rows, backwards = embedded(store, (None, *keys[::-1]), network)
    assert rows.tolist() == list(range(1, len(keys) + 1))
    np.testing.assert_allclose(backwards, first[::-1], rtol=1e-4, atol=1e-5)
    file = keep_network(network.partition("@")[0], seed=1)
    os.utime(file, ns=(1, 1))
    _, retrained = embedded(store, keys, network)
    assert not np.allclose(first, retrained)
    keep_network(network.partition("@")[0], embedding=3)
    assert embedded(store, keys, network)[1].shape == (len(keys), 3)
    assert len(asked) == 4


def test_what_is_damaged_is_made_again(store, keys, network, asked, folder):
    _, first = embedded(store, keys, network)
    file = max(folder.iterdir(), key=_age)
    whole = file.read_bytes()
    unclosed = whole.replace(b"), }", b"    ")
    for harm in (b"", b"nothing", whole[:-9], unclosed):
        file.write_bytes(harm)
        _, found = embedded(store, keys, network)
        np.testing.assert_array_equal(first, found)
    assert len(asked) == 5
    for file in folder.iterdir():
        np.save(file, np.full((len(keys), 4), np.nan, np.float32))
    assert np.isfinite(embedded(store, keys, network)[1]).all()


def test_a_full_disk_costs_nothing_but_time(store, keys, network, monkeypatch, folder):
    def full(file, content):
        raise EngineError("the disk is full")

    monkeypatch.setattr(kept_embeddings, "replace_file", full)
    before = set(folder.iterdir()) if folder.exists() else set()
    assert len(embedded(store, keys, network)[1]) == len(keys)
    assert set(folder.iterdir()) == before


def test_those_asked_for_longest_ago_go_first(
    store, keys, network, monkeypatch, folder, asked
):
    parts = [keys[:4], keys[:5], keys[:6]]
    embedded(store, parts[0], network)
    (size,) = {file.stat().st_size for file in [max(folder.iterdir(), key=_age)]}
    embedded(store, parts[1], network)
    for n, file in enumerate(sorted(folder.iterdir(), key=_age)):
        os.utime(file, (1000 + n, 1000 + n))
    embedded(store, parts[0], network)  # asked for again: the other is older now
    monkeypatch.setattr(kept_embeddings, "_MOST", 2 * size + 100)
    embedded(store, parts[2], network)
    asked.clear()
    embedded(store, parts[2], network)
    embedded(store, parts[0], network)
    assert not asked
    embedded(store, parts[1], network)
    assert asked == [5]


def test_a_network_that_is_gone_is_told_though_its_embedding_is_kept(
    store, keys, network
):
    embedded(store, keys, network)
    (folder_of(network.partition("@")[0]) / "epoch-00001.pt").unlink()
    with pytest.raises(EngineError, match="not there any more"):
        embedded(store, keys, network)


def test_other_pictures_have_another_embedding(store, keys, network, finished):
    _, first = embedded(store, keys, network)
    other = finished.pipeline.features.replace(hop=256)
    elsewhere = FeatureStore(default_folder(), other, finished.pipeline.preparation)
    images = store.gather(list(keys), "mel_image")
    rows = np.zeros(len(keys), elsewhere.dtype)
    rows["mel_image"] = 255 - images
    elsewhere.add(list(keys), rows)
    _, found = embedded(elsewhere, keys, network)
    assert not np.allclose(first, found)


def _age(file):
    return file.stat().st_mtime_ns
