"""The matrices that questions about a project are answered from; the last are kept."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from engine.autoencoder.embedding import embedded
from engine.clustering.silhouette import Sampled
from engine.errors import FeaturesMissingError, ParameterError
from engine.features.representation import (
    Representation,
    represent,
    represent_embedding,
)
from engine.features.store import FeatureStore, default_folder
from engine.progress import Report, silent
from engine.projects.network_clips import unlike
from engine.projects.pipeline import Pipeline

_KEPT = 2  # matrices


def represented(
    keys: tuple[str | None, ...], pipeline: Pipeline, report: Report = silent
) -> Representation:
    """Return the matrix of the clips that have features; the last ones are kept.

    Raises
    ------
    ParameterError
        If no clip has features.
    FeaturesMissingError
        If the store was deleted since.
    """
    expected = sum(key is not None for key in keys)
    if expected == 0:
        raise ParameterError("No clip has features, so there is nothing to group")
    folder = default_folder()
    found = MATRICES.of(keys, pipeline, folder, report)
    if found.rows.size < expected:
        MATRICES.clear()
        raise FeaturesMissingError(
            f"Of {expected} clips only {found.rows.size} have their features in "
            f"{folder} still; they have to be extracted again"
        )
    return found


@lru_cache(maxsize=1)
def basis_of(found: Representation, seed: int) -> Sampled:
    """Return the distances that the silhouettes of all cuts of a tree share."""
    return Sampled(found.matrix, seed)


class Matrices:
    """The matrices made last; who was told of their progress does not count."""

    def __init__(self) -> None:
        self._made: dict[object, Representation] = {}

    def of(
        self,
        keys: tuple[str | None, ...],
        pipeline: Pipeline,
        folder: Path,
        report: Report,
    ) -> Representation:
        """Return a matrix, made now unless it was among the last."""
        asked = (pipeline.features, pipeline.preparation, pipeline.representation)
        key = (keys, *asked, pipeline.network, folder)
        found = self._made.pop(key, None)
        if found is None:
            store = FeatureStore(folder, pipeline.features, pipeline.preparation)
            chosen = pipeline.representation
            if pipeline.network:
                rows, embedding = embedded(store, keys, pipeline.network, report)
                found = represent_embedding(embedding, rows, chosen, report)
                if otherwise := unlike(pipeline.network, pipeline):
                    note = (
                        "The network learnt from pictures that were computed "
                        f"otherwise ({otherwise}): it may see little in these"
                    )
                    found = replace(found, notes=(*found.notes, note))
            else:
                found = represent(store, keys, chosen, report)
        self._made[key] = found  # the last is the one used last
        while len(self._made) > _KEPT:
            del self._made[next(iter(self._made))]
        return found

    def clear(self) -> None:
        """Forget them."""
        self._made.clear()


MATRICES = Matrices()
