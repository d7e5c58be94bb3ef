"""The command that clusters."""

from __future__ import annotations

import argparse
import dataclasses

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
from engine.cli.results import clip_table
from engine.cli.work import Work, begin
from engine.clustering.describing import describe
from engine.clustering.methods import METHODS
from engine.clustering.metrics import score, score_columns
from engine.clustering.partition import NOISE, UNPLACED, Labels, sizes, spread
from engine.features.representation import Representation

_FLAGS = ParamFlags(
    MATRIX,
    {name: method.params for name, method in METHODS.items()},
    "agglomerative",
    defaults={"n_clusters": "the number of labels"},
)


def _declare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_out(
        parser,
        "where clusters.csv, scores.json, manifest.json and the rest go; files of "
        "these names are replaced",
    )
    add_extraction(parser)
    _FLAGS.add_to(parser)


def _cluster(arguments: argparse.Namespace, console: Console) -> Document:
    work = begin(arguments, console, _FLAGS, arguments.out)
    matrix = work.matrix()
    params = work.params["method_params"]
    if "n_clusters" in params.to_dict() and "n_clusters" not in work.given:
        params = params.replace(n_clusters=work.usual_k(len(matrix.rows)))
        work.params["method_params"] = params
    fit = METHODS[work.method].fit(matrix.matrix, params, console.report)
    labels = spread(fit.labels, matrix.rows, len(work.dataset))
    scores = dataclasses.asdict(
        score(
            labels,
            work.dataset.labels,
            matrix.matrix,
            rows=matrix.rows,
            report=console.report,
        )
    )
    _write_clusters(work, labels)
    details = _details(work, labels, matrix)
    work.results.json("scores.json", scores | details)
    for array in ("linkage", "membership"):
        if (values := getattr(fit, array)) is not None:
            work.results.array(f"{array}.npy", values)
    notes = [*matrix.notes, *fit.notes]
    _say(console, scores, labels, notes)
    return work.end(seed=params.to_dict().get("seed"), scores=scores, notes=notes)


def _details(work: Work, labels: Labels, matrix: Representation) -> Document:
    """Return the scores against every column of metadata, and every cluster's own."""
    dataset = work.dataset
    columns, skipped = score_columns(labels, dataset.columns)
    found = describe(
        labels,
        dataset.labels,
        matrix.matrix,
        matrix.rows,
        report=work.console.report,
    )
    clusters = [dataclasses.asdict(cluster) for cluster in found]
    for cluster in clusters:
        medoid = cluster["medoid"]
        cluster["medoid"] = None if medoid is None else dataset.clips[medoid].path
    return {
        "columns": {name: dataclasses.asdict(one) for name, one in columns.items()},
        "columns_skipped": skipped,
        "clusters": clusters,
    }


def _write_clusters(work: Work, labels: Labels) -> None:
    header, clips = clip_table(work.dataset)
    work.results.table(
        "clusters.csv",
        [*header, "label", "cluster"],
        (
            [*clip, label, "" if cluster == UNPLACED else cluster]
            for clip, label, cluster in zip(
                clips, work.truth(), labels.tolist(), strict=True
            )
        ),
    )


def _say(console: Console, scores: Document, labels: Labels, notes: list[str]) -> None:
    counts = sizes(labels)
    noise = counts.get(NOISE, 0)
    console.say(
        f"{counted(scores['n_clusters'], 'cluster')} of {counted(len(labels), 'clip')}"
        + (f", {noise} of them noise" if noise else "")
    )
    for note in notes:
        console.say(note)
    rows = [
        (name, value)
        for name, value in scores.items()
        if isinstance(value, float) and name != "coverage"
    ]
    if rows:
        console.table(("score", "value"), rows)


CLUSTER = Command(
    "cluster",
    "Group the clips and write clusters, scores and how they came about",
    _declare,
    _cluster,
)
