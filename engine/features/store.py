"""The feature store: what the machine can compute again, kept so that it need not.

Rows of pooled features lie in immutable packs (`engine.features.packs`) below a folder
named after the parameters that made them. A pack holds its clips' keys, so there is no
index that could disagree with the data. Packs are renamed into place when complete,
never changed, and ignored when damaged: any number of processes may read and add at
once without locks, and everything may be deleted at any time.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio.preparing import PreparationParams
from engine.audio.reasons import UNWRITTEN
from engine.errors import EngineError, FeaturesMissingError
from engine.features.packs import PART_SUFFIX, SUFFIX, Pack, write_pack
from engine.features.pooling import row_dtype
from engine.features.spectral import FeatureParams

LAYOUT = 2
"""Raised whenever the rows' layout or the definition of a feature changes."""

_MOST_ROWS = 4096  # a full pack: about 220 MB of the default rows
_MANY_PACKS = 16
_WASTE = 4  # a quarter of the rows, kept twice, are worth writing the rest anew
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
    preparation : PreparationParams, optional
        What was or will be done to the sounds before that; another one, another store.
    """

    def __init__(
        self,
        folder: Path,
        params: FeatureParams,
        preparation: PreparationParams | None = None,
    ) -> None:
        prepared = (preparation or PreparationParams()).key()
        name = f"{params.key()}-{prepared}-{LAYOUT}"
        self.folder = Path(folder) / "features" / name
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
        self.refresh()  # other processes may have been at the same clips
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
        FeaturesMissingError
            If the file that holds a clip turns out to be damaged. It is removed, so
            that the features are extracted again.
        """
        out = np.empty((len(keys), *self.dtype[field].shape), self.dtype[field].base)
        wanted: dict[str, list[tuple[int, int]]] = {}
        for target, key in enumerate(keys):
            name, source = self._places[key]
            wanted.setdefault(name, []).append((target, source))
        for name, pairs in wanted.items():
            targets, sources = np.array(pairs).T
            if not self._is_intact(name, field):
                raise FeaturesMissingError(
                    f"A file of features in {self.folder} was damaged; it was removed, "
                    "and its clips have to be extracted again"
                )
            out[targets] = self._packs[name].column(field)[sources]
        return out

    def compact(self) -> None:
        """Merge small packs where there are many, and remove what is of no use.

        Raises
        ------
        EngineError
            If the folder cannot be written.
        """
        self.refresh()
        self._forget_vanished()
        self._sweep()
        held = self._held()
        spare = sum(map(len, self._packs.values())) - len(self._places)
        loose = {n for n, keys in held.items() if len(keys) < _MOST_ROWS // 2}
        wasteful = spare * _WASTE > len(self._places)
        if wasteful or len(loose) > _MANY_PACKS:
            if wasteful:
                loose |= {n for n in held if len(held[n]) < len(self._packs[n])}
            self._merge({name: held[name] for name in loose})
            # Another process may have merged the same packs meanwhile.
            self.refresh()
            self._forget_vanished()
            held = self._held()
        self._remove([name for name, keys in held.items() if not keys])

    def _merge(self, held: dict[str, list[str]]) -> None:
        """Write what is held of some packs into new ones, and remove the old."""
        names = [
            name
            for name in sorted(held)
            if all(self._is_intact(name, field) for field in self.dtype.names or ())
        ]
        for keys in _slices([key for name in names for key in held[name]], _MOST_ROWS):
            columns = {n: self.gather(keys, n) for n in self.dtype.names or ()}
            self._write(keys, columns)
        self._remove(names)

    def _held(self) -> dict[str, list[str]]:
        """Return the keys of each pack, those that lie in several only once.

        Every process prefers the same one of two packs, the larger, so that no two
        remove each other's.
        """
        held: dict[str, list[str]] = {}
        self._places.clear()
        for name in sorted(self._packs, key=lambda n: (-len(self._packs[n]), n)):
            held[name] = []
            for row, key in enumerate(self._packs[name].keys()):
                if self._places.setdefault(key, (name, row)) == (name, row):
                    held[name].append(key)
        return held

    def _is_intact(self, name: str, field: str) -> bool:
        """Check a column, and remove its pack if it is damaged."""
        if self._packs[name].is_intact(field):
            return True
        self._damaged.add(name)
        self._remove([name])
        return False

    def _forget_vanished(self) -> None:
        self._forget(self._packs.keys() - self._names())

    def _remove(self, names: Iterable[str]) -> None:
        self._forget(names)
        for name in names:
            with suppress(OSError):  # mapped by another process on Windows
                (self.folder / name).unlink()

    def _forget(self, names: Iterable[str]) -> None:
        gone = set(names)
        if gone:
            self._packs = {n: p for n, p in self._packs.items() if n not in gone}
            self._places = {k: p for k, p in self._places.items() if p[0] not in gone}

    def _write(self, keys: list[str], columns: dict[str, NDArray[Any]]) -> None:
        try:
            path = write_pack(self.folder, self.dtype, keys, columns)
        except OSError as error:
            full = error.errno == errno.ENOSPC
            raise EngineError(
                f"The feature store {self.folder} cannot be written: "
                f"{error.strerror or UNWRITTEN}. "
                f"{'Free some space, or choose' if full else 'Choose'} another folder "
                "with the environment variable AUDIOCLUST_CACHE"
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
