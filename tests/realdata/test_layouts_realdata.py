"""Real collections are recognised for what they are, and told from the others."""

from pathlib import Path

import pytest

from engine.audio.layouts import recognise
from engine.audio.metadata import read_table, write_table
from engine.audio.scanning import scan_folder

pytestmark = pytest.mark.realdata


@pytest.mark.parametrize(
    ("folder", "name", "columns"),
    [
        ("fsdd", "fsdd", (("digit", 10), ("speaker", 3))),
        ("esc10", "esc10", (("category", 10),)),
    ],
)
def test_known_collections(
    realdata: Path, folder: str, name: str, columns: tuple[tuple[str, int], ...]
) -> None:
    scanned = scan_folder(realdata / folder)
    found = recognise(scanned)
    assert found is not None
    assert (found.name, found.label_columns) == (name, columns)
    assert found.dataset.clips == scanned.clips
    assert found.dataset.labels == scanned.labels  # here the folders say the same


def test_a_child_of_a_known_collection(realdata: Path) -> None:
    found = recognise(scan_folder(realdata / "fsdd" / "7"))
    assert found is not None
    assert found.dataset.label_column == "speaker"  # there is one digit only


@pytest.mark.parametrize("folder", ["drum_oneshots", "bengalese_finch_syllables", ""])
def test_other_collections(realdata: Path, folder: str) -> None:
    assert recognise(scan_folder(realdata / folder)) is None


def test_a_table_of_all_of_them_is_read_back(realdata: Path, tmp_path: Path) -> None:
    dataset = scan_folder(realdata)
    listing = read_table(write_table(dataset, tmp_path / "all.csv"), realdata)
    assert listing.dataset == dataset
    assert listing.missing == ()
