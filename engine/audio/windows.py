"""A recording cut into windows of one length."""

from __future__ import annotations

import math
from itertools import pairwise

_SAME = 1e-6  # seconds: times are given in whole microseconds


def windows(
    start: float, end: float, length: float, overlap: float, *, keep_rest: bool
) -> list[tuple[float, float]]:
    """Cut a span into windows, in order.

    Parameters
    ----------
    start, end : float
        The span, in seconds.
    length : float
        Of a window, in seconds, above 0.
    overlap : float
        Share of a window that the next one repeats, 0 up to but not 1.
    keep_rest : bool
        Whether what remains at the end is one more, shorter window.

    Returns
    -------
    list of (start, end)
        In seconds, rounded to microseconds; without overlap each begins exactly where
        the one before ends. A span that is shorter than a window is returned whole.
    """
    whole = end - start
    if whole <= length + _SAME:
        return [(start, end)]
    step = length * (1.0 - overlap)
    count = 1 + math.floor((whole - length + _SAME) / step)
    edges = [round(start + i * step, 6) for i in range(count + 1)]
    found = [(edge, round(edge + length, 6)) for edge in edges[:count]]
    if not overlap:
        found = list(pairwise(edges))
    if keep_rest and found[-1][1] < end - _SAME:
        found.append((edges[count], end))
    return found
