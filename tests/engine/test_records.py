"""The parts of a project as its file holds them, and what a stranger may put there."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from engine.clustering.metrics import External, score
from engine.clustering.partition import NOISE
from engine.errors import DamagedProjectError
from engine.features.representation import RepresentationParams
from engine.projects.curation import collapse, cut_here, rename
from engine.projects.file import ProjectFile, read
from engine.projects.pipeline import Pipeline
from engine.projects.project import Graft, View
from engine.projects.records import decode_grouping, decode_scores, encode_scores
from engine.projects.steps import run

LABELS = [0, 0, 1, 1, NOISE]
PLACES = [[0.0], [1.0], [5.0], [6.0], [20.0]]


def written(**changes):
    values, arrays = encode_scores(score(LABELS, list("aabba"), PLACES))
    assert arrays == {}
    return {**json.loads(json.dumps(values)), **changes}


def test_scores_survive_a_file():
    expected = score(LABELS, list("aabba"), PLACES)
    assert decode_scores(written(), {}, 5) == expected
    assert expected.clustered.nmi == 1.0
    unknown = score(LABELS)
    assert decode_scores(encode_scores(unknown)[0], {}, 5) == unknown


def test_a_file_from_before_there_were_more_scores_opens():
    older = {"nmi": 0.5, "accuracy": 0.75, "ari": 0.25, "silhouette": -0.5}
    counts = {"n_clusters": 2, "coverage": 0.5, "labelled": 5, "sampled": None}
    found = decode_scores({**older, **counts}, {}, 5)
    assert (found.nmi, found.silhouette, found.coverage) == (0.5, -0.5, 0.5)
    assert found.ami is None
    assert found.clustered == External()


@pytest.mark.parametrize(
    "odd",
    [
        {"ami": 2.0},
        {"purity": "high"},
        {"clustered": {"nmi": float("nan")}},
        {"davies_bouldin": -1.0},
        {"calinski_harabasz": True},
        {"sampled": 6},
        {"coverage": None},
    ],
)
def test_scores_out_of_range_are_refused(odd):
    with pytest.raises(DamagedProjectError, match="out of range"):
        decode_scores(written(**odd), {}, 5)


@pytest.mark.parametrize("name", ["membership", "strength"])
@pytest.mark.parametrize("odd", [np.nan, 1.5, -0.5])
def test_degrees_out_of_range_are_refused(name, odd):
    values = {"pipeline": Pipeline().to_dict(), "notes": []}
    arrays = {"rows": np.arange(2), "labels": np.zeros(2, np.int32)}
    good = np.array([0.25, 1.0], np.float32)
    degrees = good if name == "strength" else good[:, None]
    assert decode_grouping(values, {**arrays, name: degrees}, 2).labels.size == 2
    degrees = np.where(degrees == 1.0, np.float32(odd), degrees)
    with pytest.raises(DamagedProjectError, match="degree"):
        decode_grouping(values, {**arrays, name: degrees}, 2)
    with pytest.raises(DamagedProjectError, match="do not fit the rows"):
        decode_grouping(values, {**arrays, name: degrees[:1]}, 2)


@pytest.fixture
def worked_on(finished):
    """A project with names, a branch of its own, a folded one and one grown again."""
    nodes = finished.clusters.nodes.tolist()
    inner = next(n for n in nodes if n >= len(finished.grouping.rows))
    project = rename(rename(finished, nodes[0], "näh 鳥"), nodes[1], "b")
    project = collapse(cut_here(project, inner, len(nodes) + 9), inner)
    clips = np.sort(finished.grouping.rows[:3])
    graft = Graft(clips, RepresentationParams(feature="mel+chroma"), "single")
    return replace(project, grouping=replace(project.grouping, grafts=(graft,)))


def file_of(path, project):
    file = ProjectFile(path)
    file.write(project, View())
    file.close()
    return path


def rewritten(path, part, change):
    """Let a stranger change the text of a part."""
    with closing(sqlite3.connect(path)) as connection, connection:
        (text,) = connection.execute(
            "SELECT json FROM part WHERE name = ?", (part,)
        ).fetchone()
        text = json.dumps(change(json.loads(text)))
        connection.execute("UPDATE part SET json = ? WHERE name = ?", (text, part))
    return path


def test_what_was_done_by_hand_survives_a_file(worked_on, tmp_path):
    again, _ = read(file_of(tmp_path / "a.audioclust", worked_on))
    assert again.edits == worked_on.edits
    assert again.asks_as(worked_on)
    assert again.labels.tolist() == worked_on.labels.tolist()
    assert again.names == worked_on.names
    (graft,), (expected,) = again.grouping.grafts, worked_on.grouping.grafts
    assert graft.clips.tolist() == expected.clips.tolist()
    assert graft.representation == expected.representation
    assert graft.linkage == "single"


def test_a_file_from_before_there_were_edits_and_grafts_opens(worked_on, tmp_path):
    path = file_of(tmp_path / "a.audioclust", worked_on)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM part WHERE name = 'edits'")
        connection.execute("DELETE FROM array WHERE name LIKE 'graft%'")
    rewritten(path, "grouping", lambda v: {k: v[k] for k in v.keys() - {"grafts"}})
    again, _ = read(path)
    assert again.edits == type(again.edits)()
    assert again.grouping.grafts == ()
    assert len(np.unique(again.labels)) == again.cut


MANY = 100_000


@pytest.mark.parametrize(
    "odd",
    [
        {"names": [[9999, "beyond"]]},
        {"names": [[-1, "below"]]},
        {"names": [[0, "two\nlines"]]},
        {"names": [[0, "\ud800"]]},
        {"names": [[0, ""]]},
        {"names": [[0, "x" * MANY]]},
        {"names": [[0, 7]]},
        {"names": [[0, None]]},
        {"names": [[0, ["a"]]]},
        {"names": [["first", "a"]]},
        {"names": [[None, "a"]]},
        {"names": [[0]]},
        {"names": {"0": "a"}},
        {"names": 7},
        {"names": [[i, "x"] for i in range(MANY)]},
        {"collapsed": [9999]},
        {"collapsed": [-1]},
        {"collapsed": ["all"]},
        {"collapsed": [float("inf")]},
        {"collapsed": [1e300]},
        {"collapsed": None},
        {"collapsed": list(range(MANY))},
        {"cuts": [[9999, 2]]},
        {"cuts": [[-1, 2]]},
        {"cuts": [[0, 0]]},
        {"cuts": [[0, 9999]]},
        {"cuts": [[0, 1], [0, 1]]},
        {"cuts": [[0, 1, 2]]},
        {"cuts": [[float("nan"), 1]]},
        {"cuts": [0, 1]},
        {"cuts": [[i, 1] for i in range(MANY)]},
        {"early": [[0, 1]]},
        {"early": [[1, -1]]},
        {"early": [[1, 9999]]},
        {"early": [[1, "x"]]},
        {"early": [[1, 1]] * MANY},
    ],
    ids=lambda odd: str(odd)[:40],
)
def test_edits_that_cannot_be_are_refused(worked_on, tmp_path, odd):
    path = file_of(tmp_path / "a.audioclust", worked_on)
    rewritten(path, "edits", lambda values: values | odd)
    with pytest.raises(DamagedProjectError, match=r"a\.audioclust"):
        read(path)


@pytest.mark.parametrize("part", ["edits", "grouping"])
@pytest.mark.parametrize("odd", [[], None, 7, "text", {}])
def test_a_part_of_another_kind_is_refused(worked_on, tmp_path, part, odd):
    path = rewritten(file_of(tmp_path / "a.audioclust", worked_on), part, lambda _: odd)
    with pytest.raises(DamagedProjectError, match=r"a\.audioclust"):
        read(path)


@pytest.mark.parametrize(
    "odd",
    [
        {"linkage": "median"},
        {"linkage": 7},
        {"linkage": None},
        {"representation": {"feature": "smell"}},
        {"representation": []},
        {"representation": None},
    ],
)
def test_a_graft_that_cannot_be_is_refused(worked_on, tmp_path, odd):
    path = file_of(tmp_path / "a.audioclust", worked_on)
    rewritten(path, "grouping", lambda v: v | {"grafts": [v["grafts"][0] | odd]})
    with pytest.raises(DamagedProjectError, match=r"a\.audioclust"):
        read(path)


@pytest.mark.parametrize("grafts", [7, None, [7], ["graft"], [{}], [{}, {}]])
def test_grafts_of_another_kind_are_refused(worked_on, tmp_path, grafts):
    path = file_of(tmp_path / "a.audioclust", worked_on)
    rewritten(path, "grouping", lambda values: values | {"grafts": grafts})
    with pytest.raises(DamagedProjectError, match=r"a\.audioclust"):
        read(path)


@pytest.mark.parametrize("clips", [[], [1], [2, 1], [1, 1], [-1, 1], [1, 9999]])
def test_a_graft_of_clips_that_are_not_there_is_refused(worked_on, tmp_path, clips):
    graft = replace(worked_on.grouping.grafts[0], clips=np.array(clips, np.int64))
    grouping = replace(worked_on.grouping, grafts=(graft,))
    path = file_of(tmp_path / "a.audioclust", replace(worked_on, grouping=grouping))
    with pytest.raises(DamagedProjectError, match="grown again"):
        read(path)


def test_cuts_that_were_put_aside_survive_a_file_and_come_back(finished, tmp_path):
    node = int(finished.grouping.hierarchy.children[-1].max())
    cut = cut_here(finished, node, len(finished.dataset) // 2)
    flat = run(cut.choosing("kmeans"))
    again, _ = read(file_of(tmp_path / "a.audioclust", flat))
    assert again.edits == flat.edits
    back = run(again.choosing("agglomerative"))
    assert back.edits.branches == cut.edits.branches
