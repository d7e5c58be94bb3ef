"""What a metadata column holds: numbers to be measured, or names to be told apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MISSING = -1
MOST = 1000
"""Names up to which each is a category of its own."""
KEPT = 200
"""Of more than that, the most frequent."""

_FEW = 12  # different numbers up to which they are names
_UNKNOWN = frozenset({"nan", "na", "n/a", "null", "none", "-", "–", "?"})


@dataclass(frozen=True, eq=False)
class Categories:
    """Names of a column, each a code.

    Parameters
    ----------
    codes : int32 array, shape (n,)
        Place in `names`, or `MISSING`.
    names : tuple of str
        The most frequent first, of equals the one that comes first in the column;
        a few numbers in their own order. Any text but "".
    others : int
        How many names the last code stands for, which is not in `names`; 0 without.
    """

    codes: NDArray[np.int32]
    names: tuple[str, ...]
    others: int = 0

    def name(self, code: int) -> str:
        """Say what a code stands for; nothing for what is missing."""
        if code < 0:
            return ""
        return self.names[code] if code < len(self.names) else f"{self.others:,} others"


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers of a column: float64, shape (n,), NaN where there is none."""

    values: NDArray[np.float64]


def read_column(
    values: Sequence[str], *, as_names: bool = False
) -> Categories | Numbers:
    """Find out what a column holds.

    Numbers, if all that is said are numbers, and more than a dozen different ones; what
    spreadsheets write for no number does not count against it. Else categories.

    Parameters
    ----------
    values : sequence of str
        "" where nothing is known; so is what is all space.
    as_names : bool
        Whether numbers, too, are names.
    """
    numbers: dict[str, int] = {}
    coded = (numbers.setdefault(value, len(numbers)) for value in values)
    codes = np.fromiter(coded, np.int64, len(values))
    names = tuple(numbers)
    measured = None if as_names else _measured(names)
    if measured is not None:
        different = np.unique(measured[np.isfinite(measured)])
        if len(different) > _FEW:
            return Numbers(measured[codes])
        ranks = np.searchsorted(different, measured)
        ranks[~np.isfinite(measured)] = MISSING
        # "1" and "1.0" are one number, called as it came first.
        said = {rank: name for name, rank in zip(names[::-1], ranks[::-1], strict=True)}
        ordered = tuple(said[rank] for rank in range(len(different)))
        return Categories(ranks[codes].astype(np.int32), ordered)
    return _by_frequency(codes, names)


def named(codes: NDArray[np.float32], names: Sequence[str]) -> Categories:
    """Return numbers that stand for names, NaN for none, as categories."""
    found = np.where(np.isfinite(codes), codes, MISSING).astype(np.int32)
    return Categories(found, tuple(names))


def _by_frequency(codes: NDArray[np.int64], names: tuple[str, ...]) -> Categories:
    counts = np.bincount(codes, minlength=len(names))
    blank = np.fromiter((not name or name.isspace() for name in names), np.bool_)
    order = np.argsort(np.where(blank, 0, -counts), kind="stable")
    order = order[~blank[order]]
    kept = order if len(order) <= MOST else order[:KEPT]
    code_of = np.full(len(names), len(kept), np.int32)
    code_of[kept] = np.arange(len(kept))
    code_of[blank] = MISSING
    said = tuple([names[i] for i in kept.tolist()])
    return Categories(code_of[codes], said, len(order) - len(kept))


def _measured(names: Sequence[str]) -> NDArray[np.float64] | None:
    """Return names as numbers, NaN for none; None unless they are numbers."""
    found = np.empty(len(names))
    for i, name in enumerate(names):
        value = _number(name)
        if value is None:
            return None
        found[i] = value
    found[~np.isfinite(found)] = np.nan
    return None if np.isnan(found).all() else found


def _number(text: str) -> float | None:
    """Return what is written, NaN for nothing; None for what is no number."""
    # Python reads "1_000" as a number; in a table that is a name.
    if "_" not in text:
        try:
            return float(text)
        except ValueError:
            pass
    bare = text.strip().casefold()
    return math.nan if not bare or bare in _UNKNOWN else None
