"""What a person reads, and what is left, when training ends as nobody wished."""

import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.autoencoder import runs
from engine.autoencoder.checkpoints import load
from engine.autoencoder.model import Autoencoder
from engine.autoencoder.runs import FAILED, FINISHED

ROOT = Path(__file__).parents[3]
SMALL = ("--base", 1, "--embedding", 2, "--look-every", 2)

# After so many batches, in the middle of the second epoch of eight, the power fails.
POWER_CUT = """
import os, sys
from contextlib import contextmanager
from engine.cli import main, training
from engine.progress import Wish

@contextmanager
def stopping(telling):
    batches = iter(range(12))
    def wishes():
        if next(batches, None) is None:
            os.kill(os.getpid(), 9)
        return Wish.GO_ON
    yield wishes

training._stopping = stopping
main(sys.argv[1:])
"""

# A file that may not grow stands for a disk that is full: a network fits, a checkpoint
# with the state of the optimiser does not.
FULL_DISK = """
import resource, signal, sys
from engine.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
sys.exit(main(sys.argv[1:]))
"""

LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from engine.autoencoder import fitting
from engine.cli import main
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + 600 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def train(sounds, cache, places):
    """Train in a process of its own that meets with an accident."""

    def run(accident: str, *words: object) -> subprocess.CompletedProcess[str]:
        asked = ("train", sounds, *words, "--cache", cache, "--workers", 0)
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", accident, *map(str, asked)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def curve(run: runs.Run) -> list[float]:
    return [*run.history.column("train"), *run.history.column("validation")]


def test_a_run_that_was_killed_goes_on_as_if_nothing_had_been(
    train, batch, sounds
) -> None:
    words = ("--epochs", 4, *SMALL)
    killed = train(POWER_CUT, *words, "--name", "killed")
    assert killed.returncode != 0
    (left,) = runs.runs_of()
    assert left.interrupted
    assert left.resumable
    assert 1 <= len(left.history) < 4
    assert load(runs.checkpoint_of(left.network())).epoch == left.best
    code, said, complained = batch("runs", sounds)
    assert (code, complained) == (0, "")
    assert "interrupted" in said

    code, said, complained = batch("train", sounds, "--resume", "killed")
    assert (code, complained) == (0, "")
    assert f"{left.id} finished after 4 epochs" in said
    assert batch("train", sounds, *words, "--name", "whole")[0] == 0
    whole, again = runs.runs_of()
    assert (again.name, again.state, whole.state) == ("killed", FINISHED, FINISHED)
    assert curve(again) == curve(whole)


def test_a_full_disk_ends_a_run_in_words_and_leaves_what_was_kept(train) -> None:
    pytest.importorskip("resource", reason="no limits on files here")
    ended = train(FULL_DISK, "--epochs", 3, "--base", 4, "--embedding", 4)
    assert ended.returncode == 1
    assert ended.stderr.startswith("audioclust-batch: error: ")
    assert "could not be written" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    (run,) = runs.runs_of()
    assert (run.state, run.resumable) == (FAILED, False)
    assert "could not be written" in run.why
    assert load(runs.checkpoint_of(run.network())).epoch == 1
    assert not list(runs.folder_of(run.id).glob("*.part"))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="not Linux")
def test_too_little_memory_ends_a_run_in_words(train) -> None:
    ended = train(LITTLE_MEMORY, "--epochs", 1, "--base", 256, "--embedding", 4096)
    assert ended.returncode == 1
    assert "There is not enough memory for" in ended.stderr
    assert "smaller" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    (run,) = runs.runs_of()
    assert run.state == FAILED


@pytest.mark.parametrize("count", [1, 2])
def test_one_sound_or_two_are_few_and_no_accident(
    sounds, places, batch, tmp_path, count
) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    for file in sorted(sounds.rglob("*.wav"))[:count]:
        shutil.copy(file, folder)
    code, _, complained = batch("train", folder, "--epochs", 2, *SMALL)
    assert (code, len(complained.splitlines())) == (0, 1)
    assert "there is no validation" in complained
    (run,) = runs.runs_of()
    assert (run.state, run.n_clips) == (FINISHED, count)
    assert np.isfinite(run.history.column("train")).all()
    assert np.isnan(run.history.column("validation")).all()


def test_more_clusters_than_clips_are_a_mistake_and_leave_no_run(
    sounds, places, batch
) -> None:
    code, _, complained = batch("train", sounds, "--clusters", 1000, *SMALL)
    assert (code, len(complained.splitlines())) == (2, 1)
    assert "--clusters" in complained
    assert "1000" in complained
    assert runs.runs_of() == ()


def test_a_loss_that_is_no_number_ends_a_run_and_the_networks_before_stay(
    sounds, places, batch, monkeypatch
) -> None:
    good, decode = iter(range(40)), Autoencoder.decode

    def decoded(self: Autoencoder, embedding: torch.Tensor) -> torch.Tensor:
        found = decode(self, embedding)
        return found if next(good, None) is not None else found * math.nan

    monkeypatch.setattr(Autoencoder, "decode", decoded)
    words = ("--epochs", 20, "--base", 1, "--embedding", 2, "--look-every", 1)
    code, _, complained = batch("train", sounds, *words)
    assert code == 1
    assert "diverged" in complained
    assert "learning rate" in complained
    (run,) = runs.runs_of()
    assert run.state == FAILED
    assert "diverged" in run.why
    assert run.kept
    assert all(load(runs.checkpoint_of(run.network(e))) for e in run.kept)
