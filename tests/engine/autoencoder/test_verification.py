"""The verification from end to end, on pictures of which a child knows the kind."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from engine.autoencoder.mnist import Digits
from engine.autoencoder.verification import VerificationParams, verify
from engine.cli import main
from engine.errors import Cancelled
from engine.progress import Step

QUICK = VerificationParams(epochs=2, layer_epochs=1, batch=32)


@pytest.fixture(scope="module")
def digits() -> Digits:
    """Make 240 pictures of a bar that lies, one that stands, and a block."""
    rng = np.random.default_rng(0)
    labels = np.arange(240) % 3
    images = rng.integers(0, 40, (240, 12, 12), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        y, x = rng.integers(3, 6, 2)
        height, width = ((2, 6), (6, 2), (5, 5))[label]
        image[y : y + height, x : x + width] = 220
    return Digits(images, labels)


@pytest.fixture(scope="module")
def archive(digits, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    np.savez_compressed(path, x_test=digits.images, y_test=digits.labels)
    return path


def run(capsys, *words: object) -> tuple[int, str, str]:
    try:
        code = main(["verify-mnist", *map(str, words)])
    except SystemExit as end:  # argparse's way
        code = int(end.code or 0)
    return code, *capsys.readouterr()


def test_three_methods_are_measured_for_every_seed(digits) -> None:
    steps: list[Step] = []
    rows = list(verify(digits, QUICK, (0, 3), report=steps.append))
    asked = [(0, "K-Means"), (0, "DCEC"), (0, "N2D")]
    assert [(row.seed, row.method) for row in rows] == [
        *asked,
        *((3, method) for _, method in asked),
    ]
    for row in rows:
        assert 1 / 3 <= row.accuracy <= 1.0
        assert 0.0 <= row.nmi <= 1.0
        assert row.seconds > 0.0
    kmeans, layer, manifold = rows[:3]
    assert kmeans.published is None
    assert (layer.published.accuracy, layer.published.nmi) == (0.85, 0.83)
    assert (manifold.published.accuracy, manifold.published.nmi) == (0.95, 0.88)
    assert layer.seconds > kmeans.seconds  # its training goes on from there
    assert {step.message[:7] for step in steps} == {"Seed 0:", "Seed 3:"}
    assert all(step.partial is None for step in steps)


def test_the_same_seed_gives_the_same_scores_whatever_the_kinds_are_called(
    digits,
) -> None:
    def scores(labels):
        found = verify(Digits(digits.images, labels), QUICK)
        return [(row.accuracy, row.nmi) for row in found]

    renamed = scores(7 - digits.labels)
    np.testing.assert_allclose(scores(digits.labels), renamed, rtol=1e-9)


def test_it_can_be_cancelled(digits, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def enough(step: Step) -> None:
        if step.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(verify(digits, QUICK, report=enough))
    assert not list(tmp_path.iterdir())


def test_the_command_prints_and_writes_the_table(archive, tmp_path, capsys) -> None:
    out = tmp_path / "new" / "table.csv"
    quick = ("--epochs", 1, "--layer-epochs", 1, "--batch", 64)
    code, said, complained = run(
        capsys, "--data", archive, "--seeds", "1,2", "--out", out, *quick
    )
    assert (code, complained) == (0, "")
    lines = said.splitlines()
    assert lines[0] == "240 pictures of 3 kinds, 2 seeds"
    assert lines[1].split()[:5] == ["seed", "method", "accuracy", "nmi", "seconds"]
    assert [line.split()[:2] for line in lines[2:]] == [
        [seed, method]
        for seed in ("1", "2", "mean")
        for method in ("K-Means", "DCEC", "N2D")
    ]
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["seed"] for row in rows] == ["1"] * 3 + ["2"] * 3
    assert rows[1]["published_accuracy"] == "0.85"
    assert rows[0]["published_accuracy"] == ""


def test_the_command_writes_json(archive, capsys) -> None:
    quick = ("--epochs", 1, "--layer-epochs", 1, "--batch", 64)
    code, said, _ = run(capsys, "--data", archive.parent, "--json", *quick)
    assert code == 0
    found = json.loads(said)
    assert found["pictures"] == 240
    assert found["parameters"]["verification"]["epochs"] == 1
    assert [row["method"] for row in found["rows"]] == ["K-Means", "DCEC", "N2D"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--data", "gone.npz"), 1, "gone.npz: there is no such file"),
        ((), 2, "--data"),
        (("--data", "x", "--seeds", "1,two"), 2, "whole numbers from 0"),
        (("--data", "x", "--seeds", ""), 2, "whole numbers from 0"),
        (("--data", "x", "--seeds", f"{2**31}"), 2, "numbers from 0 to"),
        (("--data", "x", "--epochs", "0"), 2, "--epochs"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(words, code, message, capsys) -> None:
    found, said, complained = run(capsys, *words)
    assert (found, said) == (code, "")
    assert message in complained
    assert complained.count("\n") == 1


def test_all_of_mnist_has_published_numbers_of_its_own(archive, capsys) -> None:
    code, _, complained = run(capsys, "--data", archive, "--full")
    assert code == 1
    assert "there is no array x_train in it" in complained
