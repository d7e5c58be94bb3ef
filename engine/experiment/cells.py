"""One fit of an experiment, its cuts, and the rows that come of them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from engine.clustering.hierarchy import Hierarchy
from engine.clustering.methods import METHODS, Fit
from engine.clustering.metrics import Scores, score
from engine.clustering.silhouette import Sampled
from engine.errors import Cancelled, EngineError
from engine.experiment.grid import CLASSES, Grid
from engine.experiment.provenance import versions
from engine.experiment.sources import Source, effective, seeded
from engine.params import Params
from engine.progress import Report, silent


@dataclass(frozen=True)
class Cell:
    """One fit and its cuts: the rows that belong together.

    Parameters
    ----------
    source : Source
    method : str
    params : Params
        Of the method; the number of clusters is that of ``ks``.
    ks : tuple of int or None
        One row each; None for a method that finds the number itself.
    keys : tuple of str
        The key of each row.
    seed : int
    """

    source: Source
    method: str
    params: Params
    ks: tuple[int | None, ...]
    keys: tuple[str, ...]
    seed: int


def rows_of(
    cell: Cell, truth: tuple[str, ...] | None, report: Report = silent
) -> bytes:
    """Fit a cell, cut it for every k and score: what runs on workers.

    Parameters
    ----------
    cell : Cell
    truth : tuple of str, or None
        Classes, one per clip.
    report : Report

    Returns
    -------
    bytes
        A JSON list of rows. What goes wrong, Cancelled excepted, is in the row.
    """
    rows = []
    tree: Fit | None = None
    basis: Sampled | None = None
    method = METHODS[cell.method]
    for i, k in enumerate(cell.ks):
        began = time.perf_counter()
        try:
            found = cell.source.represent(report)
            if k is not None and method.grows_tree:
                # One tree for all: the number of clusters is only where it is cut.
                whole = cell.params.replace(n_clusters=1)
                fit = tree = tree or method.fit(found.matrix, whole, report)
                assert fit.linkage is not None  # that is what grows_tree says
                labels = Hierarchy(fit.linkage).labels_at(k)
            else:
                params = cell.params if k is None else cell.params.replace(n_clusters=k)
                fit = method.fit(found.matrix, params, report)
                labels = fit.labels
            known = None if truth is None else [truth[row] for row in found.rows]
            basis = basis or Sampled(found.matrix)
            scores = score(labels, known, found.matrix, report=report, basis=basis)
            row = (
                _row(cell, i)
                | {"notes": " ".join(found.notes + fit.notes)}
                | _flat(scores)
            )
        except Cancelled:
            raise
        except EngineError as error:
            row = failed_row(cell, i, str(error))
        except MemoryError:
            row = failed_row(cell, i, "it does not fit into memory")
        except Exception as error:  # noqa: BLE001 - one bad cell never ends the table
            row = failed_row(cell, i, f"{type(error).__name__}: {error}")
        rows.append(row | {"seconds": round(time.perf_counter() - began, 3)})
    return json.dumps(rows).encode()


def cells_of(
    grid: Grid, sources: Iterable[Source], truth: Sequence[str] | None, digest: str
) -> Iterator[Cell]:
    """Pair every source with every method, the methods of one after another."""
    classes = len({label for label in truth or () if label})
    ks = tuple(dict.fromkeys(classes if k == CLASSES else int(k) for k in grid.ks))
    seen: set[str] = set()
    for source, seed, (name, chosen) in product(sources, grid.seeds, grid.methods):
        source, params = source.seeded(seed), seeded(chosen, seed)
        groups: list[tuple[int | None, ...]] = [(k,) for k in ks]
        if "n_clusters" not in params.to_dict():
            groups = [(None,)]
        elif METHODS[name].grows_tree:
            groups = [ks]
        what = _what(source, name, params)
        for group in groups:
            keys = tuple(_key(digest, what | {"k": k}) for k in group)
            if not seen.intersection(keys):  # another seed, where none matters
                seen.update(keys)
                yield Cell(source, name, params, group, keys, seed)


def _asked(params: Params) -> dict[str, Any]:
    """Return the parameters of a method that count, its k apart."""
    found = effective(params)
    found.pop("n_clusters", None)
    return found


def _key(digest: str, what: dict[str, Any]) -> str:
    text = json.dumps([digest, what], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


def failed_row(cell: Cell, i: int, error: str) -> dict[str, Any]:
    """Return the row of a cut that could not be computed."""
    return _row(cell, i) | {"error": error}


def _row(cell: Cell, i: int) -> dict[str, Any]:
    return {
        **cell.source.about(),
        "method": cell.method,
        "algorithm": _algorithm(cell),
        "k": cell.ks[i],
        "seed": cell.seed,
        "parameters": _what(cell.source, cell.method, cell.params),
        "notes": "",
        "error": "",
        "key": cell.keys[i],
        "versions": versions(),
    }


def _what(source: Source, method: str, params: Params) -> dict[str, Any]:
    """Return all that a row depends on besides the clips and k."""
    return source.parameters() | {"method": method, "method_params": _asked(params)}


def _algorithm(cell: Cell) -> str:
    """Return the method's name for people, with what differs from its defaults."""
    usual = type(cell.params)().to_dict() | {"seed": cell.seed, "n_clusters": 0}
    told = [
        str(value)
        for name, value in _asked(cell.params).items()
        if value != usual[name]
    ]
    return " ".join([METHODS[cell.method].label, *told])


def _flat(scores: Scores) -> dict[str, Any]:
    """Return the scores as columns: those without noise under names of their own."""
    found = dataclasses.asdict(scores)
    nested = {name: value for name, value in found.items() if isinstance(value, dict)}
    for name, values in nested.items():
        del found[name]
        found |= {f"{name}_{inner}": value for inner, value in values.items()}
    return found
