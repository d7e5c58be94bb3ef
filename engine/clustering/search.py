"""Which parameters: every combination of a grid, compared by silhouette.

The grid is declared with the parameters themselves (``param(..., grid=...)``); what
depends on the data, such as a radius, the method suggests.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.clustering.hierarchy import Hierarchy
from engine.clustering.method import Fit, Method
from engine.clustering.silhouette import Sampled, silhouette
from engine.errors import ParameterError
from engine.params import Params, param
from engine.progress import Report, Step, silent

Grid = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class SearchParams(Params):
    """What a search may take."""

    seconds: float = param(
        0.0,
        label="Time limit",
        unit="s",
        low=0.0,
        high=1e6,
        zero="None",
        help="Begin nothing new after this; 0 is no limit",
    )
    seed: int = param(
        0,
        label="Seed",
        low=0,
        high=2**31 - 1,
        help="Which clips stand for all where the silhouette has to sample",
    )


@dataclass(frozen=True)
class Trial:
    """One combination of parameters and what came of it.

    Parameters
    ----------
    params : Params
    silhouette : float or None
        Mean over the clips in a cluster, -1 to 1, as `engine.clustering.metrics.score`
        has it; None where it is not defined.
    coverage : float
        Share of the clips that are in a cluster, not noise.
    n_clusters : int
    seconds : float
        What the fit took; of a tree, only the first of its cuts counts the growing.
    error : str
        Why there is no result; "" where there is one.
    """

    params: Params
    silhouette: float | None
    coverage: float
    n_clusters: int
    seconds: float
    error: str = ""

    @property
    def score(self) -> float:
        """The silhouette where noise counts as 0, so that discarding wins nothing.

        -inf where there is none.
        """
        if self.silhouette is None:
            return -np.inf
        return self.silhouette * self.coverage


@dataclass(frozen=True)
class Search:
    """What a search found.

    Parameters
    ----------
    trials : tuple of Trial
        The best first; of equals, the earlier in the grid.
    sampled : int or None
        The most clips whose silhouettes were averaged, where there are more.
    left_out : int
        Combinations that the time limit left untried.
    """

    trials: tuple[Trial, ...]
    sampled: int | None
    left_out: int = 0

    @property
    def best(self) -> Trial | None:
        """The best trial that has a silhouette."""
        first = self.trials[0] if self.trials else None
        return None if first is None or first.silhouette is None else first


def declared_grid(method: Method, matrix: npt.ArrayLike, params: Params) -> Grid:
    """Return the values worth trying of every parameter of a method that has any.

    Parameters
    ----------
    method : Method
    matrix : float array, shape (n, d)
        Numbers of clusters above half of n are left out.
    params : Params
        Where parameters that the grid leaves alone come from.
    """
    rows = np.asarray(matrix)
    grid = {field.name: field.grid for field in params.declared() if field.grid}
    if "n_clusters" in grid:
        most = max(2, len(rows) // 2)
        grid["n_clusters"] = tuple(k for k in grid["n_clusters"] if k <= most)
    if method.candidates is not None:
        grid.update(method.candidates(rows, params))
    return grid


def search(
    matrix: npt.ArrayLike,
    method: Method,
    params: Params | None = None,
    grid: Grid | None = None,
    limits: SearchParams | None = None,
    *,
    basis: Sampled | None = None,
    report: Report = silent,
) -> Search:
    """Try every combination of a grid.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    method : Method
    params : Params, optional
        Where parameters that the grid leaves alone come from.
    grid : mapping of field name to values, optional
        By default what `declared_grid` says.
    limits : SearchParams, optional
    basis : Sampled, optional
        The distances of this matrix, if they are known already.
    report : Report
        Called all along, the trials so far as ``partial``; may raise Cancelled.

    Returns
    -------
    Search
        Combinations that compute the same thing are tried once. A tree is grown once
        for all numbers of clusters.

    Raises
    ------
    ParameterError
        If the grid names a parameter that the method does not have, or a value outside
        its range.
    """
    params = params or method.params()
    limits = limits or SearchParams()
    rows = np.asarray(matrix)
    asked = _combinations(
        params, declared_grid(method, rows, params) if grid is None else grid
    )
    basis = basis or Sampled(rows, limits.seed)
    trials: list[Trial] = []
    fits = _Fits(rows, method)
    began = time.monotonic()

    def within(step: Step) -> None:
        done = len(trials)
        words = f"{method.label}: combination {done + 1} of {len(asked)}"
        report(Step(done, len(asked), words, tuple(trials)))

    for combination in asked:
        if limits.seconds and time.monotonic() - began > limits.seconds:
            break
        trials.append(_tried(combination, fits, basis, limits.seed, within))
    report(Step(len(trials), len(asked), f"{method.label} searched", tuple(trials)))
    ordered = sorted(trials, key=lambda trial: -trial.score)
    return Search(tuple(ordered), basis.sampled, len(asked) - len(trials))


def _combinations(params: Params, grid: Grid) -> list[Params]:
    known = {field.name for field in params.declared()}
    for name, values in grid.items():
        if name not in known:
            raise ParameterError(
                f"{type(params).__name__} has no parameter {name!r}; it has "
                f"{sorted(known)}"
            )
        if not len(values):
            raise ParameterError(f"The grid has no value for {name}")
    # The number of clusters varies fastest, so that a tree is cut while it is known.
    names = sorted(grid, key=lambda name: name == "n_clusters")
    unique: dict[str, Params] = {}
    for values in itertools.product(*(grid[name] for name in names)):
        combination = params.replace(**dict(zip(names, values, strict=True)))
        unique.setdefault(combination.key(), combination)
    return list(unique.values())


class _Fits:
    """Fits a method, each tree only once; remembers the last one."""

    def __init__(self, rows: npt.NDArray[Any], method: Method) -> None:
        self.rows, self._method = rows, method
        self._key = ""
        self._tree: Hierarchy | None = None

    def fit(self, params: Params, report: Report) -> npt.NDArray[np.int32]:
        if not self._method.grows_tree:
            return self._method.fit(self.rows, params, report).labels
        whole = params.replace(n_clusters=1)
        if self._tree is None or self._key != whole.key():
            fit: Fit = self._method.fit(self.rows, whole, report)
            assert fit.linkage is not None  # what grows_tree says
            self._tree, self._key = Hierarchy(fit.linkage), whole.key()
        k = int(getattr(params, "n_clusters", 1))
        return self._tree.labels_at(k)


def _tried(
    params: Params, fits: _Fits, basis: Sampled, seed: int, report: Report
) -> Trial:
    began = time.perf_counter()
    try:
        labels = fits.fit(params, report)
    except ParameterError as error:
        took = time.perf_counter() - began
        return Trial(params, None, 0.0, 0, took, str(error))
    took = time.perf_counter() - began
    inside = labels >= 0
    width, _ = silhouette(fits.rows, labels, seed, report, basis)
    return Trial(
        params=params,
        silhouette=width,
        coverage=float(inside.mean()),
        n_clusters=len(np.unique(labels[inside])),
        seconds=took,
    )
