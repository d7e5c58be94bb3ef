"""What is said of a clip that could not be used while the others could."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """A clip that failed: its index in the dataset, its path, and why."""

    index: int
    path: str
    reason: str
