"""Training a network on images, from the first epoch or from where a run was left.

Everything that a run has to show is in its folder; see `engine.autoencoder.runs`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.autoencoder.architecture import Shape, layer_sizes
from engine.autoencoder.events import FOLDER
from engine.autoencoder.faults import explained
from engine.autoencoder.keeping import replace_file
from engine.autoencoder.pictures import Images
from engine.autoencoder.recipe import Recipe
from engine.autoencoder.runs import (
    CLIPS,
    FAILED,
    FINISHED,
    LAST,
    LOCK,
    STOPPED,
    TRAINING,
    Run,
    read,
    write,
)
from engine.autoencoder.splitting import split
from engine.errors import Cancelled, EngineError, ParameterError
from engine.progress import Report, Step, Wishes, go_on, silent

_RANKS = ("RANK", "SLURM_PROCID", "NODE_RANK")
_PATIENCE = 5.0  # seconds, for those who only look whether a run is alive


def train(
    images: NDArray[Any],
    recipe: Recipe,
    folder: Path,
    *,
    name: str = "",
    clips: NDArray[np.int64] | None = None,
    keys: Sequence[str] = (),
    truth: Sequence[str] | None = None,
    n_clusters: int | None = None,
    report: Report = silent,
    wishes: Wishes = go_on,
) -> Run:
    """Train a network.

    Parameters
    ----------
    images : uint8 array, shape (n, channels, height, width)
        Sides at least 8. Numbers of another type must lie between 0 and 255.
    recipe : Recipe
    folder : Path
        Where the run is kept; made if there is none.
    name : str
        What a person calls it.
    clips : int64 array, shape (n,), optional
        What looks call the images; by default their rows.
    keys : sequence of str, optional
        The clips' keys in the feature store, by which a project finds its runs.
    truth : sequence of str, optional
        The label of every clip, "" where unknown: measured against, never learnt from.
    n_clusters : int, optional
        For the scores, where there are neither labels nor a clustering layer.
    report : callable
        Receives a `Moment` as ``partial``. Where it raises Cancelled, nothing is left
        of the run.
    wishes : callable
        To pause, or to stop and keep what there is.

    Returns
    -------
    Run
        Finished, or stopped on request.

    Raises
    ------
    ParameterError
        If there are no images, they are too small or hold NaN, there are to be more
        clusters than clips, or more devices than there are.
    EngineError
        If training fails; its message says why and what is kept.
    """
    pictures = _checked(images)
    _check_recipe(recipe, len(pictures), report)
    shape = Shape(*pictures.shape[1:])
    run = Run(folder.name, name, recipe, shape, len(pictures), TRAINING)
    with _place(folder) as place:
        try:
            with _held(place), explained("the run's folder"):
                replace_file(place / CLIPS, "\n".join(keys).encode("ascii"))
                _go(pictures, run, place, clips, truth, n_clusters, report, wishes)
        except Cancelled:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return read(place)


def resume(
    images: NDArray[Any],
    folder: Path,
    *,
    clips: NDArray[np.int64] | None = None,
    truth: Sequence[str] | None = None,
    n_clusters: int | None = None,
    epochs: int | None = None,
    report: Report = silent,
    wishes: Wishes = go_on,
) -> Run:
    """Go on with a run where it was stopped or interrupted, or had come to its end.

    Parameters
    ----------
    images, clips, truth, n_clusters, report, wishes
        As in `train`: the same images in the same order. Where ``report`` raises
        Cancelled, what the run had before stays.
    folder : Path
        Of the run.
    epochs : int, optional
        The number of the last epoch of the phase it is in, to train for longer than
        was planned.

    Raises
    ------
    ParameterError
        If the images are not those of the run, or there are no more epochs than there
        were.
    EngineError
        If the run cannot be read, has no checkpoint, or is being trained already.
    """
    pictures = _checked(images)
    run = read(folder)
    if (run.n_clips, *run.shape) != pictures.shape:
        raise ParameterError(
            f"The run {run.name or run.id} is of {_words((run.n_clips, *run.shape))} "
            f"images; these are {_words(pictures.shape)}"
        )
    if not run.resumable:
        raise EngineError(
            f"The run {run.name or run.id} has no checkpoint to go on from: it ended "
            "before its first epoch did, or last.ckpt was removed. Train a new one"
        )
    before, more = run, epochs is not None and run.state == FINISHED
    if epochs is not None:
        run = _lengthened(run, epochs)
    _check_recipe(run.recipe, run.n_clips, report)
    run = replace(run, state=TRAINING, why="")
    asked = (clips, truth, n_clusters, report, wishes)
    with _place(folder) as place:
        try:
            with _held(place), explained("the run's folder"):
                _go(pictures, run, place, *asked, goes_on=True, more=more)
        except Cancelled:
            write(place, replace(read(place), state=STOPPED))
            raise
        except EngineError:
            with suppress(EngineError):
                if len(read(place).history) == len(before.history):
                    write(place, before)  # nothing came of it
            raise
        return read(place)


def _go(
    images: Images,
    run: Run,
    folder: Path,
    clips: NDArray[np.int64] | None,
    truth: Sequence[str] | None,
    n_clusters: int | None,
    report: Report,
    wishes: Wishes,
    goes_on: bool = False,
    more: bool = False,
) -> None:
    """Train, and write down how it ended."""
    params = run.recipe.training
    work = f"batches of {params.batch} images of {_words(run.shape)} pixels"
    write(folder, run)
    try:
        with explained(work):
            from engine.autoencoder.fitting import fit

            at_end = fit(
                images,
                run,
                folder,
                clips=np.arange(len(images)) if clips is None else clips,
                truth=truth,
                n_clusters=n_clusters,
                goes_on=goes_on,
                more=more,
                report=report,
                wishes=wishes,
            )
    except Cancelled:
        raise
    except Exception as error:
        expected = isinstance(error, EngineError)
        why = str(error) if expected else f"{type(error).__name__}: {error}"
        with suppress(EngineError):  # the disk may be full still
            _end(folder, FAILED, why)
        raise
    _end(folder, FINISHED if at_end else STOPPED)


def _end(folder: Path, state: str, why: str = "") -> None:
    write(folder, replace(read(folder), state=state, why=why))


def _lengthened(run: Run, epochs: int) -> Run:
    """Return a run whose present phase ends with another epoch."""
    done = len(run.history)
    if epochs <= done:
        raise ParameterError(
            f"The run {run.name or run.id} has {done} epochs already; epochs must be "
            f"more than that; it is {epochs}"
        )
    recipe, last = run.recipe, run.history.last
    if last is not None and last.phase:
        before = len(run.history.of_phase(0))
        layer = recipe.layer.replace(epochs=epochs - before)
        return replace(run, recipe=replace(recipe, layer=layer))
    training = recipe.training.replace(epochs=epochs)
    return replace(run, recipe=replace(recipe, training=training))


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    """Yield the run's folder, or a copy for this process, where others train, too.

    Of the processes that torchrun or SLURM started, or that were started by hand on
    several machines, the first writes what is kept.
    """
    if all(os.environ.get(name, "0") == "0" for name in _RANKS):
        yield folder
        return
    with tempfile.TemporaryDirectory() as private:
        place = Path(private) / folder.name
        if (folder / LAST).is_file():
            others = shutil.ignore_patterns("epoch-*", LOCK, "*.part", FOLDER)
            shutil.copytree(folder, place, ignore=others)
        yield place


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a run's lock, so that everybody sees that it is alive."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=_PATIENCE)
        lock.acquire()
    except Timeout as error:
        raise EngineError(f"{folder.name} is being trained already") from error
    except OSError as error:
        raise EngineError(
            f"No network can be kept in {folder}: {error.strerror or error}"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _checked(images: NDArray[Any]) -> Images:
    """Return images that a network can be trained on, or say what is wrong."""
    if images.ndim != 4:
        raise ParameterError(
            "images must have the shape (clips, channels, height, width); it is "
            f"{images.shape}"
        )
    if images.dtype.kind not in "buif":
        raise ParameterError(f"images must hold numbers; it holds {images.dtype}")
    if not len(images) or not images.shape[1]:
        raise ParameterError("There are no images to train a network on")
    layer_sizes(*images.shape[2:])
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images)
    wrong = ~((images >= 0) & (images <= 255)).reshape(len(images), -1).all(1)
    if wrong.any():
        row = int(wrong.argmax())
        found = images[row]
        odd = found[~((found >= 0) & (found <= 255))][0]
        raise ParameterError(
            f"The pixels of an image must be numbers from 0 to 255; {wrong.sum()} of "
            f"{len(images)} images have others, the first is image {row} with {odd}"
        )
    return np.ascontiguousarray(np.rint(images).astype(np.uint8))


def _check_recipe(recipe: Recipe, n: int, report: Report) -> None:
    """Refuse what cannot be trained here, before anything is written."""
    report(Step(0, 0, "Preparing"))
    from engine.autoencoder.clustering_layer import check_clusters
    from engine.autoencoder.devices import check_devices

    check_clusters(recipe.layer.clusters, len(split(n, recipe.training).trained))
    check_devices(recipe.training)


def _words(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
