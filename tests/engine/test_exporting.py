"""The table and the tree that leave the house."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from engine.audio.dataset import Clip, Dataset
from engine.clustering.linkage_files import read_linkage
from engine.errors import Cancelled, ProjectError
from engine.projects.curation import cut_here, rename
from engine.projects.exporting import write_csv, write_linkage, write_newick
from engine.projects.importing import with_linkage
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


def test_names_of_clusters_stand_beside_their_numbers(finished, tmp_path):
    _, second, third = finished.clusters.nodes[:3].tolist()
    named = rename(rename(finished, second, "=鳥, high"), third, "")
    rows = rows_of(write_csv(named, tmp_path / "out.csv"))
    expected = {str(finished.clusters.ids[1]): "'=鳥, high"}
    assert {row["cluster"] for row in rows if row["cluster_name"]} == set(expected)
    for row in rows:
        assert row["cluster_name"] == expected.get(row["cluster"], "")
    apart = cut_here(named, second, len(finished.dataset))
    rows = rows_of(write_csv(apart, tmp_path / "out.csv"))
    assert not any(row["cluster_name"] for row in rows)  # no cluster is that node now


def test_a_cluster_of_a_flat_method_has_a_name_as_well(finished, tmp_path):
    labels = np.where(np.arange(len(finished.labels)) < 2, -1, finished.labels)
    flat = replace(finished.grouping, linkage=None, labels=labels)
    named = rename(replace(finished, grouping=flat), 1, "one")
    for row in rows_of(write_csv(named, tmp_path / "out.csv")):
        assert (row["cluster_name"] == "one") == (row["cluster"] == "1")


def test_the_tree_has_the_names_of_clips_and_branches(finished, tmp_path):
    n = len(finished.dataset)
    named = rename(finished, 2 * n - 2, "it's all")
    text = write_newick(named, tmp_path / "t.nwk").read_text(encoding="utf-8")
    assert text.endswith(")'it''s all';\n")
    for clip in finished.dataset.clips:
        assert text.count(clip.path) == 1


def test_clips_of_one_file_are_told_apart_by_their_spans(tmp_path):
    clips = (Clip("a.wav", 0.0, 1.5), Clip("a.wav", 1.5), Clip("caf\udce9.wav", 2.0))
    project = Project(Dataset("sounds", clips))
    tree = np.array([[0, 1, 0.5, 2], [3, 2, 2.0, 3]])
    project = with_linkage(project, tree, "z.npy")
    text = write_newick(project, tmp_path / "t.nwk").read_text(encoding="utf-8")
    spans = "('a.wav [0.0-1.5 s]':0.5,'a.wav [1.5-end s]':0.5):1.5"
    assert text == f"({spans},'caf\ufffd.wav':2.0);\n"
    rows = rows_of(write_linkage(project, tmp_path / "t.csv"))
    assert rows[0]["left_clip"] == "a.wav [0.0-1.5 s]"
    assert rows[1]["right_clip"] == r"caf\udce9.wav"


def test_a_linkage_is_the_tree_that_is_cut(finished, tmp_path):
    for name in ("z.npy", "z.csv"):
        found = read_linkage(write_linkage(finished, tmp_path / name))
        np.testing.assert_array_equal(found, finished.grouping.linkage)


@pytest.mark.parametrize("write", [write_newick, write_linkage])
def test_without_a_tree_there_is_none_to_write(finished, tmp_path, write):
    flat = replace(finished, grouping=replace(finished.grouping, linkage=None))
    for project in (flat, Project(finished.dataset)):
        with pytest.raises(ProjectError, match="agglomerative clustering first"):
            write(project, tmp_path / "t.npy")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["t.nwk", "t.npy", "t.csv"])
def test_a_tree_that_cannot_be_written_leaves_what_was_there(finished, tmp_path, name):
    write = write_newick if name.endswith("nwk") else write_linkage
    (tmp_path / name).mkdir()
    with pytest.raises(ProjectError, match=name):
        write(finished, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
