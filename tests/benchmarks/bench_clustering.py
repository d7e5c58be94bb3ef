"""Cutting, drawing and growing trees, and fuzzy groups, against SciPy and scikit-learn.

Every fit runs in a process of its own, which tells its time and how far its memory rose
above what data and libraries took.
"""

import sys
from collections.abc import Callable
from multiprocessing import get_context
from statistics import median
from time import perf_counter

import fastcluster
import numpy as np
from scipy.cluster.hierarchy import dendrogram, fcluster, optimal_leaf_ordering
from scipy.spatial.distance import pdist, squareform

from engine.clustering.drawing import draw
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.linkage import linkage
from engine.clustering.methods import METHODS
from engine.clustering.natural import natural_cuts
from engine.clustering.ordering import OPTIMAL_LIMIT, ordered

GROUPS = 20


def milliseconds(run: Callable[[], object], repeats: int = 1) -> float:
    """Return the median time of some runs."""
    times = []
    for _ in range(repeats):
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return 1e3 * median(times)


def cuts() -> None:
    print("One cut of a tree (ms, median of 50)")
    print(f"{'leaves':>8}{'clusters':>9}{'labels_at':>11}{'fcluster':>10}{'ratio':>7}")
    for n in (10_000, 50_000):
        points = np.random.default_rng(0).normal(size=(n, 2))
        tree = fastcluster.linkage_vector(points, "ward")
        hierarchy = Hierarchy(tree)
        for k in (2, 10, 100, 1_000):
            ours = milliseconds(lambda k=k, h=hierarchy: h.labels_at(k), 50)
            theirs = milliseconds(lambda k=k, t=tree: fcluster(t, k, "maxclust"), 5)
            print(f"{n:8}{k:9}{ours:11.3f}{theirs:10.2f}{theirs / ours:7.0f}")
        built = milliseconds(lambda t=tree: Hierarchy(t), 5)
        print(f"{n:8} building the Hierarchy itself: {built:.1f} ms")


def drawings() -> None:
    print("\nAll coordinates of a tree (ms, median of 5), beside SciPy's dendrogram")
    print(
        f"{'leaves':>8} {'tree':10}{'draw':>8}{'SciPy':>10}{'ratio':>7}{'natural':>9}"
    )
    for n in (2_800, 10_000, 50_000):
        points = np.random.default_rng(0).normal(size=(n, 2))
        i = np.arange(n - 1)
        chain = np.c_[np.where(i == 0, 0, n + i - 1), i + 1, i + 1.0, i + 2]
        trees = {"Ward": fastcluster.linkage_vector(points, "ward"), "chain": chain}
        for name, tree in trees.items():
            hierarchy = Hierarchy(tree)
            # Each one drawn for the first time: the last are remembered.
            fresh = iter([Hierarchy(tree) for _ in range(5)])
            ours = milliseconds(lambda some=fresh: draw(next(some)), 5)
            natural = milliseconds(lambda h=hierarchy: natural_cuts(h), 5)
            try:
                theirs = milliseconds(lambda t=tree: dendrogram(t, no_plot=True))
                beside = f"{theirs:10.0f}{theirs / ours:7.0f}"
            except RecursionError:
                beside = f"{'too deep':>10}{'':7}"
            print(f"{n:8} {name:10}{ours:8.1f}{beside}{natural:9.1f}")
    print("Target: 500 ms at 50 000 leaves")


def orderings() -> None:
    print("\nOptimal leaf ordering (s, sum of the gaps between neighbouring leaves)")
    print(
        f"{'leaves':>8}{'ours':>8}{'sum':>9}{'SciPy':>8}{'sum':>9}{'ratio':>7}"
        f"{'as fitted':>11}"
    )
    for n in (300, 600, OPTIMAL_LIMIT):
        matrix, _ = mixture(n, 50)
        tree, gaps = linkage(matrix), pdist(matrix)
        square = squareform(gaps)
        found, theirs = [], []
        ours = milliseconds(lambda t=tree, m=matrix, f=found: f.append(ordered(t, m)))
        line = f"{n:8}{ours / 1e3:8.2f}{_length(found[0], square):9.0f}"
        if n <= 600:  # the next takes 10 s
            scipy = milliseconds(
                lambda t=tree, g=gaps, f=theirs: f.append(optimal_leaf_ordering(t, g))
            )
            line += f"{scipy / 1e3:8.2f}{_length(theirs[0], square):9.0f}"
            line += f"{scipy / ours:7.0f}"
        else:
            line += " " * 24
        print(f"{line}{_length(tree, square):11.0f}")


def _length(tree: np.ndarray, gaps: np.ndarray) -> float:
    order = draw(Hierarchy(tree)).order
    return gaps[order[1:], order[:-1]].sum()


def mixture(n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Make overlapping groups of unequal spread, and their truth."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, GROUPS, n)
    spread = rng.uniform(0.7, 1.3, (GROUPS, 1))[truth]
    middles = 0.8 * (50.0 / d) ** 0.5 * rng.normal(size=(GROUPS, d))
    return middles[truth] + spread * rng.normal(size=(n, d)), truth


def _method(name: str, **chosen: object) -> Callable[[np.ndarray], np.ndarray]:
    method = METHODS[name]
    params = method.params(n_clusters=GROUPS, **chosen)
    return lambda matrix: method.fit(matrix, params).labels


def _scipy() -> Callable[[np.ndarray], np.ndarray]:
    from scipy.cluster.hierarchy import linkage

    return lambda matrix: fcluster(linkage(matrix, "ward"), GROUPS, "maxclust")


def _sklearn() -> Callable[[np.ndarray], np.ndarray]:
    from sklearn.cluster import AgglomerativeClustering

    return lambda matrix: AgglomerativeClustering(GROUPS).fit(matrix).labels_


WAYS: dict[str, Callable[[], Callable[[np.ndarray], np.ndarray]]] = {
    "exact": lambda: _method("agglomerative", route="exact"),
    "micro": lambda: _method("agglomerative", route="micro"),
    "SciPy": _scipy,
    "sklearn": _sklearn,
    "K-Means": lambda: _method("kmeans"),
    "K-Means, 1 start": lambda: _method("kmeans", n_init=1),
    # The default fuzziness, 1.2, draws some of so many centres together, and says so.
    "Fuzzy C-Means": lambda: _method("fuzzy_cmeans", fuzziness=1.1),
}


def measure(way: str, n: int, d: int) -> tuple[float, float, float]:
    """Return seconds, MB of memory at the peak, and ARI to the truth of one fit."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (way, n, d))


def _measured(way: str, n: int, d: int) -> tuple[float, float, float]:
    from sklearn.metrics import adjusted_rand_score

    matrix, truth = mixture(n, d)
    fit = WAYS[way]()
    fit(matrix[:100])  # what is imported and allocated once
    before, began = _memory()[0], perf_counter()
    labels = fit(matrix)
    seconds, peak = perf_counter() - began, _memory()[1]
    return seconds, peak - before, adjusted_rand_score(truth, labels)


def _memory() -> tuple[float, float]:
    """Return the MB that this process has now, and the most that it ever had."""
    import psutil

    now = psutil.Process().memory_info()
    if sys.platform == "win32":
        return now.rss / 1e6, now.peak_wset / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return now.rss / 1e6, most / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def trees() -> None:
    print(f"\nOne Ward tree, {GROUPS} overlapping groups (s, MB above the data)")
    print(
        f"{'rows':>8}{'columns':>8}{'ours':>8}{'SciPy':>8}{'sklearn':>8}"
        f"{'ours / faster':>15}"
        f"{'MB':>8}{'SciPy':>8}{'sklearn':>8}{'ours / sklearn':>15}"
    )
    for n, d in ((2_800, 50), (8_732, 50), (8_732, 1_000), (20_000, 50)):
        found = [measure(way, n, d) for way in ("exact", "SciPy", "sklearn")]
        (ours, *others), (room, *rooms) = ([f[i] for f in found] for i in (0, 1))
        print(
            f"{n:8}{d:8}{ours:8.2f}{others[0]:8.2f}{others[1]:8.2f}"
            f"{ours / min(others):15.2f}{room:8.0f}{rooms[0]:8.0f}{rooms[1]:8.0f}"
            f"{room / rooms[1]:15.2f}"
        )
    print("Targets at 20 000 rows: 0.7 of the time, half of scikit-learn's memory")


def micro() -> None:
    print("\nThe tree by way of micro-clusters (ARI to the truth)")
    print(
        f"{'rows':>8}{'s':>8}{'MB':>8}{'ARI':>8}"
        f"{'exact s':>9}{'MB':>8}{'ARI':>8}{'difference':>12}"
    )
    for n in (8_732, 20_000, 100_000, 200_000):
        seconds, room, ari = measure("micro", n, 50)
        line = f"{n:8}{seconds:8.2f}{room:8.0f}{ari:8.3f}"
        if n <= 20_000:
            exact, exact_room, exact_ari = measure("exact", n, 50)
            line += f"{exact:9.2f}{exact_room:8.0f}{exact_ari:8.3f}"
            line += f"{ari - exact_ari:+12.3f}"
        print(line)
    print("Targets: 100 000 rows in 30 s, ARI within 0.01 of the exact tree")


def fuzzy() -> None:
    print("\nFuzzy C-Means against K-Means, 8 732 x 50 (s, ARI to the truth)")
    base = measure("K-Means", 8_732, 50)
    for way in ("K-Means", "K-Means, 1 start", "Fuzzy C-Means"):
        seconds, _, ari = base if way == "K-Means" else measure(way, 8_732, 50)
        print(f"{way:18}{seconds:8.2f}{ari:8.3f}{seconds / base[0]:8.2f} of K-Means")


def main() -> None:
    """Print all tables."""
    cuts()
    drawings()
    orderings()
    trees()
    micro()
    fuzzy()


if __name__ == "__main__":
    main()
