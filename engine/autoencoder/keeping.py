"""Files that are as before or as new, whatever happens while they are written."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.audio.reasons import plain_reason
from engine.errors import EngineError

_PAUSES = (0.01, 0.05, 0.2) if os.name == "nt" else ()  # seconds


def replace_file(file: Path, content: bytes) -> None:
    """Write a file in place of what was there.

    Raises
    ------
    EngineError
        If the disk is full or the folder cannot be written to.
    """
    replacing(file, lambda part: part.write_bytes(content))


def replacing(file: Path, write: Callable[[Path], object]) -> None:
    """Let something be written beside a file, then put it in its place.

    Raises
    ------
    EngineError
        As `replace_file`; what was there stays.
    """
    # Of its own, where a run is renamed in the moment in which it is written.
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        write(part)
        with part.open("r+b") as written:
            os.fsync(written.fileno())  # or a power cut leaves the name without content
        _replace(part, file)
    except (OSError, RuntimeError) as error:  # torch raises the latter on a full disk
        reason = _reason(file, error)  # while the disk is full still
        _let_go(error)
        raise EngineError(
            f"{file} could not be written ({reason}). What was kept before is still "
            "there"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _replace(part: Path, file: Path) -> None:
    """Rename; on Windows, wait for whoever is reading what was there."""
    for pause in _PAUSES:
        try:
            part.replace(file)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    part.replace(file)


def _let_go(error: BaseException | None) -> None:
    """Close what an error's frames hold open: till then, a part takes its space."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _reason(file: Path, error: Exception) -> str:
    import shutil

    with suppress(OSError):
        free = shutil.disk_usage(file.parent).free
        if free < 64 * 2**20:
            return f"the disk has {free / 2**20:.0f} MiB left"
    return plain_reason(error).partition("\n")[0]
