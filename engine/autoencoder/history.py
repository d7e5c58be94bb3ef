"""What a run has been through, epoch by epoch, and what is told while it goes."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
"""Shape (n_epochs, n_numbers), in the order of `Epoch`."""

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


NAMES = tuple(each.name for each in fields(Epoch))
_row_of = attrgetter(*NAMES)
_ENDLESS = 1e9  # epochs that no run has


class History:
    """The epochs of a run, in order.

    Kept as a table: of tens of thousands, it is written down, sent and read in
    milliseconds.

    Parameters
    ----------
    epochs : iterable of Epoch
        Of ascending numbers.
    """

    __slots__ = ("_table",)

    def __init__(self, epochs: Iterable[Epoch] = ()) -> None:
        rows = [_row_of(epoch) for epoch in epochs]
        self._table: Table = np.array(rows, np.float64).reshape(-1, len(NAMES))

    @classmethod
    def _of(cls, table: Table) -> History:
        found = cls.__new__(cls)
        found._table = table
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as one piece of memory."""
        return History._of, (self._table,)

    def __len__(self) -> int:
        """Return how many epochs there are."""
        return len(self._table)

    def __eq__(self, other: object) -> bool:
        """Tell whether all numbers are the same; what is not known is."""
        if not isinstance(other, History):
            return NotImplemented
        return np.array_equal(self._table, other._table, equal_nan=True)

    def __hash__(self) -> int:
        """Return the same for equal ones."""
        return hash(len(self))

    def __repr__(self) -> str:
        """Return how many epochs there are, in words."""
        return f"<History of {len(self)} epochs>"

    @property
    def epochs(self) -> tuple[Epoch, ...]:
        """All of them, one by one: made anew each time, for few."""
        return tuple(map(_epoch_of, self._table))

    @property
    def last(self) -> Epoch | None:
        """The last epoch, None before the first has ended."""
        return _epoch_of(self._table[-1]) if len(self) else None

    def at(self, number: int) -> Epoch | None:
        """Return an epoch by its number, None where there is no such one."""
        place = self._place(number)
        there = place < len(self) and self._table[place, 0] == number
        return _epoch_of(self._table[place]) if there else None

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one number of every epoch: float64, shape (n_epochs,); a view."""
        values: NDArray[np.float64] = self._table[:, NAMES.index(name)]
        values.flags.writeable = False
        return values

    def adding(self, epoch: Epoch) -> History:
        """Return the history with one more epoch, or with an epoch told anew.

        Later ones are forgotten: the run went back.
        """
        before = self._table[: self._place(epoch.number)]
        return History._of(np.concatenate([before, [_row_of(epoch)]]))

    def until(self, number: int) -> History:
        """Return the history up to an epoch, that one included."""
        return History._of(self._table[: self._place(number + 1)])

    def after(self, number: int) -> History:
        """Return the history from the next epoch on."""
        return History._of(self._table[self._place(number + 1) :])

    def of_phase(self, phase: int) -> History:
        """Return the epochs of one phase."""
        return History._of(self._table[self.column("phase") == phase])

    def amending(self, number: int, **values: float) -> History:
        """Return the history with something measured later in an epoch."""
        table, place = self._table.copy(), self._place(number)
        if self.at(number) is not None:
            for name, value in values.items():
                table[place, NAMES.index(name)] = value
        return History._of(table)

    def to_csv(self) -> str:
        """Return a table with a header; numbers that are not known are empty."""
        lines = [",".join(NAMES)]
        for number, phase, *values in self._table.tolist():
            told = ("" if math.isnan(value) else repr(value) for value in values)
            lines.append(f"{int(number)},{int(phase)},{','.join(told)}")
        return "\n".join([*lines, ""])

    @classmethod
    def from_csv(cls, text: str) -> History:
        """Read what `to_csv` wrote; a row that is cut off, or out of order, ends it."""
        found: list[list[float]] = []
        with suppress(ValueError, OverflowError, csv.Error):
            rows = csv.reader(io.StringIO(text))
            header = next(rows, [])
            width = len(header)
            places = [header.index(n) if n in header else width for n in NAMES]
            last = 0.0
            for row in filter(None, rows):
                known = [*row[:width], *[""] * (1 + width - min(len(row), width))]
                values = [float(known[p]) if known[p] else NAN for p in places]
                number, phase = values[0] // 1, int(values[1])
                if not last < number < _ENDLESS:
                    break
                found.append([number, phase, *values[2:]])
                last = number
        return cls._of(np.array(found, np.float64).reshape(-1, len(NAMES)))

    @classmethod
    def read(cls, file: Path) -> History:
        """Read a table from a file; empty where there is none that can be read."""
        with suppress(OSError):
            return cls.from_csv(file.read_text(encoding="utf-8", errors="replace"))
        return cls()

    def _place(self, number: int) -> int:
        """Return how many epochs come before a number."""
        return int(np.searchsorted(self._table[:, 0], number))


def _epoch_of(row: Table) -> Epoch:
    number, phase, *values = row.tolist()
    return Epoch(int(number), int(phase), *values)


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
        All epochs so far; none where none has ended since they were told last.
    symptoms : tuple of Symptom
    look : Look or None
        Where there is a new one.
    kept : bool
        Whether the network was kept just now.
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
    history: History = field(default_factory=History)
    symptoms: Sequence[Symptom] = ()
    look: Look | None = None
    kept: bool = False
