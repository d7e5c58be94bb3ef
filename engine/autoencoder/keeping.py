"""Files that are as before or as new, whatever happens while they are written."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.errors import EngineError


def replace_file(file: Path, content: bytes) -> None:
    """Write a file in place of what was there.

    Raises
    ------
    EngineError
        If the disk is full or the folder cannot be written to.
    """
    replacing(file, lambda part: _write(part, content))


def replacing(file: Path, write: Callable[[Path], None]) -> None:
    """Let something be written beside a file, then put it in its place.

    Raises
    ------
    EngineError
        As `replace_file`; what was there stays.
    """
    part = file.with_name(f"{file.name}.part")
    try:
        write(part)
        os.replace(part, file)  # noqa: PTH105 - Path.replace says no more
    except (OSError, RuntimeError) as error:  # torch raises the latter on a full disk
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise EngineError(
            f"{file} could not be written ({_reason(file, error)}). What was kept "
            "before is still there"
        ) from error


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _reason(file: Path, error: Exception) -> str:
    import shutil

    with suppress(OSError):
        free = shutil.disk_usage(file.parent).free
        if free < 64 * 2**20:
            return f"the disk has {free / 2**20:.0f} MiB left"
    return getattr(error, "strerror", None) or str(error).splitlines()[0]
