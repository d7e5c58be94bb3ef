"""Cutting and building trees, against SciPy and scikit-learn."""

from collections.abc import Callable
from statistics import median
from time import perf_counter

import fastcluster
import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import AgglomerativeClustering

from engine.clustering.hierarchy import Hierarchy
from engine.clustering.methods import METHODS


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
    print(
        f"{'leaves':>8} {'clusters':>8} {'labels_at':>10} {'fcluster':>10} {'ratio':>7}"
    )
    for n in (10_000, 50_000):
        points = np.random.default_rng(0).normal(size=(n, 2))
        tree = fastcluster.linkage_vector(points, "ward")
        hierarchy = Hierarchy(tree)
        for k in (2, 10, 100, 1_000):
            ours = milliseconds(lambda k=k, h=hierarchy: h.labels_at(k), 50)
            theirs = milliseconds(lambda k=k, t=tree: fcluster(t, k, "maxclust"), 5)
            print(f"{n:8} {k:8} {ours:10.3f} {theirs:10.2f} {theirs / ours:7.0f}")
        built = milliseconds(lambda t=tree: Hierarchy(t), 5)
        print(f"{n:8} building the Hierarchy itself: {built:.1f} ms")


def fits() -> None:
    print("\nOne Ward tree of n x 50 numbers (s)")
    print(f"{'rows':>8} {'ours':>8} {'SciPy':>8} {'sklearn':>8} {'ratio':>14}")
    method = METHODS["agglomerative"]
    method.fit(np.eye(20))
    for n in (2_800, 8_732):
        matrix = np.random.default_rng(0).normal(size=(n, 50))
        ours, scipys, sklearns = (
            milliseconds(run) / 1e3
            for run in (
                lambda m=matrix: method.fit(m),
                lambda m=matrix: linkage(m, "ward"),
                lambda m=matrix: AgglomerativeClustering(10).fit(m),
            )
        )
        print(
            f"{n:8} {ours:8.2f} {scipys:8.2f} {sklearns:8.2f} "
            f"{scipys / ours:6.1f} {sklearns / ours:7.1f}"
        )


def main() -> None:
    """Print both tables."""
    cuts()
    fits()


if __name__ == "__main__":
    main()
