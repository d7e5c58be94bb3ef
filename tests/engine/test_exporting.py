"""The table that leaves the house."""

import csv

import numpy as np
import pytest

from engine.audio.dataset import Clip, Dataset
from engine.errors import Cancelled, ProjectError
from engine.projects.exporting import write_csv
from engine.projects.project import Project


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_clip_is_a_row_with_its_cluster(finished, tmp_path):
    rows = rows_of(write_csv(finished, tmp_path / "out.csv"))
    assert [row["path"] for row in rows] == [c.path for c in finished.dataset.clips]
    assert [int(row["cluster"]) for row in rows] == finished.labels.tolist()
    assert [row["folder"] for row in rows] == list(finished.dataset.labels)
    x = np.array([float(row["x"]) for row in rows])
    np.testing.assert_allclose(x, finished.positions[:, 0], rtol=1e-5)


def test_names_cannot_become_formulas(tmp_path):
    names = ("=1+1.wav", "+x.wav", "-x.wav", "@x.wav", "\tx.wav", "fine.wav")
    dataset = Dataset(
        "sounds", tuple(map(Clip, names)), {"label": ("=HYPERLINK()",) * 6}, "label"
    )
    rows = rows_of(write_csv(Project(dataset), tmp_path / "out.csv"))
    assert all(row["path"][0] == "'" for row in rows[:5])
    assert rows[5]["path"] == "fine.wav"
    assert rows[0]["label"] == "'=HYPERLINK()"
    assert rows[0]["cluster"] == ""


def test_a_name_that_is_not_utf8_is_written_and_commas_and_newlines_survive(tmp_path):
    dataset = Dataset("sounds", (Clip('a,\n"b".wav'), Clip("\udcff.wav")))
    rows = rows_of(write_csv(Project(dataset), tmp_path / "out.csv"))
    assert rows[0]["path"] == 'a,\n"b".wav'
    assert "udcff" in rows[1]["path"]


def test_a_file_that_cannot_be_written_leaves_what_was_there(finished, tmp_path):
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(ProjectError, match=r"out\.csv"):
        write_csv(finished, tmp_path / "out.csv")
    with pytest.raises(ProjectError, match="nowhere"):
        write_csv(finished, tmp_path / "nowhere" / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_cancelled_export_leaves_nothing(finished, tmp_path):
    def cancel(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        write_csv(finished, tmp_path / "out.csv", cancel)
    assert not list(tmp_path.iterdir())
