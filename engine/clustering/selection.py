"""How many clusters: scores over a range of numbers, for any method that takes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.contingency import codes_of, contingency
from engine.clustering.curves import Curves, Measured, compared
from engine.clustering.cuts import cut_curves
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.internal import calinski_harabasz, davies_bouldin, spread_of
from engine.clustering.method import Method
from engine.clustering.silhouette import Sampled
from engine.errors import ParameterError
from engine.params import Params, param
from engine.progress import Report, Step, silent


@dataclass(frozen=True)
class SelectionParams(Params):
    """Which numbers of clusters are compared."""

    lowest: int = param(2, label="From", unit="clusters", low=2, high=1_000)
    highest: int = param(20, label="To", unit="clusters", low=2, high=1_000)
    seed: int = param(
        0,
        label="Seed",
        low=0,
        high=2**31 - 1,
        help="Which clips stand for all where the silhouette has to sample",
    )

    def check(self) -> None:
        """Refuse an empty range."""
        if self.lowest > self.highest:
            raise ParameterError(
                f"SelectionParams.lowest (From) must be at most highest (To), "
                f"{self.highest}; it is {self.lowest}"
            )


def select(
    matrix: npt.ArrayLike,
    method: Method,
    params: Params | None = None,
    selection: SelectionParams | None = None,
    *,
    truth: Sequence[str] | None = None,
    basis: Sampled | None = None,
    report: Report = silent,
) -> Curves:
    """Score a method over a range of numbers of clusters.

    A tree is grown once and cut; any other method is fitted once per number.

    Parameters
    ----------
    matrix : float array, shape (n, d)
    method : Method
        One with a number of clusters.
    params : Params, optional
        Of that method; the number of clusters in it does not matter.
    selection : SelectionParams, optional
    truth : sequence of str, length n, optional
        Class of every row, "" where unknown, for the external scores.
    basis : Sampled, optional
        The distances of this matrix, if they are known already.
    report : Report
        Called all along; may raise Cancelled.

    Returns
    -------
    Curves
        Of the numbers of the range up to n. `Curves.suggestions` names the best.

    Raises
    ------
    ParameterError
        If the method finds the number itself, or there are fewer rows than clusters.
    """
    params = params or method.params()
    selection = selection or SelectionParams()
    if not hasattr(params, "n_clusters"):
        raise ParameterError(
            f"{method.label} finds the number of clusters itself, so there is none to "
            "select; search its parameters instead"
        )
    rows = np.asarray(matrix)
    if len(rows) < selection.lowest:
        raise ParameterError(
            f"SelectionParams.lowest (From) must be at most the number of clips with "
            f"features, {len(rows)}; it is {selection.lowest}"
        )
    basis = basis or Sampled(rows, selection.seed)
    if method.grows_tree:
        fit = method.fit(rows, params.replace(n_clusters=1), report)
        assert fit.linkage is not None  # what grows_tree says
        return cut_curves(
            rows,
            Hierarchy(fit.linkage),
            selection.highest,
            lowest=selection.lowest,
            truth=truth,
            basis=basis,
            report=report,
        )
    codes = None if truth is None else codes_of(truth)
    ks = range(selection.lowest, min(selection.highest, len(rows)) + 1)
    found = []
    for i, k in enumerate(ks):

        def within(step: Step, i: int = i, k: int = k) -> None:
            report(Step(i, len(ks), f"{method.label} with {k} clusters"))

        labels = method.fit(rows, params.replace(n_clusters=k), within).labels
        spread = spread_of(rows, labels)
        found.append(
            Measured(
                k=k,
                inertia=float(spread.within.sum()),
                silhouette=basis.scores(labels, within),
                calinski_harabasz=calinski_harabasz(spread),
                davies_bouldin=davies_bouldin(spread),
                external=None
                if codes is None
                else compared(contingency(labels, codes)),
            )
        )
    report(Step(len(ks), len(ks), f"{method.label} compared"))
    return Curves.of(found, basis.sampled, len(rows))
