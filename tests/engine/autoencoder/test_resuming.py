import shutil

import numpy as np
import pytest
import torch

from engine.autoencoder import telling
from engine.autoencoder.checkpoints import load
from engine.autoencoder.history import Moment
from engine.autoencoder.runs import FINISHED, STOPPED, read
from engine.autoencoder.training import resume, train
from engine.errors import Cancelled, EngineError, ParameterError
from engine.progress import Step, Wish
from tests.engine.autoencoder.bars import Killed, bars, kinds, noisy, recipe

MEASURED = ("number", "phase", "train", "validation", "divergence", "rate", "moved")
CHANGES = {"noise": 0.1, "shift": 1, "mask": 0.2}
LAYER = {"clusters": 4, "epochs": 4, "interval": 2, "tolerance": 0.0}


def curve(run):
    """Return what a run measured that does not depend on the time it took."""
    return np.stack([run.history.column(name) for name in MEASURED])


def ending(error, epoch, share=0.5):
    """Return a report that raises in the middle of an epoch."""

    def report(step: Step) -> None:
        moment = step.partial
        told = isinstance(moment, Moment)
        if told and moment.epoch >= epoch and moment.share >= share:
            raise error

    return report


@pytest.fixture
def talkative(monkeypatch):
    """Tell every batch, so that a run can be ended at any."""
    monkeypatch.setattr(telling, "_TOLD", 0.0)


@pytest.fixture(scope="module", params=["one_cycle", "plateau"])
def whole(request, tmp_path_factory):
    """Return a recipe, and the run that nobody interrupted."""
    torch.set_num_threads(1)
    chosen = recipe(
        epochs=5, schedule=request.param, look_every=2, layer=LAYER, **CHANGES
    )
    folder = tmp_path_factory.mktemp("whole") / "run"
    return chosen, train(bars(40), chosen, folder, truth=kinds(40)), folder


@pytest.mark.parametrize("epoch", [2, 5, 6, 8])
def test_a_killed_run_goes_on_to_the_same_curve(tmp_path, talkative, whole, epoch):
    chosen, expected, uninterrupted = whole
    folder = tmp_path / "run"
    with pytest.raises(Killed):
        train(bars(40), chosen, folder, name="a", report=ending(Killed(), epoch))
    cut = read(folder)
    assert cut.interrupted
    assert cut.resumable
    assert len(cut.history) < epoch
    run = resume(bars(40), folder)
    assert run.state == FINISHED
    np.testing.assert_array_equal(curve(run), curve(expected))
    assert (run.kept, run.name) == (expected.kept, "a")
    last = f"epoch-{run.kept[-1]:05}.pt"
    ours, theirs = (load(f / last).model.state_dict() for f in (folder, uninterrupted))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_run_that_was_stopped_goes_on_to_the_same_curve(tmp_path, whole):
    chosen, expected, _ = whole
    asked = iter(range(1000))
    folder = tmp_path / "run"
    stopped = train(
        bars(40),
        chosen,
        folder,
        wishes=lambda: Wish.STOP if next(asked) == 19 else Wish.GO_ON,
    )
    assert stopped.state == STOPPED
    run = resume(bars(40), folder)
    assert run.state == FINISHED
    np.testing.assert_array_equal(curve(run), curve(expected))


def test_a_network_of_half_an_epoch_is_not_called_the_best_of_the_whole_one(
    tmp_path, talkative
):
    def stopping_in(epoch):
        told = [None]

        def wishes():
            last = told[-1]
            here = last is not None and last.epoch == epoch and last.share > 0
            return Wish.STOP if here else Wish.GO_ON

        return {"report": lambda step: told.append(step.partial), "wishes": wishes}

    chosen = recipe(epochs=6, look_every=1000)
    folder = tmp_path / "run"
    stopped = train(bars(40), chosen, folder, **stopping_in(3))
    assert (stopped.kept, stopped.partial) == ((1, 3), (3,))
    # The third epoch is learnt anew, as a whole; what was kept of it stays.
    again = resume(bars(40), folder, **stopping_in(4))
    assert (again.kept, again.partial) == ((1, 3, 4), (3, 4))
    assert again.history.at(3).validation < again.history.at(1).validation
    assert again.best != 3


def test_the_best_before_a_kill_is_kept_at_the_end(tmp_path, talkative):
    chosen = recipe(
        epochs=60, patience=8, rate=0.02, schedule="constant", look_every=1000
    )
    whole = train(noisy(20), chosen, tmp_path / "whole")
    folder, last = tmp_path / "run", whole.kept[-1]
    assert whole.best < last - 1
    with pytest.raises(Killed):
        train(noisy(20), chosen, folder, report=ending(Killed(), last))
    assert whole.best not in read(folder).kept
    run = resume(noisy(20), folder)
    assert (run.best, run.kept) == (whole.best, whole.kept)
    file = f"epoch-{run.best:05}.pt"
    ours, theirs = (
        load(f / file).model.state_dict() for f in (folder, tmp_path / "whole")
    )
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_seconds_go_on_where_they_were(tmp_path, talkative):
    folder = tmp_path / "run"
    with pytest.raises(Killed):
        train(bars(40), recipe(epochs=6), folder, report=ending(Killed(), 4))
    before = read(folder).seconds
    run = resume(bars(40), folder)
    seconds = run.history.column("seconds")
    assert (np.diff(seconds) > 0).all()
    assert run.seconds > before


def test_a_finished_run_can_go_on_for_longer(tmp_path):
    folder = tmp_path / "run"
    first = train(bars(40), recipe(epochs=3), folder)
    run = resume(bars(40), folder, epochs=6)
    assert run.state == FINISHED
    assert run.recipe.training.epochs == 6
    np.testing.assert_array_equal(curve(run)[:, :3], curve(first))
    rates = run.history.column("rate")
    assert rates[3] > rates[2]  # another cycle begins
    assert len(rates) == 6
    assert {1, 3, 5, 6} <= set(run.kept)


@pytest.mark.parametrize("training", [{}, {"patience": 1, "validation": 0.5}])
def test_a_longer_run_that_is_killed_at_once_goes_on_to_the_same_curve(
    tmp_path, talkative, training
):
    chosen = recipe(epochs=3, **training)
    done = train(bars(20), chosen, tmp_path / "run").history.last.number
    shutil.copytree(tmp_path / "run", tmp_path / "killed")
    with pytest.raises(Killed):
        resume(
            bars(20), tmp_path / "killed", epochs=6, report=ending(Killed(), done + 1)
        )
    assert len(read(tmp_path / "killed").history) == done
    expected = resume(bars(20), tmp_path / "run", epochs=6)
    np.testing.assert_array_equal(
        curve(resume(bars(20), tmp_path / "killed")), curve(expected)
    )


def test_the_phase_with_the_clustering_layer_can_go_on_for_longer(tmp_path):
    folder = tmp_path / "run"
    layer = {"clusters": 4, "epochs": 2, "tolerance": 0.5}  # settles at once
    first = train(bars(40), recipe(epochs=2, layer=layer), folder)
    done = len(first.history)
    run = resume(bars(40), folder, epochs=done + 2)
    assert len(run.history) > done
    assert run.history.epochs[-1].phase == 1


def test_a_finished_run_that_is_asked_for_no_more_stays_as_it_is(tmp_path):
    folder = tmp_path / "run"
    first = train(bars(20), recipe(epochs=2), folder)
    run = resume(bars(20), folder)
    np.testing.assert_array_equal(curve(run), curve(first))
    assert run.state == FINISHED


def test_no_more_epochs_than_there_were_are_refused(tmp_path):
    folder = tmp_path / "run"
    train(bars(20), recipe(epochs=2), folder)
    with pytest.raises(ParameterError, match=r"has 2 epochs already.* it is 2"):
        resume(bars(20), folder, epochs=2)


def test_other_images_are_refused(tmp_path):
    folder = tmp_path / "run"
    train(bars(20), recipe(epochs=1), folder, name="First")
    with pytest.raises(ParameterError, match=r"First is of 20 x 1 x 16 x 24"):
        resume(bars(19), folder)


def test_cancel_of_a_run_that_goes_on_leaves_what_it_had(tmp_path, talkative):
    folder = tmp_path / "run"
    first = train(bars(40), recipe(epochs=3), folder)
    with pytest.raises(Cancelled):
        resume(bars(40), folder, epochs=9, report=ending(Cancelled(), 5))
    run = read(folder)
    assert run.state == STOPPED
    assert set(first.kept) <= set(run.kept)
    assert resume(bars(40), folder).history.epochs[-1].number == 9


def test_a_kept_network_never_becomes_another(tmp_path):
    folder = tmp_path / "run"
    asked = iter(range(1000))
    train(
        bars(40),
        recipe(epochs=3, look_every=1),
        folder,
        wishes=lambda: Wish.STOP if next(asked) == 10 else Wish.GO_ON,
    )
    before = (folder / "epoch-00002.pt").read_bytes()
    resume(bars(40), folder)
    assert (folder / "epoch-00002.pt").read_bytes() == before


def test_a_run_that_is_alive_is_not_trained_twice(tmp_path, monkeypatch):
    from engine.autoencoder import training

    monkeypatch.setattr(training, "_PATIENCE", 0.0)
    folder = tmp_path / "run"
    found = []

    def report(step: Step) -> None:
        if step.partial is not None and not found:
            found.append(read(folder).alive)
            (folder / "last.ckpt").touch()
            with pytest.raises(EngineError, match="is being trained already"):
                resume(bars(20), folder)

    train(bars(20), recipe(epochs=1), folder, report=report)
    assert found == [True]


def test_a_run_without_a_checkpoint_cannot_go_on(tmp_path):
    folder = tmp_path / "run"
    train(bars(20), recipe(epochs=1), folder, name="First")
    (folder / "last.ckpt").unlink()
    with pytest.raises(EngineError, match="First has no checkpoint"):
        resume(bars(20), folder)


def test_a_checkpoint_that_holds_more_than_numbers_is_not_opened(tmp_path):
    folder = tmp_path / "run"
    train(bars(20), recipe(epochs=1), folder)
    torch.save({"state_dict": ending}, folder / "last.ckpt")
    with pytest.raises(EngineError, match="more than numbers"):
        resume(bars(20), folder)


@pytest.mark.parametrize("content", [{}, {"audioclust": {"phase": 0}}])
def test_a_checkpoint_of_something_else_is_refused(tmp_path, content):
    folder = tmp_path / "run"
    before = train(bars(20), recipe(epochs=1), folder)
    torch.save(content, folder / "last.ckpt")
    with pytest.raises(EngineError, match="no checkpoint of a run"):
        resume(bars(20), folder, epochs=5)
    assert read(folder) == before, "what it had, and no more epochs, is still planned"
