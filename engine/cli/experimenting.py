"""The command that tries every combination and writes one table."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from engine.audio.dataset import Dataset
from engine.autoencoder.presets import PRESETS
from engine.autoencoder.recipe import Recipe
from engine.cli.command import (
    MATRIX,
    Command,
    Document,
    add_extraction,
    add_input,
    add_out,
    cache_of,
)
from engine.cli.console import Console, counted
from engine.cli.flags import ParamFlags, in_flags
from engine.cli.inputs import open_input
from engine.cli.results import Results
from engine.cli.work import failures_as_json, preset_of, warn_of
from engine.errors import EngineError, ParameterError
from engine.experiment import CLASSES, Grid, MatrixFile, parsed_network, run
from engine.experiment.grid import GRIDS
from engine.experiment.table import ROWS

_AXES = {
    "features": "features, several joined by +: mfcc,mel+chroma,descriptors",
    "poolings": "how a feature becomes a row: mean_std,frames,image",
    "scalings": "power,none,standard,minmax",
    "reductions": "none,pca,variance",
    "manifolds": "none,umap",
    "methods": "methods, with parameters where they are not the defaults: "
    "kmeans,agglomerative:linkage=average:metric=cosine",
}
_FIELDS = ("feature", "pooling", "scaling", "reduction", "manifold", "seed")
_FLAGS = ParamFlags(MATRIX, skip=frozenset(f"representation.{f}" for f in _FIELDS))
_UNLABELLED = (5, 10, 20)


def _declare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_out(
        parser,
        "where rows.jsonl, table and best (CSV, Markdown, LaTeX) go; a run into the "
        "same folder goes on where the last one ended",
    )
    add_extraction(parser)
    group = parser.add_argument_group("grid")
    group.add_argument(
        "--grid",
        choices=list(GRIDS),
        default="study",
        help="where to start from; the axes below replace its own; default study",
    )
    for axis, text in _AXES.items():
        group.add_argument(f"--{axis}", metavar="A,B,...", type=_words, help=text)
    group.add_argument(
        "--ks",
        metavar="K,...",
        type=_words,
        help=f"numbers of clusters; {CLASSES!r} is as many as there are labels, and "
        f"the default; without labels {','.join(map(str, _UNLABELLED))}",
    )
    group.add_argument("--seeds", metavar="N,...", type=_words, help="default 0")
    group.add_argument(
        "--embedding",
        metavar="NAME=FILE.npy",
        action="append",
        default=[],
        help="one more matrix, a row per clip, computed by something else",
    )
    group.add_argument(
        "--networks",
        metavar="A,B,...",
        type=_words,
        default=[],
        help="features on whose pictures a network is trained, for its embedding; with "
        "parameters where they are not the recipe's: mel,mel+mfcc:embedding=64:epochs="
        "30. A network that was trained so before is used again. Embeddings are scaled "
        "only if --scalings is given",
    )
    group.add_argument(
        "--recipe",
        choices=list(PRESETS),
        help="what the networks have where their parameters are not given",
    )
    _FLAGS.add_to(parser)


def _experiment(arguments: argparse.Namespace, console: Console) -> Document:
    _FLAGS.read(arguments)  # what is wrong is said before any work is done
    found = open_input(arguments, console)
    params, _, _ = _FLAGS.read(arguments, preset_of(arguments, found.dataset))
    grid = _grid(arguments, found.dataset, params["representation"])
    networks = _networks(arguments, found.dataset)
    results = Results(arguments.out)
    table = run(
        found.dataset,
        grid,
        arguments.out,
        features=params["features"],  # type: ignore[arg-type]  # by its section
        preparation=params["preparation"],  # type: ignore[arg-type]
        sources=[_embedding(text, len(found.dataset)) for text in arguments.embedding],
        networks=networks,
        network_scalings=arguments.scalings or ["none"],
        folder=cache_of(arguments),
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        report=console.report,
    )
    warn_of(console, table.failures, arguments.out)
    results.failures(table.failures)
    failed = [row for row in table.rows if row["error"]]
    many = counted(len(table.rows), "combination")
    if len(failed) == len(table.rows):
        raise EngineError(f"of {many} none can be computed: {failed[0]['error']}")
    console.warn_each(
        [
            f"{counted(n, 'combination')} without a result: {in_flags(error)}"
            for error, n in Counter(row["error"] for row in failed).items()
        ],
        ", in table.csv",
    )
    best = table.best()
    console.say(f"{many}, {len(failed)} failed")
    names = best.chief_columns()
    if not best.rows:
        console.say("None has a score: there are too few clips, or one cluster")
    console.table(names, ([row.get(name) for name in names] for row in best.rows))
    results.files.append(ROWS)
    for name in ("table", "best"):
        results.files += [f"{name}.{kind}" for kind in ("csv", "md", "tex")]
    return results.manifest(
        {
            "command": "experiment",
            "command_line": arguments.words,
            "input": found.about() | {"digest": table.digest},
            "parameters": {name: p.to_dict() for name, p in params.items()},
            "failures": failures_as_json(table.failures),
            "rows": len(table.rows),
            "failed": len(failed),
            "best": best.rows,
        }
    )


def _grid(arguments: argparse.Namespace, dataset: Dataset, base: Any) -> Grid:
    labelled = any(dataset.labels or ())
    few = [k for k in _UNLABELLED if k < len(dataset)] or [1]
    ks = arguments.ks or ([CLASSES] if labelled else few)
    asked = {axis: getattr(arguments, axis) for axis in _AXES}
    return Grid.named(
        arguments.grid,
        **{axis: values for axis, values in asked.items() if values},
        ks=[k if k == CLASSES else _number("--ks", k) for k in ks],
        seeds=[_number("--seeds", seed) for seed in arguments.seeds or [0]],
        base=base,
    )


def _embedding(text: str, n_clips: int) -> MatrixFile:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise ParameterError(f"--embedding must be NAME=FILE.npy; it is {text!r}")
    return MatrixFile(name, str(Path(path).absolute()), n_clips)


def _networks(
    arguments: argparse.Namespace, dataset: Dataset
) -> list[tuple[str, Recipe]]:
    if arguments.recipe is None:
        return [parsed_network(text) for text in arguments.networks]
    if not arguments.networks:
        raise ParameterError("--recipe has no effect without --networks")
    classes = len({label for label in dataset.labels or () if label})
    recipe = PRESETS[arguments.recipe].resolve(classes or None)
    named = (parsed_network(text, recipe) for text in arguments.networks)
    return [(" ".join([arguments.recipe, name]).strip(), made) for name, made in named]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _number(flag: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ParameterError(f"{flag} must be numbers; one is {value!r}") from None


EXPERIMENT = Command(
    "experiment",
    "Try features, representations, methods and k, and write one table",
    _declare,
    _experiment,
)
