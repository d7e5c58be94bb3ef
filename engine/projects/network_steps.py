"""Training networks on a collection's pictures, and what is asked of those kept.

Jobs of the window, functions of a script. A run speaks of its clips by their place in
its own list of keys; here they become clips of the collection as it is now, which may
have been sorted anew, or have lost some, since.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.autoencoder.checkpoints import Network, load
from engine.autoencoder.embedding import decode, embed, memberships, reconstruct
from engine.autoencoder.history import Look, Pairs
from engine.autoencoder.looking import load_look, look_file
from engine.autoencoder.presets import PRESETS
from engine.autoencoder.recipe import Recipe
from engine.autoencoder.runs import (
    CLIPS,
    RUN,
    FoundRuns,
    Run,
    checkpoint_of,
    folder_of,
    found_runs,
    new_id,
    read,
)
from engine.clustering.partition import size_order, tidy
from engine.errors import EngineError, ParameterError
from engine.progress import Report, Wishes, go_on, silent
from engine.projects.matrices import represented
from engine.projects.network_clips import (
    of_rows,
    pictured,
    placed,
    places,
    placing,
    read_source,
    trained,
    write_source,
)
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping

Keys = tuple[str | None, ...]

# The distances that a network has learnt are those that count.
_UNTOUCHED = {"scaling": "none", "reduction": "none", "manifold": "none"}
_SOFT = {"kmeans", "fuzzy_cmeans", "gaussian_mixture"}  # flat, of a chosen number


def train_clips(
    keys: Keys,
    pipeline: Pipeline,
    recipe: Recipe,
    labels: Sequence[str] | None = None,
    name: str = "",
    report: Report = silent,
    wishes: Wishes = go_on,
    cache: Path | None = None,
) -> Run:
    """Train a network on the pictures of all clips that have features.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        Whose features and preparation the pictures are of.
    recipe : Recipe
    labels : sequence of str, optional
        The truth for every clip, "" where unknown: measured against, never learnt from.
    name : str
        What a person calls the run.
    report : Report
        Receives a `Moment` as ``partial``, whose looks speak of clips of this
        collection. Where it raises Cancelled, nothing is left of the run.
    wishes : Wishes
        To pause, or to stop and keep what there is.
    cache : Path, optional
        Where the features are; by default `engine.features.store.default_folder`.

    Returns
    -------
    Run
        Finished, or stopped on request.

    Raises
    ------
    ParameterError
        If no clip has features, or the recipe asks for more clusters than clips.
    FeaturesMissingError
        If the store was deleted since.
    EngineError
        If training fails; its message says why and what is kept.
    """
    from engine.autoencoder.training import train

    if all(key is None for key in keys):
        raise ParameterError("No clip has features, so there is nothing to learn from")
    rows, images = pictured(keys, pipeline, recipe, report, cache)
    folder = folder_of(new_id())
    write_source(folder, pipeline)
    try:
        return train(
            images,
            recipe,
            folder,
            name=name,
            keys=[str(keys[row]) for row in rows],
            truth=of_rows(labels, rows),
            n_clusters=pipeline.n_clusters,
            report=placing(report, rows),
            wishes=wishes,
        )
    finally:
        if not (folder / RUN).is_file():  # it has not even begun
            shutil.rmtree(folder, ignore_errors=True)


def resume_run(
    run_id: str,
    keys: Keys,
    pipeline: Pipeline,
    labels: Sequence[str] | None = None,
    epochs: int | None = None,
    report: Report = silent,
    wishes: Wishes = go_on,
    cache: Path | None = None,
) -> Run:
    """Go on with a run where it was kept last.

    The pictures are those that it was begun with, whatever features are chosen now.

    Parameters
    ----------
    run_id : str
    keys, pipeline, labels, report, wishes, cache
        As in `train_clips`.
    epochs : int, optional
        How many there will be in all, to train a finished network further; by default
        as many as the run's recipe has.

    Raises
    ------
    ParameterError
        If there are to be fewer epochs than there were.
    FeaturesMissingError
        If the pictures that it was begun with are gone.
    EngineError
        If there is nothing to go on from, if some of its clips are not in the
        collection any more, or if training fails.
    """
    from engine.autoencoder.training import resume

    folder = folder_of(run_id)
    run, learnt = read(folder), trained(folder)
    if len(learnt) != run.n_clips:
        raise EngineError(
            f"{run.name or run.id} cannot go on: it learns from {run.n_clips} clips, "
            f"and {folder / CLIPS} names {len(learnt)}: it is damaged. The networks "
            "kept can be used still; train a new one to learn further"
        )
    rows = places(learnt, keys)
    if gone := int((rows < 0).sum()):
        are = "is" if gone == 1 else "are"
        raise EngineError(
            f"{run.name or run.id} cannot go on: of the {len(rows)} clips that it "
            f"learns from, {gone} {are} not in this collection any more. Train a new "
            "network, or bring them back"
        )
    then = read_source(folder, pipeline)
    _, images = pictured(tuple(learnt), then, run.recipe, report, cache)
    return resume(
        images,
        folder,
        truth=of_rows(labels, rows),
        n_clusters=pipeline.n_clusters,
        epochs=epochs,
        report=placing(report, rows),
        wishes=wishes,
    )


def runs(keys: Keys) -> FoundRuns:
    """Return the runs that were trained on any of these clips, the newest first."""
    return found_runs(keys)


def look_at(run_id: str, epoch: int, keys: Keys) -> Look:
    """Return what a run looked like after an epoch, as clips of this collection.

    Parameters
    ----------
    run_id : str
    epoch : int
        One of `Run.kept`, or another with a look.
    keys : tuple of str or None
        Of the collection; clips that are not in it any more are left out.

    Raises
    ------
    EngineError
        If there is no such look, or it is damaged.
    """
    folder = folder_of(run_id)
    look = load_look(look_file(folder, epoch))
    return placed(look, places(trained(folder), keys))


def pairs_of(
    network: str, keys: Keys, clips: Sequence[int], pipeline: Pipeline
) -> Pairs:
    """Return the pictures of some clips, and what a network makes of them.

    Parameters
    ----------
    network : str
        As named by `Run.network`.
    keys, pipeline
        As in `train_clips`.
    clips : sequence of int
        Those without features are left out.

    Raises
    ------
    EngineError
        If the network is gone, damaged, or takes other pictures.
    FeaturesMissingError
        If the store was deleted since.
    """
    kept, recipe = _asked(network)
    asked = [clip for clip in clips if keys[clip] is not None]
    wanted = tuple(keys[clip] for clip in asked)
    _, images = pictured(wanted, pipeline, recipe)
    made, errors = reconstruct(kept, images)
    return Pairs(np.array(asked, np.int64), images, made, errors)


def between(
    network: str, pipeline: Pipeline, key_a: str, key_b: str, count: int = 9
) -> NDArray[np.uint8]:
    """Decode points on the straight line between two clips' embeddings.

    Parameters
    ----------
    network : str
        As named by `Run.network`.
    pipeline : Pipeline
        Whose features the pictures are of.
    key_a, key_b : str
        Where the clips' features are in the store.
    count : int
        At least 2.

    Returns
    -------
    uint8 array, shape (count, channels, height, width)
        The first and the last are what the network makes of the two clips.

    Raises
    ------
    ParameterError
        If fewer than 2 are asked for.
    EngineError, FeaturesMissingError
        As `pairs_of`.
    """
    if count < 2:
        raise ParameterError(
            f"Between two clips there must be at least 2 pictures; count is {count}"
        )
    kept, recipe = _asked(network)
    _, images = pictured((key_a, key_b), pipeline, recipe)
    first, last = embed(kept, images)
    share = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, None]
    return decode(kept, (1.0 - share) * first + share * last)


def layer_grouping(keys: Keys, pipeline: Pipeline, report: Report = silent) -> Grouping:
    """Return the groups that a network's own clustering layer makes.

    Parameters
    ----------
    keys : tuple of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        With a network.
    report : Report

    Returns
    -------
    Grouping
        With degrees of membership; clusters that are nobody's come last among them.
        It answers its own pipeline: this one with as many clusters as the layer has,
        and K-Means where its method is not one of a chosen number without a tree.

    Raises
    ------
    ParameterError
        If no clip has features.
    EngineError
        If the pipeline has no network, or the network no clustering layer.
    FeaturesMissingError
        If the store was deleted since.
    """
    if not pipeline.network:
        raise EngineError("The clips are described by features, not by a network")
    kept, _ = _asked(pipeline.network)
    if kept.centres is None:
        raise EngineError(
            f"{shown_network(pipeline)} has no clustering layer: group its embedding "
            "by K-Means or another method"
        )
    untouched = pipeline.representation.replace(**_UNTOUCHED)
    found = represented(keys, replace(pipeline, representation=untouched), report)
    degrees = memberships(kept, found.matrix)
    assert degrees is not None
    nearest = degrees.argmax(axis=1)
    used = size_order(nearest)
    unused = np.setdiff1d(np.arange(degrees.shape[1]), used)
    notes = [f"The groups of the clustering layer of {shown_network(pipeline)}"]
    if unused.size:
        notes.append(
            f"Of its {degrees.shape[1]} clusters {unused.size} have no clip of their "
            "own"
        )
    method = pipeline.method if pipeline.method in _SOFT else "kmeans"
    asked = replace(pipeline, method=method).with_n_clusters(degrees.shape[1])
    return Grouping(
        pipeline=asked,
        rows=found.rows,
        labels=tidy(nearest),
        membership=degrees[:, np.concatenate([used, unused])],
        notes=tuple(notes),
    )


def by_network(pipeline: Pipeline, network: str, preset: str = "") -> Pipeline:
    """Return a pipeline in which a network's embedding stands for the clips.

    Parameters
    ----------
    pipeline : Pipeline
    network : str
        As named by `Run.network`; "" for features again.
    preset : str
        Of `engine.autoencoder.presets.PRESETS`: then its method, too, and its way with
        the embedding. The number of clusters stays.

    Raises
    ------
    ParameterError
        If the network's name is none, or there is no such preset.
    """
    chosen = pipeline.representation.replace(**_UNTOUCHED)
    found = replace(pipeline, network=network)
    if not network:
        return found
    if preset:
        if preset not in PRESETS:
            raise ParameterError(
                f"The preset must be one of {', '.join(PRESETS)}; it is {preset!r}"
            )
        k, then = pipeline.n_clusters, PRESETS[preset]
        found = replace(found, method=then.method)
        if k is not None and found.n_clusters is not None:
            found = found.with_n_clusters(k)
        chosen = chosen.replace(**then.representation(found.n_clusters))
    return replace(found, representation=chosen)


def shown_network(pipeline: Pipeline) -> str:
    """Say which network the clips are described by; "" where it is features."""
    if not pipeline.network:
        return ""
    run_id, _, epoch = pipeline.network.partition("@")
    with suppress(EngineError):
        run = read(folder_of(run_id))
        if int(epoch) in run.kept:
            return f"{run.name or run.id} after epoch {int(epoch)}"
    return f"{pipeline.network}, which is not there any more"


def _asked(network: str) -> tuple[Network, Recipe]:
    """Return a kept network and how it came about."""
    kept = load(checkpoint_of(network))
    return kept, read(folder_of(network.partition("@")[0])).recipe
