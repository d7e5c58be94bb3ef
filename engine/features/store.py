"""The feature store: what the machine can compute again, kept so that it need not.

Rows of pooled features lie in immutable packs (`engine.features.packs`) below a folder
named after the parameters that made them. A pack holds its clips' keys, so there is no
index that could disagree with the data. Packs are renamed into place when complete,
never changed, and ignored when damaged: any number of processes may read and add at
once without locks, and everything may be deleted at any time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError
from engine.features.packs import PART_SUFFIX, SUFFIX, Pack, write_pack
from engine.features.pooling import row_dtype
from engine.features.spectral import FeatureParams

LAYOUT = 1
"""Raised whenever the rows' layout or the definition of a feature changes."""

_MOST_ROWS = 4096  # a full pack: about 140 MB of the default rows
_MANY_PACKS = 16
_ABANDONED = 3600.0  # seconds after which a part file has no writer any more


def default_folder() -> Path:
    """Return the cache folder: ``AUDIOCLUST_CACHE`` if set, else the user's own."""
    if chosen := os.environ.get("AUDIOCLUST_CACHE"):
        return Path(chosen)
    import platformdirs

    return platformdirs.user_cache_path("audioclust", appauthor=False)


class FeatureStore:
    """Pooled features by clip key, memory-mapped.

    Parameters
    ----------
    folder : Path
        The cache folder (`default_folder`); the packs lie in a folder below it.
    params : FeatureParams
        What the features were or will be computed with; other parameters see another
        store.
    """

    def __init__(self, folder: Path, params: FeatureParams) -> None:
        self.folder = Path(folder) / "features" / f"{params.key()}-{LAYOUT}"
        self.dtype = row_dtype(params)
        self._packs: dict[str, Pack] = {}
        self._damaged: set[str] = set()
        self._places: dict[str, tuple[str, int]] = {}
        self.refresh()

    def __len__(self) -> int:
        """Return the number of clips kept."""
        return len(self._places)

    def __contains__(self, key: object) -> bool:
        """Tell whether a clip's features are kept."""
        return key in self._places

    def refresh(self) -> None:
        """Take in the packs that were added since, by this process or another."""
        # Again until nothing is new: another process may merge packs meanwhile.
        seen: set[str] = set()
        while new := self._names() - self._packs.keys() - self._damaged - seen:
            seen |= new
            for name in sorted(new):
                self._open(name)

    def add(self, keys: Sequence[str], rows: NDArray[Any]) -> None:
        """Keep the features of some clips.

        Parameters
        ----------
        keys : sequence of str
            Clip keys (`engine.features.identity.clip_key`); one that is kept already is
            left as it is.
        rows : structured array, shape (n,)
            Of `engine.features.pooling.row_dtype`, one per key.

        Raises
        ------
        EngineError
            If the folder cannot be written.
        """
        fresh = {key: i for i, key in enumerate(keys) if key not in self}
        for part in _slices(list(fresh), _MOST_ROWS):
            chosen = rows[[fresh[key] for key in part]]
            self._write(part, {name: chosen[name] for name in self.dtype.names or ()})

    def gather(self, keys: Sequence[str], field: str) -> NDArray[Any]:
        """Read one field of some clips.

        Parameters
        ----------
        keys : sequence of str
            Clip keys, each of them kept, in any order.
        field : str
            One of `engine.features.pooling.row_dtype`.

        Returns
        -------
        array, shape (len(keys), ...)
            A copy, in the order of the keys.

        Raises
        ------
        KeyError
            If a clip is not kept.
        """
        out = np.empty((len(keys), *self.dtype[field].shape), self.dtype[field].base)
        wanted: dict[str, list[tuple[int, int]]] = {}
        for target, key in enumerate(keys):
            name, source = self._places[key]
            wanted.setdefault(name, []).append((target, source))
        for name, pairs in wanted.items():
            targets, sources = np.array(pairs).T
            out[targets] = self._packs[name].column(field)[sources]
        return out

    def compact(self) -> None:
        """Merge small packs where there are many, and remove what is of no use.

        Raises
        ------
        EngineError
            If the folder cannot be written.
        """
        self._sweep()
        small = [n for n, pack in self._packs.items() if len(pack) < _MOST_ROWS // 2]
        if len(small) <= _MANY_PACKS:
            return
        held: dict[str, list[str]] = {name: [] for name in small}
        for key, (name, _) in self._places.items():
            if name in held:
                held[name].append(key)
        for keys in _slices([key for name in small for key in held[name]], _MOST_ROWS):
            columns = {n: self.gather(keys, n) for n in self.dtype.names or ()}
            self._write(keys, columns)
        for name in small:
            path = self._packs.pop(name).path
            with suppress(OSError):  # mapped by another process on Windows
                path.unlink()
        self._places = {k: p for k, p in self._places.items() if p[0] in self._packs}

    def _write(self, keys: list[str], columns: dict[str, NDArray[Any]]) -> None:
        try:
            path = write_pack(self.folder, self.dtype, keys, columns)
        except OSError as error:
            raise EngineError(
                f"The feature store {self.folder} cannot be written: "
                f"{error.strerror or error}. Free some space, or choose another folder "
                f"with the environment variable AUDIOCLUST_CACHE"
            ) from error
        self._open(path.name)
        if path.name in self._packs:  # unless it was deleted just now
            self._places.update({key: (path.name, i) for i, key in enumerate(keys)})

    def _open(self, name: str) -> None:
        try:
            pack = Pack(self.folder / name, self.dtype)
        except OSError:
            return
        except ValueError:
            self._damaged.add(name)
            return
        self._packs[name] = pack
        for row, key in enumerate(pack.keys()):
            self._places.setdefault(key, (name, row))

    def _names(self) -> set[str]:
        try:
            return {e.name for e in os.scandir(self.folder) if e.name.endswith(SUFFIX)}
        except OSError:
            return set()

    def _sweep(self) -> None:
        """Remove damaged packs, and part files whose writer died."""
        parts = self.folder.glob(f"*{PART_SUFFIX}")
        with suppress(OSError):
            for path in parts:
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    path.unlink()
            for name in self._damaged:
                (self.folder / name).unlink(missing_ok=True)


def _slices(keys: list[str], size: int) -> Iterator[list[str]]:
    for first in range(0, len(keys), size):
        yield keys[first : first + size]
