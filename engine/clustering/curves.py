"""Scores over the number of clusters, and what each of them suggests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.clustering.contingency import Contingency
from engine.clustering.external import External, accuracy, ari, nmi

Floats = npt.NDArray[np.float64]

CRITERIA: dict[str, str] = {
    "elbow": "Elbow of the scatter within",
    "silhouette": "Highest silhouette",
    "davies_bouldin": "Lowest Davies-Bouldin",
    "calinski_harabasz": "Highest Calinski-Harabasz",
}
"""How a number of clusters can be suggested, by name."""

_EXTERNAL = ("nmi", "accuracy", "ari")


@dataclass(frozen=True, slots=True)
class Measured:
    """The scores of one partition, for one point of the `Curves`."""

    k: int
    inertia: float
    silhouette: float | None
    calinski_harabasz: float | None
    davies_bouldin: float | None
    external: External | None = None


@dataclass(frozen=True, eq=False)
class Curves:
    """Scores over the number of clusters.

    Parameters
    ----------
    k : int64 array, shape (m,)
        Numbers of clusters, ascending.
    inertia : float64 array, shape (m,)
        Sum of squared distances to the cluster's centre.
    silhouette, davies_bouldin, calinski_harabasz : float64 array, shape (m,)
        NaN where a score is not defined.
    nmi, accuracy, ari : float64 array, shape (m,), or None
        Against the truth; None where there is none.
    sampled : int or None
        Clips whose silhouettes were averaged, where that is not all of them.
    n_clips : int
        Clips that were grouped; 0 where that is not known.
    """

    k: npt.NDArray[np.int64]
    inertia: Floats
    silhouette: Floats
    davies_bouldin: Floats
    calinski_harabasz: Floats
    nmi: Floats | None = None
    accuracy: Floats | None = None
    ari: Floats | None = None
    sampled: int | None = None
    n_clips: int = 0

    @classmethod
    def of(
        cls, found: Sequence[Measured], sampled: int | None, n_clips: int = 0
    ) -> Curves:
        """Put partitions of ascending numbers of clusters in a row."""

        def column(values: Sequence[float | None]) -> Floats:
            return np.array([np.nan if v is None else v for v in values], np.float64)

        external: dict[str, Floats] = {}
        agreements = [one.external for one in found if one.external is not None]
        if found and len(agreements) == len(found):
            for name in _EXTERNAL:
                external[name] = column([getattr(a, name) for a in agreements])
        return cls(
            k=np.array([one.k for one in found], np.int64),
            inertia=column([one.inertia for one in found]),
            silhouette=column([one.silhouette for one in found]),
            davies_bouldin=column([one.davies_bouldin for one in found]),
            calinski_harabasz=column([one.calinski_harabasz for one in found]),
            sampled=sampled,
            n_clips=n_clips,
            **external,
        )

    @property
    def suggestions(self) -> dict[str, int]:
        """The number of clusters that each of the `CRITERIA` is in favour of.

        A criterion that is defined nowhere, and an elbow of fewer than three points,
        suggest nothing. Of equals the smallest number. Clusters of one clip look
        perfectly compact, so more clusters than half the clips are no suggestion.
        """
        found: dict[str, int] = {}
        bent = elbow(self.k.astype(np.float64), self.inertia)
        if bent is not None:
            found["elbow"] = int(self.k[bent])
        for name, sign in (
            ("silhouette", 1.0),
            ("davies_bouldin", -1.0),
            ("calinski_harabasz", 1.0),
        ):
            curve = sign * getattr(self, name)
            if self.n_clips:
                curve = np.where(2 * self.k <= self.n_clips, curve, np.nan)
            if np.isfinite(curve).any():
                found[name] = int(self.k[np.nanargmax(curve)])
        return found


def compared(table: Contingency) -> External:
    """Return the external scores that curves show, None where there is no truth."""
    if len(table.group_sizes) < 1 or len(table.class_sizes) < 2:
        return External()
    return External(nmi=nmi(table), accuracy=accuracy(table), ari=ari(table))


def elbow(x: Floats, y: Floats) -> int | None:
    """Return where a falling curve bends most: the point farthest below its chord.

    Satopaa, Albrecht, Irwin and Raghavan (2011), "Finding a 'kneedle' in a haystack".

    Returns
    -------
    int or None
        The index; None for fewer than three points, and for a curve that does not fall
        or lies nowhere below its chord.
    """
    if len(x) < 3 or not y[0] > y[-1]:
        return None
    across = (x - x[0]) / (x[-1] - x[0])
    down = (y[0] - y) / (y[0] - y[-1])
    below = down - across
    return int(np.argmax(below)) if below.max() > 1e-9 else None  # less is rounding
