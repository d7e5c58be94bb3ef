"""The clustering layer, against the formulas as they are printed."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.autoencoder import embedding as embeddings
from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.checkpoints import Network
from engine.autoencoder.clustering_layer import (
    ClusteringLayer,
    check_clusters,
    divergence,
    first_centres,
    log_assignment,
    target_of,
)
from engine.autoencoder.model import Autoencoder
from engine.errors import Cancelled, EngineError, ParameterError

numbers = st.floats(-50.0, 50.0, width=32)


def assignment(points, centres):
    """Equation 1 of Xie et al. (2016) with one degree of freedom, in 64 bit."""
    squares = ((points[:, None].astype(float) - centres[None]) ** 2).sum(2)
    kernel = (1.0 + squares) ** -1.0
    return kernel / kernel.sum(1, keepdims=True)


def target(q):
    """Equation 3 of Xie et al. (2016)."""
    sharpened = q**2 / q.sum(0)
    return sharpened / sharpened.sum(1, keepdims=True)


@pytest.fixture
def places():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 5)).astype(np.float32) * 3.0
    return points, points[:4] + 0.1


def test_assignment_target_and_divergence_are_those_of_the_paper(places):
    points, centres = places
    q = assignment(points, centres)
    log_q = log_assignment(torch.tensor(points), torch.tensor(centres))
    np.testing.assert_allclose(log_q.exp().numpy(), q, rtol=1e-4)
    p = target(q)
    found = target_of(log_q)
    np.testing.assert_allclose(found.shares.numpy(), p, rtol=1e-4, atol=1e-7)
    assert found.labels.tolist() == q.argmax(1).tolist()
    kl = (p * np.log(p / q)).sum(1).mean()  # per clip, mean over clips, natural log
    assert divergence(found.shares, log_q).item() == pytest.approx(kl, rel=1e-4)


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float32, (9, 3), elements=numbers),
    arrays(np.float32, (4, 3), elements=numbers),
)
def test_shares_add_up_and_the_divergence_is_never_negative(points, centres):
    log_q = log_assignment(torch.tensor(points), torch.tensor(centres))
    shares = target_of(log_q).shares
    np.testing.assert_allclose(log_q.exp().sum(1).numpy(), 1.0, rtol=1e-5)
    np.testing.assert_allclose(shares.sum(1).numpy(), 1.0, rtol=1e-5)
    expected = target(assignment(points, centres))
    np.testing.assert_allclose(shares.numpy(), expected, rtol=0.02, atol=1e-4)
    assert divergence(shares, log_q).item() >= -1e-6


def test_a_share_of_nothing_adds_nothing():
    shares = torch.tensor([[1.0, 0.0]])
    log_q = torch.log(torch.tensor([[0.25, 0.75]]))
    assert divergence(shares, log_q).item() == pytest.approx(np.log(4.0))


def test_clips_and_centres_far_from_all_give_numbers_and_gradients():
    points = torch.tensor([[0.0, 0.0], [1e6, 0.0], [1e12, -1e12]], requires_grad=True)
    layer = ClusteringLayer(torch.tensor([[0.0, 0.0], [1.0, 0.0], [1e9, 1e9]]))
    log_q = layer(points)
    loss = divergence(target_of(log_q).shares, log_q)
    loss.backward()
    for found in (log_q, loss, points.grad, layer.centres.grad):
        assert torch.isfinite(found).all()


def test_it_is_computed_in_32_bit_where_all_else_is_not(places):
    points, centres = (torch.tensor(some) for some in places)
    exact = log_assignment(points, centres)
    with torch.autocast("cpu", torch.bfloat16):
        found = log_assignment(points, centres)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, exact)


def test_learning_draws_clips_to_their_centres(places):
    points = torch.tensor(places[0], requires_grad=True)
    layer = ClusteringLayer(torch.tensor(places[1]))
    shares = target_of(layer(points)).shares
    steps = torch.optim.Adam([points, *layer.parameters()], lr=0.05)
    losses = []
    for _ in range(30):
        steps.zero_grad()
        loss = divergence(shares, layer(points))
        loss.backward()
        steps.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_a_target_tells_who_has_moved_and_which_clusters_are_nobodys():
    q = torch.tensor([[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.2, 0.7, 0.1]])
    first = target_of(q.log())
    assert np.isnan(first.moved)
    assert first.empty == 1
    again = target_of(q.log(), first.labels)
    assert again.moved == 0.0
    moved = target_of(q.log(), torch.tensor([0, 1, 1]))
    assert moved.moved == pytest.approx(1 / 3)


def test_a_centre_that_lost_its_clips_takes_them_up_again():
    layer = ClusteringLayer(torch.tensor([[0.0], [1.0], [500.0]]))
    there = torch.tensor([[0.0], [0.1], [1.0], [0.9]])
    assert target_of(layer(there)).empty == 1
    near = torch.cat([there, torch.tensor([[499.0]])])
    found = target_of(layer(near))
    assert found.empty == 0
    assert found.labels.tolist() == [0, 0, 1, 1, 2]
    assert torch.isfinite(found.shares).all()


def test_first_centres_are_the_middles_that_k_means_finds():
    rng = np.random.default_rng(1)
    truth = np.repeat([0, 1, 2], 30)
    points = (rng.normal(size=(90, 4)) + 20.0 * truth[:, None]).astype(np.float32)
    found = first_centres(points, 3, seed=0)
    assert found.centres.dtype == np.float32
    assert not found.notes
    for cluster, centre in enumerate(found.centres):
        members = points[found.labels == cluster]
        np.testing.assert_allclose(centre, members.mean(0), rtol=1e-4)
    log_q = log_assignment(torch.tensor(points), torch.tensor(found.centres))
    assert target_of(log_q, torch.tensor(found.labels)).moved == 0.0


def test_of_duplicates_there_are_fewer_centres_and_a_note():
    points = np.repeat(np.eye(3, 4, dtype=np.float32), 5, axis=0)
    found = first_centres(points, 7, seed=0)
    assert found.centres.shape == (3, 4)
    assert sorted(set(found.labels.tolist())) == [0, 1, 2]
    assert "3 clusters instead of 7" in found.notes[0]


def test_what_cannot_be_clustered_is_refused_in_words():
    same = np.ones((6, 2), np.float32)
    with pytest.raises(EngineError, match="same embedding"):
        first_centres(same, 2, seed=0)
    same[3] = np.nan
    with pytest.raises(EngineError, match="without end"):
        first_centres(same, 2, seed=0)
    for k in (1, 7):
        with pytest.raises(ParameterError, match=f"2 to 6.*it is {k}"):
            check_clusters(k, 6)
    check_clusters(0, 1)
    check_clusters(6, 6)


def test_the_search_for_centres_can_be_cancelled():
    def cancel(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        first_centres(np.eye(5, dtype=np.float32), 2, 0, cancel)


def test_memberships_of_a_kept_network_are_the_layers_own(places):
    points, centres = places
    model = Autoencoder(Shape(1, 8, 8), NetworkParams(embedding=5, base=1))
    network = Network(model, 1, torch.tensor(centres))
    shares = embeddings.memberships(network, points)
    np.testing.assert_allclose(shares, assignment(points, centres), rtol=1e-4)
