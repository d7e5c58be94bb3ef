"""The results so far: rows appended to a file as they come, and tables made of them.

The file is JSON lines, one row each. A line that a crash cut short is passed over, and
its row computed again; of two rows with one key the later counts.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from engine.audio.failure import Failure
from engine.audio.tables import cell_text, replacing
from engine.clustering.metrics import written
from engine.errors import EngineError
from engine.features.representation import RepresentationParams

ROWS = "rows.jsonl"
"""The name of the file that is appended to."""

_LEADING = (
    *("feature", "type", "pooling", "scaling", "reduction", "manifold"),
    *("method", "algorithm", "k", "n_clusters", "nmi", "accuracy", "ari", "ami"),
    *("v_measure", "purity", "silhouette", "calinski_harabasz", "davies_bouldin"),
)
_NAMING = ("feature", "type", "algorithm")
_TEXTS = _LEADING[:8]
_TRAILING = ("seed", "parameters", "notes", "error", "key", "versions", "seconds")
_SHOWN: dict[str, tuple[str, tuple[object, ...]]] = {
    "feature": ("Feature", ()),
    "type": ("Type", ()),
    "pooling": ("Pooling", ("",)),
    "scaling": ("Scaling", ("", RepresentationParams.scaling)),
    "reduction": ("Reduction", ("", "none")),
    "manifold": ("Manifold", ("", "none")),
    "algorithm": ("Algorithm", ()),
    "n_clusters": ("Clusters", ()),
    "seed": ("Seed", (0,)),
    "coverage": ("Coverage", (1.0,)),
    "nmi": ("NMI", ()),
    "accuracy": ("Accuracy", ()),
    "ari": ("ARI", ()),
    "silhouette": ("Silhouette", ()),
}
"""Columns for people: their headings, and values that say nothing if all have them."""

_WORDS = {
    d.name: {str(value): label for value, label in d.choices}
    for d in RepresentationParams.declared()
    if d.choices
} | {"type": {"array": "Array", "image": "Image", "embedding": "Embedding"}}
_LATEX = str.maketrans(
    {c: "\\" + c for c in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\^{}"}
)

Row = Mapping[str, Any]


class Table:
    """Rows of results, in the order of the grid.

    Parameters
    ----------
    rows : sequence of mapping
        Column names and JSON values; "error" is "" in a row that has results.
    failures : sequence of Failure
        The clips that no row is about, because they have no features.
    digest : str
        Which clips and labels they are about (`engine.experiment.provenance`).
    """

    def __init__(
        self, rows: Sequence[Row], failures: Sequence[Failure] = (), digest: str = ""
    ) -> None:
        self.rows = list(rows)
        self.failures, self.digest = tuple(failures), digest

    def columns(self) -> list[str]:
        """Return the columns: what was tried, the scores, then where it came from."""
        found = dict.fromkeys(name for row in self.rows for name in row)
        lead = [name for name in _LEADING if name in found]
        trail = [name for name in _TRAILING if name in found]
        others = [name for name in found if name not in (*_LEADING, *_TRAILING)]
        return lead + others + trail

    def chief_columns(self) -> list[str]:
        """Return the columns that people look at, less those that say nothing here."""
        return [
            name
            for name, (_, silent) in _SHOWN.items()
            if name in _NAMING
            or any(row.get(name) not in (None, *silent) for row in self.rows)
        ]

    @property
    def score(self) -> str:
        """The column that ranks: NMI, or the silhouette where there is no truth."""
        known = any(row.get("nmi") is not None for row in self.rows)
        return "nmi" if known else "silhouette"

    def best(self, *by: str) -> Table:
        """Return the best row of every feature and type, or of other columns.

        Parameters
        ----------
        *by : str
            Columns; by default "feature" and "type", as the study's tables have it.
        """
        by = by or ("feature", "type")
        best: dict[tuple[Any, ...], Row] = {}
        for row in self.rows:
            if row.get(self.score) is None:
                continue
            group = tuple(row.get(name) for name in by)
            if group not in best or row[self.score] > best[group][self.score]:
                best[group] = row
        return Table(list(best.values()))

    def markdown(self) -> str:
        """Return a table for a README: what was tried and the chief scores."""
        names = self.chief_columns()
        rules = ["---" if name in _TEXTS else "---:" for name in names]
        lines = [[_SHOWN[name][0] for name in names], rules]
        lines += [[_markdown(row, name) for name in names] for row in self.rows]
        return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)

    def latex(self) -> str:
        """Return the same for a paper: a tabular with plain rules."""
        names = self.chief_columns()
        kinds = "".join("l" if name in _TEXTS else "r" for name in names)
        lines = [[_SHOWN[name][0] for name in names]]
        lines += [
            [_shown(row, name).translate(_LATEX) for name in names] for row in self.rows
        ]
        head, *body = [" & ".join(cells) + r" \\" for cells in lines]
        inside = "\n".join([r"\hline", head, r"\hline", *body, r"\hline"])
        return f"\\begin{{tabular}}{{{kinds}}}\n{inside}\n\\end{{tabular}}\n"

    def write(self, folder: Path, name: str) -> list[Path]:
        """Write ``name.csv``, ``name.md`` and ``name.tex``; return their paths.

        Raises
        ------
        EngineError
            If one cannot be written.
        """
        paths = [folder / f"{name}.{suffix}" for suffix in ("csv", "md", "tex")]
        with _writing(folder):
            with replacing(paths[0], errors="backslashreplace") as file:
                table = csv.writer(file)
                columns = self.columns()
                table.writerow(columns)
                table.writerows(
                    [_cell(row.get(column)) for column in columns] for row in self.rows
                )
            texts = (self.markdown(), self.latex())
            for path, text in zip(paths[1:], texts, strict=True):
                with replacing(path, errors="backslashreplace") as file:
                    file.write(text)
        return paths


class RowFile:
    """The file that rows are appended to.

    Parameters
    ----------
    folder : Path
        Made when it is missing.

    Raises
    ------
    EngineError
        If it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / ROWS
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._torn = False
            self._rows = self._read()

    def __contains__(self, key: object) -> bool:
        """Tell whether a row has results; one with an error is tried again."""
        return key in self._rows and not self._rows[str(key)]["error"]

    def get(self, key: str) -> Row | None:
        """Return a row, or None."""
        return self._rows.get(key)

    def append(self, rows: Iterable[Row]) -> None:
        """Add rows so that they survive whatever happens next."""
        with _writing(self.path.parent), self.path.open("ab") as file:
            self._end_torn_line(file)
            for row in rows:
                file.write(json.dumps(row).encode() + b"\n")
                self._rows[row["key"]] = row
            file.flush()
            os.fsync(file.fileno())

    def _end_torn_line(self, file: IO[bytes]) -> None:
        if self._torn:
            file.write(b"\n")
            self._torn = False

    def _read(self) -> dict[str, Row]:
        rows: dict[str, Row] = {}
        if not self.path.exists():
            return rows
        data = self.path.read_bytes()
        self._torn = bool(data) and not data.endswith(b"\n")
        for line in data.splitlines():
            try:
                row = json.loads(line)
                rows[row["key"]] = {"error": ""} | row
            except (ValueError, KeyError, TypeError):
                continue
        return rows


def _markdown(row: Row, name: str) -> str:
    return _shown(row, name).replace("|", r"\|").replace("\n", " ")


def _shown(row: Row, name: str) -> str:
    value = row.get(name)
    if isinstance(value, float):
        return written(name, value, 3)
    if value is None:
        return ""
    # Several features are one value.
    words = _WORDS.get(name, {})
    return " + ".join(words.get(part, part) for part in str(value).split("+"))


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        value = json.dumps(value, sort_keys=True)
    return cell_text(value) if isinstance(value, str) else value


@contextmanager
def _writing(folder: Path) -> Any:
    try:
        yield
    except OSError as error:
        raise EngineError(f"{folder}: the results cannot be kept: {error}") from error
