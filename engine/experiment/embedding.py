"""The embedding of a network that is trained for the experiment, or was before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.audio.preparing import PreparationParams
from engine.autoencoder.recipe import Recipe
from engine.autoencoder.runs import FINISHED, Run, folder_of, runs_of
from engine.errors import EngineError, ParameterError
from engine.experiment.grid import typed
from engine.experiment.sources import effective, seeded
from engine.features.extraction import Extraction
from engine.features.representation import Representation, RepresentationParams
from engine.features.spectral import FeatureParams
from engine.progress import Report, Step, silent
from engine.projects.matrices import MATRICES
from engine.projects.network_clips import read_source, trained
from engine.projects.network_steps import train_clips
from engine.projects.pipeline import AFTER_NETWORK, Pipeline

# What of a recipe changes where and how it is watched, but not what comes of it.
_IDLE = frozenset({"accelerator", "devices", "nodes", "look_every", "keep"})
_SECTIONS = ("images", "network", "training")
_POLL = 0.5  # seconds between two tries for the lock


@dataclass(frozen=True)
class NetworkEmbedding:
    """The embedding of a network of a recipe, trained on all clips.

    Parameters
    ----------
    name : str
        What the table calls the recipe.
    folder : str
        The cache folder; workers on other machines must see it, and the folder of runs,
        under the same path.
    keys : tuple of str or None
        One per clip, from an `Extraction`.
    features, preparation : Params
        Of the pictures.
    recipe : Recipe
    representation : RepresentationParams
        What the embedding goes through: scaling, reduction, manifold.
    """

    name: str
    folder: str
    keys: tuple[str | None, ...]
    features: FeatureParams
    preparation: PreparationParams
    recipe: Recipe
    representation: RepresentationParams

    def about(self) -> dict[str, Any]:
        """Return the choices that make the matrix."""
        chosen = self.representation
        return {
            "feature": self.recipe.images.feature,
            "type": "embedding",
            "pooling": self.name,
            "scaling": chosen.scaling,
            "reduction": chosen.reduction,
            "manifold": chosen.manifold,
        }

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of every step up to the matrix."""
        chosen = effective(self.representation)
        return {
            "preparation": effective(self.preparation),
            "features": effective(self.features),
            "recipe": _essence(self.recipe),
            "representation": {n: chosen[n] for n in AFTER_NETWORK if n in chosen},
        }

    def seeded(self, seed: int) -> NetworkEmbedding:
        """Return the same with another seed of the training and the manifold."""
        training = seeded(self.recipe.training, seed)
        return replace(
            self,
            recipe=replace(self.recipe, training=training),
            representation=seeded(self.representation, seed),
        )

    def represent(self, report: Report = silent) -> Representation:
        """Embed the clips, by a network that was trained before if there is one.

        Trained ones are runs like any other: the window shows them.

        Raises
        ------
        EngineError
            If training fails.
        """
        pipeline = Pipeline(
            preparation=self.preparation,
            features=self.features,
            representation=self.representation,
        )
        with self._alone(report):
            for run in self._before(pipeline):
                # Where what it has kept is damaged, it is as if it were not there.
                with suppress(EngineError):
                    return self._embedded(run, pipeline, report)
            run = self._train(pipeline, report)
        return self._embedded(run, pipeline, report)

    def _embedded(self, run: Run, pipeline: Pipeline, report: Report) -> Representation:
        asked = replace(pipeline, network=run.network())
        found = MATRICES.of(self.keys, asked, Path(self.folder), report)
        note = f"Run {run.id}, trained in {run.seconds:.0f} s on {run.device}"
        return replace(found, notes=(*found.notes, note))

    def _before(self, pipeline: Pipeline) -> Iterator[Run]:
        """Yield the finished runs of this recipe on these very pictures."""
        keys, asked = [key for key in self.keys if key], _essence(self.recipe)
        for run in runs_of(keys):
            if run.state != FINISHED or not run.kept or _essence(run.recipe) != asked:
                continue
            folder = folder_of(run.id)
            with suppress(EngineError):
                if trained(folder) == keys and _same(
                    read_source(folder, Pipeline()), pipeline
                ):
                    yield run

    def _train(self, pipeline: Pipeline, report: Report) -> Run:
        # Nobody looks on: one look, at the end, costs the least.
        training = self.recipe.training
        rare = training.replace(look_every=min(training.epochs, 1000))
        recipe = replace(self.recipe, training=rare)
        name = f"{recipe.images.feature} {self.name}".strip()
        cache = Path(self.folder)
        return train_clips(
            self.keys, pipeline, recipe, name=name, report=report, cache=cache
        )

    @contextmanager
    def _alone(self, report: Report) -> Iterator[None]:
        """Let other processes wait for the network that one of them trains."""
        from filelock import FileLock, Timeout

        asked = {n: v for n, v in self.parameters().items() if n != "representation"}
        text = json.dumps([asked, self.keys], sort_keys=True)
        name = hashlib.blake2b(text.encode(), digest_size=10).hexdigest()
        folder = Path(self.folder) / "embeddings"
        lock = FileLock(folder / f"{name}.lock")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            while not lock.is_locked:
                with suppress(Timeout):
                    lock.acquire(timeout=_POLL)
                    break
                report(Step(0, 0, "Waiting for another process to train the network"))
        except OSError as error:
            raise EngineError(f"{folder}: {error.strerror or error}") from error
        try:
            yield
        finally:
            lock.release()


def embeddings(
    networks: Iterable[tuple[str, Recipe]],
    representations: Sequence[RepresentationParams],
    folder: str,
    extraction: Extraction,
) -> list[NetworkEmbedding]:
    """Return every network's embedding in every representation, by network."""
    return [
        NetworkEmbedding(
            name,
            folder,
            extraction.keys,
            extraction.params,
            extraction.preparation,
            recipe,
            representation,
        )
        for name, recipe in networks
        for representation in representations
    ]


def parsed_network(text: str, recipe: Recipe | None = None) -> tuple[str, Recipe]:
    """Return what "feature:field=value:field=value" stands for.

    Parameters
    ----------
    text : str
        A feature, or several joined by "+"; then fields of the recipe, those of its
        clustering layer as "layer.clusters=10".
    recipe : Recipe, optional
        What the text does not say.

    Returns
    -------
    name : str
        What comes after the feature.
    recipe : Recipe

    Raises
    ------
    ParameterError
        For an unknown name or a value out of range.
    """
    feature, *settings = text.split(":")
    values = (recipe or Recipe()).to_dict()
    values["images"]["feature"] = feature
    for setting in settings:
        field, _, value = setting.partition("=")
        section, _, name = field.rpartition(".")
        sections = [section] if section else _SECTIONS
        found = [part for part in sections if name in values.get(part, ())]
        if not found:
            raise ParameterError(f"A network has no parameter {field!r}: {text!r}")
        known = values[found[0]]
        known[name] = typed(value, type(known[name]))
    return " ".join(settings), Recipe.from_dict(values)


def _essence(recipe: Recipe) -> dict[str, dict[str, Any]]:
    """Return what of a recipe the network depends on."""
    parts = {
        part: {n: v for n, v in values.items() if n not in _IDLE}
        for part, values in recipe.to_dict().items()
    }
    return parts if recipe.layer.clusters else parts | {"layer": {}}


def _same(one: Pipeline, other: Pipeline) -> bool:
    """Tell whether the pictures of both are the same."""
    features = one.features.key() == other.features.key()
    return features and one.preparation.key() == other.preparation.key()
