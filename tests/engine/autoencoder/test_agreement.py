"""Two views of the same clips: where they should lie, and what would be a way out."""

import numpy as np
import pytest
import torch

from engine.autoencoder.agreement import disagreement


def spread(n=4000, d=3, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(n, d))).float()


def test_views_that_agree_and_say_much_cost_next_to_nothing():
    view = 1.1 * spread()
    assert disagreement(view, view).item() == pytest.approx(0.0, abs=0.01)


def test_views_apart_cost_their_mean_square():
    view = 2.0 * spread()
    agreed = disagreement(view, view).item()
    assert disagreement(view, view + 3.0).item() - agreed == pytest.approx(9.0)


def test_lying_all_at_one_place_is_no_way_out():
    nowhere = torch.zeros(64, 3)
    # The deviation of both views is 1 short, but for the least variance.
    assert disagreement(nowhere, nowhere).item() == pytest.approx(2 * (1 - 0.01))


def test_numbers_that_say_the_same_cost():
    once = 2.0 * spread(d=1)
    thrice = once.expand(-1, 3)
    variance = once.var().item()
    # Six pairs of three numbers, each with the variance for a covariance, both views.
    expected = 2 * 0.04 * 6 * variance**2 / 3
    assert disagreement(thrice, thrice).item() == pytest.approx(expected, rel=1e-3)


def test_one_clip_has_finite_cost_and_slope():
    view = torch.ones(1, 4, requires_grad=True)
    loss = disagreement(view, view + 0.5)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(view.grad).all()
