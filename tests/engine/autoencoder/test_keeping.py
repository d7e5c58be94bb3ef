"""A file is as before or as new, also where the disk ends in the middle."""

import subprocess
import sys
import weakref

import pytest

from engine.autoencoder.keeping import replace_file, replacing
from engine.errors import EngineError

# A file that may not grow stands for a disk that is full.
NO_ROOM = """
import resource, signal, sys
from pathlib import Path
import torch
from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.checkpoints import load, save
from engine.autoencoder.model import Autoencoder
from engine.errors import EngineError

file = Path(sys.argv[1])
model = Autoencoder(Shape(1, 48, 96), NetworkParams())
save(file, model, 1, None)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save(file, model, 2, None)
except EngineError as error:
    print(load(file).epoch, error)
"""


def test_a_network_that_does_not_fit_on_the_disk_leaves_the_one_before(tmp_path):
    pytest.importorskip("resource", reason="no limits on files here")
    file = tmp_path / "epoch-00001.pt"
    ran = subprocess.run(
        [sys.executable, "-c", NO_ROOM, str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    epoch, _, words = ran.stdout.partition(" ")
    assert epoch == "1"
    assert f"{file} could not be written (" in words
    assert "What was kept before is still there" in words
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "trouble", [OSError(28, "No space left"), RuntimeError(), RuntimeError("a\nb")]
)
def test_trouble_while_writing_is_told_in_a_line_and_leaves_the_old_file(
    tmp_path, trouble
):
    file = tmp_path / "run.json"
    replace_file(file, b"old")

    def fail(part):
        part.write_bytes(b"ne")
        raise trouble

    with pytest.raises(EngineError, match=r"run\.json could not be written") as told:
        replacing(file, fail)
    assert "\n" not in str(told.value)
    assert [(f.name, f.read_bytes()) for f in tmp_path.iterdir()] == [
        ("run.json", b"old")
    ]


def test_what_did_not_fit_is_let_go_so_that_what_is_small_fits_again(tmp_path):
    class Writer:
        """As torch's: it holds the file until it goes, and fails as it ends, too."""

    writers = []

    def fail(part):
        writer = Writer()
        writers.append(weakref.ref(writer))
        try:
            part.write_bytes(b"there is no such folder")
        except OSError as error:
            raise RuntimeError("unexpected pos 704 vs 598") from error

    with pytest.raises(EngineError, match="could not be written") as told:
        replacing(tmp_path / "none" / "epoch-00001.pt", fail)
    assert told.value.__cause__ is not None
    assert [writer() for writer in writers] == [None]


def test_what_is_no_trouble_of_the_disk_passes_and_leaves_no_half_file(tmp_path):
    def interrupted(part):
        part.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replacing(tmp_path / "last.ckpt", interrupted)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_was_removed_is_named(tmp_path):
    with pytest.raises(EngineError, match=r"gone.*could not be written \(there is no"):
        replace_file(tmp_path / "gone" / "run.json", b"new")
