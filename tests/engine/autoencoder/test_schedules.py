import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.autoencoder.course import Course
from engine.autoencoder.history import Epoch, History
from engine.autoencoder.schedules import is_past_its_best, one_cycle, plateaus
from tests.engine.autoencoder.bars import recipe


def test_one_cycle_is_that_of_torch():
    steps = 200
    adam = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    cycle = torch.optim.lr_scheduler.OneCycleLR(adam, 1.0, total_steps=steps)
    for step in range(steps):
        rate, momentum = one_cycle(step / (steps - 1))
        group = adam.param_groups[0]
        assert rate == pytest.approx(group["lr"], abs=0.02)
        assert momentum == pytest.approx(group["betas"][0], abs=0.003)
        adam.step()
        if step < steps - 1:
            cycle.step()


@given(st.floats(0, 2))
def test_one_cycle_never_leaves_its_range(share):
    rate, momentum = one_cycle(share)
    assert 0 < rate <= 1
    assert 0.85 <= momentum <= 0.95


def test_the_rate_falls_at_plateaus_only():
    falling = list(np.geomspace(1.0, 0.1, 30))
    assert plateaus(falling) == 1.0
    assert plateaus([1.0] * 9) == pytest.approx(0.3)
    assert plateaus([1.0] * 17) == pytest.approx(0.09)
    assert plateaus([]) == 1.0


def test_patience_counts_from_the_least_loss():
    assert not is_past_its_best([3, 2, 1, 2], 2)
    assert is_past_its_best([3, 2, 1, 2, 2], 2)
    assert not is_past_its_best([1, 2, 3, 4], 0)
    assert not is_past_its_best([], 1)
    assert not is_past_its_best([math.nan, 2.0, 1.0], 1)
    assert not is_past_its_best([math.nan] * 9, 2), "nothing was validated"


def epochs(*losses, phase=0):
    return History(
        tuple(
            Epoch(i, phase, train=loss, validation=loss, moved=0.0)
            for i, loss in enumerate(losses, 1)
        )
    )


def test_a_run_that_goes_on_begins_another_cycle():
    course = Course(recipe(epochs=20, rate=0.1), cycle=10, history=epochs(*[1.0] * 10))
    first, top, last = (course.pace(n, s)[0] for n, s in ((11, 0), (14, 0), (20, 1)))
    assert first == pytest.approx(0.1 / 25)
    assert top == pytest.approx(0.1)
    assert last < 1e-6


def test_a_plateau_before_the_present_epoch_lowers_its_rate():
    course = Course(recipe(epochs=30, rate=0.1, schedule="plateau"))
    course.history = epochs(*[1.0] * 9)
    assert course.pace(9, 0.0)[0] == pytest.approx(0.1)
    assert course.pace(10, 0.0)[0] == pytest.approx(0.03)


def test_the_best_network_is_one_that_was_kept():
    course = Course(recipe(), history=epochs(3.0, 1.0, 2.0, 4.0))
    assert course.best((1, 3, 4)) == 3
    assert course.best(()) is None
    unknown = Course(recipe(), history=epochs(math.nan, math.nan, math.nan))
    assert unknown.best((1, 2)) == 2
    layered = Course(recipe(), history=epochs(1.0, 2.0, 3.0, phase=1))
    assert layered.best((1, 2, 3)) == 3


@given(st.integers(1, 500), st.integers(1, 50), st.integers(2, 30))
def test_no_more_networks_are_kept_than_chosen(n, every, keep):
    course = Course(recipe(epochs=n, look_every=every, keep=keep))
    kept = [number for number in range(1, n + 1) if course.keeps_after(number)]
    assert kept[0] == 1
    assert len(kept) <= keep + 1
    assert all(course.looks_after(number) for number in kept)
    course.size = 2**29 - 1  # of which two have room
    assert sum(course.keeps_after(number) for number in range(1, n + 1)) <= 3
