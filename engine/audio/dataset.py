"""A collection of sounds: which clips there are and what is known about them.

A clip is a file or a span of one. A `Dataset` is a frozen list of clips below one
folder with any number of metadata columns beside them; one column may be the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound: a file, or a span of one.

    Parameters
    ----------
    path : str
        Relative to the dataset's root, with forward slashes on every system.
    start : float
        Where the span begins, in seconds, at least 0.
    end : float or None
        Where it ends, in seconds, or None for the end of the file.
    """

    path: str
    start: float = 0.0
    end: float | None = None

    @property
    def name(self) -> str:
        """The file name, with the span where the clip is one."""
        stem = self.path.rpartition("/")[2]
        if self.start == 0.0 and self.end is None:
            return stem
        end = "end" if self.end is None else f"{self.end:g}"
        return f"{stem} [{self.start:g}-{end} s]"

    @property
    def folder(self) -> str:
        """The folder below the root, "" for the root itself."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class Dataset:
    """A frozen list of clips and the metadata columns beside it.

    Parameters
    ----------
    root : str
        The folder that the clips' paths start from.
    clips : tuple of Clip
        In a stable order; every array elsewhere follows it.
    columns : mapping of name to tuple of str
        Metadata, one value per clip; "" where there is none.
    label_column : str or None
        The column that scores the groups, or None where there is no truth.

    Raises
    ------
    ParameterError
        If a column's length differs from the number of clips, or the label column
        does not exist.
    """

    root: str
    clips: tuple[Clip, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    label_column: str | None = None

    def __post_init__(self) -> None:
        """Check that the columns fit the clips."""
        for name, values in self.columns.items():
            if len(values) != len(self.clips):
                raise ParameterError(
                    f"Dataset column {name!r} must hold {len(self.clips)} values, one "
                    f"per clip; it holds {len(values)}"
                )
        if self.label_column is not None and self.label_column not in self.columns:
            raise ParameterError(
                f"Dataset.label_column must be one of {sorted(self.columns)}; "
                f"it is {self.label_column!r}"
            )

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self.clips)

    def __reduce__(self) -> tuple[Callable[..., Dataset], tuple[object, ...]]:
        """Travel to another process as columns, not as one object per clip.

        Pickling holds the interpreter in one go; making the clips does not, so a
        window at either end goes on.
        """
        paths = tuple([clip.path for clip in self.clips])
        starts = tuple([clip.start for clip in self.clips])
        ends = tuple([clip.end for clip in self.clips])
        return _from_columns, (
            self.root,
            (paths, starts, ends),
            self.columns,
            self.label_column,
        )

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The truth, one per clip, "" where unknown; None without a label column."""
        return None if self.label_column is None else self.columns[self.label_column]

    @property
    def name(self) -> str:
        """What to call the collection: the name of its folder."""
        return Path(self.root).name or self.root

    def file(self, clip: Clip) -> Path:
        """Return the full path of a clip's file."""
        return Path(self.root, *clip.path.split("/"))

    def with_label_column(self, name: str | None) -> Dataset:
        """Return the same clips, scored by another column."""
        return replace(self, label_column=name)

    def with_columns(self, columns: Mapping[str, tuple[str, ...]]) -> Dataset:
        """Return the same clips with further columns; of one name, the new one.

        Raises
        ------
        ParameterError
            If a column does not hold one value per clip.
        """
        return replace(self, columns={**self.columns, **columns})

    def subset(self, indices: Sequence[int]) -> Dataset:
        """Return some of the clips, in the order given, with their metadata."""
        return replace(
            self,
            clips=tuple([self.clips[i] for i in indices]),
            columns={
                name: tuple([values[i] for i in indices])
                for name, values in self.columns.items()
            },
        )


def _from_columns(
    root: str,
    spans: tuple[tuple[str, ...], tuple[float, ...], tuple[float | None, ...]],
    columns: Mapping[str, tuple[str, ...]],
    label_column: str | None,
) -> Dataset:
    """Return the dataset that `Dataset.__reduce__` took apart."""
    return Dataset(root, tuple(map(Clip, *spans)), columns, label_column)
