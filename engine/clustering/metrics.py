"""How good a partition is: against the truth, and by itself.

Clips without truth ("") or without features (`UNPLACED`) are left out. To the external
scores noise is one more group, so that a method gains nothing by discarding what is
difficult; `Scores.clustered` holds them for the clips in a cluster alone, and
`Scores.coverage` says how many these are. The internal scores leave noise out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

from engine.clustering.contingency import (
    UNKNOWN,
    Contingency,
    Ints,
    codes_of,
    contingency,
)
from engine.clustering.external import External, accuracy, agreement, ari, nmi
from engine.clustering.internal import calinski_harabasz, davies_bouldin, spread_of
from engine.clustering.partition import UNPLACED
from engine.clustering.silhouette import Sampled, silhouette
from engine.errors import ParameterError
from engine.progress import Report, silent

__all__ = [
    "UNKNOWN",
    "Contingency",
    "External",
    "Scores",
    "accuracy",
    "ari",
    "below_1",
    "codes_of",
    "contingency",
    "nmi",
    "score",
    "score_columns",
    "written",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores(External):
    """What can be said about one partition; None where a score is not defined.

    It is the `External` of all clips with features, noise counted as one more group,
    and besides:

    Parameters
    ----------
    clustered : External
        The same scores over the clips in a cluster only, noise left out.
    silhouette : float or None
        -1 to 1, over the clips in a cluster.
    calinski_harabasz : float or None
        0 or more, the higher the better; over the clips in a cluster.
    davies_bouldin : float or None
        0 or more, the lower the better; over the clips in a cluster.
    n_clusters : int
        Clusters that have a member, noise not counted.
    coverage : float
        Share of the clips with features that are in a cluster, not noise; 0 to 1.
    labelled : int
        Clips that the external scores count.
    sampled : int or None
        Clips whose silhouettes were averaged, where that is not all of them.
    """

    clustered: External = field(default_factory=External)
    silhouette: float | None = None
    calinski_harabasz: float | None = None
    davies_bouldin: float | None = None
    n_clusters: int
    coverage: float
    labelled: int
    sampled: int | None = None


_AT_MOST_1 = {"silhouette", "coverage", *(part.name for part in fields(External))}
_EXACT = 1e-9  # what is nearer to 1 differs from it by rounding only


def below_1(share: float, digits: int) -> float:
    """Return a share that rounds to 1 only where it is 1: not all is all.

    Parameters
    ----------
    share : float
        At most 1.
    digits : int
        How many decimals are going to be written.
    """
    return share if share > 1 - _EXACT else min(share, 1 - 10**-digits)


def written(name: str, value: float, digits: int) -> str:
    """Write a score of `Scores`, or any other number, with so many decimals.

    Scores whose best is 1 are written as 1 only where they are.
    """
    return f"{below_1(value, digits) if name in _AT_MOST_1 else value:z.{digits}f}"


def score(
    labels: npt.ArrayLike,
    truth: Sequence[str] | None = None,
    matrix: npt.ArrayLike | None = None,
    *,
    rows: npt.ArrayLike | None = None,
    seed: int = 0,
    report: Report = silent,
    basis: Sampled | None = None,
) -> Scores:
    """Score one partition.

    Parameters
    ----------
    labels : int array, shape (n_clips,)
        Cluster ids, `NOISE` or `UNPLACED`.
    truth : sequence of str, length n_clips, optional
        Class of every clip, "" where unknown.
    matrix : float array, shape (n_rows, d), optional
        Where the clips lie, for the internal scores.
    rows : int array, shape (n_rows,), optional
        The clip that each row stands for; without it there must be one row per clip.
    seed : int
        Which clips the silhouette samples, where there are too many.
    report : Report
        Called while silhouettes are measured.
    basis : Sampled, optional
        The distances of this matrix with this seed, if they are known already. The
        scores are the same, and come at once.

    Returns
    -------
    Scores
        External scores are None without a cluster and with fewer than two classes;
        internal ones unless 2 <= clusters < clustered clips.

    Raises
    ------
    ParameterError
        If the lengths do not fit.
    """
    ids = np.asarray(labels, np.int64)
    placed = int((ids != UNPLACED).sum())
    clustered = ids >= 0
    codes = codes_of([""] * len(ids) if truth is None else truth)
    everything, inside = _agreements(ids, codes)
    width: float | None = None
    sampled: int | None = None
    ratio: float | None = None
    likeness: float | None = None
    if matrix is not None:
        where = np.asarray(matrix)
        of_rows = ids if rows is None else ids[np.asarray(rows, np.int64)]
        if len(where) != len(of_rows):
            raise ParameterError(
                f"The matrix must have one row per label, {len(of_rows)}; it has "
                f"{len(where)}"
            )
        width, sampled = silhouette(where, of_rows, seed, report, basis)
        spread = spread_of(where, of_rows)
        ratio, likeness = calinski_harabasz(spread), davies_bouldin(spread)
    return Scores(
        **{name: getattr(everything, name) for name in External.__slots__},
        clustered=inside,
        silhouette=width,
        calinski_harabasz=ratio,
        davies_bouldin=likeness,
        n_clusters=len(np.unique(ids[clustered])),
        coverage=int(clustered.sum()) / placed if placed else 0.0,
        labelled=int(((ids != UNPLACED) & (codes != UNKNOWN)).sum()),
        sampled=sampled,
    )


def score_columns(
    labels: npt.ArrayLike, columns: Mapping[str, Sequence[str]]
) -> tuple[dict[str, External], dict[str, str]]:
    """Score one partition against every column of metadata that can tell something.

    Parameters
    ----------
    labels : int array, shape (n_clips,)
        Cluster ids, `NOISE` (one more group) or `UNPLACED` (left out).
    columns : mapping of name to sequence of str, each of length n_clips
        Metadata as in `Dataset.columns`; "" where there is none.

    Returns
    -------
    scores : dict of name to External
    skipped : dict of name to str
        Why the other columns cannot score, in words.

    Raises
    ------
    ParameterError
        If a column's length is not that of the labels.
    """
    ids = np.asarray(labels, np.int64)
    scores: dict[str, External] = {}
    skipped: dict[str, str] = {}
    for name, values in columns.items():
        table = contingency(ids, codes_of(values))
        found = len(table.class_sizes)
        if not (ids >= 0).any():
            skipped[name] = "no clip is in a cluster"
        elif found == 0:
            skipped[name] = "no clip with features has a value"
        elif found == 1:
            skipped[name] = "all clips have the same value"
        elif found == table.total:
            skipped[name] = "every clip has a value of its own"
        else:
            scores[name] = agreement(table)
    return scores, skipped


def _agreements(ids: Ints, codes: Ints) -> tuple[External, External]:
    """Score with noise as one more group, and without it."""
    table = contingency(ids, codes)
    if not (ids >= 0).any():
        return External(), External()
    everything = agreement(table)
    inside = contingency(ids, codes, noise=False)
    same = inside.total == table.total
    return everything, everything if same else agreement(inside)
