"""Runs on disk: found by their clips, read whatever a kill or a stranger left."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from engine.autoencoder import runs
from engine.autoencoder.architecture import Shape
from engine.autoencoder.history import Epoch, History
from engine.autoencoder.recipe import LayerParams, Recipe
from engine.autoencoder.runs import FINISHED, TRAINING, Run
from engine.errors import EngineError, ParameterError

FIRST, SECOND = "20260101-120000-00aa11", "20260102-120000-00bb22"


@pytest.fixture
def made(places):
    """Make a run's folder as training does, and return it."""

    def make(run_id=FIRST, keys=("k1", "k2"), kept=(5, 10), **about) -> Path:
        folder = runs.runs_folder() / run_id
        folder.mkdir(parents=True)
        recipe = Recipe(layer=LayerParams(clusters=4))
        run = Run(run_id, "One", recipe, Shape(1, 48, 96), len(keys), FINISHED)
        runs.write(folder, replace(run, **about))
        (folder / runs.CLIPS).write_text("\n".join(keys), encoding="ascii")
        for epoch in kept:
            (folder / f"epoch-{epoch:05}.pt").touch()
        history = History((Epoch(1, seconds=2.0), Epoch(2, seconds=4.5)))
        (folder / runs.HISTORY).write_text(history.to_csv())
        return folder

    return make


def damage(folder: Path, **values: object) -> None:
    file = folder / runs.RUN
    about = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(about | values), encoding="utf-8")


def test_a_run_is_read_as_it_was_written(made):
    folder = made(name="Vögel \udce4 鳥", best=5, why="because", device="CPU")
    run = runs.read(folder)
    assert (run.id, run.name, run.why) == (FIRST, "Vögel \udce4 鳥", "because")
    assert run.recipe == Recipe(layer=LayerParams(clusters=4))
    assert (run.kept, run.best, run.seconds) == ((5, 10), 5, 4.5)
    assert (run.state, run.alive, run.resumable) == (FINISHED, False, False)
    assert run.network() == f"{FIRST}@5"
    assert runs.checkpoint_of(run.network(10)) == folder / "epoch-00010.pt"
    with pytest.raises(
        ParameterError, match="after epoch 7; there are those after 5, 10"
    ):
        run.network(7)


def test_a_collection_finds_its_runs_the_newest_first(made):
    made(FIRST, keys=("k1", "k2"))
    made(SECOND, keys=("k2", "k3"))
    made("20260103-120000-00cc33", keys=("k9",))
    (runs.runs_folder() / "notes").mkdir()
    (runs.runs_folder() / "20260104-120000-00dd44").write_text("a file")
    assert [run.id for run in runs.runs_of(["k2", None])] == [SECOND, FIRST]
    assert runs.runs_of([None, "", "k7"]) == ()


def test_what_has_only_begun_is_no_damaged_run(made):
    (made(FIRST) / runs.RUN).unlink()
    assert runs.found_runs() == ((), ())


def test_without_a_folder_there_are_no_runs(places):
    assert runs.runs_of(["k1"]) == ()
    runs.runs_folder().parent.mkdir(parents=True)
    runs.runs_folder().write_text("somebody's file")
    assert runs.runs_of(["k1"]) == ()


@pytest.mark.parametrize(
    "values",
    [
        {"name": None, "recipe": None},
        {"recipe": {"training": {"epochs": -1}}},
        {"recipe": {"training": {"unheard": 1}}},
        {"recipe": {"images": [1]}},
        {"recipe": []},
        {"shape": [1, 48]},
        {"shape": [1, 48, math.inf]},
        {"shape": 7},
        {"n_clips": "many"},
        {"n_clips": math.inf},
        {"state": "unheard"},
        {"state": []},
    ],
)
def test_a_run_that_makes_no_sense_is_told_and_hides_no_other(made, values):
    made(SECOND)
    folder = made(FIRST)
    damage(folder, **values)
    with pytest.raises(EngineError, match=FIRST):
        runs.read(folder)
    assert [run.id for run in runs.runs_of(["k1"])] == [SECOND]
    (told,) = runs.found_runs(["k1"]).damaged
    assert FIRST in told
    assert runs.found_runs(["of other clips"]).damaged == ()


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"7", b"{}", b"{", b"\xff\xfe", b"[" * 100_000, b'{"name": "x"}'],
)
def test_a_damaged_run_is_told_and_hides_no_other(made, content):
    made(SECOND)
    folder = made(FIRST)
    (folder / runs.RUN).write_bytes(content)
    with pytest.raises(EngineError, match=FIRST):
        runs.read(folder)
    assert [run.id for run in runs.runs_of(["k1"])] == [SECOND]


def test_words_without_end_are_cut(made):
    folder = made()
    damage(folder, name="n" * 10**6, why="w" * 10**6, device="d" * 10**6)
    run = runs.read(folder)
    longest = max(map(len, (run.name, run.why, run.device)))
    assert longest <= 1000, "a window that lays out a million letters stalls"


@pytest.mark.parametrize("best", [7, "5", [5], None, True, 1e300])
def test_the_best_network_is_one_that_is_there(made, best):
    folder = made(kept=(5, 10))
    damage(folder, best=best)
    run = runs.read(folder)
    assert run.best == 10
    assert runs.checkpoint_of(run.network()).is_file()


def test_only_names_of_networks_are_networks(made):
    folder = made(kept=(1, 123_456))
    for name in ("epoch-1.pt", "epoch-000001.pt", "epoch-00002.pt.part", "epoch-.pt"):
        (folder / name).touch()
    run = runs.read(folder)
    assert run.kept == (1, 123_456)
    assert all(runs.checkpoint_of(run.network(e)).is_file() for e in run.kept)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd@1",
        f"{FIRST}/../x@1",
        f"../{FIRST}@1",
        f"{FIRST}@../1",
        f"{FIRST}@-1",
        f"{FIRST}@1\n",
        f"{FIRST}@٣",
        f"{FIRST}@9999999999",
        f"{FIRST}@",
        "/@1",
        "",
    ],
)
def test_a_name_cannot_lead_out_of_the_folder_of_runs(places, name):
    with pytest.raises(ParameterError, match="is not the"):
        runs.checkpoint_of(name)


@pytest.mark.parametrize("run_id", ["", ".", "..", "/tmp", f"{FIRST}/..", f"{FIRST}\n"])
def test_an_id_cannot_lead_out_of_the_folder_of_runs(places, run_id):
    with pytest.raises(ParameterError, match="not the id of a run"):
        runs.folder_of(run_id)


def test_a_network_that_is_gone_says_what_to_do(made):
    made(kept=())
    with pytest.raises(EngineError, match="Train one again, or choose features"):
        runs.checkpoint_of(f"{FIRST}@5")


def test_new_ids_are_ids_in_the_order_of_time(places):
    ids = {runs.new_id() for _ in range(50)}
    assert len(ids) == 50
    assert {runs.folder_of(run_id).parent for run_id in ids} == {runs.runs_folder()}


def test_a_run_is_renamed_and_nothing_else_changes(made):
    folder = made(best=5)
    before = runs.read(folder)
    assert runs.rename(FIRST, "Zwei") == replace(before, name="Zwei")
    assert runs.read(folder) == replace(before, name="Zwei")
    assert not list(folder.glob("*.part"))


def test_training_is_alive_while_it_holds_the_lock_and_interrupted_after(made):
    folder = made(state=TRAINING)
    (folder / runs.LAST).touch()
    assert runs.read(folder).interrupted
    assert not (folder / runs.LOCK).exists()  # nobody who only looks leaves a trace
    with FileLock(folder / runs.LOCK):
        run = runs.read(folder)
        assert (run.alive, run.interrupted, run.resumable) == (True, False, True)
    assert runs.read(folder).interrupted


def test_a_process_that_is_killed_lets_go_of_its_run(made):
    folder = made(state=TRAINING)
    hold = (
        "import sys, time; from filelock import FileLock\n"
        "with FileLock(sys.argv[1]):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", hold, str(folder / runs.LOCK)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert runs.read(folder).alive
        process.kill()
    assert runs.read(folder).interrupted


@pytest.mark.skipif(
    os.name == "nt" or (hasattr(os, "getuid") and os.getuid() == 0),
    reason="folders cannot be made unwritable here",
)
def test_a_run_in_a_folder_that_is_only_to_be_read_can_be_read(made):
    folder = made(state=TRAINING)
    (folder / runs.LOCK).touch()
    (folder / runs.LOCK).chmod(0o400)
    folder.chmod(0o500)
    try:
        assert runs.read(folder).interrupted
    finally:
        folder.chmod(0o700)
