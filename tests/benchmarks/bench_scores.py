"""Scores of 100 000 clips in 50 groups, against scikit-learn's."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
from sklearn import metrics as sklearn_metrics

from engine.clustering.contingency import contingency
from engine.clustering.describing import describe
from engine.clustering.external import ami, ari, nmi
from engine.clustering.internal import calinski_harabasz, davies_bouldin, spread_of
from engine.clustering.matching import match
from engine.clustering.metrics import score
from engine.clustering.silhouette import SAMPLE, Sampled

N, GROUPS, COLUMNS = 100_000, 50, 50


def milliseconds(run: Callable[[], object]) -> float:
    """Return the shortest time of three runs."""
    times = []
    for _ in range(3):
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return 1e3 * min(times)


def main() -> None:
    """Print one table of scores with a counterpart, and one without."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, GROUPS, N)
    labels = np.where(rng.random(N) < 0.7, truth, rng.integers(0, GROUPS, N))
    matrix = rng.normal(size=(GROUPS, COLUMNS))[truth] + rng.normal(size=(N, COLUMNS))
    few, of_few = matrix[:SAMPLE], labels[:SAMPLE]
    basis = Sampled(matrix)
    basis.scores(labels)

    def through_table(of: Callable[..., float]) -> Callable[[], float]:
        return lambda: of(contingency(labels, truth))

    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "NMI": (
            through_table(nmi),
            lambda: sklearn_metrics.normalized_mutual_info_score(truth, labels),
        ),
        "ARI": (
            through_table(ari),
            lambda: sklearn_metrics.adjusted_rand_score(truth, labels),
        ),
        "AMI": (
            through_table(ami),
            lambda: sklearn_metrics.adjusted_mutual_info_score(truth, labels),
        ),
        "Calinski-Harabasz": (
            lambda: calinski_harabasz(spread_of(matrix, labels)),
            lambda: sklearn_metrics.calinski_harabasz_score(matrix, labels),
        ),
        "Davies-Bouldin": (
            lambda: davies_bouldin(spread_of(matrix, labels)),
            lambda: sklearn_metrics.davies_bouldin_score(matrix, labels),
        ),
        "silhouette of 5 000": (
            lambda: Sampled(few).scores(of_few),
            lambda: sklearn_metrics.silhouette_score(few, of_few),
        ),
        "the same, next cut": (
            lambda: basis.scores(labels),
            lambda: sklearn_metrics.silhouette_score(few, of_few),
        ),
    }
    print(f"Scores of {N:,} clips, {GROUPS} groups, {COLUMNS} columns (ms)")
    print(f"{'':>20} {'ours':>8} {'sklearn':>8} {'ratio':>6}")
    for name, (ours, theirs) in pairs.items():
        mine, other = milliseconds(ours), milliseconds(theirs)
        print(f"{name:>20} {mine:8.1f} {other:8.1f} {other / mine:6.1f}")

    names = [str(code) for code in truth]
    print("\nThe same collection (ms)")
    for words, run in {
        "all scores, first time": lambda: score(labels, names, matrix),
        "all scores, next cut": lambda: score(labels, names, matrix, basis=basis),
        "every cluster described": lambda: describe(labels, names, matrix),
        "two partitions matched": lambda: match(labels, truth),
    }.items():
        print(f"{words:>26} {milliseconds(run):8.1f}")


if __name__ == "__main__":
    main()
