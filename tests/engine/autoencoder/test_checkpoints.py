"""Kept networks: what was kept comes back, and nothing else is let in."""

import io
import os
import pickle
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.checkpoints import load, read, save
from engine.autoencoder.embedding import decode, embed, memberships, reconstruct
from engine.autoencoder.model import Autoencoder
from engine.errors import EngineError

SHAPE = Shape(2, 8, 12)


@pytest.fixture
def model() -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(SHAPE, NetworkParams(embedding=3, base=2))


@pytest.fixture
def kept(model, tmp_path) -> Path:
    save(tmp_path / "epoch-00007.pt", model, 7, torch.tensor([[0.0] * 3, [1.0] * 3]))
    return tmp_path / "epoch-00007.pt"


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (5, *SHAPE), dtype=np.uint8)


def saved(content: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def test_a_kept_network_says_the_same_as_before(model, kept, images):
    network = load(kept)
    with torch.inference_mode():
        before = model.encode(model.normalised(torch.from_numpy(images))).numpy()
    assert network.epoch == 7
    assert not network.model.training
    np.testing.assert_allclose(embed(network, images), before, atol=1e-5)
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


def test_a_network_is_read_anew_when_its_file_changed(model, kept, images):
    before = embed(load(kept), images)
    assert load(kept) is load(kept)
    with torch.no_grad():
        model.to_embedding.bias += 1.0
    save(kept, model, 8, None)
    after = load(kept)
    assert (after.epoch, after.centres) == (8, None)
    np.testing.assert_allclose(embed(after, images), before + 1.0, atol=1e-4)


def test_images_come_back_as_images_and_errors_are_those_of_the_pixels(kept, images):
    network = load(kept)
    made, errors = reconstruct(network, images)
    assert (made.shape, made.dtype) == (images.shape, np.uint8)
    off = (images.astype(float) - made) / 127.5
    np.testing.assert_allclose(errors, (off**2).mean((1, 2, 3)), rtol=1e-5)
    many = np.concatenate([images] * 60)  # more than are decoded at once
    np.testing.assert_array_equal(decode(network, embed(network, many))[:5], made)


def test_no_images_have_no_embedding(kept, images):
    assert embed(load(kept), images[:0]).shape == (0, 3)
    assert reconstruct(load(kept), images[:0])[0].shape == (0, *SHAPE)


def test_images_of_another_shape_are_refused_in_words(kept, images):
    with pytest.raises(EngineError, match="2 x 8 x 12; these have 2 x 12 x 8"):
        embed(load(kept), images.transpose(0, 1, 3, 2))


def test_a_network_that_diverged_has_no_embedding(model, tmp_path, images):
    with torch.no_grad():
        model.to_embedding.bias[0] = np.nan
    save(tmp_path / "n.pt", model, 1, None)
    with pytest.raises(EngineError, match="its training failed"):
        embed(load(tmp_path / "n.pt"), images)


def test_memberships_are_shares_that_favour_the_nearest(kept):
    far = np.float32(4000.0)  # where single precision would lose the distances
    network = load(kept)
    network.centres[:] = torch.tensor([[far] * 3, [far + 1] * 3])
    points = np.array([[far] * 3, [far + 1] * 3, [far + 0.5] * 3], np.float32)
    shares = memberships(network, points)
    assert shares.dtype == np.float32
    # Student's t with one degree of freedom, by hand: 1 / (1 + 3) against 1.
    np.testing.assert_allclose(shares, [[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]], atol=1e-3)


class Bomb:
    """What a hostile file holds: a pickle that runs a command."""

    def __init__(self, fuse: Path) -> None:
        self.fuse = fuse

    def __reduce__(self):
        return os.mkdir, (str(self.fuse),)


@pytest.mark.parametrize("wrap", [pickle.dumps, saved, lambda b: saved({"state": b})])
def test_a_file_that_would_run_a_program_is_refused(tmp_path, wrap):
    fuse, file = tmp_path / "gone off", tmp_path / "epoch-00001.pt"
    file.write_bytes(wrap(Bomb(fuse)))
    with pytest.raises(EngineError, match=r"more than numbers|cannot be read"):
        load(file)
    assert not fuse.exists()
    os.mkdir(*Bomb(fuse).__reduce__()[1])  # noqa: PTH102 - it would have
    assert fuse.exists()


def test_a_whole_module_is_refused_and_the_message_says_why(model, tmp_path):
    file = tmp_path / "epoch-00001.pt"
    torch.save({"format": 1, "model": model}, file)
    with pytest.raises(EngineError, match="could run programs of its own") as told:
        load(file)
    assert str(file) in str(told.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        bytes(1000),
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        saved([1, 2]),
        saved(torch.ones(3)),
    ],
)
def test_what_is_no_network_is_refused_by_name(tmp_path, content):
    file = tmp_path / "epoch-00001.pt"
    file.write_bytes(content)
    with pytest.raises(EngineError, match=r"epoch-00001\.pt"):
        load(file)


def test_other_archives_are_refused_without_a_warning(tmp_path):
    file = tmp_path / "epoch-00001.pt"
    np.savez(tmp_path / "a.npz", a=np.ones(3))
    (tmp_path / "a.npz").rename(file)
    with pytest.raises(EngineError, match="cannot be read"):
        load(file)
    with zipfile.ZipFile(file, "w") as archive:  # as TorchScript lays them out
        archive.writestr("m/constants.pkl", b"\x80\x02).")
        archive.writestr("m/data.pkl", b"\x80\x02).")
        archive.writestr("m/version", b"3\n")
    with pytest.raises(EngineError, match="cannot be read"):
        load(file)


def test_a_file_cut_short_or_changed_anywhere_is_never_taken(kept):
    whole = kept.read_bytes()
    dice = random.Random(0)
    for _ in range(20):
        kept.write_bytes(whole[: dice.randrange(len(whole))])
        with pytest.raises(EngineError):
            read(kept)
    start = whole.index(largest_part(whole))
    kept.write_bytes(whole[:start] + b"\xff" + whole[start + 1 :])
    with pytest.raises(EngineError, match="is damaged"):
        load(kept)


def largest_part(whole: bytes) -> bytes:
    """Return some layer's weights as they lie in the file."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return max((archive.read(name) for name in archive.namelist()), key=len)


def changed(kept: Path, **parts: object) -> None:
    content = read(kept)
    content["state"] = dict(content["state"])
    for name, value in parts.items():
        content[name] = value(content["state"]) if callable(value) else value
    torch.save(content, kept)


def every(change):
    return lambda state: {name: change(tensor) for name, tensor in state.items()}


@pytest.mark.parametrize(
    "part",
    [
        {"format": torch.ones(3)},
        {"shape": [2, 8]},
        {"shape": [0, 8, 12]},
        {"shape": [2, 4, 12]},
        {"shape": [2, 10**9, 10**9]},
        {"shape": [2, float("inf"), 12]},
        {"shape": "abc"},
        {"network": {"embedding": 4, "base": 2}},
        {"network": {"embedding": 10**9}},
        {"network": {"unheard": 1}},
        {"network": [1]},
        {"epoch": "x"},
        {"epoch": float("inf")},
        {"state": []},
        {"state": every(lambda t: 1)},
        {"state": every(torch.Tensor.double)},
        {"state": every(torch.Tensor.bfloat16)},
        {"state": every(lambda t: t.to(torch.complex64))},
        {"state": every(torch.Tensor.to_sparse)},
        {"state": every(lambda t: t.to("meta"))},
        {"state": every(lambda t: torch.zeros(()).expand(t.shape))},
        {"state": lambda state: dict(list(state.items())[1:])},
        {"state": lambda state: state | {"more": torch.ones(1)}},
        {"centres": 5},
        {"centres": torch.ones(2, 4)},
        {"centres": torch.ones(())},
    ],
)
def test_a_network_that_does_not_fit_together_is_refused(kept, part):
    changed(kept, **part)
    with pytest.raises(EngineError, match="holds no network that fits") as told:
        load(kept)
    assert "\n" not in str(told.value)


def test_a_network_of_a_later_version_says_so(kept):
    changed(kept, format=2)
    with pytest.raises(EngineError, match=r"another version .*format 2"):
        load(kept)


def test_a_network_that_is_gone_is_missed_by_name(tmp_path):
    with pytest.raises(EngineError, match=r"epoch-00003\.pt cannot be read"):
        load(tmp_path / "epoch-00003.pt")
