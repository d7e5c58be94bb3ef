"""What this machine can give to a computation: processes, threads and memory."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

_ASSUMED = 8 * 2**30
_SPARED = 0.8  # of what is free now: the window and the system need some of it, too

_PROCESS = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
_VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_VERSION_2 = ("memory.max", "memory.current", "inactive_file")


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def default_workers() -> int:
    """Return how many processes to use: one less than cores, but both of two."""
    return min(cores(), max(2, cores() - 1))


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
        count or max(1, cores() - 1)
    )
    return limit


def memory_at_hand() -> int:
    """Return the bytes that one computation may take.

    Half of the physical memory, and no more than four fifths of what is free now, in
    the machine and in the container that the process lives in. Where the system does
    not tell, 8 GiB of physical memory are assumed.
    """
    if sys.platform == "win32":
        physical, free = _windows()
    else:
        physical, free = _posix()
    return min(physical // 2, int(_SPARED * min([free, *_container()])))


def _posix() -> tuple[int, int]:
    physical = _ASSUMED
    with suppress(AttributeError, ValueError, OSError):
        physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    known = _numbers(Path("/proc/meminfo"))  # Linux alone has it, in units of 1 KiB
    return physical, known.get("MemAvailable:", physical // 1024) * 1024


def _windows() -> tuple[int, int]:
    """Ask ``GlobalMemoryStatusEx`` for its ``ullTotalPhys`` and ``ullAvailPhys``."""
    status = (ctypes.c_uint64 * 8)()
    status[0] = ctypes.sizeof(status)  # dwLength, and dwMemoryLoad behind it
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - Windows alone has it
    if kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        return status[1], status[2]
    return _ASSUMED, _ASSUMED


def _container() -> Iterator[int]:
    """Yield what is left below every memory limit of the control groups (Linux)."""
    with suppress(OSError, ValueError):
        for line in _PROCESS.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and "memory" not in controllers.split(","):
                continue
            top, names = _GROUPS, _VERSION_2
            if controllers:
                top, names = _GROUPS / "memory", _VERSION_1
            group = top / path.lstrip("/")
            # Inside a container its own group may be mounted as the top.
            for folder in (group, *group.parents):
                with suppress(OSError, ValueError):
                    limit = int((folder / names[0]).read_text())  # or "max": none
                    used = int((folder / names[1]).read_text())
                    # Files that were read stay in memory as long as nobody needs it.
                    idle = _numbers(folder / "memory.stat").get(names[2], 0)
                    yield max(0, limit - used + idle)
                if folder == top:
                    break


def _numbers(file: Path) -> dict[str, int]:
    """Read lines of a name and a number; nothing where there is no such file."""
    with suppress(OSError, ValueError):
        lines = (line.split() for line in file.read_text().splitlines())
        return {words[0]: int(words[1]) for words in lines}
    return {}
