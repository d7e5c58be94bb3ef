"""What this machine can give to a computation: threads and memory."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

_ASSUMED = 8 * 2**30


def limited_threads(count: int | None = None) -> AbstractContextManager[object]:
    """Limit the threads of BLAS and OpenMP for a block of code.

    Enter it after importing what computes: a library loaded inside is not limited.

    Parameters
    ----------
    count : int, optional
        Threads, by default all cores but the one that the window needs. Two pools that
        each take every core are up to ten times slower than one.
    """
    from threadpoolctl import threadpool_limits

    limit: AbstractContextManager[object] = threadpool_limits(
        count or max(1, (os.cpu_count() or 2) - 1)
    )
    return limit


def memory_at_hand() -> int:
    """Return the bytes that one computation may take: half of the physical memory.

    Where the system does not tell (Windows), 8 GiB of physical memory are assumed.
    """
    try:
        physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        physical = _ASSUMED
    return (physical if physical > 0 else _ASSUMED) // 2
