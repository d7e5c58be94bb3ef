"""Embeddings on disk, so that a network is asked once for the same clips.

They lie in the cache folder, below the features that they are of, and are named after
all that they depend on: what is there is right, and may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.autoencoder.keeping import replace_file
from engine.errors import EngineError
from engine.features.store import FeatureStore

Floats = NDArray[np.float32]

_MOST = 512 * 2**20  # bytes: some hundred embeddings of 10 000 clips
_SUFFIX = ".npy"
_VERSION = "1"  # raised whenever the way from stored pictures to an embedding changes


def kept(
    store: FeatureStore,
    keys: Sequence[str],
    checkpoint: Path,
    make: Callable[[], Floats],
) -> Floats:
    """Return an embedding from disk, or make and keep it.

    Parameters
    ----------
    store : FeatureStore
        What the pictures are from.
    keys : sequence of str
        Of the clips.
    checkpoint : Path
        Of the network; written anew, it is another one.
    make : callable
        Returns the embedding, shape (len(keys), n_dimensions).
    """
    folder = store.folder.parent.parent / "embeddings"
    stat = checkpoint.stat()
    network = f"{checkpoint.parent.name}/{checkpoint.name}"
    state = f"{stat.st_mtime_ns}/{stat.st_size}"
    asked = "\n".join([_VERSION, store.folder.name, network, state, *keys])
    name = hashlib.blake2b(asked.encode(), digest_size=16)
    file = folder / (name.hexdigest() + _SUFFIX)
    found = _read(file, len(keys))
    if found is None:
        found = make()
        with suppress(OSError, EngineError):  # it can be made again
            folder.mkdir(parents=True, exist_ok=True)
            _write(file, found)
            _sweep(folder)
    return found


def _read(file: Path, n: int) -> Floats | None:
    try:
        with file.open("rb") as opened:
            found = np.load(opened, allow_pickle=False)
        file.touch()  # the last to go
    except Exception:  # noqa: BLE001 - whatever it is, it is made again
        return None
    fits = found.dtype == np.float32 and found.ndim == 2 and len(found) == n
    return found if fits and np.isfinite(found).all() else None


def _write(file: Path, embedding: Floats) -> None:
    content = io.BytesIO()
    np.save(content, embedding, allow_pickle=False)
    replace_file(file, content.getvalue())


def _sweep(folder: Path) -> None:
    """Delete those that were asked for longest ago, while there are too many bytes."""
    stats = {file: file.stat() for file in folder.glob(f"*{_SUFFIX}")}
    room = _MOST
    for file in sorted(stats, key=lambda f: stats[f].st_mtime_ns, reverse=True):
        room -= stats[file].st_size
        if room < 0:
            with suppress(OSError):
                file.unlink()
