"""Which rows lie within a radius of each other, a tile of pairs at a time.

Every pair is measured, but none is kept: memory grows with the rows alone. Distances
come from a multiplication in single precision where that can tell nearly all of them;
those too close to the radius to tell are measured again, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.clustering.distances import blocks
from engine.clustering.method import Matrix

Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_TILE = 1_024  # rows and columns: 4 MB of distances
_POWERS = 10  # iterations; any direction will do
_CLEAR = 1e-3  # of the squared radius: rounding above it takes double precision


class Neighbours:
    """Rows in an order in which near ones are rarely far apart, and who is near whom.

    Parameters
    ----------
    rows : float array, shape (n, d)
        Centred, as from `distances.prepared`.
    radius : float
        Above 0; rows at exactly this distance are near.

    Attributes
    ----------
    order : int64 array, shape (n,)
        The given row that stands at each position. All else speaks of positions.
    """

    order: Indices

    def __init__(self, rows: Matrix, radius: float) -> None:
        scaled = rows / radius
        n, d = scaled.shape
        place = scaled @ _long_direction(scaled)
        self.order = np.argsort(place, kind="stable")
        self._place = place[self.order]
        self._reach = 1.0 + 1e-12 * float(np.abs(place).max())
        self._rows = scaled[self.order]
        squares = np.einsum("ij,ij->i", self._rows, self._rows)
        rounding = (d + 6) * np.finfo(np.float32).eps
        single = squares.max() < 1e30 and rounding * np.median(squares) < _CLEAR
        kind = np.float32 if single else np.float64
        # The bound of Higham (2002), "Accuracy and stability of numerical algorithms",
        # section 3.1, for the products below, and for what the copies below lose.
        self._doubt = (d + 6) * float(np.finfo(kind).eps) * (squares + 0.5)
        # One product gives the squared distance less the squared radius.
        one = np.ones(n)
        self._left: Matrix = np.column_stack([-2.0 * self._rows, squares, one]).astype(
            kind
        )
        self._right: Matrix = np.column_stack([self._rows, one, squares - 1.0]).astype(
            kind
        )

    def tiles(
        self, some: Indices, others: Indices
    ) -> Iterator[tuple[Indices, Indices, Mask]]:
        """Yield parts of some and of others, and which of the one are near the other.

        Parameters
        ----------
        some, others : int64 array
            Ascending positions. Parts that are too far apart to hold a pair are left
            out.
        """
        for a in cut(some):
            # No two rows are nearer than their places along one direction.
            low, high = np.searchsorted(
                self._place[others],
                [self._place[a[0]] - self._reach, self._place[a[-1]] + self._reach],
            )
            for b in cut(others[low:high]):
                yield a, b, self._near(a, b)

    def _near(self, some: Indices, others: Indices) -> Mask:
        beyond = self._left[some] @ self._right[others].T
        doubt = self._doubt[some].max() + self._doubt[others].max()
        sure: Mask = beyond <= -doubt
        maybe = beyond <= doubt
        if np.count_nonzero(maybe) != np.count_nonzero(sure):
            i, j = np.nonzero(maybe ^ sure)
            for part in blocks(len(i), self._rows.shape[1]):
                apart = self._rows[some[i[part]]] - self._rows[others[j[part]]]
                sure[i[part], j[part]] = np.einsum("ij,ij->i", apart, apart) <= 1.0
        return sure


def cut(positions: Indices) -> list[Indices]:
    """Split positions into parts that are measured at a time."""
    return [positions[a : a + _TILE] for a in range(0, len(positions), _TILE)]


def _long_direction(rows: Matrix) -> Matrix:
    """Return a unit vector along which rows spread, about the first component's."""
    direction = np.zeros(rows.shape[1])
    direction[rows.var(axis=0).argmax()] = 1.0
    for _ in range(_POWERS):
        image = rows.T @ (rows @ direction)
        direction = image / (np.linalg.norm(image) or 1.0)
    return direction
