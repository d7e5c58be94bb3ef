"""How a long engine function says where it is, and learns that it should stop.

A function that can take more than half a second accepts ``report``, calls it with a
`Step` a few times a second, and lets `engine.errors.Cancelled` pass through when the
callable raises it. One that can pause, or stop and keep what it has, accepts
``wishes``, too, and asks it as often. Nothing else about windows, threads or processes
is known here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
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
    must_arrive : bool
        Whether it counts by itself, where others may be left out for one that follows.
    """

    done: int
    total: int
    message: str
    partial: Any = None
    must_arrive: bool = False

    @property
    def fraction(self) -> float | None:
        """Share of the work done, 0 to 1, or None while the total is unknown."""
        return None if self.total <= 0 else min(1.0, self.done / self.total)


class Wish(StrEnum):
    """What a person wants of a run that goes on for long."""

    GO_ON = "go on"
    PAUSE = "pause"
    STOP = "stop"  # and keep what there is; to throw it away is to cancel


Report = Callable[[Step], None]
Wishes = Callable[[], Wish]


def silent(step: Step) -> None:
    """Take a report and do nothing: the default for scripts and notebooks."""


def go_on() -> Wish:
    """Want nothing but that a run goes on: the default for scripts and notebooks."""
    return Wish.GO_ON
