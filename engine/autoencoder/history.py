"""What a run has been through, epoch by epoch, and what is told while it goes."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch in numbers; NaN where something was not measured.

    Parameters
    ----------
    number : int
        From 1 on, through both phases.
    phase : int
        0 while the network learns to reconstruct, 1 with the clustering layer.
    seconds : float
        Since the run began, pauses not counted.
    train, validation : float
        Mean squared error per normalised pixel.
    divergence : float
        Kullback-Leibler divergence of the target from the soft assignment, per clip.
    rate : float
        Learning rate at the end of the epoch.
    throughput : float
        Images per second.
    moved : float
        Share of clips that changed their cluster since the last target, 0 to 1.
    silhouette, nmi, accuracy : float
        Of K-Means on the embedding, every few epochs; the last two against the labels.
    idle : float
        Share of embedding dimensions that hardly differ between clips, 0 to 1.
    """

    number: int
    phase: int = 0
    seconds: float = NAN
    train: float = NAN
    validation: float = NAN
    divergence: float = NAN
    rate: float = NAN
    throughput: float = NAN
    moved: float = NAN
    silhouette: float = NAN
    nmi: float = NAN
    accuracy: float = NAN
    idle: float = NAN


NAMES = tuple(field.name for field in fields(Epoch))


@dataclass(frozen=True)
class History:
    """The epochs of a run, in order.

    Parameters
    ----------
    epochs : tuple of Epoch
    """

    epochs: tuple[Epoch, ...] = ()

    def __len__(self) -> int:
        """Return how many epochs there are."""
        return len(self.epochs)

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one number of every epoch: float64, shape (n_epochs,)."""
        return np.array([getattr(epoch, name) for epoch in self.epochs], np.float64)

    def adding(self, epoch: Epoch) -> History:
        """Return the history with one more epoch, or with an epoch told anew.

        Later ones are forgotten: the run went back.
        """
        before = tuple(e for e in self.epochs if e.number < epoch.number)
        return History((*before, epoch))

    def until(self, number: int) -> History:
        """Return the history up to an epoch, that one included."""
        return History(tuple(e for e in self.epochs if e.number <= number))

    def amending(self, number: int, **values: float) -> History:
        """Return the history with something measured later in an epoch."""
        return History(
            tuple(
                replace(e, **values) if e.number == number else e  # type: ignore[arg-type]
                for e in self.epochs
            )
        )

    def to_csv(self) -> str:
        """Return a table with a header; numbers that are not known are empty."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(NAMES)
        for epoch in self.epochs:
            table.writerow(["" if math.isnan(v) else v for v in astuple(epoch)])
        return text.getvalue()

    @classmethod
    def from_csv(cls, text: str) -> History:
        """Read what `to_csv` wrote; a row that is cut off, or out of order, ends it."""
        found: list[Epoch] = []
        with suppress(ValueError, OverflowError, csv.Error):
            for row in csv.DictReader(io.StringIO(text)):
                values = {n: float(row[n]) if row.get(n) else NAN for n in NAMES}
                number, phase = int(values.pop("number")), int(values.pop("phase"))
                if number <= (found[-1].number if found else 0):
                    break
                found.append(Epoch(number, phase, **values))
        return cls(tuple(found))

    @classmethod
    def read(cls, file: Path) -> History:
        """Read a table from a file; empty where there is none that can be read."""
        with suppress(OSError):
            return cls.from_csv(file.read_text(encoding="utf-8", errors="replace"))
        return cls()


@dataclass(frozen=True, eq=False)
class Pairs:
    """Some images and what the network makes of them.

    Parameters
    ----------
    clips : int64 array, shape (n,)
    originals, made : uint8 array, shape (n, channels, height, width)
    errors : float32 array, shape (n,)
        Mean squared error per normalised pixel.
    """

    clips: NDArray[np.int64]
    originals: NDArray[np.uint8]
    made: NDArray[np.uint8]
    errors: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Look:
    """What the embedding and the reconstructions look like after an epoch.

    Parameters
    ----------
    epoch : int
    clips : int64 array, shape (n,)
        At most 2 000, the same ones throughout a run.
    positions : float32 array, shape (n, 2)
        By principal components, turned so as to lie on the look before.
    some, worst : Pairs
        The same clips throughout the run, and those restored worst.
    """

    epoch: int
    clips: NDArray[np.int64]
    positions: NDArray[np.float32]
    some: Pairs
    worst: Pairs


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something that goes wrong in a run, in words.

    Parameters
    ----------
    name : str
        "divergence", "collapse" or "overfitting".
    words : str
        What is seen and what helps, for a person.
    epoch : int
        When it was seen first.
    """

    name: str
    words: str
    epoch: int


@dataclass(frozen=True, eq=False)
class Moment:
    """Where a run is; sent as the ``partial`` of a `Step`.

    Parameters
    ----------
    run : str
        Its id.
    phase : int
        As in `Epoch`.
    epoch, epochs : int
        The one that is running, from 1 on, and how many there will be in all phases.
    share : float
        How far this epoch is, 0 to 1.
    throughput : float
        Images per second, at present.
    epoch_left, run_left : float or None
        Seconds, as far as one can tell.
    paused : bool
    history : History
        All epochs so far.
    symptoms : tuple of Symptom
    look : Look or None
        Where there is a new one.
    """

    run: str
    phase: int
    epoch: int
    epochs: int
    share: float = 0.0
    throughput: float = NAN
    epoch_left: float | None = None
    run_left: float | None = None
    paused: bool = False
    history: History = History()
    symptoms: Sequence[Symptom] = ()
    look: Look | None = None
