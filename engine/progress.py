"""How a long engine function says where it is, and learns that it should stop.

A function that can take more than half a second accepts ``report``, calls it with a
`Step` a few times a second, and lets `engine.errors.Cancelled` pass through when the
callable raises it. Nothing else about windows, threads or processes is known here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One report of progress.

    Parameters
    ----------
    done, total : int
        Units of work finished and in all; ``total`` 0 means that it is not known.
    message : str
        What is being done, for a person: "Extracting features".
    partial : object
        An intermediate result worth showing (a projection that still settles), or None.
    """

    done: int
    total: int
    message: str
    partial: Any = None

    @property
    def fraction(self) -> float | None:
        """Share of the work done, 0 to 1, or None while the total is unknown."""
        return None if self.total <= 0 else min(1.0, self.done / self.total)


Report = Callable[[Step], None]


def silent(step: Step) -> None:
    """Take a report and do nothing: the default for scripts and notebooks."""
