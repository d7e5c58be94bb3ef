"""Handwritten digits as they are passed around: mnist.npz, and idx files.

LeCun, Cortes and Burges, "The MNIST database of handwritten digits", with its idx
format; the archive is the one that Keras hands out. Whatever comes in the same form
(Fashion-MNIST, KMNIST, EMNIST) is read as well. Nothing in a file is run, and nothing
is unpacked before its size is known.
"""

from __future__ import annotations

import gzip
import math
import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from engine.audio.reasons import plain_reason
from engine.autoencoder.architecture import SMALLEST_SIDE
from engine.errors import EngineError

_LARGEST = 2**30  # bytes of one array: EMNIST, the largest of its kind, has 640 million
_PART = re.compile("t10k|test|train", re.IGNORECASE)  # in the names of idx files
_IMAGES = re.compile(r"images([-._]?)idx3", re.IGNORECASE)
_OF_EACH = 10
_UNSIGNED_BYTES = 8  # idx's code of the only type that pictures come in


@dataclass(frozen=True, eq=False)
class Digits:
    """Pictures of which each shows one of a few things.

    Parameters
    ----------
    images : uint8 array, shape (n, height, width)
    labels : int64 array, shape (n,)
        What each shows: 0 to 9 where they are digits.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    @property
    def classes(self) -> int:
        """How many different things there are."""
        return len(np.unique(self.labels))


def read_digits(path: Path, *, full: bool = False) -> Digits:
    """Read the test images, or all of them.

    Parameters
    ----------
    path : Path
        An archive (.npz) with x_test and y_test; an idx file of images
        (``t10k-images-idx3-ubyte``, also with .gz) with its labels beside it; or a
        folder with either.
    full : bool
        With the training images, after those of the test.

    Raises
    ------
    EngineError
        If something is missing, damaged, too large or something else, by its name.
    """
    if path.is_dir():
        path = _within(path)
    elif not path.exists():
        raise EngineError(f"{path}: there is no such file")
    if path.suffix.lower() == ".npz":
        parts = [_archived(path, part) for part in ("test", "train")[: 1 + full]]
    elif _IMAGES.search(path.name):
        parts = [_indexed(file) for file in (_both(path) if full else [path])]
    else:
        raise EngineError(
            f"{path}: pictures are read from an archive (mnist.npz), from idx files "
            "(t10k-images-idx3-ubyte.gz) or from a folder with either"
        )
    if len({images.shape[1:] for images, _ in parts}) > 1:
        raise EngineError(f"{path}: the pictures to train and to test differ in size")
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return _checked(path, images, labels)


def _checked(
    path: Path, images: NDArray[np.uint8], labels: NDArray[np.integer]
) -> Digits:
    if min(images.shape[1:]) < SMALLEST_SIDE:
        raise EngineError(
            f"{path}: the pictures have {images.shape[1]} x {images.shape[2]} pixels; "
            f"their sides must have at least {SMALLEST_SIDE}"
        )
    found = Digits(images, labels.astype(np.int64))
    if not 2 <= found.classes <= len(images) // _OF_EACH:
        raise EngineError(
            f"{path}: {len(images)} pictures of {found.classes} kinds tell nothing: "
            f"it takes two kinds at least, and {_OF_EACH} pictures of each on average"
        )
    return found


def _within(folder: Path) -> Path:
    """Return the file of a folder that holds the test images."""
    try:
        files = sorted(file for file in folder.iterdir() if file.is_file())
    except OSError as error:
        raise EngineError(f"{folder}: {plain_reason(error)}") from error
    pictures = [file for file in files if _IMAGES.search(file.name)]
    tests = [f for f in pictures if "train" not in f.name.lower()]
    archives = [file for file in files if file.suffix.lower() == ".npz"]
    named = [file for file in archives if file.name.lower() == "mnist.npz"]
    # Unpacked and packed files side by side are the same ones.
    chosen = named or (archives if len(archives) == 1 else []) or tests
    if not chosen:
        raise EngineError(
            f"{folder}: there is neither one archive (mnist.npz) in it nor idx files "
            "of test images (t10k-images-idx3-ubyte.gz)"
        )
    return chosen[0]


def _archived(path: Path, part: str) -> tuple[NDArray[np.uint8], NDArray[np.integer]]:
    names = f"x_{part}", f"y_{part}"
    try:
        with zipfile.ZipFile(path) as archive:
            images, labels = (_member(path, archive, name) for name in names)
    except OSError as error:
        raise EngineError(f"{path}: {plain_reason(error)}") from error
    except EngineError:
        raise
    except Exception as error:  # whatever becomes of bytes that are something else
        words = str(error).partition("\n")[0] or type(error).__name__
        raise EngineError(f"{path}: its content is damaged: {words}") from error
    if images.dtype != np.uint8 or images.ndim != 3 or images.size == 0:
        raise EngineError(
            f"{path}: {names[0]} must hold pictures as unsigned bytes, of the shape "
            f"(pictures, height, width); it holds {images.dtype} of {images.shape}"
        )
    if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
        raise EngineError(
            f"{path}: {names[1]} must hold {len(images)} whole numbers, one per "
            f"picture; it holds {labels.dtype} of {labels.shape}"
        )
    return images, labels


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    if f"{name}.npy" not in archive.namelist():
        raise EngineError(f"{path}: there is no array {name} in it")
    size = archive.getinfo(f"{name}.npy").file_size
    if size > _LARGEST:
        raise EngineError(f"{path}: {name} is larger than {_LARGEST >> 20} MiB")
    with archive.open(f"{name}.npy") as file, warnings.catch_warnings(action="error"):
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(file)
        # Before NumPy makes room for what the header merely claims.
        if dtype.hasobject or math.prod(shape) * dtype.itemsize > size:
            raise EngineError(
                f"{path}: {name} holds {dtype} of {shape}, which is not what its "
                f"{size} bytes are"
            )
    with archive.open(f"{name}.npy") as file:
        found: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return found


def _indexed(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read a file of images, and the one of labels that belongs to it."""
    beside = _beside(path, _IMAGES.sub(r"labels\1idx1", path.name))
    images, labels = _idx(path, 3), _idx(beside, 1)
    if len(labels) != len(images):
        raise EngineError(
            f"{beside}: it must hold {len(images)} labels, one per picture in "
            f"{path.name}; it holds {len(labels)}"
        )
    return images, labels


def _both(path: Path) -> list[Path]:
    """Return the files of the images to test and to train with, of which one is given.

    They are called alike, but for "t10k" (or "test") and "train".
    """
    part = _PART.search(path.name)
    if not part:
        raise EngineError(
            f"{path}: nothing in its name says where the training images are; call "
            "them train-images-idx3-ubyte and t10k-images-idx3-ubyte"
        )
    trains = part[0].lower() == "train"
    other = _beside(path, _PART.sub("t10k" if trains else "train", path.name, 1))
    return [other, path] if trains else [path, other]


def _beside(path: Path, name: str) -> Path:
    """Return the file of a name beside another; packed or not, as there is one."""
    plain = path.with_name(name.removesuffix(".gz"))
    packed = plain.with_name(plain.name + ".gz")
    for file in (path.with_name(name), plain, packed):
        if file.is_file():
            return file
    raise EngineError(f"{path.with_name(name)}: there is no such file")


def _idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Read an idx file: two zeros, a type, the number of sides, those, the bytes."""
    try:
        packed = path.suffix.lower() == ".gz"
        with gzip.open(path) if packed else path.open("rb") as file:
            found = _unpacked(path, file, dimensions)
    except gzip.BadGzipFile as error:
        raise EngineError(f"{path}: it is no gzip file, or damaged") from error
    except OSError as error:
        raise EngineError(f"{path}: {plain_reason(error)}") from error
    except (EOFError, zlib.error) as error:
        raise EngineError(f"{path}: it is cut short or damaged ({error})") from error
    return found


def _unpacked(
    path: Path, file: IO[bytes] | gzip.GzipFile, dimensions: int
) -> NDArray[np.uint8]:
    header = file.read(4 + 4 * dimensions)
    magic = bytes((0, 0, _UNSIGNED_BYTES, dimensions))
    if header[:4] != magic or len(header) < 4 + 4 * dimensions:
        raise EngineError(
            f"{path}: it is no idx file of unsigned bytes with {dimensions} sides: it "
            f"begins with {header[:4].hex(' ') or 'nothing'} instead of "
            f"{magic.hex(' ')}"
        )
    shape = tuple(int(side) for side in np.frombuffer(header, ">u4", offset=4))
    size = math.prod(shape)
    if not 0 < size <= _LARGEST:
        raise EngineError(
            f"{path}: {' x '.join(map(str, shape))} bytes are not from 1 to "
            f"{_LARGEST >> 20} MiB"
        )
    content = file.read(size + 1)
    if len(content) != size:
        much = "more" if len(content) > size else "less"
        raise EngineError(
            f"{path}: it holds {much} than the {' x '.join(map(str, shape))} bytes "
            "that it says"
        )
    return np.frombuffer(content, np.uint8).reshape(shape).copy()
