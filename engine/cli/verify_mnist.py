"""The command that sets the autoencoder beside the published numbers."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

from engine.autoencoder.mnist import read_digits
from engine.autoencoder.verification import Row, VerificationParams, verify
from engine.cli.command import Command, Document, place
from engine.cli.console import Console, counted
from engine.cli.flags import ParamFlags
from engine.cli.results import Results

_FLAGS = ParamFlags({"verification": VerificationParams})
_HEADER = (
    *("seed", "method", "accuracy", "nmi", "seconds"),
    *("published_accuracy", "published_nmi"),
)
_LARGEST_SEED = 2**31 - 1


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="FILE",
        type=place,
        required=True,
        help="mnist.npz; t10k-images-idx3-ubyte, also with .gz, its labels beside it; "
        "or a folder with either",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="all 70 000 images instead of the 10 000 of the test",
    )
    parser.add_argument(
        "--seeds",
        metavar="N,N,...",
        type=_seeds,
        default=(0,),
        help="train one network with each (default 0)",
    )
    parser.add_argument(
        "--out", "-o", metavar="FILE", type=place, help="write the table as CSV"
    )
    _FLAGS.add_to(parser)


def _verify(arguments: argparse.Namespace, console: Console) -> Document:
    params = _FLAGS.read(arguments)[0]["verification"]
    assert isinstance(params, VerificationParams)
    digits = read_digits(arguments.data, full=arguments.full)
    results = None
    if arguments.out is not None:
        results = Results(arguments.out.parent)
        results.check()
    found: list[Row] = []
    for row in verify(
        digits, params, arguments.seeds, full=arguments.full, report=console.report
    ):
        found.append(row)
        if results is not None:  # at once: the next one takes minutes
            results.table(arguments.out.name, _HEADER, map(_cells, found))
    console.say(
        f"{counted(len(digits.images), 'picture')} of {digits.classes} kinds, "
        f"{counted(len(arguments.seeds), 'seed')}"
    )
    console.table(_HEADER, [*map(_cells, found), *_means(found)])
    return {
        "command": "verify-mnist",
        "data": str(arguments.data.absolute()),
        "full": arguments.full,
        "pictures": len(digits.images),
        "parameters": {"verification": params.to_dict()},
        "rows": [asdict(row) for row in found],
    }


def _cells(row: Row) -> list[Any]:
    told = row.published
    others = (told.accuracy, told.nmi) if told is not None else (None, None)
    scores = (round(score, 4) for score in (row.accuracy, row.nmi))
    return [row.seed, row.method, *scores, round(row.seconds, 1), *others]


def _means(rows: Sequence[Row]) -> list[list[Any]]:
    """Return a row of means for every method, where there are several seeds."""
    if len({row.seed for row in rows}) < 2:
        return []
    means = []
    for method in dict.fromkeys(row.method for row in rows):
        own = [_cells(row) for row in rows if row.method == method]
        numbers = [round(fmean(cells[i] for cells in own), 4) for i in (2, 3, 4)]
        means.append(["mean", method, *numbers, *own[0][5:]])
    return means


def _seeds(text: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdecimal() for word in words):
        raise argparse.ArgumentTypeError(
            f"must be whole numbers from 0, parted by commas; it is {text!r}"
        )
    seeds = tuple(dict.fromkeys(map(int, words)))
    if max(seeds) > _LARGEST_SEED:
        raise argparse.ArgumentTypeError(
            f"must be numbers from 0 to {_LARGEST_SEED}; it is {text!r}"
        )
    return seeds


VERIFY_MNIST = Command(
    "verify-mnist",
    "Train the autoencoder on handwritten digits, beside the published scores",
    _declare,
    _verify,
    "--data FILE [--full] [FLAGS]",
)
