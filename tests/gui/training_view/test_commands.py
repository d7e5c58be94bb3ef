"""Train, pause, stop, cancel, resume: what buttons do, and when they can be used."""

from dataclasses import replace

import pytest

from audioclust_gui.plots.plain import one_line
from engine.autoencoder.history import Symptom
from engine.autoencoder.runs import FAILED, STOPPED, TRAINING, FoundRuns
from engine.progress import Step, Wish
from tests.gui import on_paper
from tests.gui.training_view import runs as paper
from tests.gui.training_view.conftest import move


def test_without_a_run_it_says_what_training_is_for_and_what_to_press(made):
    parts = made()
    view = parts.view
    assert view.invitation.isVisible()
    assert "press Train" in view.invitation.text()
    assert view.buttons.train.isEnabled()
    for button in (view.buttons.pause, view.buttons.stop, view.buttons.cancel):
        assert not button.isEnabled()
    assert not view.network.isVisible()


def test_a_collection_without_features_cannot_be_trained_on_and_it_says_why(made):
    parts = made()
    project = replace(on_paper.collection(8), extraction=None)
    parts.document.open(project, parts.document.path)
    assert not parts.view.buttons.train.isEnabled()
    why = parts.training.why_not
    assert why
    assert why in parts.view.buttons.train.toolTip()
    assert why in parts.view.buttons.words.text()


def test_train_starts_a_run_under_the_name_that_was_typed(made):
    parts = made()
    view = parts.view
    view.recipe.name.setText("Zilpzalp")
    view.buttons.train.click()
    assert "Zilpzalp" in parts.jobs.questions[parts.jobs.job.ticket]
    assert view.recipe.name.text() == "", "the next run has a name of its own"
    assert view.curves.isVisible(), "there is something to watch"
    assert not view.invitation.isVisible()
    assert not view.buttons.train.isEnabled()


def test_before_the_first_epoch_it_tells_what_is_done(made):
    parts = made()
    parts.view.start()
    parts.jobs.job.settle("progressed", Step(5, 60, "Reading pictures"))
    assert parts.view.buttons.words.text() == "Reading pictures  5 of 60"


def test_it_says_where_the_run_is_and_how_long_it_takes_yet(made):
    parts = made()
    parts.view.start()
    run = paper.run(alive=True, state=TRAINING)
    move(parts, paper.moment(run, 17))
    words = parts.view.buttons.words.text()
    for part in ("Epoch 17 of 40", "5,210 images/s", "epoch 1 s", "run 75 s"):
        assert part in words
    assert parts.view.buttons.bar.value() == round(1000 * 16.5 / 40)
    move(parts, paper.moment(run, 18, phase=1, paused=True, run_left=None))
    words = parts.view.buttons.words.text()
    assert "Paused in epoch 18 of 40, with the clustering layer" in words
    assert "run" not in words.partition("Left")[2]


def test_what_is_done_between_epochs_stands_beside_where_the_run_is(made):
    parts = made()
    parts.view.start()
    run = paper.run(alive=True, state=TRAINING)
    move(parts, paper.moment(run, 17))
    parts.jobs.job.settle("progressed", Step(512, 600, "Embedding"))
    words = parts.view.buttons.words.text()
    assert "Epoch 17 of 40" in words
    assert words.endswith("Embedding  512 of 600")
    parts.view.buttons.stop.click()
    parts.jobs.job.settle("progressed", Step(600, 600, "Embedding"))
    assert parts.view.buttons.words.text().startswith("Ending")


def test_nothing_moves_when_the_words_need_a_second_line(made, qtbot):
    parts = made()
    view = parts.view
    view.start()
    run = paper.run(alive=True, state=TRAINING, name="Short")
    words, tops, needed = view.buttons.words, set(), []
    view.resize(1500, 500)
    font = words.font()
    font.setPointSize(2 * font.pointSize())  # two lines of it are no button's height
    words.setFont(font)
    for left in (None, 12345.0):
        move(parts, paper.moment(run, 17, run_left=left, phase=int(left is not None)))
        qtbot.wait(20)
        tops.add(view.pages.y())
        wide = words.fontMetrics().horizontalAdvance(words.text())
        needed.append(wide / words.width())
    assert needed[0] < 1 < needed[1] < 2, "one line does, then it does not"
    assert len(tops) == 1


def test_pause_and_go_on_are_one_button(made):
    parts = made()
    parts.view.start()
    job, pause = parts.jobs.job, parts.view.buttons.pause
    pause.click()
    assert job.wish is Wish.PAUSE
    assert pause.text() == "Go on"
    pause.click()
    assert job.wish is Wish.GO_ON
    assert pause.text() == "Pause"


def test_stop_keeps_the_run_and_nothing_more_is_offered_until_it_has_ended(made):
    parts = made()
    buttons = parts.view.buttons
    parts.view.start()
    buttons.stop.click()
    assert parts.jobs.job.wish is Wish.STOP
    assert not buttons.stop.isEnabled()
    assert not buttons.pause.isEnabled()
    parts.jobs.job.settle("succeeded", paper.run(state=STOPPED))
    assert buttons.train.isEnabled()


def test_hours_are_not_thrown_away_by_one_press(qtbot, made):
    parts = made()
    buttons = parts.view.buttons
    parts.view.start()
    width = buttons.cancel.width()
    buttons.cancel.click()
    assert not parts.jobs.job.cancel_asked
    assert buttons.cancel.text() == "Throw away?"
    assert buttons.cancel.width() == width, "what is below the mouse stays there"
    buttons._sure.setInterval(1)
    buttons._sure.start()
    qtbot.waitUntil(lambda: buttons.cancel.text() == "Cancel")
    buttons.cancel.click()
    buttons.cancel.click()
    assert parts.jobs.job.cancel_asked


def test_an_interrupted_run_is_offered_and_resumed(made):
    run = paper.run(2, state=TRAINING, alive=False)
    parts = made(found=[run])
    view = parts.view
    assert view.offer.isVisible()
    assert "Interrupted after 40 epochs" in view.offer.words.text()
    view.offer.resume.click()
    assert not view.offer.isVisible()
    assert run.id in parts.jobs.questions[parts.jobs.job.ticket]


def test_an_offer_is_taken_back_with_the_run_or_the_collection(made):
    run = paper.run(2, state=TRAINING, alive=False)
    parts = made(found=[run])
    parts.training._list.refresh()
    parts.jobs.answer("runs", FoundRuns((), ()))
    assert not parts.view.offer.isVisible()
    parts = made(found=[run])
    parts.document.open(on_paper.collection(8), parts.document.path)
    assert not parts.view.offer.isVisible()


def test_symptoms_are_told_in_words_with_a_sign(made):
    parts = made()
    parts.view.start()
    run = paper.run(alive=True, state=TRAINING)
    move(parts, paper.moment(run, 2))
    parts.jobs.answer("runs", FoundRuns((run,), ()))
    strip = parts.view.symptoms
    assert not strip.isVisible()
    told = (Symptom("collapse", "Nothing <b>differs</b>", 3),)
    move(parts, paper.moment(run, 5, symptoms=told))
    assert strip.isVisible()
    assert strip.words == ("Collapse, since epoch 3: Nothing <b>differs</b>",)
    assert strip.words[0] in strip.accessibleDescription()
    move(parts, paper.moment(run, 6))
    assert not strip.isVisible()


def test_why_a_run_failed_is_told_with_it(made):
    parts = made(found=[paper.run(state=FAILED, why="The loss is not a number")])
    assert "Failed" in parts.view.buttons.words.text()
    assert "The loss is not a number" in parts.view.buttons.words.text()


@pytest.mark.parametrize("name", ["<i>x</i>", "鳥", "broken \udcff"])
def test_names_are_shown_letter_by_letter(made, name):
    parts = made(found=[paper.run(name=name)])
    shown = parts.view.buttons.words.text()
    assert shown.startswith(one_line(name))
