"""audioclust-batch: the engine without a window."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; see `engine.cli.program.main`."""
    try:
        from engine.cli import program

        return program.main(argv)
    except KeyboardInterrupt:  # so early that nothing was begun
        return 130
