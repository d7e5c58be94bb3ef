"""Two changed pictures of one clip are to lie at one place of the embedding.

Imported only inside functions: it loads torch.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

_COVARIANCE = 0.04  # against the other two terms: 1 to 25, as published
_LEAST = 1e-4  # variance, so that the slope of its root stays finite


def disagreement(one: Tensor, other: Tensor) -> Tensor:
    """Return how far two views' embeddings are apart, and from saying much.

    Parameters
    ----------
    one, other : float tensor, shape (n, d)
        The embeddings of the same clips, changed at random in two ways.

    Returns
    -------
    float32 tensor, shape ()
        At least 0: their mean squared difference, how far the deviation of each number
        is below 1 (or all clips would come to lie at one place), and how much the
        numbers say the same.

    Notes
    -----
    Bardes, Ponce and LeCun, "VICReg" (2022), whose weights it has, here on the
    embedding itself.
    """
    one, other = one.float(), other.float()
    apart = functional.mse_loss(one, other)
    return apart + _idleness(one) + _idleness(other)


def _idleness(view: Tensor) -> Tensor:
    """Return how far the numbers are from varying by 1, each for itself."""
    n, d = view.shape
    centred = view - view.mean(dim=0)
    covariance = centred.T @ centred / max(1, n - 1)
    variance = covariance.diagonal()
    narrow = functional.relu(1.0 - (variance + _LEAST).sqrt()).mean()
    shared = (covariance.square().sum() - variance.square().sum()) / d
    return narrow + _COVARIANCE * shared
