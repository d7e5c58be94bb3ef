"""What can go wrong while a network is trained, in words that help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import EngineError

_MEMORY = (
    "not enough memory",
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "alloc_failed",
)


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Say it in words when memory or disk do not suffice for a piece of work.

    Parameters
    ----------
    what : str
        That could be made smaller, for the message: "batches of 256 images".

    Raises
    ------
    EngineError
        In place of what torch and the system raise.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not _is_memory(error):
            raise
        raise EngineError(
            f"There is not enough memory for {what}: a smaller batch, fewer channels "
            "or a smaller embedding need less. What was kept before is still there"
        ) from error
    except OSError as error:
        raise EngineError(
            f"The run could not be kept: {error.strerror or error}"
            + (f" ({error.filename})" if error.filename else "")
        ) from error


def _is_memory(error: Exception) -> bool:
    words = str(error).lower()
    return isinstance(error, MemoryError) or any(word in words for word in _MEMORY)
