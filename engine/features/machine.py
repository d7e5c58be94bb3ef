"""What this machine has for an extraction: cores, and memory for long sounds."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress

from engine.features.spectral import FeatureParams

_UNKNOWN_MEMORY = 4 << 30  # bytes, where the system does not tell


def default_workers() -> int:
    """Return how many processes to use: one less than cores, but both of two."""
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    return min(cores, max(2, cores - 1))


def longest_sound(params: FeatureParams, workers: int) -> float:
    """Return how many seconds each of some workers can analyse as a whole.

    Half of the machine's memory is for them all, the other half for everything else.
    """
    return physical_memory() / 2 / workers / bytes_per_second(params)


def longest_prepared(rate: int, workers: int) -> float:
    """Return how many seconds each of some workers can prepare as a whole."""
    # At the peak, a sound and three copies, one of them in double precision.
    return physical_memory() / 2 / workers / (20 * rate)


def bytes_per_second(params: FeatureParams) -> float:
    """Return what a second of sound takes while it is analysed as a whole, in bytes."""
    frames = params.rate / (params.hop // 2)
    # Measured at the peak and rounded up: samples at two stages, and per frame four
    # spectra and five times the mel bands, in float32.
    per_frame = 16 * (params.n_fft // 2 + 1) + 20 * params.n_mels
    return 8 * params.rate + frames * per_frame


def physical_memory() -> int:
    """Return the machine's memory in bytes."""
    if sys.platform == "win32":
        status = _MemoryStatus()
        status.length = ctypes.sizeof(status)
        if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return int(status.total)
    else:
        with suppress(OSError, ValueError):
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return _UNKNOWN_MEMORY


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        ("total", ctypes.c_ulonglong),
        ("others", ctypes.c_ulonglong * 6),
    )
