"""Both phases of a run, one after the other, from its beginning or from a checkpoint.

Imported only inside functions: it loads torch and Lightning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.autoencoder import checkpoints
from engine.autoencoder.architecture import Shape, parameter_count
from engine.autoencoder.batches import Batches, loader
from engine.autoencoder.clustering_layer import (
    ClusteringLayer,
    Target,
    first_centres,
    target_of,
)
from engine.autoencoder.course import Course
from engine.autoencoder.devices import relayed, spawns
from engine.autoencoder.history import History
from engine.autoencoder.keeping import replacing
from engine.autoencoder.learner import STATE, Learner
from engine.autoencoder.looking import Looking, last_look
from engine.autoencoder.model import Autoencoder
from engine.autoencoder.pictures import Images
from engine.autoencoder.recipe import Recipe
from engine.autoencoder.runs import HISTORY, LAST, Run, write
from engine.autoencoder.silence import quiet
from engine.autoencoder.splitting import LEAST, batch_size, split
from engine.autoencoder.trainers import device_words, trainer
from engine.autoencoder.watching import Watching
from engine.errors import EngineError
from engine.progress import Report, Step, Wishes

_MEASURED = 1024  # images at once


def fit(
    images: Images,
    run: Run,
    folder: Path,
    *,
    clips: NDArray[np.int64],
    truth: Sequence[str] | None,
    n_clusters: int | None,
    goes_on: bool,
    more: bool,
    report: Report,
    wishes: Wishes,
) -> bool:
    """Train, as `engine.autoencoder.training.train`, into a folder that is there.

    Parameters
    ----------
    goes_on : bool
        Whether from the checkpoint in the folder.
    more : bool
        Whether for more epochs than the recipe said when it was written.

    Returns
    -------
    bool
        Whether it came to its end, and was not stopped.
    """
    recipe = run.recipe
    write(folder, replace(run, device=device_words(recipe.training)))
    content = _content(folder / LAST) if goes_on else None
    parts = split(len(images), recipe.training)
    if recipe.training.validation and not len(parts.validated):
        note = f"Fewer than {LEAST} clips are all learnt from: there is no validation"
        report(Step(0, 0, note, must_arrive=True))
    trained, validated = (torch.from_numpy(images[rows]) for rows in parts)
    course = _course(recipe, folder, content)
    course.size = 4 * parameter_count(run.shape, recipe.network)
    if more and content is not None:
        course.cycle = course.done
        content[STATE] = course.state()  # also for who goes on after a kill
        replacing(folder / LAST, lambda part: torch.save(content, part))
    learner = _learner(course, content, trained)
    before = last_look(folder) if goes_on else None
    looking = Looking(images, clips, recipe, truth, n_clusters, before)
    checkpoint = folder / LAST if goes_on else None
    with quiet(), relayed(report, wishes, recipe.training) as (telling, hearing):
        watching = Watching(
            folder, trained, looking, before, course.history, telling, hearing
        )
        while True:
            if not course.is_over:
                _fit_phase(learner, trained, validated, folder, watching, checkpoint)
                if not course.is_over:
                    return False
            if course.phase or not recipe.layer.clusters:
                return True
            learner = _layered(learner, trained, report)
            checkpoint = None


def _fit_phase(
    learner: Learner,
    trained: Tensor,
    validated: Tensor,
    folder: Path,
    watching: Watching,
    checkpoint: Path | None,
) -> None:
    course, params = learner.course, learner.course.recipe.training
    machine = trainer(params, course.last - course.before, folder, watching)
    share = {"rank": machine.global_rank, "devices": machine.world_size}
    size = batch_size(len(trained), params)
    seed = params.seed
    batches = Batches(len(trained), size, seed, course.before, **share)
    measuring = Batches(len(validated), _MEASURED, **share)
    machine.fit(
        learner,
        loader(trained, batches),
        loader(validated, measuring) if len(validated) else None,
        ckpt_path=checkpoint,
        weights_only=True,
    )
    if spawns(params):  # what other processes went through is in the file
        course.history = History.read(folder / HISTORY)


def _content(file: Path) -> dict[str, Any]:
    try:
        return checkpoints.read(file)
    except EngineError as error:
        raise EngineError(
            f"{error}. The run cannot go on; the networks that it has kept can be used "
            "still, or train a new one"
        ) from error


def _course(recipe: Recipe, folder: Path, content: dict[str, Any] | None) -> Course:
    if content is None:
        return Course(recipe)
    try:
        state = content[STATE]
        return Course.from_state(recipe, state, History.read(folder / HISTORY))
    except (KeyError, TypeError, ValueError) as error:
        raise EngineError(f"{folder / LAST} is no checkpoint of a run") from error


def _learner(
    course: Course, content: dict[str, Any] | None, trained: Tensor
) -> Learner:
    recipe = course.recipe
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.training.seed)
        model = Autoencoder(Shape(*trained.shape[1:]), recipe.network)
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if content is None:
        if recipe.images.normalisation == "statistics":
            _measure(model, trained)
        elif recipe.images.normalisation == "unit":
            model.centre.zero_()
            model.spread.fill_(255.0)
        return Learner(model, course)
    try:
        state = content["state_dict"]
        layer = target = None
        if course.phase:
            layer = ClusteringLayer(state["layer.centres"])
            target = Target(state["shares"], state["labels"], 0.0, 0)
        learner = Learner(model, course, layer, target)
        learner.load_state_dict(state)
    except (KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise EngineError(
            f"The checkpoint is not of these images, or not of this recipe: {error}"
        ) from error
    return learner


def _measure(model: Autoencoder, trained: Tensor) -> None:
    """Let every channel of these images have mean 0 and deviation 1."""
    channels = trained.shape[1]
    sums = torch.zeros(2, channels, dtype=torch.float64)
    for some in torch.split(trained, _MEASURED):
        pixels = some.to(torch.float64).transpose(0, 1).flatten(1)
        sums += torch.stack([pixels.sum(1), pixels.square().sum(1)])
    mean, square = sums / (trained.numel() / channels)
    # A channel that is the same everywhere is not blown up.
    deviation = (square - mean.square()).clamp_min(1.0).sqrt()
    model.centre.copy_(mean.view(-1, 1, 1))
    model.spread.copy_(deviation.view(-1, 1, 1))


def _layered(learner: Learner, trained: Tensor, report: Report) -> Learner:
    """Return what learns in the second phase, from what the first has learnt."""
    course, model = learner.course, learner.model
    layer = course.recipe.layer
    report(Step(0, 0, "Finding the first centres"))
    embedding = learner.embedding(trained)
    seed = course.recipe.training.seed
    first = first_centres(embedding.numpy(), layer.clusters, seed, report)
    for note in first.notes:
        report(Step(0, 0, note, must_arrive=True))
    centres = ClusteringLayer(torch.from_numpy(first.centres))
    with torch.no_grad():
        target = target_of(centres(embedding), torch.from_numpy(first.labels))
    course.phase, course.before = 1, course.done
    return Learner(model, course, centres, target)
