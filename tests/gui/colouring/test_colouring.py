"""What the map is coloured by follows what is chosen, known, cut and hidden."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui.colour_choices import Choice
from audioclust_gui.worker import Failure
from engine.projects.curation import rename
from engine.projects.project import Grouping

WAIT = 2000


def offered(colouring):
    return {choice.key: choice.refusal for choice in colouring.choices}


def lines(colouring):
    legend = colouring.painting.legend(False, colouring.shown)
    return {entry.text: entry.count for entry in legend.entries}


def test_clusters_are_shown_first_and_follow_the_cut(document, colouring, show, qtbot):
    project = show()
    assert colouring.choice == "cluster"
    assert colouring.painting.codes is project.labels
    assert colouring.painting.plain
    with qtbot.waitSignal(colouring.changed):
        document.preview(project.with_n_clusters(3))
    assert len(lines(colouring)) == 3
    node = int(document.project.clusters.nodes[0])
    document.commit(rename(document.project, node, "<b>鳥"), "rename")
    assert "<b>鳥" in lines(colouring)


def test_what_a_collection_does_not_have_is_not_offered_or_says_why(colouring, show):
    show(3, {"day": ("1", "2", "3")}, label=None, n_clusters=2)
    keys = offered(colouring)
    assert "label" not in keys
    assert keys["column:day"] == keys["plays"] == keys["silhouette"] == ""
    assert "wholly" in keys["membership"]
    assert colouring.choices[0] == Choice("cluster", "Cluster", "Groups")
    colouring.choose("label")
    assert colouring.choice == "cluster"
    colouring.set_shapes_by_label(True)
    assert colouring.painting.signs is None


def test_labels_on_a_few_clips_and_only_one_label(colouring, show):
    show(60, {"few": ("wren", "", "wren", "robin") + ("",) * 56, "one": ("a",) * 60})
    colouring.choose("column:few")
    assert lines(colouring) == {"wren": 2, "robin": 1, "No value": 57}
    colouring.choose("column:one")
    assert lines(colouring) == {"a": 60}
    colouring.choose("label")
    assert sum(lines(colouring).values()) == 60
    assert colouring.painting.heading == "kind"


def test_columns_are_numbers_names_or_empty(colouring, show):
    n = 60
    columns = {
        "hertz": (*[f"{i / 3:.3f}" for i in range(n - 2)], "NaN", ""),
        "mixed": (*map(str, range(n - 1)), "loud"),
        "empty": ("",) * n,
        "cluster": ("x",) * n,
        "<i>\udcff\n": ("\udcff\n<b>",) * n,
    }
    show(n, columns)
    colouring.choose("column:hertz")
    assert colouring.painting.scale is not None
    assert lines(colouring) == {"No value": 2}
    colouring.choose("column:mixed")
    assert colouring.painting.scale is None
    assert len(lines(colouring)) == n
    colouring.choose("column:empty")
    assert lines(colouring) == {"No value": n}
    colouring.choose("column:<i>\udcff\n")
    assert lines(colouring) == {"\udcff\n<b>": n}


def test_nine_hundred_labels_are_nine_hundred_entries(colouring, show):
    names = tuple(f"label {i % 900}" for i in range(1800))
    show(1800, {"many": names})
    colouring.choose("column:many")
    assert len(lines(colouring)) == 900


def test_hidden_clusters_stay_hidden_while_the_cut_is_dragged(
    document, colouring, show, qtbot
):
    project = show()
    colouring.toggle(2)
    assert np.array_equal(colouring.hidden, project.labels == 2)
    for k in (9, 12, 5, 3):
        document.preview(project.with_n_clusters(k))
        labels = document.project.labels
        assert np.array_equal(colouring.hidden, labels == 2)
        assert len(lines(colouring)) == k - 1
    document.preview(project.with_n_clusters(2))  # 2 is not among them
    assert colouring.hidden is None
    document.commit(project, "cut")
    assert np.array_equal(colouring.hidden, document.project.labels == 2)
    with (
        qtbot.assertNotEmitted(colouring.changed),
        qtbot.waitSignals([colouring.hidden_changed] * 2),
    ):
        colouring.solo(3)
        colouring.invert()
    assert np.array_equal(colouring.hidden, project.labels == 3)
    colouring.show_all()
    assert colouring.hidden is None


def test_what_is_hidden_belongs_to_what_is_chosen(document, colouring, show):
    project = show(60, {"day": ("a", "b") * 30})
    colouring.toggle(0)
    colouring.choose("column:day")
    assert colouring.hidden is None
    colouring.solo(1)
    assert colouring.hidden.tolist() == [True, False] * 30
    colouring.choose("cluster")
    assert np.array_equal(colouring.hidden, project.labels == 0)
    other = project.dataset.with_columns({"day": ("b", "b", "a") * 20})
    document.commit(replace(project, dataset=other), "other days")
    colouring.choose("column:day")
    assert colouring.hidden is None  # codes mean something else now


def test_descriptors_are_asked_for_once_when_one_is_chosen(
    document, colouring, show, asked, qtbot
):
    project = show(60)
    qtbot.wait(30)
    assert not asked.questions
    colouring.choose("descriptor:tempo")
    assert "measured" in colouring.painting.note
    assert (colouring.painting.codes == -2).all()
    qtbot.waitUntil(lambda: len(asked.questions) == 1, timeout=WAIT)
    name, (keys, pipeline) = asked.questions[0]
    assert name == "descriptors"
    assert keys is project.extraction.keys
    assert pipeline.features == project.extraction.params
    tempo = np.linspace(60, 180, 60, dtype=np.float32)
    tempo[:3] = np.nan
    tones = np.array([0, 1, np.nan] * 20, np.float32)
    with qtbot.waitSignal(colouring.changed):
        asked.answer({"tempo": tempo, "key_1": tones})
    painting = colouring.painting
    assert (painting.heading, painting.note) == ("Tempo (BPM)", "")
    assert lines(colouring) == {"No value": 3}
    colouring.choose("descriptor:key_1")
    assert lines(colouring) == {"C": 20, "C♯": 20, "No value": 20}
    document.commit(project.with_n_clusters(4), "cut")
    qtbot.wait(200)
    assert len(asked.questions) == 1


def test_a_failure_is_said_in_the_legend(colouring, show, asked, qtbot):
    show()
    colouring.choose("descriptor:rms")
    qtbot.waitUntil(lambda: len(asked.questions) == 1, timeout=WAIT)
    with qtbot.waitSignal(colouring.changed):
        asked.jobs[0].failed.emit(Failure("the store is gone"))
    assert colouring.painting.note == "the store is gone"


def test_silhouettes_come_after_the_release_and_say_that_they_are_old(
    document, colouring, show, asked, qtbot
):
    project = show(60)
    colouring.choose("silhouette")
    qtbot.waitUntil(lambda: len(asked.questions) == 1, timeout=WAIT)
    assert asked.questions[0][1][2] is project.labels
    values = np.linspace(-0.5, 1, 60, dtype=np.float32)
    asked.answer(values)
    painting = colouring.painting
    assert painting.note == ""
    assert painting.scale.low == -painting.scale.high

    for k in (5, 6, 7):
        document.preview(project.with_n_clusters(k))
    assert "before" in colouring.painting.note
    assert np.array_equal(colouring.painting.rows, painting.rows)
    qtbot.wait(250)
    assert len(asked.questions) == 1  # not while the hand drags
    document.commit(document.project, "cut")
    qtbot.waitUntil(lambda: len(asked.questions) == 2, timeout=WAIT)
    asked.answer(values[::-1])
    assert colouring.painting.note == ""
    assert not np.array_equal(colouring.painting.rows, painting.rows)


def test_nothing_is_painted_anew_while_a_cut_is_dragged_that_does_not_matter(
    document, colouring, show, qtbot
):
    project = show(60)
    colouring.choose("label")
    painting = colouring.painting
    with qtbot.assertNotEmitted(colouring.changed):
        for k in (4, 5, 6):
            document.preview(project.with_n_clusters(k))
    assert colouring.painting is painting


def test_membership_is_offered_where_the_method_tells(document, colouring, show):
    project = show(60)
    colouring.choose("membership")
    assert "wholly" in colouring.painting.note
    assert colouring.painting.plain  # clusters, meanwhile
    rows = np.arange(60)
    labels = (rows % 3).astype(np.int32)
    membership = np.full((60, 3), 0.1, np.float32)
    membership[rows, labels] = np.linspace(0.4, 0.8, 60)
    fuzzy = Grouping(project.pipeline, rows, labels, membership=membership)
    document.amend(replace(project, grouping=fuzzy))
    assert offered(colouring)["membership"] == ""
    painting = colouring.painting
    assert painting.note == ""
    opacities = painting.table(False)[painting.rows, 3]
    assert (np.diff(opacities.astype(int)) >= 0).all()
    assert lines(colouring) == {"Cluster 0": 20, "Cluster 1": 20, "Cluster 2": 20}


def test_plays_are_counted_as_they_happen(document, colouring, show, qtbot):
    show(60)
    colouring.choose("plays")
    assert (colouring.painting.rows == 0).all()
    with qtbot.waitSignal(colouring.changed):
        document.count_play(7)
    assert np.flatnonzero(colouring.painting.rows).tolist() == [7]


def test_another_collection_begins_with_what_it_has(document, colouring, show):
    show(60, {"day": ("a", "b") * 30})
    colouring.choose("column:day")
    colouring.toggle(0)
    show(40)
    assert colouring.choice == "cluster"
    assert colouring.hidden is None
    assert len(colouring.painting.codes) == 40


@pytest.mark.parametrize("key", ["cluster", "label", "descriptor:rms", "plays"])
def test_an_empty_collection_has_colours_too(document, colouring, key):
    colouring.choose(key)
    painting = colouring.painting
    assert len(painting.codes) == 0
    assert painting.legend(True).entries == []
    assert painting.table(True).shape[1] == 4
