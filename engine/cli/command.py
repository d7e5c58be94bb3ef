"""What a command is, and the flags that several of them share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.audio.preparing import PreparationParams
from engine.cli.console import Console
from engine.features.presets import PRESETS
from engine.features.representation import RepresentationParams
from engine.features.spectral import FeatureParams
from engine.features.store import default_folder
from engine.params import Params

Document = dict[str, Any]

EXTRACTION: dict[str, type[Params]] = {
    "preparation": PreparationParams,
    "features": FeatureParams,
}
"""The parameter sets that stored features depend on, by their names in a manifest."""

MATRIX: dict[str, type[Params]] = {
    **EXTRACTION,
    "representation": RepresentationParams,
}
"""Those that a matrix depends on."""


@dataclass(frozen=True)
class Command:
    """One command of the program.

    Parameters
    ----------
    name, help : str
        The word on the command line, and what it does in a line.
    declare : callable
        Adds the command's own flags to a parser.
    run : callable
        Does the work and returns the document for ``--json``.
    usage : str
        Its words in short: there are too many flags for all.
    """

    name: str
    help: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Console], Document]
    usage: str = "INPUT --out DIR [FLAGS]"


def add_input(parser: argparse.ArgumentParser) -> None:
    """Add what says which clips."""
    parser.add_argument(
        "input",
        metavar="INPUT",
        type=place,
        nargs="?",
        help="a folder of sounds, a CSV or TSV table that lists them, or one sound; "
        "may be left out where --params names a manifest",
    )
    parser.add_argument(
        "--root",
        metavar="DIR",
        type=place,
        help="the folder that the paths of a table start from; by default found out",
    )
    parser.add_argument(
        "--label",
        metavar="COLUMN",
        help='the column that scores, "none" for no scores; by default the one that '
        "the layout, the table or the folders tell",
    )
    parser.add_argument(
        "--layout",
        metavar="NAME",
        help="how labels are read from a folder: auto (default: recognise known "
        "collections), none (the folders' names), or a collection's name",
    )


def add_extraction(parser: argparse.ArgumentParser) -> None:
    """Add what says how and where features are computed."""
    parser.add_argument(
        "--preset",
        choices=list(PRESETS),
        help="feature parameters for a kind of sound: "
        + "; ".join(f"{name}: {preset.help}" for name, preset in PRESETS.items())
        + ". Other flags given as well override it",
    )
    add_cache(parser)
    parser.add_argument(
        "--workers",
        metavar="N",
        type=count,
        help="worker processes; 0 computes in this one; by default one less than cores",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="compute on the Dask cluster of this scheduler (tcp://host:8786) instead; "
        "its workers must see the sounds under the same paths",
    )


def add_cache(parser: argparse.ArgumentParser) -> None:
    """Add what says where features are kept."""
    parser.add_argument(
        "--cache",
        metavar="DIR",
        type=place,
        help="where features are kept; by default the user's cache folder, or "
        "$AUDIOCLUST_CACHE",
    )


def add_out(parser: argparse.ArgumentParser, help: str, *, needed: bool = True) -> None:  # noqa: A002 - argparse's word
    """Add where results go."""
    parser.add_argument(
        "--out", "-o", metavar="DIR", type=place, required=needed, help=help
    )


def cache_of(arguments: argparse.Namespace) -> Path:
    """Return the cache folder that was chosen, or the usual one."""
    return Path(arguments.cache) if arguments.cache else default_folder()


def place(text: str) -> Path:
    """Return the path that a word stands for; an empty one is a mistake of a script."""
    if not text:
        raise argparse.ArgumentTypeError("must be a path; it is empty")
    return Path(text)


def count(text: str) -> int:
    """Return the number from 0 that a word stands for."""
    if not text.isascii() or not text.isdecimal():
        raise argparse.ArgumentTypeError(
            f"must be a whole number from 0; it is {text!r}"
        )
    return int(text)
