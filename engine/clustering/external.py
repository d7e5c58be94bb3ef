"""How well groups agree with classes that were known before."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.contingency import Contingency, Ints

Floats = npt.NDArray[np.float64]

# The natural logarithm of the probability that a tail of a distribution may hold.
_TAIL = 45.0


@dataclass(frozen=True, slots=True)
class External:
    """Agreement with the truth; None where it is not defined.

    Parameters
    ----------
    nmi : float or None
        Normalised mutual information, 0 to 1.
    accuracy : float or None
        Share of clips in the group that stands for their class, 0 to 1.
    ari : float or None
        Adjusted Rand index, -0.5 to 1; 0 is what chance would give.
    ami : float or None
        Mutual information adjusted for chance, about 0 to 1, below 0 for worse than
        chance.
    homogeneity : float or None
        How far every group holds a single class, 0 to 1.
    completeness : float or None
        How far every class lies in a single group, 0 to 1.
    v_measure : float or None
        The harmonic mean of these two, 0 to 1; the same number as the NMI.
    purity : float or None
        Share of clips that are of the most frequent class of their group, 0 to 1.
    """

    nmi: float | None = None
    accuracy: float | None = None
    ari: float | None = None
    ami: float | None = None
    homogeneity: float | None = None
    completeness: float | None = None
    v_measure: float | None = None
    purity: float | None = None


def agreement(table: Contingency) -> External:
    """Return all external scores of a contingency table.

    They are None unless there is a group and there are two classes.
    """
    if len(table.group_sizes) < 1 or len(table.class_sizes) < 2:
        return External()
    homogeneous, complete = homogeneity(table), completeness(table)
    return External(
        nmi=nmi(table),
        accuracy=accuracy(table),
        ari=ari(table),
        ami=ami(table),
        homogeneity=homogeneous,
        completeness=complete,
        v_measure=2.0 * homogeneous * complete / ((homogeneous + complete) or 1.0),
        purity=purity(table),
    )


def nmi(table: Contingency) -> float:
    """Return the mutual information over the mean of the two entropies, 0 to 1.

    The arithmetic normalisation of Vinh, Epps and Bailey (2010), as in scikit-learn's
    ``normalized_mutual_info_score``; 1 where there is one group and one class.
    """
    if len(table.group_sizes) == len(table.class_sizes) <= 1:
        return 1.0
    mean = (_entropy(table.group_sizes) + _entropy(table.class_sizes)) / 2.0
    return _share(_mutual_information(table), mean)


def homogeneity(table: Contingency) -> float:
    """Return the mutual information over the entropy of the classes, 0 to 1.

    Rosenberg and Hirschberg (2007), as in scikit-learn's ``homogeneity_score``; 1 where
    there are no two classes.
    """
    return _share(_mutual_information(table), _entropy(table.class_sizes))


def completeness(table: Contingency) -> float:
    """Return the mutual information over the entropy of the groups, 0 to 1.

    Rosenberg and Hirschberg (2007), as in scikit-learn's ``completeness_score``; 1
    where there are no two groups.
    """
    return _share(_mutual_information(table), _entropy(table.group_sizes))


def ami(table: Contingency) -> float:
    """Return the mutual information adjusted for chance, at most 1.

    Vinh, Epps and Bailey (2010), by the mean of the two entropies, as in scikit-learn's
    ``adjusted_mutual_info_score``.
    """
    k, m, n = len(table.group_sizes), len(table.class_sizes), table.total
    if k == m and (k <= 1 or k == n):
        return 1.0
    if k == 1 or m == 1:
        return 0.0
    expected = _expected_information(table.group_sizes, table.class_sizes)
    mean = (_entropy(table.group_sizes) + _entropy(table.class_sizes)) / 2.0
    return min(1.0, (_mutual_information(table) - expected) / (mean - expected))


def _expected_information(group_sizes: Ints, class_sizes: Ints) -> float:
    """Return the mean mutual information of random partitions with these sizes, nats.

    The hypergeometric model of Vinh, Epps and Bailey (2010), equation 24a. Cells of
    equal sizes count together, and of each distribution only the part around its mean
    that holds all but 1e-19 of the probability (by Bernstein's inequality) is summed.
    Its terms follow from each other and add up to one, so no digit is lost in
    differences of large factorials.
    """
    n = int(group_sizes.sum())
    rows, row_counts = np.unique(group_sizes, return_counts=True)
    b, b_counts = np.unique(class_sizes, return_counts=True)
    total = 0.0
    for a, times in zip(rows.tolist(), row_counts.tolist(), strict=True):
        mean = a * b / n
        variance = mean * (n - a) / n * (n - b) / max(1, n - 1)
        reach = _TAIL / 3.0 + np.sqrt((_TAIL / 3.0) ** 2 + 2.0 * _TAIL * variance)
        low = np.maximum(np.maximum(0, a + b - n), np.floor(mean - reach))
        high = np.minimum(np.minimum(a, b), np.ceil(mean + reach))
        shared = low[:, None] + np.arange(int((high - low).max()) + 1)
        outside = shared > high[:, None]
        before = np.where(outside, low[:, None] + 1, shared)[:, 1:] - 1
        steps = np.log(
            (a - before)
            * (b[:, None] - before)
            / ((before + 1) * (n - a - b[:, None] + before + 1))
        )
        chance = np.zeros(shared.shape)
        np.cumsum(steps, axis=1, out=chance[:, 1:])
        chance[outside] = -np.inf
        chance = np.exp(chance - chance.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        gain = shared / n * np.log(np.maximum(shared, 1) / mean[:, None])
        total += times * float(((chance * gain).sum(axis=1) * b_counts).sum())
    return total


def ari(table: Contingency) -> float:
    """Return the Rand index adjusted for chance, -0.5 to 1.

    Hubert and Arabie (1985), as in scikit-learn's ``adjusted_rand_score``; 1 where
    neither side separates or neither side joins any two clips.
    """
    # Python's integers: the products of pairs outgrow 64 bits at 50 000 clips.
    both = _pairs(table.counts)
    grouped, classed = _pairs(table.group_sizes), _pairs(table.class_sizes)
    every = table.total * (table.total - 1) // 2
    if grouped == classed == both:
        return 1.0
    numerator = 2 * (both * every - grouped * classed)
    return numerator / ((grouped + classed) * every - 2 * grouped * classed)


def accuracy(table: Contingency) -> float:
    """Return the share of clips on the best one-to-one match of groups and classes."""
    return int(table.counts[table.matched()].sum()) / table.total


def purity(table: Contingency) -> float:
    """Return the share of clips that are of their group's most frequent class, 0 to 1.

    Zhao and Karypis (2001). It grows with the number of groups, to 1 for groups of one.
    """
    starts = np.searchsorted(table.groups, np.arange(len(table.group_sizes)))
    return int(np.maximum.reduceat(table.counts, starts).sum()) / table.total


def _mutual_information(table: Contingency) -> float:
    n = table.total
    expected = table.group_sizes[table.groups] * table.class_sizes[table.classes] / n
    return float((table.counts * np.log(table.counts / expected)).sum()) / n


def _entropy(counts: Ints) -> float:
    share: Floats = counts / counts.sum()
    return -float((share * np.log(share)).sum())


def _share(information: float, entropy: float) -> float:
    """Divide, where rounding may have left the range."""
    if math.isclose(entropy, 0.0, abs_tol=1e-15):
        return 1.0
    return min(1.0, max(0.0, information / entropy))


def _pairs(counts: Ints) -> int:
    return int((counts * (counts - 1) // 2).sum())
