"""Networks from the command line: trained, listed, taken in place of features."""

import csv
import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from engine.autoencoder import runs
from engine.cli import main
from engine.cli.console import Console
from engine.cli.training import _Telling
from engine.progress import Step

TINY = ("--base", 1, "--embedding", 3, "--look-every", 1, "--validation", 0)


@pytest.fixture(scope="module")
def trained(sounds, cache, tmp_path_factory) -> Path:
    """A folder of results and, below data, of runs; trained once."""
    folder = tmp_path_factory.mktemp("trained")
    words = ("--epochs", 2, *TINY, "--name", "tiny", "--rate", 16000)
    here = ("--cache", cache, "--workers", 0, "--out", folder / "out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOCLUST_DATA", str(folder / "data"))
        assert main(["train", *map(str, (sounds, *words, *here, "--quiet"))]) == 0
    return folder


@pytest.fixture
def known(trained, tmp_path, monkeypatch) -> runs.Run:
    """The run, in a folder of runs of this test alone."""
    shutil.copytree(trained / "data", tmp_path / "data")
    monkeypatch.setenv("AUDIOCLUST_DATA", str(tmp_path / "data"))
    (run,) = runs.runs_of()
    return run


def manifest_of(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_a_run_leaves_its_curves_and_how_it_came_about(trained, known) -> None:
    out = trained / "out"
    assert {file.name for file in out.iterdir()} == {"history.csv", "manifest.json"}
    with (out / "history.csv").open(encoding="utf-8", newline="") as file:
        assert [row["number"] for row in csv.DictReader(file)] == ["1", "2"]
    found = manifest_of(out)
    assert found["run"] == known.id
    assert found["network"] == known.network()
    assert (found["state"], found["kept"]) == ("finished", [1, 2])
    assert found["parameters"]["network"]["embedding"] == 3
    assert found["parameters"]["features"]["rate"] == 16000
    assert found["last"]["validation"] is None  # NaN is no JSON
    assert 0.0 <= found["last"]["nmi"] <= 1.0


def test_runs_are_told_by_their_clips_or_all(known, sounds, batch, tmp_path) -> None:
    code, said, _ = batch("runs", sounds, "--json")
    (row,) = json.loads(said)["runs"]
    assert (code, row["run"], row["name"]) == (0, known.id, "tiny")
    assert (row["state"], row["embedding"], row["kept"]) == ("finished", 3, 2)
    assert row["validation"] is None
    assert "tiny" in batch("runs")[1]

    shutil.copytree(sounds / "kick", tmp_path / "moved" / "elsewhere")
    assert "tiny" in batch("runs", tmp_path / "moved")[1]  # known by their content
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(next(sounds.rglob("*.wav")), other / "a.wav")
    with (other / "a.wav").open("ab") as file:
        file.write(b"more")
    assert "No runs" in batch("runs", other)[1]


def test_a_network_describes_the_clips_in_place_of_features(
    known, sounds, batch, tmp_path
) -> None:
    words = ("--method", "kmeans", "--k", 4, "--n-init", 2)
    first, again, later = (tmp_path / name for name in ("first", "again", "later"))
    code, _, complained = batch(
        "cluster", sounds, "--network", "tiny", *words, "--out", first
    )
    assert (code, complained) == (0, "")
    found = manifest_of(first)
    assert found["network"] == known.network()
    assert found["parameters"]["representation"]["scaling"] == "none"
    assert found["parameters"]["features"]["rate"] == 16000  # the run's
    assert found["reused"] == 36

    # A manifest means its network, that of a cluster and that of a train.
    manifest = first / "manifest.json"
    assert batch("cluster", "--params", manifest, "--out", again)[0] == 0
    assert (again / "clusters.csv").read_bytes() == (
        first / "clusters.csv"
    ).read_bytes()
    code, _, _ = batch("export", sounds, "--network", f"{known.id}@1", "--out", later)
    assert code == 0
    with np.load(later / "matrix.npz", allow_pickle=False) as matrix:
        assert matrix["matrix"].shape == (36, 3)


def test_a_manifest_of_training_means_its_network(
    trained, known, batch, tmp_path
) -> None:
    words = ("--params", trained / "out" / "manifest.json", "--method", "pca")
    assert batch("project", *words, "--out", tmp_path / "map")[0] == 0
    assert manifest_of(tmp_path / "map")["network"] == known.network()
    code, _, _ = batch("project", *words, "--network", "none", "--out", tmp_path / "b")
    assert code == 0
    assert "network" not in manifest_of(tmp_path / "b")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--network", "nope"), "there is no run 'nope'"),
        (("--network", "../../x"), "there is no run"),
        (("--network", "tiny@7"), "no network was kept after epoch 7"),
        (("--network", "tiny", "--feature", "mel"), "--feature has no effect"),
        (("--network", "tiny", "--rate", "8000"), "--rate has no effect"),
        (("--network", "tiny", "--preset", "study"), "--preset has no effect"),
    ],
)
def test_what_a_network_cannot_do_is_a_mistake(
    known, sounds, batch, tmp_path, words, reason
) -> None:
    code, _, complained = batch("cluster", sounds, *words, "--out", tmp_path / "x")
    assert (code, reason in complained) == (2, True), complained
    assert len(complained.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--weight", 1), "--weight has no effect without --clusters"),
        (("--layer-rate", 1, "--recipe", "fast"), "--layer-rate has no effect"),
        (("--learning-rate", 9), "--learning-rate (Learning rate) must be 1e-07 to 1"),
        (("--layer-epochs", 0, "--clusters", 2), "--layer-epochs (Epochs) must be"),
        (("--resume", "tiny", "--batch", 2), "--batch has no effect with --resume"),
        (("--resume", "tiny", "--recipe", "n2d"), "--recipe has no effect"),
        (("--resume", "tiny", "--seed", 2), "--seed has no effect with --resume"),
        (("--resume", "nope"), "there is no run 'nope'"),
        (("--resume", "tiny", "--epochs", 2), "has 2 epochs already"),
    ],
)
def test_what_cannot_be_trained_is_a_mistake(
    known, sounds, batch, words, reason
) -> None:
    code, _, complained = batch("train", sounds, *words)
    assert (code, reason in complained) == (2, True), complained
    assert [run.id for run in runs.runs_of()] == [known.id]


def test_a_finished_run_goes_on_for_more_epochs_with_the_features_it_began_with(
    known, sounds, batch
) -> None:
    code, said, complained = batch("train", sounds, "--resume", "tiny", "--epochs", 3)
    assert (code, complained) == (0, "")
    assert f"{known.id} finished after 3 epochs" in said
    (run,) = runs.runs_of()
    assert run.history.until(2) == known.history
    assert run.kept == (1, 2, 3)


def test_a_name_that_several_runs_have_is_not_guessed(known, sounds, batch) -> None:
    twin = "20200101-000000-00ff00"
    shutil.copytree(runs.folder_of(known.id), runs.folder_of(twin))
    code, _, complained = batch("train", sounds, "--resume", "tiny", "--epochs", 4)
    assert (code, known.id in complained, twin in complained) == (2, True, True)


def test_a_recipe_is_one_by_its_name_less_what_flags_say(
    known, sounds, batch, tmp_path
) -> None:
    words = ("--recipe", "dcec", "--epochs", 1, "--layer-epochs", 1, "--base", 1)
    out = tmp_path / "out"
    code, _, complained = batch("train", sounds, *words, "--out", out)
    assert code == 0, complained
    found = manifest_of(out)["parameters"]
    assert found["layer"]["clusters"] == found["network"]["embedding"] == 12  # labels
    assert (found["layer"]["epochs"], found["training"]["epochs"]) == (1, 1)
    assert found["images"]["normalisation"] == "unit"
    assert manifest_of(out)["last"]["divergence"] is not None


def test_ctrl_c_stops_a_run_and_keeps_it(known, sounds, batch, monkeypatch) -> None:
    told, presses = _Telling.__call__, iter([signal.SIGINT])

    def pressing(self: _Telling, step: Step) -> None:
        told(self, step)
        if self.looked > 1:
            for number in presses:
                signal.raise_signal(number)

    monkeypatch.setattr(_Telling, "__call__", pressing)
    code, said, complained = batch("train", sounds, "--epochs", 100_000, *TINY)
    assert code == 130
    assert "stopped; what was done is kept" in complained
    run = runs.runs_of()[0]
    assert (run.state, run.resumable) == ("stopped", True)
    assert f"train INPUT --resume {run.id}" in said
    assert len(run.history) < 100_000, "of as many"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_a_person_should_know_of_a_run_is_said_without_a_bar(capsys) -> None:
    telling = _Telling(Console(bars=False))
    telling(Step(0, 0, "Preparing"))
    telling(Step(0, 0, "There is no validation", must_arrive=True))
    assert capsys.readouterr().err == (
        "audioclust-batch: warning: There is no validation\n"
    )


def test_a_name_gives_no_orders_to_the_terminal(known, batch) -> None:
    runs.rename(known.id, "a\nb\x1b[31m\x9b2J")
    code, said, _ = batch("runs")
    assert (code, "a b [31m 2J" in said) == (0, True), said


def test_an_experiment_tries_networks_beside_features(
    known, sounds, batch, tmp_path
) -> None:
    words = ("--networks", "mel:epochs=1:base=1:embedding=2", "--features", "mel")
    axes = ("--grid", "quick", "--poolings", "image", "--methods", "kmeans")
    code, _, _ = batch("experiment", sounds, *words, *axes, "--out", tmp_path / "x")
    assert code == 0
    with (tmp_path / "x" / "table.csv").open(encoding="utf-8", newline="") as file:
        assert [row["type"] for row in csv.DictReader(file)] == ["image", "embedding"]
    code, _, complained = batch(
        "experiment", sounds, "--networks", "mel:smell=1", "--out", tmp_path / "y"
    )
    assert (code, "smell" in complained) == (2, True)
