"""Experiments on real recordings reach what librosa and scikit-learn reach."""

from pathlib import Path

import pytest

from engine.audio.layouts import recognise
from engine.audio.scanning import scan_folder
from engine.experiment import Grid, run

pytestmark = pytest.mark.realdata

# Mean and standard deviation of the MFCC without the first, by plain librosa and
# scikit-learn on the whole sets: NMI and accuracy, of the best scaling and method.
# Two clips of drums are within the tolerance below.
REACHED = {
    "fsdd": (0.47, 0.33),
    "esc10": (0.52, 0.53),
    "bengalese_finch_syllables": (0.87, 0.82),
    "drum_oneshots": (0.60, 0.52),
}


@pytest.mark.parametrize("name", REACHED)
def test_the_defaults_reach_what_plain_libraries_do(
    realdata: Path, name: str, tmp_path: Path
) -> None:
    dataset = scan_folder(realdata / name)
    known = recognise(dataset)
    grid = Grid.of(
        features=("mfcc_without_first",),
        poolings=("mean_std",),
        methods=("kmeans", "agglomerative"),
    )
    dataset = dataset if known is None else known.dataset
    table = run(dataset, grid, tmp_path / "out", folder=tmp_path / "cache")
    assert not any(row["error"] for row in table.rows)
    nmi, accuracy = REACHED[name]
    assert max(row["nmi"] for row in table.rows) >= nmi - 0.01
    assert max(row["accuracy"] for row in table.rows) >= accuracy - 0.01
