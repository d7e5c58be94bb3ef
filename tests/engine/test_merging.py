"""A collection that is found again keeps what a person decided about it."""

from dataclasses import replace

from engine.audio.dataset import Clip, Dataset
from engine.projects.merging import merged

FOUND = Dataset(
    "/d",
    (Clip("a/1.wav"), Clip("b/2.wav")),
    {"folder": ("a", "b"), "fold": ("1", "2")},
    "folder",
)


def test_nothing_new_is_the_same_dataset():
    before = replace(FOUND)
    assert merged(before, FOUND) is before


def test_a_label_column_that_was_picked_stays():
    before = FOUND.with_label_column("fold")
    assert merged(before, FOUND).label_column == "fold"
    more = replace(
        FOUND,
        clips=(*FOUND.clips, Clip("c/3.wav")),
        columns={"folder": ("a", "b", "c"), "fold": ("1", "2", "3")},
    )
    assert merged(before, more).labels == ("1", "2", "3")
    assert merged(FOUND.with_label_column(None), more).label_column is None


def test_labels_that_come_up_are_taken_where_there_was_no_choice():
    before = Dataset("/d", FOUND.clips[:1], {"folder": ("a",)})
    assert merged(before, FOUND).label_column == "folder"


def test_columns_of_ones_own_follow_their_clips():
    before = FOUND.with_columns({"mood": ("calm", "wild")}).with_label_column("mood")
    now = replace(
        FOUND,
        clips=(FOUND.clips[1], Clip("c/3.wav")),
        columns={"folder": ("b", "c"), "fold": ("7", "8")},
    )
    found = merged(before, now)
    assert found.columns == {**now.columns, "mood": ("wild", "")}
    assert found.labels == ("wild", "")


def test_spans_stay_while_their_files_do():
    spans = (Clip("a/1.wav", 0.0, 1.0), Clip("a/1.wav", 1.0, 2.0), Clip("b/2.wav", 1.0))
    before = Dataset("/d", spans, {"label": ("x", "y", "z")}, "label")
    found = merged(before, FOUND)
    assert found.clips == spans
    assert found.labels == ("x", "y", "z")
    assert found.columns["fold"] == ("1", "1", "2")
    fewer = FOUND.subset([1])
    assert merged(before, fewer).clips == spans[2:]
    assert merged(before, Dataset("/d", (Clip("new.wav"),))).clips == (Clip("new.wav"),)
