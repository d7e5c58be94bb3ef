"""Commands from sounds to features: scan, prepare, extract, demo."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from engine.audio.demo import write_demo
from engine.audio.metadata import write_table
from engine.audio.preparing import PreparationParams
from engine.cli.command import (
    EXTRACTION,
    Command,
    Document,
    add_extraction,
    add_input,
    add_out,
    cache_of,
    count,
    place,
)
from engine.cli.console import Console, counted
from engine.cli.exporting import write_files
from engine.cli.flags import ParamFlags, flag_of
from engine.cli.inputs import open_input
from engine.cli.results import Results
from engine.cli.work import begin, failures_as_json, warn_of
from engine.errors import EngineError, ParameterError
from engine.features.exporting import FeatureExportParams

_EXTRACT = ParamFlags({**EXTRACTION, "files": FeatureExportParams})
_SHOWN_LABELS = 40


def _declare_scan(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    parser.add_argument(
        "--out", "-o", metavar="FILE", type=place, help="write the clips to a CSV table"
    )


def _scan(arguments: argparse.Namespace, console: Console) -> Document:
    found = open_input(arguments, console)
    if arguments.out is not None:
        Results(arguments.out.parent).check()
    dataset = found.dataset
    kinds = Counter(Path(clip.path).suffix.lower() for clip in dataset.clips)
    labels = Counter(label for label in dataset.labels or () if label)
    told = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
    console.say(f"{counted(len(dataset), 'clip')} ({told})")
    console.say(f"Columns: {', '.join(dataset.columns) or 'none'}")
    if dataset.label_column is not None:
        many = counted(len(labels), "label")
        console.say(f"{many} in the column {dataset.label_column!r}:")
        console.table(("label", "clips"), labels.most_common(_SHOWN_LABELS))
        if len(labels) > _SHOWN_LABELS:
            console.say(f"and {len(labels) - _SHOWN_LABELS} more")
    document: Document = {
        "input": found.about(),
        "columns": list(dataset.columns),
        "labels": dict(labels),
        "kinds": dict(kinds),
        "missing": [str(error) for error in found.missing],
    }
    if arguments.out is not None:
        document["table"] = str(write_table(dataset, arguments.out, console.report))
        console.say(f"Written: {arguments.out}")
    return document


def _declare_prepare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_out(
        parser,
        "where the WAV files go, the folders of the input kept, with metadata.csv, a "
        "table of them that the other commands take as their input",
    )
    _prepare_flags().add_to(parser)


def _prepare_flags() -> ParamFlags:
    from engine.audio.converting import ConversionParams

    return ParamFlags(
        {"conversion": ConversionParams, "preparation": PreparationParams}
    )


def _prepare(arguments: argparse.Namespace, console: Console) -> Document:
    from engine.projects.exporting import write_sounds

    params, _, _ = _prepare_flags().read(arguments)
    found = open_input(arguments, console)
    results = Results(arguments.out)
    results.check()
    converted = write_sounds(
        found.dataset,
        arguments.out,
        params["conversion"],  # type: ignore[arg-type]
        params["preparation"],  # type: ignore[arg-type]
        console.report,
    )
    warn_of(console, converted.failures, arguments.out)
    results.failures(converted.failures)
    prepared = converted.dataset(found.dataset, arguments.out)
    written = len(prepared)
    if not written:
        first = converted.failures[0]
        raise EngineError(
            f"of {counted(len(found.dataset), 'clip')} none could be prepared; the "
            f"first, {first.path}: {first.reason}"
        )
    results.made("metadata.csv", lambda path: write_table(prepared, path))
    many = counted(len(found.dataset), "clip")
    console.say(f"Prepared {written} of {many} in {arguments.out}")
    return results.manifest(
        {
            "command": "prepare",
            "command_line": arguments.words,
            "input": found.about(),
            "parameters": {name: p.to_dict() for name, p in params.items()},
            "written": written,
            "failures": failures_as_json(converted.failures),
        }
    )


def _declare_extract(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_extraction(parser)
    add_out(
        parser,
        "write a file per clip, feature and kind there too, with failures.csv and "
        "manifest.json",
        needed=False,
    )
    _EXTRACT.add_to(parser)


def _extract(arguments: argparse.Namespace, console: Console) -> Document:
    params, _, given = _EXTRACT.read(arguments)
    files = params["files"]
    assert isinstance(files, FeatureExportParams)
    idle = given & files.to_dict().keys()
    if arguments.out is None and idle:
        raise ParameterError(f"{flag_of(min(idle))} has no effect without --out")
    work = begin(arguments, console, _EXTRACT, arguments.out or Path())
    extraction = work.extraction
    console.say(
        f"Features of {counted(extraction.computed + extraction.reused, 'clip')} in "
        f"{cache_of(arguments)}: {extraction.computed} computed now, "
        f"{extraction.reused} there already, {len(extraction.failures)} failed"
    )
    if arguments.out is None:
        return work.document()
    return work.end(files_written=write_files(work, files))


def _declare_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", metavar="FOLDER", type=place, help="where to write it"
    )
    parser.add_argument(
        "--per-class",
        metavar="N",
        type=count,
        default=30,
        help="clips in each of the twelve classes; default 30",
    )


def _demo(arguments: argparse.Namespace, console: Console) -> Document:
    dataset = write_demo(
        arguments.folder, console.report, per_class=arguments.per_class
    )
    console.say(f"{counted(len(dataset), 'clip')} in {arguments.folder}")
    return {"folder": str(arguments.folder.absolute()), "clips": len(dataset)}


SCAN = Command(
    "scan", "Say what a collection holds", _declare_scan, _scan, "INPUT [FLAGS]"
)
PREPARE = Command(
    "prepare", "Write prepared WAV files of every clip", _declare_prepare, _prepare
)
EXTRACT = Command(
    "extract",
    "Compute the features of every clip",
    _declare_extract,
    _extract,
    "INPUT [FLAGS]",
)
DEMO = Command(
    "demo", "Write the demo collection", _declare_demo, _demo, "FOLDER [FLAGS]"
)
