"""Whether clusters come back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clustering.methods import METHODS
from engine.clustering.partition import NOISE
from engine.clustering.stability import (
    StabilityParams,
    best_jaccard,
    stability,
    verdict,
)
from engine.errors import Cancelled, ParameterError

FEW = StabilityParams(rounds=6, seeds=3)


def asked(name, **changes):
    method = METHODS[name]
    return method, method.params(**changes)


@pytest.fixture(scope="module")
def blobs():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], [60, 40, 20])
    return 20.0 * np.eye(3)[truth] + rng.normal(size=(120, 3)), truth


@pytest.mark.parametrize("name", ["kmeans", "agglomerative"])
def test_what_is_there_comes_back(blobs, name):
    matrix, _ = blobs
    found = stability(matrix, *asked(name, n_clusters=3), FEW)
    np.testing.assert_array_equal(found.jaccard, 1.0)
    assert found.recovered.tolist() == found.seen.tolist() == [6, 6, 6]
    assert found.dissolved.tolist() == [0, 0, 0]
    assert (found.ari_mean, found.ari_deviation) == (1.0, 0.0)
    assert found.over_seeds == (name == "kmeans")
    assert found.verdicts == ("highly stable",) * 3


def test_what_was_only_cut_in_two_does_not(blobs):
    matrix, truth = blobs
    found = stability(matrix, *asked("kmeans", n_clusters=6, n_init=1), FEW)
    assert found.jaccard.min() < 0.75
    assert found.ari_mean < 1.0
    halves = np.where(truth == 0, np.arange(120) % 2, truth + 1)
    asking = asked("agglomerative", n_clusters=4)
    found = stability(matrix, *asking, FEW, labels=halves)
    assert found.ids.tolist() == [0, 1, 2, 3]
    assert (found.jaccard[:2] < 0.75).all()
    assert found.verdicts[2:] == ("highly stable", "highly stable")
    assert found.dissolved[0] > 0


def test_noise_is_no_cluster(blobs):
    matrix, truth = blobs
    labels = np.where(truth == 2, NOISE, truth)
    found = stability(matrix, *asked("dbscan"), FEW, labels=labels)
    assert found.ids.tolist() == [0, 1]
    nothing = stability(
        matrix, *asked("kmeans", n_clusters=2), FEW, labels=[NOISE] * 120
    )
    assert nothing.jaccard.shape == (0,)
    assert nothing.verdicts == ()


def test_the_same_seed_gives_the_same_answer(blobs):
    matrix, _ = blobs
    asking = asked("kmeans", n_clusters=5, n_init=1)
    first, again = (stability(matrix, *asking, FEW) for _ in range(2))
    np.testing.assert_array_equal(first.jaccard, again.jaccard)
    assert first.ari_mean == again.ari_mean
    other = stability(matrix, *asking, FEW.replace(seed=1))
    assert first.jaccard.tolist() != other.jaccard.tolist()


@pytest.mark.parametrize("name", list(METHODS))
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_handful_of_clips_is_enough(name, n):
    method = METHODS[name]
    fields = {field.name for field in method.params.declared()}
    params = method.params(**({"n_clusters": n} if "n_clusters" in fields else {}))
    found = stability(np.eye(n, 2), method, params, FEW)
    assert ((found.jaccard >= 0) & (found.jaccard <= 1) | (found.seen == 0)).all()
    assert -0.5 <= found.ari_mean <= 1.0


@given(st.lists(st.tuples(st.integers(-2, 3), st.integers(-2, 3)), max_size=30))
def test_the_jaccard_index_is_that_of_the_sets(pairs):
    labels, others = np.array(pairs, np.int64).reshape(-1, 2).T
    found = best_jaccard(labels, others, np.arange(4))
    for i, value in enumerate(found):
        one = set(np.flatnonzero(labels == i))
        if not one:
            assert np.isnan(value)
            continue
        sets = [set(np.flatnonzero(others == j)) for j in range(4)]
        assert value == max(len(one & two) / len(one | two) for two in sets)


def test_the_words_are_hennigs():
    values = (0.85, 0.84, 0.75, 0.74, 0.6, 0.59, 0.0, float("nan"))
    words = [verdict(value) for value in values]
    assert words[0] == "highly stable"
    assert words[1] == words[2] == "stable"
    assert words[3] == words[4] == "a pattern with doubtful borders"
    assert words[5] == words[6] == "not to be trusted"
    assert words[7] == "not known"


def test_progress_only_grows_and_stability_can_be_cancelled(blobs):
    matrix, _ = blobs
    steps = []
    stability(matrix, *asked("kmeans", n_clusters=3), FEW, steps.append)
    shares = [step.fraction for step in steps]
    assert shares == sorted(shares)
    assert steps[-1].done < steps[-1].total
    assert steps[0].total == 100 * (1 + 6 + 3)
    assert {"Grouping all clips", "Grouping sample 6 of 6"} <= {
        step.message for step in steps
    }

    def report(step):
        if step.message == "Grouping sample 2 of 6":
            raise Cancelled

    with pytest.raises(Cancelled):
        stability(matrix, *asked("kmeans", n_clusters=3), FEW, report)


def test_labels_that_do_not_fit_are_refused(blobs):
    with pytest.raises(ParameterError, match=r"one label per row, 120; .* \(3,\)"):
        stability(blobs[0], *asked("dbscan"), FEW, labels=[0, 1, 0])
