"""Trees of more clips than there is memory for, and what memory there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import is_monotonic, is_valid_linkage, linkage
from scipy.spatial.distance import pdist
from sklearn.metrics import adjusted_rand_score

from engine import machine
from engine.clustering import microclusters
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.microclusters import (
    joined,
    ward_by_micro_clusters,
    weighted_ward,
)
from engine.errors import Cancelled


def mixture(n, d=12, groups=6, seed=0, width=3.0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, groups, n)
    middles = width * rng.normal(size=(groups, d))
    return middles[truth] + rng.normal(size=(n, d)), truth


def agreement(truth, tree):
    return adjusted_rand_score(truth, Hierarchy(tree).labels_at(truth.max() + 1))


@pytest.mark.parametrize("width", [0.9, 1.4])
def test_cuts_agree_with_the_truth_as_those_of_the_exact_tree_do(width):
    matrix, truth = mixture(4_000, width=width)
    tree = ward_by_micro_clusters(matrix)
    assert is_valid_linkage(tree)
    assert is_monotonic(tree)
    exact = agreement(truth, linkage(matrix, "ward"))
    assert exact > 0.5
    assert agreement(truth, tree) > exact - 0.02


def test_a_few_clips_have_the_exact_tree():
    matrix, _ = mixture(300)
    ours, scipys = ward_by_micro_clusters(matrix), linkage(matrix, "ward")
    np.testing.assert_allclose(ours[:, 2:], scipys[:, 2:], atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_weights_count_as_that_many_rows(m, seed):
    rng = np.random.default_rng(seed)
    centres, sizes = rng.normal(size=(m, 3)), rng.integers(1, 9, m)
    heights = sorted(height for *_, height in weighted_ward(centres, sizes))
    each = linkage(np.repeat(centres, sizes, axis=0), "ward")
    np.testing.assert_allclose(heights, each[-(m - 1) :, 2], atol=1e-7)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 150), st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_any_parts_join_to_a_valid_tree(n, parts, seed):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 4, (n, 2)).astype(float)
    chosen = rng.integers(0, parts, n)
    groups = [np.flatnonzero(chosen == part) for part in np.unique(chosen)]
    trees = [
        linkage(pdist(matrix[g]), "ward") if len(g) > 1 else np.empty((0, 4))
        for g in groups
    ]
    centres = np.array([matrix[g].mean(axis=0) for g in groups])
    tree = joined(groups, trees, weighted_ward(centres, [len(g) for g in groups]))
    assert is_valid_linkage(tree)
    assert is_monotonic(tree)
    Hierarchy(tree)
    assert tree[-1, 3] == n


@pytest.mark.parametrize("kind", ["equal", "mostly equal", "two places", "one far"])
def test_micro_clusters_too_big_for_the_memory_are_parted_again(kind, monkeypatch):
    monkeypatch.setattr(microclusters, "_EXACT", 120)
    matrix, _ = mixture(3_000, d=3)
    if kind == "equal":
        matrix[:] = matrix[0]
    elif kind == "mostly equal":
        matrix[300:] = matrix[0]
    elif kind == "two places":
        matrix = np.repeat(matrix[:2], 1_500, axis=0)
    else:
        matrix[0] = 1e6
    biggest = 0

    def measured(rows):
        nonlocal biggest
        biggest = max(biggest, len(rows))
        return linkage(rows, "ward") if len(rows) > 1 else np.empty((0, 4))

    monkeypatch.setattr(microclusters, "linkage", measured)
    tree = ward_by_micro_clusters(matrix, 2)
    assert biggest <= 120
    assert is_valid_linkage(tree)
    zero = 3_000 - len(np.unique(matrix, axis=0))
    assert (tree[:, 2] < 1e-9).sum() == zero


def test_it_says_where_it_is_and_can_be_cancelled():
    matrix, _ = mixture(5_000)
    steps = []
    first = ward_by_micro_clusters(matrix, report=steps.append)
    np.testing.assert_array_equal(first, ward_by_micro_clusters(matrix))
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert steps[-1].done == steps[-1].total
    for last in (0, len(steps) // 2, len(steps) - 1):
        left = iter(range(len(steps)))

        def report(step, left=left, last=last):
            if next(left) == last:
                raise Cancelled

        with pytest.raises(Cancelled):
            ward_by_micro_clusters(matrix, report=report)


@pytest.fixture
def limits(tmp_path, monkeypatch):
    """Stand in for Linux, which tells a process its limits in small files."""
    monkeypatch.setattr(machine, "_PROCESS", tmp_path / "cgroup")
    monkeypatch.setattr(machine, "_GROUPS", tmp_path)
    monkeypatch.setattr(machine, "_posix", lambda: (2**40, 2**39))
    monkeypatch.setattr(machine, "_windows", lambda: (2**40, 2**39))
    return tmp_path


def test_memory_is_what_is_free_and_half_of_it_all_at_most(limits, monkeypatch):
    assert machine.memory_at_hand() == int(0.8 * 2**39)
    monkeypatch.setattr(machine, "_posix", lambda: (2**40, 2**40))
    monkeypatch.setattr(machine, "_windows", lambda: (2**40, 2**40))
    assert machine.memory_at_hand() == 2**39


@pytest.mark.parametrize(
    ("line", "folder", "names"),
    [
        ("0::/job", "", ("memory.max", "memory.current", "inactive_file")),
        (
            "4:cpu,memory:/job",
            "memory",
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ),
    ],
)
def test_a_containers_limit_counts(limits, line, folder, names):
    (limits / "cgroup").write_text(f"9:pids:/\n{line}\n")
    group = limits / folder / "job"
    group.mkdir(parents=True)
    limit, usage, idle = names
    (group / usage).write_text("600000\n")
    (group / "memory.stat").write_text(f"anon 5\n{idle} 100000\n")
    (group / limit).write_text("max\n")
    assert machine.memory_at_hand() == int(0.8 * 2**39)
    (group / limit).write_text("1000000\n")
    assert machine.memory_at_hand() == 400_000
    # Seen from inside a container, the group is the top, and its own path is elsewhere.
    for file in group.iterdir():
        file.rename(group.parent / file.name)
    assert machine.memory_at_hand() == 400_000
