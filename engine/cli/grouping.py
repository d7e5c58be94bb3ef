"""The command that clusters."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from engine.cli.command import (
    MATRIX,
    Command,
    Document,
    add_extraction,
    add_input,
    add_out,
    place,
)
from engine.cli.console import Console, counted
from engine.cli.flags import ParamFlags, flag_of, flags_given
from engine.cli.inputs import earlier_input, manifest
from engine.cli.networks import add_network
from engine.cli.results import clip_table
from engine.cli.work import Work, begin
from engine.clustering.agglomerative import AgglomerativeParams
from engine.clustering.describing import describe
from engine.clustering.hierarchy import Floats, Hierarchy, Ints
from engine.clustering.linkage_files import read_linkage
from engine.clustering.method import Fit
from engine.clustering.methods import METHODS
from engine.clustering.metrics import score, score_columns, written
from engine.clustering.newick import newick
from engine.clustering.partition import NOISE, UNPLACED, Labels, sizes, spread
from engine.errors import ParameterError
from engine.features.representation import Representation
from engine.projects.exporting import clip_names
from engine.projects.importing import rows_of

_FLAGS = ParamFlags(
    MATRIX,
    {name: method.params for name, method in METHODS.items()},
    "agglomerative",
    defaults={"n_clusters": "the number of labels"},
)
_GROWTH = AgglomerativeParams().to_dict().keys() - {"n_clusters"}


def _declare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_out(
        parser,
        "where clusters.csv, scores.json, manifest.json and the rest go; files of "
        "these names are replaced",
    )
    parser.add_argument(
        "--tree",
        metavar="FILE",
        type=place,
        help="cut this tree instead of growing one: a linkage as SciPy and fastcluster "
        "make it (.npy, .npz, .csv, .tsv, .txt). Leaf i is clip i, in the order that "
        "scan writes, of all clips or of those with features. Left out, --params tells",
    )
    add_network(parser)
    add_extraction(parser)
    _FLAGS.add_to(parser)


def _cluster(arguments: argparse.Namespace, console: Console) -> Document:
    given = _tree_given(arguments)
    # Before hours of work are for nothing.
    tree = None if given is None else read_linkage(given, console.report)
    work = begin(arguments, console, _FLAGS, arguments.out)
    matrix = work.matrix()
    rows = matrix.rows
    if tree is not None:
        rows = rows_of(len(tree) + 1, len(work.dataset), matrix.rows)
    params = work.params["method_params"]
    if "n_clusters" in params.to_dict() and "n_clusters" not in work.given:
        params = params.replace(n_clusters=work.usual_k(len(rows)))
        work.params["method_params"] = params
    if tree is None:
        fit = METHODS[work.method].fit(matrix.matrix, params, console.report)
    else:
        k = params.to_dict()["n_clusters"]
        fit = Fit(Hierarchy(tree).labels_at(k), tree)
    labels = spread(fit.labels, rows, len(work.dataset))
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
    if fit.linkage is not None:
        _write_newick(work, fit.linkage, rows)
    notes = [*matrix.notes, *fit.notes]
    _say(console, scores, labels, notes)
    seed = params.to_dict().get("seed")
    source = None if given is None else str(given)
    return work.end(seed=seed, scores=scores, notes=notes, tree=source)


def _tree_given(arguments: argparse.Namespace) -> Path | None:
    """Return the tree to cut: the one on the command line, or that of ``--params``.

    Flags overrule a manifest: one that a tree is grown by, or a method without a tree.
    """
    _, method, _ = _FLAGS.read(arguments)
    grows_tree = METHODS[method].grows_tree
    idle = sorted(_GROWTH & flags_given(arguments).keys())
    if arguments.tree is None:
        earlier = _earlier_tree(arguments)
        return earlier if grows_tree and not idle else None
    if not grows_tree:
        raise ParameterError(f"--tree is cut, but {method} groups without a tree")
    if idle:
        raise ParameterError(f"{flag_of(idle[0])} has no effect with --tree")
    given: Path = arguments.tree.absolute()
    return given


def _earlier_tree(arguments: argparse.Namespace) -> Path | None:
    """Return the tree that an earlier run cut, unless these are other clips."""
    tree, path = manifest(arguments.params).get("tree"), arguments.input
    same = path is None or str(path.absolute()) == earlier_input(arguments).get("path")
    return Path(tree) if isinstance(tree, str) and same else None


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


def _write_newick(work: Work, linkage: Floats, rows: Ints) -> None:
    names = clip_names(work.dataset, rows.tolist())
    work.results.text("tree.nwk", newick(Hierarchy(linkage), names))


def _say(console: Console, scores: Document, labels: Labels, notes: list[str]) -> None:
    counts = sizes(labels)
    noise, unused = counts.get(NOISE, 0), counts.get(UNPLACED, 0)
    console.say(
        f"{counted(scores['n_clusters'], 'cluster')} of "
        + counted(len(labels) - unused, "clip")
        + (f", {noise} of them noise" if noise else "")
        + (f"; {unused} more could not be used" if unused else "")
    )
    for note in notes:
        console.say(note)
    rows = [
        (name, written(name, value, 3))
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
