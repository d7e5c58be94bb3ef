"""The command that helps to choose: how many clusters, and which parameters."""

from __future__ import annotations

import argparse
from typing import Any

from engine.cli.command import (
    MATRIX,
    Command,
    Document,
    add_extraction,
    add_input,
    add_out,
)
from engine.cli.console import Console
from engine.cli.flags import ParamFlags, typed
from engine.cli.networks import add_network
from engine.cli.work import Work, begin
from engine.clustering.curves import Curves
from engine.clustering.method import Method
from engine.clustering.methods import METHODS
from engine.clustering.search import Grid, Search, SearchParams, declared_grid, search
from engine.clustering.selection import SelectionParams, select
from engine.clustering.silhouette import Sampled
from engine.errors import ParameterError
from engine.features.representation import Representation

_FLAGS = ParamFlags(
    {**MATRIX, "selection": SelectionParams, "search": SearchParams},
    {name: method.params for name, method in METHODS.items()},
    "agglomerative",
    skip=frozenset(f"{name}.n_clusters" for name in METHODS),
)
_CURVES = ("k", "inertia", "silhouette", "davies_bouldin", "calinski_harabasz")
_TRUTH = ("nmi", "accuracy", "ari")
_SHOWN = 10


def _declare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_out(
        parser,
        "where curves.csv (scores over the number of clusters), search.csv (trials, "
        "the best first) and manifest.json go",
    )
    group = parser.add_argument_group("what is compared")
    group.add_argument(
        "--search",
        action=argparse.BooleanOptionalAction,
        help="also try the combinations of the method's declared grid; by default for "
        "methods that find the number of clusters themselves",
    )
    group.add_argument(
        "--values",
        metavar="PARAM=A,B,...",
        action="append",
        default=[],
        help="search these values of a parameter instead of the declared ones; can be "
        "given for several, and implies --search",
    )
    add_network(parser)
    add_extraction(parser)
    _FLAGS.add_to(parser)


def _select(arguments: argparse.Namespace, console: Console) -> Document:
    _, name, _ = _FLAGS.read(arguments)
    method = METHODS[name]
    takes_k = "n_clusters" in {field.name for field in method.params.declared()}
    wanted = arguments.search
    if wanted is None:
        wanted = bool(arguments.values) or not takes_k
    asked = dict(_values(method, text) for text in arguments.values)
    if not (wanted or takes_k):
        raise ParameterError(
            f"--no-search leaves nothing to do: {method.label} finds the number of "
            "clusters itself"
        )
    work = begin(arguments, console, _FLAGS, arguments.out)
    matrix = work.matrix()
    seed = work.params["selection"].to_dict()["seed"]
    basis = Sampled(matrix.matrix, seed)
    facts: Document = {"notes": list(matrix.notes), "sampled": basis.sampled}
    if takes_k:
        facts["suggestions"] = _curves(work, matrix, basis)
    if wanted:
        facts["best"] = _search(work, matrix, asked, basis)
    return work.end(**facts)


def _curves(work: Work, matrix: Representation, basis: Sampled) -> dict[str, int]:
    truth = work.truth()
    selection = work.params["selection"]
    assert isinstance(selection, SelectionParams)
    curves: Curves = select(
        matrix.matrix,
        METHODS[work.method],
        work.params["method_params"],
        selection,
        truth=[truth[row] for row in matrix.rows] if work.dataset.labels else None,
        basis=basis,
        report=work.console.report,
    )
    names = [n for n in (*_CURVES, *_TRUTH) if getattr(curves, n) is not None]
    columns = [getattr(curves, name).tolist() for name in names]
    rows = [
        [None if value != value else value for value in row]  # NaN is no number
        for row in zip(*columns, strict=True)
    ]
    work.results.table("curves.csv", names, rows)
    work.console.table(names, rows)
    for criterion, k in curves.suggestions.items():
        work.console.say(f"{criterion.replace('_', ' ')} is in favour of {k} clusters")
    return curves.suggestions


def _search(
    work: Work, matrix: Representation, asked: Grid, basis: Sampled
) -> Document | None:
    method, params = METHODS[work.method], work.params["method_params"]
    limits = work.params["search"]
    assert isinstance(limits, SearchParams)
    grid = {**declared_grid(method, matrix.matrix, params), **asked}
    found: Search = search(
        matrix.matrix,
        method,
        params,
        grid,
        limits,
        basis=basis,
        report=work.console.report,
    )
    header = [*grid, "silhouette", "coverage", "clusters", "seconds", "error"]
    rows = []
    for trial in found.trials:
        values = trial.params.to_dict()
        scores = (trial.silhouette, trial.coverage, trial.n_clusters)
        told = [values[name] for name in grid]
        rows.append([*told, *scores, round(trial.seconds, 3), trial.error])
    work.results.table("search.csv", header, rows)
    work.console.table(header, rows[:_SHOWN])
    if found.left_out:
        work.console.warn(f"{found.left_out} combinations were not tried in time")
    best = found.best
    if best is None:
        return None
    return {"parameters": best.params.to_dict(), "silhouette": best.silhouette}


def _values(method: Method, text: str) -> tuple[str, list[Any]]:
    """Return the parameter and the values of ``--values PARAM=A,B``."""
    name, equals, values = text.partition("=")
    name = name.strip().replace("-", "_")
    name = {"k": "n_clusters"}.get(name, name)
    declared = {field.name: field for field in method.params.declared()}.get(name)
    if declared is None or not equals:
        known = ", ".join(field.name for field in method.params.declared())
        raise ParameterError(
            f"--values must be PARAM=A,B,... with a parameter of {method.name} "
            f"({known}); it is {text!r}"
        )
    return name, [typed(declared, value.strip()) for value in values.split(",")]


SELECT = Command(
    "select",
    "Compare numbers of clusters and parameters, and suggest some",
    _declare,
    _select,
)
