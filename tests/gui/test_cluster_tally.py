"""What is counted of clusters while a hand moves the cut."""

import numpy as np

from audioclust_gui.widgets.cluster_tally import Counting
from engine.clustering.describing import describe


def test_the_tally_is_that_of_the_engine():
    rng = np.random.default_rng(0)
    for n in (1, 3, 17, 60):
        labels = rng.integers(-2, 5, n).astype(np.int32)
        truth = rng.choice(["", "b", "a", "ccc"], n).tolist()
        counting = Counting(truth)
        tally = counting.tally(labels)
        rows = dict(zip(tally.ids.tolist(), range(len(tally.ids)), strict=True))
        assert tally.sizes.sum() == n
        assert (tally.ids[tally.row_of[labels]] == labels).all()
        for report in describe(labels, truth):
            row = rows[report.id]
            assert tally.sizes[row] == report.size
            label = tally.majorities[row]
            assert (counting.names[label] if label >= 0 else None) == report.majority
            share = tally.shares[row]
            assert (None if np.isnan(share) else share) == report.purity


def test_labels_by_the_thousand_are_counted_as_well(monkeypatch):
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 30, 400).astype(np.int32)
    truth = rng.choice(["", *(f"kind {i}" for i in range(50))], 400).tolist()
    quick = Counting(truth).tally(labels)
    monkeypatch.setattr("audioclust_gui.widgets.cluster_tally._MOST_CELLS", 0)
    sparse = Counting(truth).tally(labels)
    assert (quick.majorities == sparse.majorities).all()
    np.testing.assert_array_equal(quick.shares, sparse.shares)
