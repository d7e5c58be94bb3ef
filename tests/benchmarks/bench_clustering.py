"""Cutting and growing trees, and fuzzy groups, against SciPy and scikit-learn.

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
from scipy.cluster.hierarchy import fcluster

from engine.clustering.hierarchy import Hierarchy
from engine.clustering.methods import METHODS

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
    trees()
    micro()
    fuzzy()


if __name__ == "__main__":
    main()
