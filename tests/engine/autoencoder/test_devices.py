from time import monotonic, sleep

import numpy as np
import pytest
from torch import multiprocessing

from engine.autoencoder.devices import Hearing, Telling, relayed
from engine.autoencoder.recipe import TrainingParams
from engine.autoencoder.runs import FINISHED
from engine.autoencoder.training import train
from engine.errors import Cancelled, EngineError
from engine.progress import Step, Wish, go_on, silent
from tests.engine.autoencoder.bars import bars, kinds, recipe

TWO = TrainingParams(devices=2, accelerator="cpu")


def test_two_devices_learn_what_one_does(tmp_path, capfd):
    steps: list[Step] = []
    one, two = (
        train(
            bars(40),
            recipe(epochs=2, devices=devices),
            tmp_path / str(devices),
            truth=kinds(40),
            report=steps.append,
        )
        for devices in (1, 2)
    )
    assert two.state == FINISHED
    for name in ("train", "validation", "rate"):
        ours, theirs = two.history.column(name), one.history.column(name)
        np.testing.assert_allclose(ours[:2], theirs[:2], rtol=0.01)
    assert two.kept == one.kept
    assert two.resumable
    assert steps[-1].partial.epoch == 2
    assert steps[-1].partial.run == "2"
    assert capfd.readouterr() == ("", "")


def test_what_a_process_tells_arrives_and_what_is_wished_is_heard():
    steps, wish = [], Wish.PAUSE
    with relayed(steps.append, lambda: wish, TWO) as (telling, hearing):
        assert isinstance(telling, Telling)
        assert isinstance(hearing, Hearing)
        telling(Step(1, 2, "a"))
        _until(lambda: steps and hearing() is Wish.PAUSE)
    assert steps == [Step(1, 2, "a")]


def test_one_device_is_told_and_heard_directly():
    alone = TrainingParams(accelerator="cpu")
    with relayed(silent, go_on, alone) as (report, wishes):
        assert (report, wishes) == (silent, go_on)


def test_a_cancelled_process_hears_so_and_the_run_is_cancelled():
    def report(step: Step) -> None:
        raise Cancelled

    def work(telling, hearing):
        telling(Step(1, 2, "a"))
        with pytest.raises(Cancelled):
            _until(lambda: hearing() is None)
        raise multiprocessing.ProcessRaisedException("its traceback", 0, 1)

    with pytest.raises(Cancelled), relayed(report, go_on, TWO) as ends:
        work(*ends)


def test_what_ended_a_process_is_raised_where_the_run_was_started():
    def work(telling):
        telling.fail(EngineError("It diverged"))
        raise multiprocessing.ProcessRaisedException("its traceback", 0, 1)

    with (
        pytest.raises(EngineError, match="diverged"),
        relayed(silent, go_on, TWO) as (telling, _),
    ):
        work(telling)


def test_a_process_that_ended_without_a_word_is_explained():
    end = multiprocessing.ProcessExitedException(
        "process 1 terminated with signal SIGKILL", 1, 1, 9
    )
    with (
        pytest.raises(EngineError, match=r"signal SIGKILL.*memory"),
        relayed(silent, go_on, TWO),
    ):
        raise end


def _until(holds):
    end = monotonic() + 10
    while not holds():
        assert monotonic() < end
        sleep(0.01)
