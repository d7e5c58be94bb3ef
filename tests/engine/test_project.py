"""What a project says about itself, and how it is written and read again."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import PurePosixPath, PureWindowsPath

import numpy as np
import pytest

from engine.audio.dataset import Clip, Dataset
from engine.clustering.methods import METHODS
from engine.clustering.partition import UNPLACED
from engine.errors import DamagedProjectError, ParameterError, ProjectError
from engine.features.extraction import Extraction, Failure
from engine.features.identity import Stamp
from engine.projects.database import uri_of
from engine.projects.file import ProjectFile, read
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Layout, Project, View


def written(path, project, view=None):
    file = ProjectFile(path)
    file.write(project, view or View())
    file.close()
    return path


def assert_same(a, b):
    assert a.dataset == b.dataset
    assert a.pipeline == b.pipeline
    assert a.scores == b.scores
    np.testing.assert_array_equal(a.labels, b.labels)
    np.testing.assert_array_equal(a.positions, b.positions)


def test_a_new_project_has_no_groups_and_no_places():
    project = Project(Dataset("sounds", (Clip("a.wav"), Clip("b.wav"))))
    assert project.labels.tolist() == [UNPLACED, UNPLACED]
    assert np.isnan(project.positions).all()
    assert not any((project.extracted, project.grouped, project.mapped))


def test_results_answer_the_pipeline_until_it_asks_for_something_else(finished):
    assert finished.extracted
    assert finished.grouped
    assert finished.mapped
    pipeline = finished.pipeline
    other_feature = replace(
        pipeline, representation=pipeline.representation.replace(feature="chroma")
    )
    changed = replace(finished, pipeline=other_feature)
    assert changed.extracted
    assert not changed.grouped
    assert not changed.mapped
    other_method = replace(finished, pipeline=replace(pipeline, method="kmeans"))
    assert other_method.mapped
    assert not other_method.grouped


def test_a_cut_is_no_new_question_for_a_tree_but_one_for_k_means(finished):
    assert finished.with_n_clusters(3).grouped
    assert len(set(finished.with_n_clusters(3).labels)) == 3
    flat = replace(finished.pipeline, method="kmeans")
    grouping = replace(finished.grouping, pipeline=flat, linkage=None)
    project = replace(finished, pipeline=flat, grouping=grouping)
    assert project.grouped
    assert not project.with_n_clusters(3).grouped


def test_labels_are_the_same_array_while_groups_and_cut_are_the_same(finished):
    assert replace(finished, scores=None, layout=None).labels is finished.labels
    moved = finished.with_n_clusters(3)
    assert moved.labels is not finished.labels
    back = moved.with_n_clusters(finished.cut)
    np.testing.assert_array_equal(back.labels, finished.labels)


def test_labels_cannot_be_written_to(finished):
    with pytest.raises(ValueError, match="read-only"):
        finished.labels[0] = 1


def test_a_pipeline_survives_json():
    pipeline = Pipeline(method="kmeans").with_n_clusters(7)
    again = Pipeline.from_dict(json.loads(json.dumps(pipeline.to_dict())))
    assert again == pipeline
    assert again.n_clusters == 7
    assert set(again.methods) == set(METHODS)


def test_a_pipeline_refuses_what_it_does_not_know():
    with pytest.raises(ParameterError, match="magic"):
        Pipeline(method="magic")
    damaged = Pipeline().to_dict() | {"representation": {"feature": "smell"}}
    with pytest.raises(ProjectError, match="smell"):
        Pipeline.from_dict(damaged)


def test_what_is_written_is_read(finished, tmp_path):
    view = View(current=3, selection=np.array([1, 3, 5]))
    path = written(tmp_path / "a.audioclust", finished, view)
    project, seen = read(path)
    assert_same(project, finished)
    assert seen == view
    assert project.extraction.keys == finished.extraction.keys
    assert project.grouped
    assert project.mapped
    assert [p.name for p in tmp_path.iterdir()] == ["a.audioclust"]


def test_a_write_stores_only_what_differs(finished, tmp_path):
    path = tmp_path / "a.audioclust"
    file = ProjectFile(path)
    file.write(finished, View())
    with closing(sqlite3.connect(path)) as other, other:
        other.executescript(
            "CREATE TABLE rewritten (n); CREATE TRIGGER t AFTER INSERT ON clip "
            "BEGIN INSERT INTO rewritten VALUES (new.position); END"
        )

    def rewritten():
        with closing(sqlite3.connect(path)) as other:
            return other.execute("SELECT count(*) FROM rewritten").fetchone()[0]

    assert file.write(finished, View())  # the file was changed: all of it again
    assert rewritten() == len(finished.dataset)
    assert not file.write(finished.with_n_clusters(2), View())
    assert rewritten() == len(finished.dataset)
    file.close()
    project, _ = read(path)
    assert project.cut == 2
    assert project.scores is None


def test_two_writers_leave_a_file_of_one_piece(finished, tmp_path):
    small = Project(Dataset("sounds", (Clip("a.wav"), Clip("b.wav"))))
    first, second = (ProjectFile(tmp_path / "a.audioclust") for _ in range(2))
    assert not first.write(finished, View())
    assert not second.write(small, View())
    assert first.write(finished.with_n_clusters(3), View())
    assert_same(read(first.path)[0], finished.with_n_clusters(3))
    first.close()
    second.close()


def test_a_write_that_a_kill_cut_short_is_taken_back(finished, tmp_path):
    path = written(tmp_path / "a.audioclust", finished)
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute('PRAGMA cache_size = 1'); c.execute('DELETE FROM clip');"
        "c.execute('UPDATE array SET data = zeroblob(100000)'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    journal = tmp_path / "a.audioclust-journal"
    assert journal.stat().st_size > 0
    assert_same(read(path)[0], finished)
    assert not journal.exists()


def test_trouble_that_passes_is_no_damage(finished, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.projects.database._PATIENCE", 0.01)
    path = written(tmp_path / "a.audioclust", finished)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProjectError, match="locked") as caught:
            read(path)
        assert not isinstance(caught.value, DamagedProjectError)
    assert_same(read(path)[0], finished)


def test_a_file_that_was_replaced_is_noticed(finished, tmp_path):
    file = ProjectFile(tmp_path / "a.audioclust")
    file.write(finished, View())
    assert file.in_place
    copy = tmp_path / "backup"
    copy.write_bytes(file.path.read_bytes())
    copy.replace(file.path)
    assert not file.in_place
    file.path.unlink()
    assert not file.in_place
    file.close()


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PurePosixPath("/a/b c?#%.x"), "file:///a/b%20c%3F%23%25.x?mode=rw"),
        (PurePosixPath("/caf\udce9"), "file:///caf%E9?mode=rw"),
        (PureWindowsPath(r"C:\a\b.x"), "file:///C:/a/b.x?mode=rw"),
        (PureWindowsPath(r"\\server\share\b.x"), "file:////server/share/b.x?mode=rw"),
    ],
)
def test_no_path_is_taken_for_a_server(path, uri):
    assert uri_of(path) == uri


def test_a_project_under_an_odd_name_is_read(tmp_path):
    folder = tmp_path / "caf\udce9 ?#%41&mode=ro"
    path = written(folder / "a.audioclust", Project(Dataset("sounds", (Clip("a"),))))
    assert read(path)[0].dataset.clips == (Clip("a"),)


@pytest.mark.parametrize(
    "odd", ['"n_clusters": null', '"n_clusters": 2.5', '"coverage": true', '"nmi": 7']
)
def test_scores_of_a_wrong_kind_are_refused(finished, tmp_path, odd):
    path = written(tmp_path / "a.audioclust", finished)
    scores = {**asdict(finished.scores), **json.loads(f"{{{odd}}}")}
    with closing(sqlite3.connect(path)) as other, other:
        update = "UPDATE part SET json = ? WHERE name = 'scores'"
        other.execute(update, (json.dumps(scores),))
    with pytest.raises(DamagedProjectError, match="out of range"):
        read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name")
def test_a_pipe_among_the_sounds_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.wav").symlink_to(tmp_path / "pipe")
    with pytest.raises(OSError, match="Not a regular file"):
        Stamp.of(str(tmp_path / "a.wav"))


def test_failures_spans_columns_and_odd_names_survive(tmp_path):
    names = ("plain.wav", "<b>&.wav", "новый\n音.wav", "not-utf8-\udcff.wav", "'; DROP")
    clips = tuple(Clip(f"sub/{n}", i * 0.5, i * 0.5 + 1) for i, n in enumerate(names))
    columns = {"folder": ("sub",) * 5, "mood": tuple("abcde")}
    dataset = Dataset(str(tmp_path), clips, columns, "folder")
    failure = Failure(1, "sub/<b>&.wav", "holds no samples")
    keys = ("k0", None, "k2", "k3", "k4")
    extraction = Extraction(keys, (failure,), computed=4, reused=0)
    project = Project(dataset, extraction=extraction)
    again, _ = read(written(tmp_path / "b.audioclust", project))
    assert again.dataset == dataset
    assert again.extraction.failures == (failure,)
    assert again.extraction.keys == keys


def test_a_project_that_travels_with_its_sounds_finds_them(tmp_path):
    here = tmp_path / "here"
    (here / "sounds").mkdir(parents=True)
    dataset = Dataset(str(here / "sounds"), (Clip("a.wav"),))
    written(here / "a.audioclust", Project(dataset))
    here.rename(tmp_path / "there")
    project, _ = read(tmp_path / "there" / "a.audioclust")
    assert project.dataset.root == str(tmp_path / "there" / "sounds")


def test_what_is_no_project_is_refused_with_its_name(tmp_path):
    text = tmp_path / "text.audioclust"
    text.write_text("hello, this is not a database at all")
    other = tmp_path / "other.audioclust"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    for path in (text, other, tmp_path / "missing.audioclust"):
        with pytest.raises(ProjectError, match=path.name):
            read(path)
    with pytest.raises(ProjectError, match="text"):
        ProjectFile(text)
    assert text.read_text().startswith("hello")


def test_a_newer_version_is_refused(finished, tmp_path):
    path = written(tmp_path / "a.audioclust", finished)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ProjectError, match=r"version 99.*newer AudioClust"):
        read(path)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE clip SET path = '../../secret.wav' WHERE position = 0",
        "UPDATE clip SET path = '/etc/secret.wav' WHERE position = 0",
        "UPDATE clip SET start = -1 WHERE position = 0",
        "UPDATE clip SET start = 'soon' WHERE position = 0",
        "UPDATE array SET dtype = '|O' WHERE name = 'labels'",
        "UPDATE array SET shape = '[4000000000]' WHERE name = 'labels'",
        "UPDATE array SET data = substr(data, 9) WHERE name = 'linkage'",
        "UPDATE array SET data = zeroblob(length(data)) WHERE name = 'linkage'",
        "UPDATE array SET shape = '[-1, -48]' WHERE name = 'positions'",
        "DELETE FROM array WHERE name = 'rows'",
        "DELETE FROM part WHERE name = 'dataset'",
        "UPDATE part SET json = '{' WHERE name = 'pipeline'",
        "UPDATE part SET json = '[]' WHERE name = 'grouping'",
        "UPDATE part SET json = '{\"nmi\": \"high\"}' WHERE name = 'scores'",
        "DELETE FROM clip WHERE position = 0",
        "DROP TABLE array",
    ],
)
def test_a_damaged_project_is_refused_whatever_the_damage(finished, tmp_path, damage):
    path = written(tmp_path / "a.audioclust", finished)
    with sqlite3.connect(path) as connection:
        assert connection.execute(damage).rowcount != 0
    connection.close()
    with pytest.raises(ProjectError, match=r"a\.audioclust"):
        read(path)


def test_membership_is_kept(finished, tmp_path):
    n = len(finished.grouping.rows)
    membership = np.full((n, 2), 0.5, np.float32)
    grouping = Grouping(
        replace(finished.pipeline, method="fuzzy_cmeans"),
        finished.grouping.rows,
        np.zeros(n, np.int32),
        membership=membership,
        strength=membership[:, 0],
        notes=("blurred",),
    )
    layout = Layout(finished.pipeline, finished.positions)
    project = replace(finished, grouping=grouping, layout=layout, scores=None)
    again, _ = read(written(tmp_path / "a.audioclust", project))
    np.testing.assert_array_equal(again.grouping.membership, membership)
    np.testing.assert_array_equal(again.grouping.strength, membership[:, 0])
    assert again.grouping.notes == ("blurred",)
    assert again.grouping.hierarchy is None


def test_another_question_in_one_line_by_the_names_of_the_parameters():
    project = Project(Dataset("/", (Clip("a.wav"),))).choosing(
        "kmeans", feature="mel+mfcc", n_clusters=7, seed=3, hop=512, lowpass=True
    )
    pipeline = project.pipeline
    assert (pipeline.method, pipeline.n_clusters) == ("kmeans", 7)
    assert pipeline.representation.feature == "mel+mfcc"
    assert pipeline.representation.seed == pipeline.method_params.seed == 3
    assert (pipeline.features.hop, pipeline.preparation.lowpass) == (512, True)
    assert project.choosing(hop=256).pipeline.n_clusters == 7
    with pytest.raises(ParameterError, match=r"linkage is no parameter.*kmeans"):
        project.choosing(linkage="single")
    with pytest.raises(ParameterError, match="n_clusters"):
        project.choosing(n_clusters=0)
