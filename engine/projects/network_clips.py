"""A run's own list of clips, and the clips of a collection as it is now.

A run knows its clips by their keys, and a look by their places in that list; a
collection may have been sorted anew, or have lost some, since.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio.preparing import PreparationParams
from engine.autoencoder.history import Look, Moment, Pairs
from engine.autoencoder.keeping import replace_file
from engine.autoencoder.pictures import Images, pictures_of
from engine.autoencoder.recipe import Recipe
from engine.autoencoder.runs import CLIPS, folder_of, read
from engine.errors import EngineError, FeaturesMissingError
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore, default_folder
from engine.params import Declared
from engine.progress import Report, Step, silent
from engine.projects.pipeline import Pipeline

Clips = NDArray[np.int64]

# What the pictures of a feature do not depend on.
_NO_BANDS = ("n_mels", "n_mfcc", "fmin", "fmax")
_IDLE = {"spectrogram": _NO_BANDS, "chroma": _NO_BANDS, "mel": ("n_mfcc",)}

_SOURCE = "source.json"  # in a run's folder: what its pictures were computed with


def pictured(
    keys: Sequence[str | None],
    pipeline: Pipeline,
    recipe: Recipe,
    report: Report = silent,
    cache: Path | None = None,
) -> tuple[Clips, Images]:
    """Return the pictures of all clips that were extracted, and which these are.

    Parameters
    ----------
    keys : sequence of str or None
        Where each clip's features are in the store, from an `Extraction`.
    pipeline : Pipeline
        Whose features and preparation the pictures are of.
    recipe : Recipe
        Whose images.
    report : Report
    cache : Path, optional
        Where the features are; by default `engine.features.store.default_folder`.

    Raises
    ------
    FeaturesMissingError
        If the store was deleted since.
    """
    folder = cache or default_folder()
    store = FeatureStore(folder, pipeline.features, pipeline.preparation)
    rows, images = pictures_of(store, keys, recipe.images, report)
    expected = sum(key is not None for key in keys)
    if len(rows) < expected:
        raise FeaturesMissingError(
            f"Of {expected} clips only {len(rows)} have their features in {folder} "
            "still; they have to be extracted again"
        )
    return rows, images


def of_rows(labels: Sequence[str] | None, rows: Clips) -> list[str] | None:
    """Return the labels of some clips, where there are any."""
    return None if labels is None else [labels[row] for row in rows]


def trained(folder: Path) -> list[str]:
    """Return the keys of a run's clips, in its own order.

    Raises
    ------
    EngineError
        If there is no such run, or the list is damaged.
    """
    try:
        return (folder / CLIPS).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"The run in {folder} cannot be read: {error}") from error


def places(learnt: Sequence[str], keys: Sequence[str | None]) -> Clips:
    """Return which clip each key of a run is now: int64, -1 for one that is gone.

    Clips of one content share a key: each gets one of its own, as long as there are.
    """
    free: dict[str, deque[int]] = {}
    for clip, key in enumerate(keys):
        if key is not None:
            free.setdefault(key, deque()).append(clip)
    found = (free[key].popleft() if free.get(key) else -1 for key in learnt)
    return np.fromiter(found, np.int64, len(learnt))


def placing(report: Report, clips: Clips) -> Report:
    """Return a report whose looks speak of clips in place of a run's own rows."""

    def relay(step: Step) -> None:
        moment = step.partial
        if isinstance(moment, Moment) and moment.look is not None:
            moved = replace(moment, look=placed(moment.look, clips))
            step = replace(step, partial=moved)
        report(step)

    return relay


def placed(look: Look, clips: Clips) -> Look:
    """Return a look that speaks of clips, without those that are gone (-1).

    Raises
    ------
    EngineError
        If the look is of more clips than the run has.
    """
    parts = (look.clips, look.some.clips, look.worst.clips)
    if any(
        rows.size and not 0 <= rows.min() <= rows.max() < len(clips) for rows in parts
    ):
        raise EngineError("This look is of other clips than its run: it is damaged")
    here = clips[look.clips]
    return replace(
        look,
        clips=here[here >= 0],
        positions=look.positions[here >= 0],
        some=_placed(look.some, clips),
        worst=_placed(look.worst, clips),
    )


def _placed(pairs: Pairs, clips: Clips) -> Pairs:
    here = clips[pairs.clips]
    there = here >= 0
    return Pairs(
        here[there], pairs.originals[there], pairs.made[there], pairs.errors[there]
    )


def write_source(folder: Path, pipeline: Pipeline) -> None:
    """Write down, in a new folder, what a run's pictures were computed with.

    Raises
    ------
    EngineError
        If the disk is full or the folder cannot be written to.
    """
    about = {
        "features": pipeline.features.to_dict(),
        "preparation": pipeline.preparation.to_dict(),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            f"No network can be kept in {folder.parent}: {error.strerror}"
        ) from error
    replace_file(folder / _SOURCE, json.dumps(about, indent=1).encode())


def read_source(folder: Path, pipeline: Pipeline) -> Pipeline:
    """Return a pipeline with what a run's pictures were computed with, if known."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        about = json.loads((folder / _SOURCE).read_text(encoding="utf-8"))
        return replace(
            pipeline,
            features=FeatureParams.from_dict(about["features"]),
            preparation=PreparationParams.from_dict(about["preparation"]),
        )
    return pipeline


def unlike(network: str, pipeline: Pipeline) -> str:
    """Say what is computed otherwise than when a network learnt; "" for nothing.

    Parameters
    ----------
    network : str
        As named by `Run.network`.
    pipeline : Pipeline
        Whose features and preparation its pictures are of now.
    """
    folder = folder_of(network.partition("@")[0])
    then = read_source(folder, pipeline)
    idle: set[str] = set()
    with suppress(EngineError):
        features = read(folder).recipe.images.features
        idle = set.intersection(*(set(_IDLE.get(name, ())) for name in features))
    told = [
        f"{declared.label} {_shown(declared, before)}, now {_shown(declared, now)}"
        for old, new in (
            (then.features, pipeline.features),
            (then.preparation, pipeline.preparation),
        )
        for declared in type(old).declared()
        if declared.name not in idle
        and (old.matters(declared.name) or new.matters(declared.name))
        and (before := getattr(old, declared.name))
        != (now := getattr(new, declared.name))
    ]
    return "; ".join(told)


def _shown(declared: Declared, value: object) -> str:
    """Return a value as a form has it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if declared.zero and not value:
        return declared.zero.lower()
    for known, label in declared.choices:
        if known == value:
            return label.lower()
    number = f"{value:,.9g}" if isinstance(value, int | float) else str(value)
    return f"{number} {declared.unit}".strip()
