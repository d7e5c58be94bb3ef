"""Digits from archives and idx files, and what is said about files that are none."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.autoencoder import mnist
from engine.autoencoder.mnist import Digits, read_digits
from engine.errors import EngineError

TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")


def pictures(n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, 9, 8), dtype=np.uint8)
    return images, (np.arange(n) % 3).astype(np.uint8)


def idx(array: np.ndarray) -> bytes:
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.tobytes()


def put(folder: Path, names, n: int, seed: int = 0, packed: bool = False) -> Path:
    for name, array in zip(names, pictures(n, seed), strict=True):
        content = idx(array)
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return folder / (names[0] + ".gz" * packed)


def archive(path: Path, **arrays) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def whole(path: Path, **others) -> Path:
    (x_test, y_test), (x_train, y_train) = pictures(40), pictures(60, 1)
    arrays = {"x_test": x_test, "y_test": y_test, "x_train": x_train}
    return archive(path, **(arrays | {"y_train": y_train} | others))


def same(found: Digits, images, labels) -> bool:
    assert found.images.dtype == np.uint8
    assert found.labels.dtype == np.int64
    return np.array_equal(found.images, images) and np.array_equal(found.labels, labels)


def test_an_archive_gives_the_test_images_or_all(tmp_path) -> None:
    path = whole(tmp_path / "mnist.npz")
    assert same(read_digits(path), *pictures(40))
    assert read_digits(path).classes == 3
    both = zip(pictures(40), pictures(60, 1), strict=True)
    assert same(read_digits(path, full=True), *map(np.concatenate, both))


@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_give_the_same(tmp_path, packed) -> None:
    path = put(tmp_path, TEST, 40, packed=packed)
    put(tmp_path, TRAIN, 60, 1, packed=packed)
    both = [*map(np.concatenate, zip(pictures(40), pictures(60, 1), strict=True))]
    assert same(read_digits(path), *pictures(40))
    assert same(read_digits(tmp_path), *pictures(40))
    assert same(read_digits(path, full=True), *both)
    assert same(read_digits(tmp_path, full=True), *both)
    trains = path.with_name(path.name.replace("t10k", "train"))
    assert same(read_digits(trains), *pictures(60, 1))
    assert same(read_digits(trains, full=True), *both)


def test_names_with_dots_and_labels_packed_otherwise(tmp_path) -> None:
    path = put(tmp_path, ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"), 40)
    labels = tmp_path / "t10k-labels.idx1-ubyte"
    (tmp_path / f"{labels.name}.gz").write_bytes(gzip.compress(labels.read_bytes()))
    labels.unlink()
    assert same(read_digits(path), *pictures(40))


def test_a_folder_prefers_the_archive(tmp_path) -> None:
    put(tmp_path, TEST, 50)
    whole(tmp_path / "mnist.npz")
    archive(tmp_path / "other.npz", a=np.zeros(3))
    assert same(read_digits(tmp_path), *pictures(40))


def test_a_folder_without_digits_is_told(tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(EngineError, match=r"neither one archive.*nor idx files"):
        read_digits(tmp_path)


@pytest.mark.parametrize("name", ["gone.npz", "t10k-images-idx3-ubyte", "gone.csv"])
def test_a_file_that_is_not_there_is_named(tmp_path, name) -> None:
    with pytest.raises(EngineError, match=name):
        read_digits(tmp_path / name)


def test_labels_that_are_missing_are_named(tmp_path) -> None:
    path = put(tmp_path, TEST, 40)
    (tmp_path / TEST[1]).unlink()
    with pytest.raises(EngineError, match=f"{TEST[1]}: there is no such file"):
        read_digits(path)


def test_training_files_that_are_missing_are_named(tmp_path) -> None:
    path = put(tmp_path, TEST, 40)
    with pytest.raises(EngineError, match=TRAIN[0]):
        read_digits(path, full=True)
    odd = put(tmp_path, ("my-images-idx3-ubyte", "my-labels-idx1-ubyte"), 40)
    assert same(read_digits(odd), *pictures(40))
    with pytest.raises(EngineError, match="nothing in its name"):
        read_digits(odd, full=True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "begins with nothing"),
        (b"\0\0\x08", "begins with 00 00 08"),
        (b"P5 28 28 255\n" + bytes(99), "no idx file"),
        (struct.pack(">BBBB3f", 0, 0, 0x0D, 3, 1, 2, 3), "unsigned bytes"),
        (struct.pack(">BBBB3I", 0, 0, 8, 3, 40, 9, 8), "less than"),
        (idx(pictures(40)[0])[:-1], "less than"),
        (idx(pictures(40)[0]) + b"x", "more than"),
        (struct.pack(">BBBB3I", 0, 0, 8, 3, 0, 9, 8), "not from 1 to"),
        (struct.pack(">BBBB3I", 0, 0, 8, 3, *[2**32 - 1] * 3), "not from 1 to"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_that_are_broken(tmp_path, content, words, packed) -> None:
    path = put(tmp_path, TEST, 40, packed=packed)
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(EngineError, match=words) as error:
        read_digits(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-9], lambda b: b"hello", lambda b: b""]
)
def test_packed_files_that_are_damaged(tmp_path, damage) -> None:
    path = put(tmp_path, TEST, 40, packed=True)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(EngineError, match=TEST[0]):
        read_digits(path)


def test_labels_of_other_images_are_refused(tmp_path) -> None:
    path = put(tmp_path, TEST, 40)
    (tmp_path / TEST[1]).write_bytes(idx(pictures(39)[1]))
    with pytest.raises(EngineError, match=f"{TEST[1]}: it must hold 40 labels"):
        read_digits(path)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x_test": pictures(40)[0] / 255.0}, "unsigned bytes"),
        ({"x_test": pictures(40)[0].reshape(40, 72)}, "unsigned bytes"),
        ({"x_test": np.zeros((0, 9, 8), np.uint8)}, "unsigned bytes"),
        ({"x_test": np.zeros((40, 7, 8), np.uint8)}, "at least 8"),
        ({"y_test": pictures(39)[1]}, "40 whole numbers"),
        ({"y_test": pictures(40)[1] / 2}, "40 whole numbers"),
        ({"y_test": np.array(["a", "b"] * 20)}, "40 whole numbers"),
        ({"y_test": np.zeros(40, int)}, "two kinds"),
        ({"y_test": np.arange(40)}, "two kinds"),
        ({"y_test": np.array([{}] * 40, object)}, "damaged|not what its"),
    ],
)
def test_archives_of_something_else(tmp_path, arrays, words) -> None:
    path = whole(tmp_path / "digits.npz", **arrays)
    with pytest.raises(EngineError, match=words) as error:
        read_digits(path)
    assert str(path) in str(error.value)


def test_an_archive_without_the_arrays_names_the_first(tmp_path) -> None:
    path = archive(tmp_path / "a.npz", x_test=pictures(40)[0])
    with pytest.raises(EngineError, match="no array y_test"):
        read_digits(path)
    images, labels = pictures(40)
    path = archive(tmp_path / "b.npz", x_test=images, y_test=labels)
    with pytest.raises(EngineError, match="no array x_train"):
        read_digits(path, full=True)


def test_pictures_of_two_sizes_are_refused(tmp_path) -> None:
    path = whole(tmp_path / "a.npz", x_train=np.zeros((60, 9, 9), np.uint8))
    with pytest.raises(EngineError, match="differ in size"):
        read_digits(path, full=True)


def claiming(shape: tuple[int, ...], content: bytes = b"") -> bytes:
    """Return an array file whose header says more than there is."""
    file = io.BytesIO()
    about = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, about)
    return file.getvalue() + content


def test_a_header_that_claims_more_than_there_is(tmp_path) -> None:
    path = tmp_path / "liar.npz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("x_test.npy", claiming((2**40, 28, 28)))
        file.writestr("y_test.npy", claiming((2**40,)))
    with pytest.raises(EngineError, match="not what its"):
        read_digits(path)


def test_a_header_that_is_no_header(tmp_path) -> None:
    path = tmp_path / "mnist.npz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("x_test.npy", claiming((40, 9, 8)).replace(b"), }", b"    "))
        file.writestr("y_test.npy", claiming((40,)))
    with pytest.raises(EngineError, match=r"mnist\.npz: its content is damaged"):
        read_digits(path)


def test_an_archive_that_would_fill_the_memory_is_not_unpacked(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(mnist, "_LARGEST", 2**20)
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("y_test.npy", claiming((40,), bytes(40)))
        file.writestr("x_test.npy", bytes(2**20 + 1))
    with pytest.raises(EngineError, match="x_test is larger than 1 MiB"):
        read_digits(path)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_anywhere_is_an_error_in_words_or_harmless(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damage")
    kind = data.draw(st.sampled_from(["npz", "idx", "gz"]))
    if kind == "npz":
        path = whole(folder / "mnist.npz")
    else:
        path = put(folder, TEST, 40, packed=kind == "gz")
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        found = read_digits(path)
    except EngineError as error:
        assert path.name in str(error) or "labels" in str(error)  # noqa: PT017
    else:
        assert len(found.images) == len(found.labels)
