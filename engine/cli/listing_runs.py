"""The command that tells which networks were trained."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.audio.dataset import Dataset
from engine.autoencoder.runs import Run, found_runs, runs_folder
from engine.cli.command import Command, Document, add_cache, add_input, cache_of
from engine.cli.console import Console
from engine.cli.inputs import open_input
from engine.features.identity import DigestCache, Stamp, clip_key, file_digest

_SCORES = ("train", "validation", "silhouette", "nmi")  # each the last that is known


def _declare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_cache(parser)


def _list(arguments: argparse.Namespace, console: Console) -> Document:
    keys = None
    if arguments.input is not None:
        dataset = open_input(arguments, console).dataset
        keys = list(_keys_of(dataset, cache_of(arguments)))
    found = found_runs(keys)
    rows = [_about(run) for run in found.runs]
    if rows:
        console.table(list(rows[0]), [list(row.values()) for row in rows])
    else:
        console.say(f"No runs in {runs_folder()}")
    for sentence in found.damaged:
        console.say(sentence)
    return {"folder": str(runs_folder()), "runs": rows, "damaged": list(found.damaged)}


def _about(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "name": run.name,
        "state": "interrupted" if run.interrupted else run.state,
        "clips": run.n_clips,
        "epochs": len(run.history),
        "embedding": run.recipe.network.embedding,
        "clusters": run.recipe.layer.clusters,
        **{name: _last(run, name) for name in _SCORES},
        "best": run.best,
        "kept": len(run.kept),
    }


def _last(run: Run, name: str) -> float | None:
    known = (value for value in run.history.column(name)[::-1] if math.isfinite(value))
    return next((float(value) for value in known), None)


def _keys_of(dataset: Dataset, cache: Path) -> Iterator[str]:
    """Yield the keys of all clips that can be read, without their features."""
    known: dict[str, bytes] = {}
    with DigestCache(cache / "digests.sqlite") as digests:
        for clip in dataset.clips:
            path = str(dataset.file(clip))
            with suppress(OSError, ValueError):
                if path not in known:
                    digest = digests.get(path, Stamp.of(path))
                    known[path] = digest or file_digest(path, lambda: None)
                yield clip_key(known[path], clip.start, clip.end)


RUNS = Command(
    "runs",
    "Tell which networks were trained, on some clips or on any",
    _declare,
    _list,
    "[INPUT] [FLAGS]",
)
