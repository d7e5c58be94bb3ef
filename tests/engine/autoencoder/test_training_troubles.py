"""What goes wrong with a training, and what is said of it."""

import signal

import numpy as np
import pytest
import torch

from engine.autoencoder.runs import FAILED, FINISHED, read
from engine.autoencoder.training import train
from engine.errors import EngineError, ParameterError
from engine.progress import Step
from tests.engine.autoencoder.bars import Killed, bars, recipe


def test_nan_is_refused_and_the_image_named(tmp_path):
    images = bars(6).astype(np.float32)
    images[4, 0, 3, 3] = np.nan
    with pytest.raises(ParameterError, match=r"0 to 255; 1 of 6 .* image 4 with nan"):
        train(images, recipe(), tmp_path / "run")
    assert not (tmp_path / "run").exists()
    images[4, 0, 3, 3] = 255.0
    assert train(images, recipe(epochs=1), tmp_path / "run").state == FINISHED


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((0, 1, 16, 16), np.uint8), "no images"),
        (np.zeros((3, 0, 16, 16), np.uint8), "no images"),
        (np.zeros((3, 16, 16), np.uint8), r"shape .*\(3, 16, 16\)"),
        (np.zeros((3, 1, 16, 16), str), "must hold numbers; it holds <U1"),
        (np.zeros((3, 1, 16, 16), object), "must hold numbers; it holds object"),
        (np.zeros((3, 1, 7, 16), np.uint8), "at least 8 pixels; it has 7 x 16"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path, images, words):
    with pytest.raises(ParameterError, match=words):
        train(images, recipe(), tmp_path / "run")


def test_more_clusters_than_clips_are_refused_before_the_first_epoch(tmp_path):
    with pytest.raises(ParameterError, match=r"clusters .*2 to 8.* it is 9"):
        train(bars(10), recipe(layer={"clusters": 9}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("training", "words"),
    [
        pytest.param(
            {"accelerator": "cuda"},
            "must be auto or cpu here",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="it is there"),
        ),
        ({"devices": 1024}, r"devices \(Devices\) must be 1 to \d+.* it is 1024"),
        ({"nodes": 2}, r"nodes \(Machines\) must be 1, unless.* it is 2"),
    ],
)
def test_devices_that_are_not_there_are_refused(tmp_path, training, words):
    with pytest.raises(ParameterError, match=words):
        train(bars(10), recipe(**training), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_that_diverges_fails_in_words_and_keeps_its_networks(
    tmp_path, monkeypatch
):
    from engine.autoencoder.course import Course

    before = Course.pace
    monkeypatch.setattr(  # a rate that no recipe may have, to get there soon
        Course,
        "pace",
        lambda self, n, share: (
            before(self, n, share)[0] * (1e30 if n == 3 else 1),
            0.9,
        ),
    )
    folder = tmp_path / "run"
    with pytest.raises(EngineError, match=r"diverged in epoch 3.*lower learning rate"):
        train(bars(40), recipe(epochs=5, look_every=1), folder)
    run = read(folder)
    assert run.state == FAILED
    assert "diverged in epoch 3" in run.why
    assert run.kept == (1, 2)


def test_a_surprise_is_written_down_as_a_failure_but_a_kill_is_not(tmp_path):
    def failing(error):
        def report(step: Step) -> None:
            if step.partial is not None:
                raise error

        return report

    with pytest.raises(ZeroDivisionError):
        train(bars(9), recipe(), tmp_path / "a", report=failing(ZeroDivisionError("0")))
    assert read(tmp_path / "a").why == "ZeroDivisionError: 0"
    with pytest.raises(Killed):
        train(bars(9), recipe(), tmp_path / "b", report=failing(Killed()))
    assert read(tmp_path / "b").interrupted


def test_ctrl_c_is_an_interrupt_that_leaves_something_to_go_on_from(tmp_path):
    def report(step: Step) -> None:
        if step.partial is not None and step.partial.epoch > 1:
            raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(bars(9), recipe(epochs=500), tmp_path / "run", report=report)
    assert signal.getsignal(signal.SIGINT) is before
    run = read(tmp_path / "run")
    assert run.interrupted
    assert run.resumable


def test_too_little_memory_is_said_in_words(tmp_path):
    def report(step: Step) -> None:
        if step.partial is not None:
            raise RuntimeError(
                "[enforce fail] DefaultCPUAllocator: can't allocate memory"
            )

    with pytest.raises(
        EngineError, match=r"not enough memory for batches of 256 .*1 x 16"
    ):
        train(bars(9), recipe(), tmp_path / "run", report=report)
    assert read(tmp_path / "run").state == FAILED


def test_a_log_that_cannot_be_written_does_not_end_a_run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "tensorboard").write_text("in the way")
    assert train(bars(9), recipe(), folder).state == FINISHED


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="file"):
        train(bars(9), recipe(), tmp_path / "file" / "run")
