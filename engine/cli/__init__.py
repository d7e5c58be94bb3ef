"""audioclust-batch: the engine without a window."""

from engine.cli.program import main

__all__ = ["main"]
