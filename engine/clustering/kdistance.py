"""The sorted k-distance curve, and a radius for DBSCAN that suits the data."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.clustering.density import Density, density
from engine.clustering.distances import blocks
from engine.clustering.method import Matrix
from engine.progress import Report, Step, silent

SAMPLE = 5_000
_CONVINCING = 0.25  # entropy in nats times the logarithm of the range of radii


def suggested_eps(matrix: Matrix, min_samples: int, report: Report = silent) -> float:
    """Return the radius at which the same clusters last, or else tell the most.

    Where groups are well apart, the clusters stay the same over a wide range of radii:
    `lasting_radius`. On recordings there is rarely such a range; then the
    `most_telling_radius` comes within 0.03 of the best NMI that any radius has on
    spoken digits, environmental sounds, bird syllables and drums (0.55 on the average),
    where the knee of the curve (Satopaa et al. 2011, "Finding a 'kneedle' in a
    haystack") has 0.30.

    Parameters
    ----------
    matrix : float array, shape (n, d)
        Of more than 5 000 rows a sample tells, in proportion to its own curve.
    min_samples : int
        Core size, the row itself included.
    report : Report

    Returns
    -------
    float
        Always above 0.
    """
    n = len(matrix)
    found = density(matrix[_spread(n)], min_samples, report)
    lasting = lasting_radius(found, min_samples)
    eps = lasting or most_telling_radius(found)
    if n > SAMPLE:
        curve = k_distances(matrix, min_samples, report)
        if lasting:  # at the end of the curve, where shares say nothing
            eps *= (float(np.median(curve)) or 1.0) / (
                float(np.median(found.core)) or 1.0
            )
        else:
            share = np.searchsorted(np.sort(found.core), eps, side="right") / SAMPLE
            eps = float(np.quantile(curve, share))
    # Where most clips have exact duplicates it may be 0, which is no radius.
    return max(eps, 1e-6 * (float(np.abs(matrix).max()) or 1.0))


def lasting_radius(found: Density, min_samples: int) -> float | None:
    """Return the middle of the range of radii over which the same clusters last.

    Only clusters of a fiftieth of the clips and the core size are looked at, and only
    radii that leave a tenth of the clips as noise at most. The entropy of the clusters'
    sizes is multiplied by the logarithm of how wide the range is; the highest product
    wins, and has to be convincing: half-moons and other well separated shapes have 0.3
    to 2, recordings and structureless data up to 0.2.
    """
    n = len(found.core)
    least = max(min_samples, math.ceil(n / 50))
    covered = float(np.sort(found.reach)[math.ceil(0.9 * n) - 1])
    # Exact duplicates are apart by nothing, which is no width to compare with.
    low = max(covered, 1e-9 * float(found.lengths.max(initial=0.0)))
    best, radius, crowding, inside = _CONVINCING, None, 0.0, 0
    for (a, b), length in zip(_merged_sizes(found), found.lengths, strict=True):
        if a + b < least:
            continue
        big = [size for size in (a, b) if size >= least]
        if len(big) != 1 and length > low:  # one more or one fewer
            if inside:
                entropy = math.log(inside) - crowding / inside
                score = entropy * math.log(length / low)
                if score > best:
                    best, radius = score, math.sqrt(length * low)
            low = float(length)
        crowding += _crowding(a + b) - sum(map(_crowding, big))
        inside += a + b - sum(big)
    return radius


def most_telling_radius(found: Density) -> float:
    """Return the core distance with the highest entropy times coverage.

    At every radius the entropy of the clusters' sizes is multiplied by the share of
    clips that are not noise. Cores and edges within it are taken in one by one, so that
    one pass serves every radius. Of equal ones the largest is returned, and the largest
    of all where there is never more than one cluster.
    """
    radii = np.sort(found.core)
    covered = np.searchsorted(np.sort(found.reach), radii, side="right") / len(radii)
    joined = np.searchsorted(found.lengths, radii, side="right")
    merges = _merged_sizes(found)
    best, radius, edge, crowding = 0.0, float(radii[-1]), 0, 0.0
    for i, eps in enumerate(radii):
        while edge < joined[i]:
            a, b = next(merges)
            crowding += _crowding(a + b) - _crowding(a) - _crowding(b)
            edge += 1
        if i + 1 < len(radii) and radii[i + 1] == eps:
            continue
        score = (math.log(i + 1) - crowding / (i + 1)) * covered[i]
        if score > 1e-9 and score >= best:  # less is rounding
            best, radius = score, float(eps)
    return radius


def _crowding(size: int) -> float:
    return size * math.log(size)


def _merged_sizes(found: Density) -> Iterator[tuple[int, int]]:
    """Yield the sizes of what each edge joins, from the shortest on."""
    parent, sizes = list(range(len(found.core))), [1] * len(found.core)

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for edge in found.edges.tolist():
        small, big = sorted(map(root, edge), key=sizes.__getitem__)
        yield sizes[small], sizes[big]
        parent[small] = big
        sizes[big] += sizes[small]


def k_distances(
    matrix: Matrix, k: int, report: Report = silent
) -> npt.NDArray[np.float64]:
    """Return the distances to the k-th nearest row, the row itself counted first.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    k : int
        Core size; at most ``n`` rows are counted.
    report : Report
        Called once per block.

    Returns
    -------
    float64 array, shape (min(n, 5000),)
        Ascending; of evenly spread rows where there are more than 5 000.
    """
    from sklearn.neighbors import NearestNeighbors

    n = len(matrix)
    asked = matrix[_spread(n)]
    index = NearestNeighbors(n_neighbors=min(k, n)).fit(matrix)
    found = []
    for block in blocks(len(asked), n):
        report(Step(block.start, len(asked), "Looking for a radius"))
        found.append(index.kneighbors(asked[block])[0][:, -1])
    return np.sort(np.concatenate(found))


def _spread(n: int) -> npt.NDArray[np.int64]:
    return np.linspace(0, n - 1, min(n, SAMPLE)).astype(np.int64)
