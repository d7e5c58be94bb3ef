"""The clustering layer: soft assignment to centres, and the target that sharpens it.

Xie, Girshick and Farhadi, "Unsupervised Deep Embedding for Clustering Analysis" (ICML
2016), within an autoencoder that goes on reconstructing: Guo, Liu, Zhu and Yin, "Deep
Clustering with Convolutional Autoencoders" (ICONIP 2017).

All of it is computed in logarithms and 32 bit: a clip far from every centre, or a
centre far from every clip, gives small numbers there, not 0 divided by 0.

Imported only inside functions: it loads torch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.clustering.kmeans import METHOD as KMEANS
from engine.clustering.kmeans import KMeansParams
from engine.errors import EngineError, ParameterError
from engine.progress import Report, silent

Floats = NDArray[np.float32]

STARTS = 20  # of K-Means, as published


def check_clusters(n_clusters: int, n_trained: int) -> None:
    """Refuse a layer that cannot be: to call before the first epoch, not after.

    Parameters
    ----------
    n_clusters : int
        Of the layer; 0 for none.
    n_trained : int
        Clips that the network learns from.

    Raises
    ------
    ParameterError
        If there is one cluster, or there are more clusters than clips.
    """
    if n_clusters == 0 or 2 <= n_clusters <= n_trained:
        return
    raise ParameterError(
        f"LayerParams.clusters (Clusters) must be 2 to {n_trained}, the number of "
        f"clips that the network learns from, or 0 for no clustering layer; it is "
        f"{n_clusters}"
    )


@dataclass(frozen=True, eq=False)
class FirstCentres:
    """Where a clustering layer begins.

    Parameters
    ----------
    centres : float32 array, shape (n_clusters, embedding)
        Fewer than asked for where there are fewer different clips.
    labels : int64 array, shape (n,)
        The nearest of them.
    notes : tuple of str
        What a person should know about them, in words.
    """

    centres: Floats
    labels: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def first_centres(
    embedding: Floats, n_clusters: int, seed: int, report: Report = silent
) -> FirstCentres:
    """Find the centres to begin with by K-Means.

    Parameters
    ----------
    embedding : float32 array, shape (n, d)
        Of all clips that the network learns from.
    n_clusters : int
        At least 2 and at most n.
    seed : int
    report : callable
        May raise Cancelled.

    Raises
    ------
    EngineError
        If the embedding is not finite, or the same for all clips.
    ParameterError
        If there are to be more clusters than clips.
    """
    check_clusters(n_clusters, len(embedding))
    if not np.isfinite(embedding).all():
        raise EngineError("The network gives numbers without end: its training failed")
    params = KMeansParams(n_clusters=n_clusters, n_init=STARTS, seed=seed)
    fit = KMEANS.fit(embedding, params, report)
    found = int(fit.labels.max()) + 1  # numbered by size, the empty ones last
    if found < 2:
        raise EngineError(
            "The network gives all clips the same embedding, so a clustering layer has "
            "nothing to begin with: where the clips do differ, train it for more "
            "epochs, or at a lower rate"
        )
    assert fit.centres is not None
    centres = fit.centres[:found].astype(np.float32)
    return FirstCentres(centres, fit.labels.astype(np.int64), fit.notes)


def log_assignment(embedding: Tensor, centres: Tensor) -> Tensor:
    """Return the logarithm of the soft assignment, q of equation 1 of Xie et al.

    Student's t with one degree of freedom around every centre.

    Parameters
    ----------
    embedding : tensor, shape (n, d)
    centres : tensor, shape (n_clusters, d)

    Returns
    -------
    float32 tensor, shape (n, n_clusters)
        Natural logarithms; the exponentials of every row add up to 1.
    """
    with torch.autocast(embedding.device.type, enabled=False):
        # About their own middle, lest the difference of large squares loses digits.
        middle = centres.detach().float().mean(0)
        points, around = embedding.float() - middle, centres.float() - middle
        squares = points.square().sum(1, keepdim=True) + around.square().sum(1)
        squares = (squares - 2.0 * points @ around.T).clamp_min(0.0)
        return functional.log_softmax(-torch.log1p(squares), dim=1)


class ClusteringLayer(nn.Module):
    """Centres that learn.

    Parameters
    ----------
    centres : float32 tensor, shape (n_clusters, embedding)
        To begin with.
    """

    def __init__(self, centres: Tensor) -> None:
        super().__init__()
        self.centres = nn.Parameter(centres.detach().clone().float())

    def forward(self, embedding: Tensor) -> Tensor:
        """Return the logarithm of the soft assignment, as `log_assignment`."""
        return log_assignment(embedding, self.centres)


@dataclass(frozen=True, eq=False)
class Target:
    """What the soft assignment is drawn to until the next target.

    Parameters
    ----------
    shares : float32 tensor, shape (n, n_clusters)
        Every row adds up to 1; no gradient.
    labels : int64 tensor, shape (n,)
        The cluster that each clip is most of, by the assignment.
    moved : float
        The share of clips whose label was another one before, 0 to 1; NaN at first.
    empty : int
        Clusters that are nobody's. Their centres stay where they are, as published: a
        clip that comes near takes one up again.
    """

    shares: Tensor
    labels: Tensor
    moved: float
    empty: int


def target_of(log_q: Tensor, before: Tensor | None = None) -> Target:
    """Return the target distribution, p of equation 3 of Xie et al.

    p_ij is q_ij squared over f_j, the sum of column j, made to add up to 1 over j: what
    is sure counts more, and big clusters do not swallow small ones.

    Parameters
    ----------
    log_q : tensor, shape (n, n_clusters)
        As from `log_assignment`, of all clips that the network learns from.
    before : int64 tensor, shape (n,), optional
        The labels of the target before.
    """
    log_q = log_q.detach().float()
    frequency = torch.logsumexp(log_q, dim=0)
    shares = functional.softmax(2.0 * log_q - frequency, dim=1)
    labels = log_q.argmax(1)
    moved = float("nan")
    if before is not None and len(labels):
        moved = (labels != before.to(labels.device)).float().mean().item()
    empty = int((torch.bincount(labels, minlength=log_q.shape[1]) == 0).sum())
    return Target(shares, labels, moved, empty)


def divergence(shares: Tensor, log_q: Tensor) -> Tensor:
    """Return KL(p || q) itself, the mean over the clips, by natural logarithms.

    Parameters
    ----------
    shares : tensor, shape (n, n_clusters)
        Of a target; where one is 0 it adds 0.
    log_q : tensor, shape (n, n_clusters)

    Returns
    -------
    float32 tensor, shape ()
        0 or more, up to rounding.
    """
    return functional.kl_div(log_q.float(), shares.float(), reduction="batchmean")
