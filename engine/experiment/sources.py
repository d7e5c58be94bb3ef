"""Where an experiment's matrices come from: the feature store, or anything else.

A source is a small picklable value that says what it is and makes its matrix where it
is asked to, which may be another machine. An embedding is one more source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import numpy as np

from engine.audio.preparing import PreparationParams
from engine.audio.reasons import plain_reason
from engine.errors import EngineError, FeaturesMissingError
from engine.features.identity import Stamp, file_digest
from engine.features.representation import (
    Representation,
    RepresentationParams,
    represent,
)
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore
from engine.params import Params
from engine.progress import Report, silent

P = TypeVar("P", bound=Params)

_last: tuple[StoredFeatures, Representation] | None = None


class Source(Protocol):
    """Something that can make a matrix with a row per clip."""

    def about(self) -> dict[str, Any]:
        """Return the columns of the table that say which matrix it is.

        At least "feature", "type" ("array", "image" or "embedding") and "pooling".
        """

    def parameters(self) -> dict[str, Any]:
        """Return what the matrix depends on besides the clips, as JSON values."""

    def seeded(self, seed: int) -> Self:
        """Return the same with another seed, where it has one."""

    def represent(self, report: Report = silent) -> Representation:
        """Make the matrix; raises EngineError."""


@dataclass(frozen=True)
class StoredFeatures:
    """A matrix made of stored features.

    Parameters
    ----------
    folder : str
        The cache folder; workers on other machines must see it under the same path.
    keys : tuple of str or None
        One per clip, from an `Extraction`.
    features, preparation, representation : Params
    """

    folder: str
    keys: tuple[str | None, ...]
    features: FeatureParams
    preparation: PreparationParams
    representation: RepresentationParams

    def about(self) -> dict[str, Any]:
        """Return the choices that make the matrix."""
        chosen = self.representation
        is_image = chosen.pooling in ("image", "image_columns")
        return {
            "feature": chosen.feature,
            "type": "image" if is_image else "array",
            "pooling": chosen.pooling,
            "scaling": chosen.scaling,
            "reduction": chosen.reduction,
            "manifold": chosen.manifold,
        }

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of every step up to the matrix."""
        return {
            "preparation": effective(self.preparation),
            "features": effective(self.features),
            "representation": effective(self.representation),
        }

    def seeded(self, seed: int) -> StoredFeatures:
        """Return the same with another seed of the representation."""
        return replace(self, representation=seeded(self.representation, seed))

    def represent(self, report: Report = silent) -> Representation:
        """Read and pool the features, unless this was the last that was asked for.

        Raises
        ------
        FeaturesMissingError
            If the store does not hold all of them.
        """
        global _last  # the methods come one after another
        if _last is None or _last[0] != self:
            _last = None  # two big matrices may not fit
            _last = self, _represented(self, report)
        return _last[1]


@dataclass(frozen=True)
class MatrixFile:
    """A matrix that something else computed: an embedding in an NPY file.

    Parameters
    ----------
    name : str
        What the table calls it.
    path : str
        A two-dimensional array, one row per clip of the dataset; a row that is not
        finite is that of a clip without an embedding.
    n_clips : int
        How many clips the dataset has.
    """

    name: str
    path: str
    n_clips: int

    def about(self) -> dict[str, Any]:
        """Return its name as that of a feature."""
        return {"feature": self.name, "type": "embedding", "pooling": ""}

    def parameters(self) -> dict[str, Any]:
        """Return the name and a digest of the content."""
        try:
            content = _content(self.path, Stamp.of(self.path))
        except OSError as error:
            raise EngineError(f"{self.path}: {plain_reason(error)}") from error
        return {"embedding": self.name, "content": content}

    def seeded(self, seed: int) -> MatrixFile:
        """Return itself: what is in a file has no seed."""
        return self

    def represent(self, report: Report = silent) -> Representation:
        """Read the matrix.

        Raises
        ------
        EngineError
            If the file cannot be read or is no such array.
        """
        try:
            matrix = np.load(self.path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise EngineError(f"{self.path}: no matrix can be read: {error}") from error
        shape: tuple[int, ...] = getattr(matrix, "shape", ())
        fits = len(shape) == 2 and shape[0] == self.n_clips
        if not fits or matrix.dtype.kind not in "fiu":
            raise EngineError(
                f"{self.path} must hold numbers of the shape ({self.n_clips}, any), a "
                f"row per clip; its shape is {shape}"
            )
        rows = np.flatnonzero(np.isfinite(matrix).all(axis=1))
        return Representation(matrix[rows].astype(np.float32), rows)


def effective(params: Params) -> dict[str, Any]:
    """Return the parameters that have an effect, given the others."""
    return {n: value for n, value in params.to_dict().items() if params.matters(n)}


def seeded(params: P, seed: int) -> P:
    """Return the parameters with a seed, where they have one."""
    return params.replace(seed=seed) if "seed" in params.to_dict() else params


@lru_cache(maxsize=16)
def _content(path: str, stamp: Stamp) -> str:
    return file_digest(path, lambda: None).hex()


def _represented(source: StoredFeatures, report: Report) -> Representation:
    store = FeatureStore(Path(source.folder), source.features, source.preparation)
    found = represent(store, source.keys, source.representation, report)
    expected = sum(key is not None for key in source.keys)
    if len(found.rows) < expected:
        raise FeaturesMissingError(
            f"Of {expected} clips only {len(found.rows)} have their features in "
            f"{source.folder}; every worker must see this folder under the same path"
        )
    return found
