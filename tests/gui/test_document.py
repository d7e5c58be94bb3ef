"""Undo keeps the old values themselves."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui.document import Document
from engine.audio.dataset import Clip, Dataset
from engine.projects.pipeline import Pipeline
from engine.projects.project import Layout, Project, View


@pytest.fixture
def document(qapp, tmp_path):
    document = Document()
    dataset = Dataset("sounds", (Clip("a.wav"), Clip("b.wav"), Clip("c.wav")))
    document.open(Project(dataset), tmp_path / "a.audioclust", View(1, (0, 1)))
    return document


def asking(document, k):
    return document.project.with_n_clusters(k)


def clusters(document):
    return document.project.pipeline.n_clusters


def test_opening_shows_what_was_seen_last_and_forgets_the_past(document, tmp_path):
    assert document.current == 1
    assert set(document.selection) == {0, 1}
    document.commit(asking(document, 3), "cut")
    document.open(Project(Dataset("other")), tmp_path / "b.audioclust")
    assert document.undo_text is None
    assert document.current == -1


def test_undo_and_redo_walk_back_and_forth(document):
    first = document.project
    document.commit(asking(document, 2), "cut")
    document.commit(asking(document, 3), "cut")
    document.undo()
    assert clusters(document) == 2
    document.undo()
    assert document.project.pipeline == first.pipeline
    document.undo()
    document.redo()
    document.redo()
    assert clusters(document) == 3
    assert (document.undo_text, document.redo_text) == ("cut", None)


def test_a_new_change_forgets_what_was_undone(document):
    document.commit(asking(document, 2), "cut")
    document.undo()
    document.commit(asking(document, 3), "other")
    assert document.redo_text is None


def test_typing_is_one_step_but_two_things_are_two(document):
    first = clusters(document)
    document.commit(asking(document, 2), "cut", merge=True)
    document.commit(asking(document, 3), "cut", merge=True)
    document.commit(asking(document, 1), "other", merge=True)
    document.undo()
    assert clusters(document) == 3
    document.undo()
    assert clusters(document) == first


def test_a_drag_is_one_step(document):
    first, seen = clusters(document), []
    document.changed.connect(lambda _, new: seen.append(new.pipeline.n_clusters))
    for k in (1, 2, 3):
        document.preview(asking(document, k))
    assert document.undo_text is None
    document.commit(document.project, "cut")
    document.undo()
    assert clusters(document) == first
    assert seen == [1, 2, 3, first]


def test_what_is_computed_is_no_step_and_survives_undo_only_as_fact(document):
    document.commit(asking(document, 2), "cut")
    document.amend(replace(document.project, scores=None))
    document.undo()
    assert document.undo_text is None


def test_every_change_asks_to_be_saved_but_not_a_drag(document):
    saves = []
    document.settled.connect(lambda: saves.append(1))
    document.preview(asking(document, 2))
    assert not saves
    document.commit(document.project, "cut")
    document.select({2})
    document.set_current(0)
    assert len(saves) == 3
    document.select({2})
    document.set_current(0)
    assert len(saves) == 3
    document.count_play(0)  # also the last before the end, and the same clip again
    assert len(saves) == 4
    assert document.view.plays[0] == 1


def test_what_came_during_a_drag_that_led_nowhere_is_saved(document):
    before, layout = document.project, Layout(Pipeline(), np.zeros((3, 2), np.float32))
    saved = []
    document.settled.connect(lambda: saved.append(document.project.layout))
    document.preview(asking(document, 2))
    document.amend(replace(document.project, layout=layout))
    assert saved == []
    document.commit(asking(document, before.pipeline.n_clusters), "cut")
    assert document.undo_text is None
    assert saved == [layout]
