"""Ids that come forward: as the list says, one after the other, however long it is."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clustering.numbering import early_for, numbering, renumbered


def one_after_the_other(n, early):
    order = list(range(n))
    for rank, place in early:
        if place < order.index(rank):
            order.insert(place, order.pop(order.index(rank)))
    return [order.index(rank) for rank in range(n)]


@st.composite
def moves(draw):
    n = draw(st.integers(1, 14))
    ranks, places = st.integers(0, n - 1), st.integers(0, n - 1)
    found = draw(st.lists(st.tuples(ranks, places), max_size=3 * n))
    # Longer runs than chance has them.
    run = draw(st.lists(ranks, unique=True, max_size=n))
    return n, (*found, *((rank, place) for place, rank in enumerate(run)))


@settings(max_examples=500, deadline=None)
@given(moves())
def test_ids_come_forward_one_after_the_other(made):
    n, early = made
    assert numbering(n, early).tolist() == one_after_the_other(n, early)


@given(st.integers(1, 12), st.data())
def test_any_ids_can_be_had(n, data):
    ranks = data.draw(st.lists(st.integers(1, max(1, n - 1)), unique=True))
    ranks = [0, *(rank for rank in ranks if rank < n)]
    places = data.draw(st.permutations(range(n)))
    wanted = dict(zip(ranks, places, strict=False))
    order = list(range(n))
    for rank, place in early_for(n, wanted):
        assert 1 <= rank < n
        assert place < order.index(rank)  # `Branches` knows no way back
        order.insert(place, order.pop(order.index(rank)))
    assert {rank: order.index(rank) for rank in wanted} == wanted


@settings(max_examples=200, deadline=None)
@given(moves(), st.data())
def test_new_clusters_get_the_next_free_ids(made, data):
    n, early = made
    early = early_for(n, dict(enumerate(numbering(n, early).tolist())))
    some = st.lists(st.integers(0, n - 1), min_size=1, unique=True).map(sorted)
    before, after = np.array(data.draw(some)), np.array(data.draw(some))
    moved = renumbered(n, early, before, after)
    assert len(moved) < n
    rank_of = np.argsort(numbering(n, early))
    ids = numbering(n, moved)[rank_of]  # what each old id is now
    kept, new = np.intersect1d(after, before), np.setdiff1d(after, before)
    assert ids[kept].tolist() == kept.tolist()
    later = ids[new[new > before[-1]]]
    assert later.tolist() == list(range(before[-1] + 1, before[-1] + 1 + len(later)))


@pytest.mark.parametrize(
    "moves",
    [
        lambda n: ((n - 1 - i, n - 2 - i) for i in range(n - 1)),
        lambda n: ((rank, 0) for rank in range(n - 1, 0, -1)),
        lambda n: ((rank, rank + 1) for rank in range(1, n - 1)),
    ],
    ids=["falling", "all to the front", "not forward at all"],
)
def test_no_list_in_a_file_keeps_anybody_waiting(moves):
    n = 50_000
    began = time.perf_counter()
    ids = numbering(n, tuple(moves(n)))
    assert time.perf_counter() - began < 15  # all of them at once each time: 40 s
    assert np.array_equal(np.sort(ids), np.arange(n))


def test_a_branch_in_thousands_of_clusters_does_not_keep_anybody_waiting():
    n, count = 50_000, 20_000
    before = np.arange(10)
    after = np.append(before, np.arange(n - 2 * count, n, 2))
    began = time.perf_counter()
    early = renumbered(n, (), before, after)
    ids = numbering(n, early)
    again = early_for(n, dict(enumerate(ids.tolist())))
    assert time.perf_counter() - began < 5  # one move at a time takes over a minute
    assert ids[after].tolist() == list(range(count + 10))
    assert numbering(n, again).tolist() == ids.tolist()
