"""The cut line over a tree, which is a step lower or higher over some branches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from audioclust_gui.plots.tree_arrays import TreeArrays

WHOLE = -1
"""Instead of a branch: the line across the tree."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the line.

    Parameters
    ----------
    node : int
        The branch whose line it is, or `WHOLE`.
    left, right : float
        Where it begins and ends, in units of leaves; may be infinite.
    height : float
    """

    node: int
    left: float
    right: float
    height: float


def pieces(
    tree: TreeArrays, line: float, branches: Sequence[tuple[int, float]]
) -> list[Piece]:
    """Return the pieces of a line from left to right.

    Parameters
    ----------
    tree : TreeArrays
    line : float
        The height of the line across the tree.
    branches : sequence of (node, height)
        Branches with a line of their own: of branches within branches the inner one
        counts. Those inside of collapsed ones are left out.
    """
    found = [Piece(WHOLE, -math.inf, math.inf, line)]
    for node, height in sorted(branches, key=lambda branch: -tree.sizes[branch[0]]):
        if tree.hidden[node]:
            continue
        own = Piece(node, float(tree.left[node]), float(tree.right[node]), height)
        # Branches lie within one another or apart, so that one piece has all of it.
        at = next(i for i, piece in enumerate(found) if own.right <= piece.right)
        over = found[at]
        around = (
            Piece(over.node, over.left, own.left, over.height),
            own,
            Piece(over.node, own.right, over.right, over.height),
        )
        found[at : at + 1] = [piece for piece in around if piece.left < piece.right]
    return found
