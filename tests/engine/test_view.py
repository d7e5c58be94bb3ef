"""How a project was seen is kept in its file, and checked: maps, selection, plays."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import DamagedProjectError
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from engine.projects import blobs
from engine.projects.file import ProjectFile, read
from engine.projects.pipeline import Pipeline
from engine.projects.project import Layout, Second, View


def written(folder, project, view=None):
    path = folder / "a.audioclust"
    with closing(ProjectFile(path)) as file:
        file.write(project, view or View())
    return path


def test_places_that_are_no_places_are_left_out(finished, tmp_path):
    positions = finished.positions.copy()
    positions[0], positions[1] = np.inf, 3e38
    layout = Layout(finished.pipeline, positions)
    path = written(tmp_path, replace(finished, layout=layout))
    found = read(path)[0].positions
    assert np.isnan(found[:2]).all()
    np.testing.assert_array_equal(found[2:], positions[2:])


def test_a_map_that_was_stopped_and_a_second_one_are_kept(finished, tmp_path):
    layout = replace(finished.layout, done=125)
    chosen = (RepresentationParams(feature="mel"), ProjectionParams(method="umap"))
    second = Second(*chosen, Layout(Pipeline(), -finished.positions, 7))
    project = replace(finished, layout=layout, second=second)
    again, _ = read(written(tmp_path, project))
    assert again.layout.unfinished
    assert again.layout.done == 125
    assert again.mapped
    assert again.asks_as(project)
    assert not again.asks_as(finished)
    assert again.second.layout.done == 7
    np.testing.assert_array_equal(again.second.layout.positions, -finished.positions)
    empty = replace(project, second=Second(*chosen))
    again, _ = read(written(tmp_path, empty))
    assert again.second.layout is None
    assert again.second.asked_of(again.pipeline).projection.method == "umap"


def test_a_file_from_before_maps_were_stopped_or_second_opens(finished, tmp_path):
    path = written(tmp_path, finished)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(
            "UPDATE part SET json = json_remove(json, '$.done') WHERE name = 'layout'"
        )
        (text,) = other.execute(
            "SELECT json FROM part WHERE name = 'layout'"
        ).fetchone()
    assert "done" not in json.loads(text)
    project, _ = read(path)
    assert not project.layout.unfinished
    assert project.second is None
    assert project.asks_as(finished)


@pytest.mark.parametrize("done", ["-1", "1.5", '"all"', "true", "1e300", "[]"])
def test_a_map_stopped_at_no_step_is_refused(finished, tmp_path, done):
    second = Second(RepresentationParams(), ProjectionParams(), finished.layout)
    project = replace(finished, second=second)
    for part, place in (("layout", "$.done"), ("second", "$.layout.done")):
        path = written(tmp_path, project)
        with closing(sqlite3.connect(path)) as other, other:
            update = "UPDATE part SET json = json_set(json, ?, json(?)) WHERE name = ?"
            assert other.execute(update, (place, done, part)).rowcount == 1
        with pytest.raises(DamagedProjectError, match="too far"):
            read(path)


def test_a_selection_of_clips_that_do_not_exist_is_left_out(finished, tmp_path):
    path = written(tmp_path, finished, View(9999, np.array([1, 9999])))
    assert read(path)[1] == View(None, np.array([1]))


def with_array(path, part, name, array):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE array SET (dtype, shape, data) = (?, ?, ?) "
            "WHERE (part, name) = (?, ?)",
            (*blobs.pack(array), part, name),
        )
    return path


def test_how_often_clips_were_heard_is_kept_and_can_go_on(finished, tmp_path):
    n = len(finished.dataset)
    plays = np.arange(n, dtype=np.int32)
    path = written(tmp_path, finished, View(plays=plays))
    assert read(path)[1] == View(plays=plays)
    assert read(path)[1] != View()
    far = np.resize([-(2**62), -1, 0, 7, 2**62], n)
    kept = read(with_array(path, "view", "plays", far))[1].plays
    assert kept.dtype == np.int32
    assert kept[:4].tolist() == [0, 0, 0, 7]
    assert 0 < kept[4] < np.iinfo(np.int32).max  # it may be heard once more
    # Not compared by writing down every time that something was heard.
    assert View(plays=kept) == View(plays=kept.copy())


@pytest.mark.parametrize("odd", [np.nan, np.inf, 1e300, 0.5])
@pytest.mark.parametrize("name", ["plays", "selection"])
def test_clips_and_counts_that_are_no_whole_numbers_are_refused(
    finished, tmp_path, name, odd
):
    n = len(finished.dataset)
    view = View(None, np.arange(n), np.zeros(n, np.int32))
    path = written(tmp_path, finished, view)
    with pytest.raises(DamagedProjectError, match="clip"):
        read(with_array(path, "view", name, np.full(n, odd)))
