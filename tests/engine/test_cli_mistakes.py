"""What a person can get wrong with audioclust-batch, and how it then ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import main
from engine.errors import Cancelled

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["cluster", "SOUNDS"], 2, "--out"),
        (["cluster", "--out", "x"], 2, "INPUT is missing"),
        (["cluster", "SOUNDS", "--out", "x", "--k", "0"], 2, "--k (Clusters)"),
        (["cluster", "SOUNDS", "--out", "x", "--k", "99"], 2, "--k must be at most 36"),
        (["cluster", "SOUNDS", "--out", "x", "--featur", "mel"], 2, "is --feature"),
        (["cluster", "SOUNDS", "FILE", "--out", "x"], 2, "INPUT is one"),
        (["cluster", "SOUNDS", "--out", "x", "--method", "no"], 2, "error: --method"),
        (["cluster", "", "--out", "x"], 2, "it is empty"),
        (["cluster", "SOUNDS", "--out", ""], 2, "it is empty"),
        (["cluster", "SOUNDS", "--out", "x", "--root", "x"], 2, "--root is for tables"),
        (["cluster", "TABLE", "--out", "x", "--layout", "tess"], 2, "for folders"),
        (["cluster", "TABLE", "--out", "x", "--root", "NOWHERE"], 1, "--root says"),
        (["cluster", "SOUNDS", "--out", "x", "--params", "NOWHERE"], 2, "no such file"),
        (["experiment", "SOUNDS", "--out", "x", "--seeds", "-1"], 2, "to 2147483647"),
        (["cluster", "SOUNDS", "--out", "x", "--n-init", "2"], 2, "kmeans"),
        (["cluster", "SOUNDS", "--out", "x", "--label", "age"], 2, "folder"),
        (["cluster", "SOUNDS", "--out", "x", "--layout", "moon"], 2, "auto, none"),
        (["cluster", "SOUNDS", "--out", "x", "--layout", "tess"], 2, "looks like"),
        (["cluster", "NOWHERE", "--out", "x"], 1, "no such file or folder"),
        (["cluster", "NOWHERE.wav", "--out", "x"], 1, "no such file"),
        (["cluster", "FILE", "--out", "x"], 1, "neither a folder"),
        (["cluster", "SOUNDS", "--out", "FILE"], 1, "a file, not a folder"),
        (
            ["cluster", "SOUNDS", "--out", "x", "--tree", "NOWHERE.npy"],
            1,
            "no such file",
        ),
        (["cluster", "SOUNDS", "--out", "x", "--tree", "TABLE"], 1, "no number"),
        (["cluster", "SOUNDS", "--out", "x", "--tree", "TREE"], 2, "36 leaves"),
        (
            ["cluster", "SOUNDS", "--out", "x", "--tree", "TREE", "--method", "dbscan"],
            2,
            "without a tree",
        ),
        (
            [
                "cluster",
                "SOUNDS",
                "--out",
                "x",
                "--tree",
                "TREE",
                "--linkage",
                "single",
            ],
            2,
            "--linkage has no effect with --tree",
        ),
        (["extract", "SOUNDS", "--kind", "grey"], 2, "without --out"),
        (["extract", "SOUNDS", "--hop", "512", "--scheduler", "no://x"], 1, "no://x"),
        (["fly"], 2, "invalid choice"),
    ],
)
def test_what_is_wrong_has_its_exit_code(
    sounds, tmp_path, batch, words, code, message
) -> None:
    (tmp_path / "file.xyz").write_text("")
    (tmp_path / "table.csv").write_text("path,label\na.wav,x\n")
    (tmp_path / "tree.csv").write_text("0,1,1.5,2\n")
    places = {
        "SOUNDS": sounds,
        "NOWHERE": tmp_path / "nowhere",
        "NOWHERE.wav": tmp_path / "nowhere.wav",
        "NOWHERE.npy": tmp_path / "nowhere.npy",
        "TREE": tmp_path / "tree.csv",
        "FILE": tmp_path / "file.xyz",
        "TABLE": tmp_path / "table.csv",
        "x": tmp_path / "x",
    }
    found, _, complained = batch(*(places.get(word, word) for word in words))
    assert (found, message in complained) == (code, True), complained
    assert "Traceback" not in complained
    ends = [line for line in complained.splitlines() if "warning:" not in line]
    assert len(ends) == 1  # not the list of all flags


@pytest.mark.parametrize(
    "change",
    [
        {"input": {"path": 7}},
        {"input": 3},
        {"parameters": None},
        {"parameters": {"method": ["kmeans"]}},
        {"parameters": {"representation": {"feature": 4}}},
    ],
)
def test_a_manifest_that_was_tampered_with_is_a_mistake(
    tmp_path, batch, change
) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"input": {"path": "x"}, "parameters": {}} | change))
    code, _, complained = batch("cluster", "--params", path, "--out", tmp_path / "x")
    assert (code, len(complained.splitlines())) == (2, 1)
    assert "sound format" not in complained


def test_an_experiment_without_a_usable_clip_says_why(tmp_path, batch) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    words = ("--ks", 2, "--grid", "quick", "--out", tmp_path / "out")
    code, _, complained = batch("experiment", tmp_path, *words)
    assert (code, "a.wav: its content" in complained) == (1, True)


@pytest.mark.parametrize("end", [KeyboardInterrupt, Cancelled])
def test_ctrl_c_is_130(sounds, tmp_path, batch, monkeypatch, end) -> None:
    def stop(*_: object, **__: object) -> None:
        raise end

    monkeypatch.setattr("engine.cli.work.extract", stop)
    code, _, complained = batch("cluster", sounds, "--out", tmp_path)
    assert code == 130
    assert "stopped" in complained


def test_a_folder_that_cannot_be_written_is_noticed_before_the_work(
    sounds, tmp_path, batch, monkeypatch
) -> None:
    monkeypatch.delattr("engine.cli.work.extract")  # not even asked for
    (tmp_path / "file").write_text("")
    code, _, complained = batch("cluster", sounds, "--out", tmp_path / "file" / "out")
    assert (code, "cannot be written" in complained) == (1, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_under_the_output_is_an_error_in_one_line(sounds) -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "engine.cli", "scan", str(sounds)],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert found.returncode == 1
    assert found.stderr.startswith(b"audioclust-batch: error: output: no space left")
    assert len(found.stderr.splitlines()) == 1


def test_ctrl_c_while_it_still_loads_is_130(monkeypatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.cli.program.write_whatever_comes", stop)
    assert main(["scan"]) == 130
