import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.autoencoder.batches import Batches, loader
from engine.autoencoder.recipe import TrainingParams
from engine.autoencoder.splitting import batch_size, order, split, stream


@given(st.integers(1, 300), st.floats(0, 0.5), st.integers(0, 9))
def test_every_clip_is_learnt_from_or_measures(n, share, seed):
    params = TrainingParams(validation=share, seed=seed)
    trained, validated = split(n, params)
    assert sorted([*trained, *validated]) == list(range(n))
    assert len(trained) >= max(1, n // 2 - 1)
    assert (len(validated) == 0) == (n < 5 or share == 0)
    np.testing.assert_array_equal(split(n, params).trained, trained)


def test_four_fifths_are_learnt_from_by_default():
    assert [len(part) for part in split(1000, TrainingParams())] == [800, 200]


def test_few_clips_make_small_batches():
    params = TrainingParams(batch=256)
    assert batch_size(10_000, params) == 256
    assert batch_size(800, params) == 100
    assert batch_size(3, params) == 1


def test_views_are_compared_in_batches_that_are_large_enough():
    params = TrainingParams(agreement=1.0, batch=256)
    assert batch_size(10_000, params) == 256
    assert batch_size(320, params) == 64
    assert batch_size(10, params) == 10
    assert batch_size(320, params.replace(batch=16)) == 16


def test_the_order_is_another_in_every_epoch_and_with_every_seed():
    orders = {tuple(order(50, seed, epoch)) for seed in (0, 1) for epoch in (1, 2)}
    assert len(orders) == 4
    streams = {
        stream(s, e, b, r)
        for s in (0, 1)
        for e in (0, 1)
        for b in (0, 1)
        for r in (0, 1)
    }
    assert len(streams) == 16


@given(st.integers(1, 60), st.integers(1, 20), st.integers(1, 4))
def test_several_devices_see_together_what_one_sees(n, size, devices):
    alone = [set(b.tolist()) for b in Batches(n, max(size, devices), 3)]
    shares = [
        [set(b.tolist()) for b in Batches(n, size, 3, rank=rank, devices=devices)]
        for rank in range(devices)
    ]
    assert {len(share) for share in shares} == {len(alone)}
    together = [set.union(*parts) for parts in zip(*shares, strict=True)]
    assert together == alone
    assert set().union(*together) == set(range(n))


def test_a_batch_is_whole_images_and_where_they_are():
    images = torch.arange(7 * 4, dtype=torch.uint8).view(7, 1, 2, 2)
    found = list(loader(images, Batches(7, 3, 0)))
    assert [len(places) for places, _ in found] == [3, 3, 1]
    for places, some in found:
        assert torch.equal(some, images[places])


def test_an_order_goes_on_after_the_epochs_before():
    later, first = Batches(20, 20, 0, before=5), Batches(20, 20, 0)
    later.set_epoch(2)
    first.set_epoch(7)
    assert torch.equal(next(iter(later)), next(iter(first)))
