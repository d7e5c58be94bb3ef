"""The command that places clips in the plane."""

from __future__ import annotations

import argparse

from engine.cli.command import (
    MATRIX,
    Command,
    Document,
    add_extraction,
    add_input,
    add_out,
)
from engine.cli.console import Console, counted
from engine.cli.flags import ParamFlags
from engine.cli.networks import add_network
from engine.cli.results import clip_table
from engine.cli.work import begin
from engine.features.projection import ProjectionParams, project

_FLAGS = ParamFlags({**MATRIX, "projection": ProjectionParams})


def _declare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_out(parser, "where positions.csv and manifest.json go")
    add_network(parser)
    add_extraction(parser)
    _FLAGS.add_to(parser)


def _project(arguments: argparse.Namespace, console: Console) -> Document:
    work = begin(arguments, console, _FLAGS, arguments.out)
    matrix = work.matrix()
    chosen = work.params["projection"]
    assert isinstance(chosen, ProjectionParams)
    placed = project(matrix.matrix, chosen, console.report)
    header, clips = clip_table(work.dataset)
    truth = work.truth()
    work.results.table(
        "positions.csv",
        [*header, "label", "x", "y"],
        (
            [*clips[row], truth[row], *(f"{x:.6g}" for x in position)]
            for row, position in zip(matrix.rows.tolist(), placed, strict=True)
        ),
    )
    many = counted(len(placed), "clip")
    console.say(f"{many} placed in {arguments.out / 'positions.csv'}")
    return work.end(notes=list(matrix.notes))


PROJECT = Command(
    "project", "Place the clips in the plane, for a map", _declare, _project
)
