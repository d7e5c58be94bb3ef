"""One run at a time: begun, paused, stopped, thrown away, gone on with."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui.worker import Failure
from engine.audio.dataset import Dataset
from engine.autoencoder.presets import PRESETS
from engine.autoencoder.runs import FINISHED, STOPPED, TRAINING, folder_of
from engine.progress import Step, Wish
from engine.projects.project import Project
from tests.gui.on_paper import collection
from tests.gui.training_view.runs import look, moment, run


def move(job, at):
    job.settle("progressed", Step(at.epoch, at.epochs, "", at))


def test_a_run_is_begun_with_clips_recipe_and_a_name_of_its_own(
    training, document, jobs, tell
):
    tell(run(1))
    assert training.runnable
    training.choose_preset("fast")
    training.start()
    (job,) = jobs.training
    keys, pipeline, recipe, labels, name = jobs.questions[job.ticket]
    assert keys is document.project.extraction.keys
    assert pipeline is document.pipeline
    assert recipe == PRESETS["fast"].resolve()
    assert labels == document.project.dataset.labels
    assert name == "Fast look 2", "the first is taken"
    assert training.busy
    assert training.live_name in training.why_not
    training.start()
    assert len(jobs.training) == 1, "one at a time"


@pytest.mark.parametrize("name", ["dcec", "published"])
def test_a_preset_has_as_many_clusters_as_labels_and_keeps_the_pictures(
    training, document, name
):
    images = training.recipe.images.replace(feature="mel+chroma")
    training.choose(replace(training.recipe, images=images))
    training.choose_preset(name)
    assert training.preset == name
    assert training.recipe.images.feature == "mel+chroma"
    labels = document.project.dataset.labels
    assert training.recipe.network.embedding == len(set(labels))
    bare = replace(document.project.dataset, label_column=None)
    document.amend(replace(document.project, dataset=bare))
    training.choose_preset(name)
    assert training.recipe.network.embedding == document.pipeline.n_clusters


def test_pause_stop_and_cancel_reach_the_job(training, jobs):
    told = []
    training.state_changed.connect(lambda: told.append(training.paused))
    training.start("mine")
    (job,) = jobs.training
    training.pause()
    assert job.wish is Wish.PAUSE
    assert training.paused
    training.go_on()
    assert job.wish is Wish.GO_ON
    assert not training.paused
    training.stop()
    assert job.wish is Wish.STOP
    assert training.leaving
    training.pause()
    assert job.wish is Wish.STOP, "what was said last cannot be taken back"
    training.cancel()
    assert job.cancel_asked
    assert told == [False, True, False, False, False]


def test_while_it_moves_its_history_is_in_the_list(training, jobs, tell, heard):
    done = run(2)
    training.start()
    (job,) = jobs.training
    assert training.live is None
    job.settle("progressed", Step(1, 9, "Reading pictures"))
    assert training.step.message == "Reading pictures"
    asked = len(jobs.waiting("runs"))
    move(job, moment(done, 8))
    assert training.live_run == done.id
    assert done.id in training.shown
    assert len(jobs.waiting("runs")) == asked + 1, "it is on the disk by now"
    tell(replace(done, history=done.history.until(2), state=TRAINING, alive=True))
    assert len(training.run(done.id).history) == 7
    move(job, replace(moment(done, 9), history=type(done.history)()))
    assert len(training.run(done.id).history) == 7, "what was told stays"
    assert len(jobs.waiting("runs")) == asked
    move(job, replace(moment(done, 11), look=look(10)))
    assert heard.looks == [(done.id, 10)]
    assert len(jobs.waiting("runs")) == asked + 1, "another network was kept"
    tell(replace(done, state=TRAINING, alive=True))
    move(job, replace(moment(done, 16), kept=True))
    assert len(jobs.waiting("runs")) == asked + 1, "and another, without a look"
    assert not heard.offers


def test_the_end_of_a_run_is_told_whatever_is_open(
    training, document, jobs, heard, places
):
    done = run(3)
    training.start()
    (job,) = jobs.training
    move(job, moment(done, 5))
    document.open(collection(12, root="other"), places / "q.audioclust")
    assert training.busy, "another project does not end it"
    move(job, replace(moment(done, 11), look=look(10)))
    assert not heard.looks, "its clips are not those that are open"
    job.settle("succeeded", done)
    assert heard.ends == [(done.id, FINISHED)]
    assert done.name in heard.notes[-1][1]
    assert "40 epochs" in heard.notes[-1][1]
    assert (training.busy, training.live, training.live_run) == (False, None, "")


def test_stopped_runs_say_so(training, jobs, heard):
    stopped = run(3, epochs=1, state=STOPPED)
    training.start()
    jobs.training[0].settle("succeeded", stopped)
    assert heard.ends == [(stopped.id, STOPPED)]
    assert "stopped after 1 epoch;" in heard.notes[-1][1]


def test_what_is_to_be_known_of_a_run_is_noted_and_what_it_does_is_not(
    training, jobs, heard
):
    training.start("mine")
    (job,) = jobs.training
    job.settle("progressed", Step(5, 60, "Reading pictures"))
    assert not heard.notes
    job.settle("progressed", Step(0, 0, "There is no validation", must_arrive=True))
    assert heard.notes == [("Training mine", "There is no validation")]


@pytest.mark.parametrize("how", ["failed", "crashed"])
def test_trouble_is_told_and_what_was_kept_is_offered(training, jobs, heard, tell, how):
    broken = run(4, state=TRAINING)
    training.start("mine")
    (job,) = jobs.training
    move(job, moment(broken, 5))
    job.settle(how, Failure("No room") if how == "failed" else "No room")
    assert heard.troubles == [("Training mine", "No room")]
    assert heard.ends == [(broken.id, how)]
    tell(broken)
    assert heard.offers == [broken]


def test_what_a_cancelled_run_leaves_is_thrown_away_but_not_what_it_went_on_from(
    training, jobs, heard, tell
):
    begun = run(5)
    training.start()
    move(jobs.training[0], moment(begun, 5))
    training.cancel()
    jobs.training[0].settle("cancelled", None)
    (throwing,) = jobs.waiting("rmtree")
    assert jobs.questions[throwing.ticket][0] == str(folder_of(begun.id))
    throwing.settle("succeeded", None)
    assert heard.ends == [(begun.id, "cancelled")]
    assert not heard.troubles
    tell(begun)
    training.resume(begun.id)
    training.cancel()
    jobs.training[1].settle("cancelled", None)
    assert not jobs.waiting("rmtree")


def test_going_on_and_more_epochs(training, document, jobs, tell):
    stopped = run(1, epochs=40, state=STOPPED)
    tell(stopped)
    training.resume(stopped.id)
    (job,) = jobs.training
    run_id, keys, *_, epochs = jobs.questions[job.ticket]
    assert (run_id, epochs) == (stopped.id, None)
    assert keys is document.project.extraction.keys
    assert training.live_run == stopped.id
    job.settle("succeeded", stopped)
    training.more(stopped.id, 25)
    assert jobs.questions[jobs.training[1].ticket][-1] == 65


@pytest.mark.parametrize("epochs", [30, 140])
def test_more_epochs_are_counted_from_the_last_one(training, jobs, tell, epochs):
    """Of a run that ended early, or has a clustering layer, the recipe tells others."""
    made = run(1)
    recipe = replace(made.recipe, training=made.recipe.training.replace(epochs=epochs))
    tell(replace(made, recipe=recipe))
    training.more(made.id, 25)
    assert jobs.questions[jobs.training[0].ticket][-1] == len(made.history) + 25


def test_an_interrupted_run_is_offered_once(training, document, jobs, tell, heard):
    broken = run(2, state=TRAINING)
    tell(broken, run(1), run(3, state=TRAINING, resumable=False))
    assert heard.offers == [broken]
    assert "interrupted after 40 epochs" in heard.notes[-1][1]
    document.replaced.emit()
    tell(broken)
    assert heard.offers == [broken]
    assert training.shown == {broken.id}


def test_the_one_that_another_window_trains_is_not_offered(tell, heard):
    tell(run(2, state=TRAINING, alive=True))
    assert not heard.offers


def test_without_features_there_is_nothing_to_train_on(
    training, document, jobs, heard, places
):
    told = []
    training.state_changed.connect(lambda: told.append(training.why_not))
    project = document.project
    document.amend(replace(project, extraction=None))
    assert "Run > Run" in told[-1]
    training.start()
    assert not jobs.training
    assert heard.troubles[-1][0] == "No network can be trained now"
    none = replace(project.extraction, keys=(None,) * 40)
    document.amend(replace(project, extraction=none))
    assert "Messages" in training.why_not
    document.open(Project(Dataset("")), places / "empty.audioclust")
    assert training.why_not == "Open a folder of sounds first"


def test_questions_about_networks_go_to_the_quick_worker(training, document, jobs):
    images = np.zeros((9, 1, 48, 96), np.uint8)
    got, why = [], []
    training.between("x@1", 3, 5, 9, got.append, why.append)
    (job,) = jobs.waiting("between")
    network, _, key_a, key_b, count = jobs.questions[job.ticket]
    assert (network, key_a, key_b, count) == ("x@1", "-", "-", 9)
    job.settle("succeeded", images)
    assert got == [images]
    training.between("x@1", 3, 40, 9, got.append, why.append)
    assert "features" in why.pop()
    training.pairs("x@1", [1, 2, 99], got.append, why.append)
    (job,) = jobs.waiting("pairs_of")
    assert jobs.questions[job.ticket][2] == [1, 2]
    job.settle("failed", Failure("It is gone"))
    assert why == ["It is gone"]


def test_an_answer_about_another_collection_is_dropped(
    training, document, jobs, heard, places
):
    training.look("20240101-000001-abcdef", 5)
    (job,) = jobs.waiting("look_at")
    document.open(collection(12), places / "q.audioclust")
    job.settle("succeeded", look(5))
    assert not heard.looks
