"""The command that hands features and the matrix to other programs."""

from __future__ import annotations

import argparse

from engine.audio.metadata import write_table
from engine.cli.command import (
    MATRIX,
    Command,
    Document,
    add_extraction,
    add_input,
    add_out,
)
from engine.cli.console import Console
from engine.cli.flags import ParamFlags
from engine.cli.networks import add_network
from engine.cli.work import Work, begin
from engine.features.exporting import (
    FeatureExportParams,
    export_features,
    save_matrix,
)
from engine.features.representation import RepresentationParams
from engine.features.spectral import FEATURES

_FLAGS = ParamFlags(
    {**MATRIX, "files": FeatureExportParams},
    skip=frozenset({"files.feature"}),
    defaults={"kind": "none of them"},
)


def _declare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_out(
        parser,
        "where metadata.csv, matrix.npz and manifest.json go, and, below a folder for "
        "every feature and kind, a file per clip",
    )
    add_network(parser)
    add_extraction(parser)
    _FLAGS.add_to(parser)


def _export(arguments: argparse.Namespace, console: Console) -> Document:
    work = begin(arguments, console, _FLAGS, arguments.out)
    matrix = work.matrix()
    results = work.results
    results.made("matrix.npz", lambda path: save_matrix(path, matrix, work.dataset))
    results.made("metadata.csv", lambda path: write_table(work.dataset, path))
    rows, columns = matrix.matrix.shape
    console.say(f"A matrix of {rows} clips x {columns} numbers in {arguments.out}")
    files, chosen = work.params["files"], work.params["representation"]
    assert isinstance(files, FeatureExportParams)
    assert isinstance(chosen, RepresentationParams)
    drawn = "+".join(name for name in chosen.features if name in FEATURES)
    written = 0
    if "kind" in work.given and drawn:
        work.params["files"] = files = files.replace(feature=drawn)
        written = write_files(work, files)
    return work.end(notes=list(matrix.notes), files_written=written)


def write_files(work: Work, files: FeatureExportParams) -> int:
    """Write NPY files and pictures of every clip; return for how many there are some.

    A clip that fails here has failed before, and is in ``failures.csv`` already.
    """
    extraction, out = work.extraction, work.results.folder
    exported = export_features(
        work.dataset,
        out,
        files,
        extraction.params,
        extraction.preparation,
        workers=work.arguments.workers,
        report=work.console.report,
    )
    there = exported.written + exported.kept
    work.console.say(f"Files of {there} clips in {out}: {files.feature}, {files.kind}")
    return there


EXPORT = Command(
    "export",
    "Write the matrix, the metadata and, with --kind, features for other programs",
    _declare,
    _export,
)
