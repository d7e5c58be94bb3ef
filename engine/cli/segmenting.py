"""The command that cuts long recordings into a table of clips."""

from __future__ import annotations

import argparse

from engine.audio.metadata import write_table
from engine.audio.segmentation import SegmentationParams, segment
from engine.cli.command import Command, Document, add_input, place
from engine.cli.console import Console, counted
from engine.cli.flags import ParamFlags
from engine.cli.inputs import open_input
from engine.cli.results import Results
from engine.cli.work import failures_as_json, warn_of
from engine.errors import EngineError

_FLAGS = ParamFlags({"segmentation": SegmentationParams})


def _declare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument(
        "--out",
        "-o",
        metavar="FILE",
        type=place,
        required=True,
        help="the table to write, which the other commands take as their input; beside "
        "the recordings, or they need --root; failures.csv goes beside it",
    )
    _FLAGS.add_to(parser)


def _segment(arguments: argparse.Namespace, console: Console) -> Document:
    params, _, _ = _FLAGS.read(arguments)
    found = open_input(arguments, console)
    results = Results(arguments.out.parent)
    results.check()
    chosen = params["segmentation"]
    assert isinstance(chosen, SegmentationParams)
    cut = segment(found.dataset, chosen, console.report)
    for note in cut.notes:
        console.warn(note)
    warn_of(console, cut.failures, results.folder)
    results.failures(cut.failures)
    if not len(cut.dataset):
        raise EngineError(f"{found.path}: nothing was found in it to cut out")
    write_table(cut.dataset, arguments.out, console.report)
    console.say(
        f"{counted(len(cut.dataset), 'clip')} of "
        f"{counted(len(found.dataset), 'recording')} in {arguments.out}"
    )
    return {
        "command": "segment",
        "input": found.about(),
        "parameters": {"segmentation": chosen.to_dict()},
        "table": str(arguments.out.absolute()),
        "clips": len(cut.dataset),
        "notes": list(cut.notes),
        "failures": failures_as_json(cut.failures),
    }


SEGMENT = Command(
    "segment",
    "Cut long recordings into a table of clips",
    _declare,
    _segment,
    "INPUT --out FILE [FLAGS]",
)
