"""Runs on the disk: found by their clips, renamed, and removed to the trash."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QFile

from audioclust_gui.worker import Failure
from engine.autoencoder.runs import folder_of
from tests.gui.on_paper import collection
from tests.gui.training_view.runs import run


@pytest.fixture
def trashed(monkeypatch):
    gone = []
    monkeypatch.setattr(QFile, "moveToTrash", lambda path: gone.append(path) or True)
    return gone


def test_other_clips_have_other_runs(training, document, jobs, tell, places):
    tell(run(1), run(2))
    assert [r.id for r in training.runs] == [run(1).id, run(2).id]
    document.commit(document.project.with_n_clusters(3), "cut")
    assert not jobs.waiting("runs"), "the clips are the same"
    late = run(3)
    done = document.project.extraction
    document.amend(
        replace(document.project, extraction=replace(done, keys=("x",) * 40))
    )
    (asked,) = jobs.waiting("runs")
    assert jobs.questions[asked.ticket][0] == ("x",) * 40
    document.open(collection(12), places / "q.audioclust")
    assert training.runs == (), "nothing of before is shown"
    asked.settle("succeeded", (late,))
    assert training.runs == (), "that came too late"
    tell(run(4))
    assert len(training.runs) == 1


def test_a_run_is_renamed_where_it_lies(training, jobs, tell, heard):
    tell(run(1))
    training.rename(run(1).id, "  鳥 ")
    (job,) = jobs.waiting("rename")
    assert jobs.questions[job.ticket] == (run(1).id, "鳥")
    job.settle("succeeded", None)
    tell(run(1, name="鳥"))
    assert training.run(run(1).id).name == "鳥"
    told = []
    training.runs_changed.connect(lambda: told.append(1))
    training.rename(run(1).id, "  ")
    assert not jobs.waiting("rename"), "a run has to have a name"
    assert told, "so that what was typed goes away"
    training.rename(run(1).id, "other")
    jobs.waiting("rename")[0].settle("failed", Failure("The disk is full"))
    assert heard.troubles == [("Renaming a run", "The disk is full")]


def test_what_cannot_be_read_is_told_once(training, tell, heard):
    why = "The run in x cannot be read: it is of a later version"
    for damaged in ([], [why], [why], [why, "another"]):
        training.refresh()
        tell(run(1), damaged=damaged)
    assert [text for title, text in heard.notes] == [why, "another"]


def test_a_run_goes_to_the_trash(training, jobs, tell, trashed):
    tell(run(1))
    training.remove(run(1).id)
    assert trashed == [str(folder_of(run(1).id))]
    assert jobs.waiting("runs"), "what is left is looked at"


def test_a_run_that_is_needed_stays(training, document, tell, trashed, heard):
    tell(run(1), run(2, alive=True))
    training.remove(run(2).id)
    assert "being trained" in heard.troubles[-1][1]
    pipeline = replace(document.pipeline, network=run(1).network())
    document.commit(replace(document.project, pipeline=pipeline), "use")
    training.remove(run(1).id)
    assert "described" in heard.troubles[-1][1]
    assert not trashed


def test_where_there_is_no_trash_a_person_is_told_what_to_do(
    training, tell, heard, monkeypatch
):
    monkeypatch.setattr(QFile, "moveToTrash", lambda path: False)
    tell(run(1))
    training.remove(run(1).id)
    assert str(folder_of(run(1).id)) in heard.troubles[-1][1]
