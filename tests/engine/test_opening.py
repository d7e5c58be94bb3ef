"""What happens when a person points at a folder, twice."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from engine.audio.demo import CLASSES
from engine.audio.segmentation import SegmentationParams
from engine.errors import AudioError, ProjectError
from engine.features.extraction import Failure
from engine.projects import curation
from engine.projects.file import ProjectFile
from engine.projects.opening import (
    demo_folder,
    fresh,
    kept_project_of,
    open_folder,
    open_kept,
    open_project,
    open_segmented,
    open_table,
    project_file_of,
)
from engine.projects.project import View
from engine.projects.steps import run


@pytest.fixture
def folder(places, finished):
    target = places / "sounds"
    shutil.copytree(finished.dataset.root, target)
    return target


def save(opened, project=None, view=None):
    file = ProjectFile(opened.path)
    file.write(project or opened.project, view or opened.view)
    file.close()


def test_a_new_folder_asks_for_as_many_clusters_as_it_has_labels(folder):
    opened = open_folder(str(folder))
    assert opened.project.pipeline.n_clusters == len(CLASSES)
    assert not opened.path.exists()
    assert opened.notes == ()


def test_a_folder_is_taken_up_where_it_was_left(folder, finished):
    opened = open_folder(str(folder))
    mine = replace(finished.with_n_clusters(3), dataset=opened.project.dataset)
    save(opened, mine, View(2, np.array([2, 3])))
    again = open_folder(str(folder))
    assert again.project.cut == 3
    assert again.project.grouped
    assert again.view == View(2, np.array([2, 3]))


def test_a_folder_that_has_changed_keeps_its_parameters_and_says_so(folder):
    opened = open_folder(str(folder))
    pipeline = replace(opened.project.pipeline, method="kmeans")
    save(opened, replace(opened.project, pipeline=pipeline))
    next(folder.rglob("*.wav")).unlink()
    again = open_folder(str(folder))
    assert again.project.pipeline.method == "kmeans"
    assert len(again.project.dataset) == len(opened.project.dataset) - 1
    assert "1 are gone" in again.notes[0]


def test_names_survive_new_and_changed_recordings(folder, finished):
    opened = open_folder(str(folder))
    node = int(finished.clusters.nodes[0])
    mine = curation.rename(replace(finished, dataset=opened.project.dataset), node, "a")
    clips = curation.members(mine.grouping, mine.labels, node)
    known = [mine.dataset.clips[i].path for i in np.sort(clips)]
    save(opened, mine)
    first = next(folder.rglob("*.wav"))
    shutil.copy(first, first.with_name("0.wav"))
    again = open_folder(str(folder))
    (one,) = again.project.edits.waiting
    assert one.name == "a"
    assert [again.project.dataset.clips[i].path for i in one.clips] == known
    assert "names were kept" in again.notes[0]
    assert run(again.project).edits.names


def test_features_that_were_deleted_are_asked_for_again(
    folder, finished, tmp_path, monkeypatch
):
    opened = open_folder(str(folder))
    save(opened, replace(finished, dataset=opened.project.dataset))
    monkeypatch.setenv("AUDIOCLUST_CACHE", str(tmp_path / "another"))
    again = open_folder(str(folder))
    assert again.project.extraction is None
    assert again.project.grouped


def test_a_damaged_project_is_set_aside_and_the_folder_opens_anew(folder):
    opened = open_folder(str(folder))
    opened.path.parent.mkdir(parents=True)
    opened.path.write_bytes(b"damaged" * 100)
    again = open_folder(str(folder))
    assert again.project.grouping is None
    assert ".damaged" in again.notes[0]
    assert list(opened.path.parent.glob("*.damaged"))


def test_an_older_damaged_project_stays(folder):
    path = open_folder(str(folder)).path
    path.parent.mkdir(parents=True)
    for content in (b"first" * 100, b"second" * 100):
        path.write_bytes(content)
        path.with_name(path.name + "-journal").write_bytes(b"\0" * 600)
        open_folder(str(folder))
    kept = sorted(path.parent.iterdir())
    assert [f.name.split(".", 1)[1] for f in kept] == [
        "2.damaged",
        "2.damaged-journal",
        "damaged",
        "damaged-journal",
    ]


def test_a_project_that_cannot_be_read_now_is_left_alone(folder, monkeypatch):
    monkeypatch.setattr("engine.projects.database._PATIENCE", 0.01)
    opened = open_folder(str(folder))
    save(opened)
    with closing(sqlite3.connect(opened.path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProjectError, match="locked"):
            open_folder(str(folder))
        other.rollback()
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(ProjectError, match="newer AudioClust"):
        open_folder(str(folder))
    assert [f.name for f in opened.path.parent.iterdir()] == [opened.path.name]


def test_an_edited_recording_is_noticed_and_a_touched_one_is_not(folder, finished):
    opened = open_folder(str(folder))
    save(opened, replace(finished, dataset=opened.project.dataset))
    first, second = sorted(folder.rglob("*.wav"))[:2]
    first.touch()
    assert open_folder(str(folder)).project.grouped
    shutil.copy(second, first)
    again = open_folder(str(folder))
    assert again.project.extraction is None
    assert again.project.grouping is None
    assert again.project.layout is None
    assert again.project.pipeline == finished.pipeline
    assert "1 recordings have changed" in again.notes[0]


def test_failures_are_kept_unless_the_file_can_be_read_now(folder, finished):
    opened = open_folder(str(folder))
    extraction, dataset = finished.extraction, opened.project.dataset

    def reopened(reason):
        failure = Failure(0, dataset.clips[0].path, reason)
        keys = (None, *extraction.keys[1:])
        failed = replace(extraction, keys=keys, failures=(failure,))
        save(opened, replace(finished, dataset=dataset, extraction=failed))
        return open_folder(str(folder)).project

    assert reopened("there is no such file").extraction is None
    assert reopened("there is no such file").grouping is None
    kept = reopened("its content is not in a sound format that can be read")
    assert len(kept.extraction.failures) == 1
    assert kept.grouped
    shutil.copy(dataset.file(dataset.clips[1]), dataset.file(dataset.clips[0]))
    assert reopened("it was broken").extraction is None


def test_two_folders_of_one_name_have_two_projects(places):
    a, b = places / "a" / "x", places / "b" / "x"
    assert project_file_of(a) != project_file_of(b)
    assert project_file_of(a).name.startswith("x-")
    odd = project_file_of(places / "звук \udcff <>:*?")
    assert not set(odd.name) & set('<>:*?"\udcff')


def test_what_was_heard_and_selected_follows_the_clips(folder):
    opened = open_folder(str(folder))
    clips = opened.project.dataset.clips
    plays = np.arange(len(clips), dtype=np.int32)
    save(opened, opened.project, View(4, np.array([1, 3, 4]), plays))
    (folder / clips[3].path).unlink()
    shutil.copy(folder / clips[0].path, folder / "AA new.wav")
    again = open_folder(str(folder))
    now = again.project.dataset.clips
    assert now.index(clips[4]) != 4 or now.index(clips[1]) != 1
    assert again.view.current == now.index(clips[4])
    kept = sorted(now.index(clips[i]) for i in (1, 4))
    assert again.view.selection.tolist() == kept
    heard = dict(zip(clips, plays.tolist(), strict=True))
    assert again.view.plays.tolist() == [heard.get(clip, 0) for clip in now]


def test_a_folder_without_sounds_is_refused_with_a_reason(places):
    (places / "empty").mkdir()
    with pytest.raises(ProjectError, match="no sound file"):
        open_folder(str(places / "empty"))
    with pytest.raises(AudioError, match="missing"):
        open_folder(str(places / "missing"))


def test_a_project_whose_sounds_are_gone_opens_and_says_so(folder, finished, places):
    opened = open_folder(str(folder))
    opened = replace(opened, path=places / "elsewhere" / "a.audioclust")
    save(opened, replace(finished, dataset=opened.project.dataset))
    shutil.rmtree(folder)
    again = open_project(str(opened.path))
    assert again.project.grouped
    assert "Locate sounds" in again.notes[0]


def test_few_clips_ask_for_few_clusters(finished):
    dataset = finished.dataset
    few = replace(dataset, clips=dataset.clips[:2], columns={}, label_column=None)
    assert fresh(few).pipeline.n_clusters == 2


def test_the_demo_lies_in_the_cache(places, cache):
    assert demo_folder().is_relative_to(cache)


def digits(root, names=("george", "theo")):
    for digit in range(3):
        for name in names:
            path = root / f"{digit}_{name}_0.wav"
            path.parent.mkdir(exist_ok=True)
            path.touch()
    return root


def test_a_known_collection_is_scored_by_its_labels_and_said_to_be_known(places):
    opened = open_folder(str(digits(places / "recordings")))
    assert "Free Spoken Digits" in opened.notes[0]
    assert opened.project.dataset.label_column == "digit"
    assert opened.project.pipeline.n_clusters == 3


def test_the_label_column_that_was_picked_is_kept(places):
    root = digits(places / "recordings")
    opened = open_folder(str(root))
    mine = opened.project.dataset.with_label_column("speaker")
    save(opened, replace(opened.project, dataset=mine))
    again = open_folder(str(root))
    assert again.project.dataset == mine
    assert again.notes == ()
    digits(root, ("jackson",))
    changed = open_folder(str(root))
    assert "3 clips are new" in changed.notes[0]
    assert changed.project.dataset.label_column == "speaker"
    assert set(changed.project.dataset.labels) == {"george", "theo", "jackson"}


def test_a_project_of_before_gets_the_columns_and_keeps_its_labels(folder, finished):
    opened = open_folder(str(folder))
    bare = replace(opened.project.dataset, columns={}, label_column=None)
    save(opened, replace(finished, dataset=bare))
    again = open_folder(str(folder)).project
    assert set(again.dataset.columns) == {"folder"}
    assert again.grouped
    assert again.scores is None  # those were of other labels


def test_spans_of_recordings_stay_when_their_folder_is_opened_again(places):
    root = digits(places / "recordings")
    opened = open_folder(str(root))
    first, *_, last = opened.project.dataset.clips
    spans = (replace(first, end=1.0), replace(first, start=1.0), replace(last, end=2.0))
    cut = replace(opened.project.dataset, clips=spans, columns={}, label_column=None)
    save(opened, replace(opened.project, dataset=cut))
    again = open_folder(str(root))
    assert again.project.dataset.clips == spans
    assert again.project.dataset.columns["digit"] == ("0", "0", "2")
    assert "4 recordings hold none" in again.notes[0]


def test_a_table_is_a_collection_with_a_project_of_its_own(folder):
    names = sorted(path.relative_to(folder) for path in folder.rglob("*.wav"))
    table = folder / "chosen.csv"
    rows = [f"{name.as_posix()},k{i % 3},n{i % 2}" for i, name in enumerate(names)]
    gone = [f"gone{i}.wav,k0,n0" for i in range(9)]
    table.write_text("\n".join(["path,label,note", *rows[1:], *gone]))
    opened = open_table(str(table))
    assert opened.path != open_folder(str(folder)).path
    assert opened.project.pipeline.n_clusters == 3
    assert opened.notes[0].startswith("1 sounds in")
    assert f"gone0.wav: line {len(names) + 1}" in opened.notes[1]
    assert "4 other rows" in opened.notes[-1]
    mine = opened.project.dataset.with_label_column("note")
    save(opened, replace(opened.project, dataset=mine))
    table.write_text("\n".join(["path,label,note", *rows]).replace("k0", "other"))
    again = open_table(str(table))
    assert again.project.dataset.label_column == "note"
    assert "other" in again.project.dataset.columns["label"]
    assert "1 clips are new" in again.notes[0]


def test_a_table_without_a_sound_that_is_there_is_refused(places):
    folder = places / "deep"  # the folder above is looked through as well
    folder.mkdir()
    (folder / "t.csv").write_text("path,label\nx.wav,a\n")
    with pytest.raises(ProjectError, match=r"x\.wav: line 2: there is no such file"):
        open_table(str(folder / "t.csv"))
    (folder / "t.csv").write_text("nothing\n")
    with pytest.raises(AudioError, match="path"):
        open_table(str(folder / "t.csv"))


def test_a_folder_that_was_renamed_has_its_project_once_it_was_located(folder, places):
    opened = open_folder(str(folder))
    moved = folder.rename(places / "renamed")
    assert not open_folder(str(moved)).path.exists()
    project = opened.project.choosing("kmeans")
    located = replace(project, dataset=replace(project.dataset, root=str(moved)))
    save(opened, located)
    (opened.path.parent / "another.audioclust").write_bytes(b"damaged" * 100)
    again = open_folder(str(moved))
    assert again.path == opened.path
    assert again.project.pipeline.method == "kmeans"
    moved.rename(places / "away")  # a drive that is not there
    assert kept_project_of(moved) == opened.path
    (places / "away").rename(moved)


def test_no_project_of_a_table_or_of_cut_recordings_is_taken_for_a_folders(folder):
    first = next(folder.rglob("*.wav")).relative_to(folder).as_posix()
    (folder / "some.csv").write_text(f"path,folder\n{first},x\n")
    save(open_table(str(folder / "some.csv")))
    whole = open_folder(str(folder))
    params = SegmentationParams(method="windows", length=0.1)
    save(open_segmented(whole.project.dataset, whole.path, params))
    assert open_folder(str(folder)).path == project_file_of(folder)


def test_what_is_kept_of_a_table_that_is_gone_opens_and_says_so(folder):
    first = next(folder.rglob("*.wav")).relative_to(folder).as_posix()
    table = folder / "some.csv"
    table.write_text(f"path,kind\n{first},x\n")
    save(open_table(str(table)))
    table.unlink()
    opened = open_kept(str(table))
    assert len(opened.project.dataset) == 1
    assert opened.notes == (
        f"{table} is not there any more. This is its project, with sounds in {folder}",
    )
    folder.rename(folder.with_name("moved"))
    (note,) = open_kept(str(table)).notes
    assert "Locate sounds" in note
