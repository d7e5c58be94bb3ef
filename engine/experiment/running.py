"""Working through a grid: what is there already is kept, what fails is a row."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine.audio.dataset import Dataset
from engine.audio.preparing import PreparationParams
from engine.autoencoder.recipe import Recipe
from engine.errors import EngineError, ParameterError
from engine.experiment.cells import Cell, cells_of, failed_row, rows_of
from engine.experiment.embedding import embeddings
from engine.experiment.grid import CLASSES, Grid
from engine.experiment.provenance import digest_of
from engine.experiment.sources import Source, StoredFeatures
from engine.experiment.table import RowFile, Table
from engine.features.dask_pool import compute_on_dask
from engine.features.extraction import extract
from engine.features.pool import Job, Outcome, compute_here, compute_in_pool
from engine.features.representation import RepresentationParams
from engine.features.spectral import FeatureParams
from engine.features.store import default_folder
from engine.progress import Report, Step, silent

_MESSAGE = "Trying combinations"
_REPORT = 0.1  # seconds between two reports


def run(
    dataset: Dataset,
    grid: Grid,
    out: str | Path,
    *,
    features: FeatureParams | None = None,
    preparation: PreparationParams | None = None,
    sources: Sequence[Source] = (),
    networks: Sequence[tuple[str, Recipe]] = (),
    network_scalings: Sequence[str] = ("none",),
    folder: Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    report: Report = silent,
) -> Table:
    """Fit and score every combination of a grid that has no row yet.

    Parameters
    ----------
    dataset : Dataset
        Scored by its label column, where it has one.
    grid : Grid
    out : path
        A folder for ``rows.jsonl``, to which every row is added as soon as it is there,
        and, at the end, ``table`` and ``best`` as CSV, Markdown and LaTeX. A run
        into the same folder goes on where the last one ended.
    features : FeatureParams, optional
    preparation : PreparationParams, optional
    sources : sequence of Source
        More matrices that every method is tried on, such as embeddings.
    networks : sequence of (name, Recipe), optional
        Networks to train on the clips' pictures, unless they were before: every method
        is tried on their embeddings, too, with the grid's reductions and manifolds.
    network_scalings : sequence of str
        What scalings these embeddings are given.
    folder : Path, optional
        The cache folder, by default `engine.features.store.default_folder`.
    workers : int, optional
        Processes for extraction and fits, 0 for none: then all is done in this one. By
        default the fits are, and the extraction has as many as suit the machine.
    scheduler : str, optional
        Address of a Dask cluster to compute on instead. Its workers must see the
        sounds and the cache folder under the same paths.
    report : callable
        Told about rows; may raise Cancelled, which keeps what is done.

    Returns
    -------
    Table
        One row per combination, in the order of the grid. The same seed and clips
        give the same rows, but for "seconds", and for what a note says of the training
        of a network. A combination that cannot be computed is a row with its "error",
        and is tried again by the next run.

    Raises
    ------
    ParameterError
        If the grid asks for as many clusters as classes, and there are no labels.
    EngineError
        If no clip has features, or the results cannot be kept.
    """
    folder = Path(folder or default_folder())
    rows = RowFile(Path(out))
    _check_labels(dataset, grid)  # before hours of extraction
    extraction = extract(
        dataset,
        features,
        preparation,
        folder=folder,
        workers=workers,
        scheduler=scheduler,
        report=report,
    )
    if all(key is None for key in extraction.keys):
        first = next(iter(extraction.failures), None)
        why = f": {first.path}: {first.reason}" if first else ""
        raise EngineError(f"No clip has features, so there is nothing to compare{why}")
    stored = [
        StoredFeatures(
            str(folder.absolute()),
            extraction.keys,
            extraction.params,
            extraction.preparation,
            representation,
        )
        for representation in grid.representations
    ]
    trained = embeddings(
        networks, _after(grid, network_scalings), str(folder.absolute()), extraction
    )
    digest = digest_of(extraction.keys, dataset.labels)
    every = (*stored, *sources, *trained)
    cells = list(cells_of(grid, every, dataset.labels, digest))
    _Run(rows, cells, dataset.labels, report).compute(workers, scheduler)
    found = [row for cell in cells for key in cell.keys if (row := rows.get(key))]
    table = Table(found, extraction.failures, digest)
    table.write(Path(out), "table")
    table.best().write(Path(out), "best")
    return table


class _Run:
    def __init__(
        self,
        rows: RowFile,
        cells: Sequence[Cell],
        truth: tuple[str, ...] | None,
        report: Report,
    ) -> None:
        self._rows, self._report = rows, report
        self._truth = truth
        self._total = sum(len(cell.keys) for cell in cells)
        self._pending = [left for cell in cells if (left := _without(cell, rows)).keys]
        self._done = self._total - sum(len(cell.keys) for cell in self._pending)
        self._reported = 0.0

    def compute(self, workers: int | None, scheduler: str | None) -> None:
        self._beat()
        jobs = (Job(i, cell) for i, cell in enumerate(self._pending))
        compute = partial(rows_of, truth=self._truth)
        if not self._pending:
            return
        outcomes: Iterator[Outcome]
        if scheduler is not None:
            outcomes = compute_on_dask(compute, jobs, scheduler, self._beat)
        elif workers:
            outcomes = compute_in_pool(compute, jobs, workers, self._beat)
        else:
            followed = partial(compute, report=self._follow)
            outcomes = compute_here(followed, jobs, self._beat)
        for outcome in outcomes:
            cell = self._pending[outcome.number]
            if outcome.result is None:
                found = [
                    failed_row(cell, i, outcome.reason) for i in range(len(cell.ks))
                ]
            else:
                found = json.loads(outcome.result)
            self._rows.append(found)
            self._done += len(found)
        self._reported = 0.0
        self._beat()

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._reported >= _REPORT:
            self._reported = now
            self._report(Step(self._done, self._total, _MESSAGE))

    def _follow(self, step: Step) -> None:
        """Pass on what a fit says, and with it the chance to stop."""
        self._report(Step(self._done, self._total, f"{_MESSAGE}: {step.message}"))


def _after(grid: Grid, scalings: Sequence[str]) -> list[RepresentationParams]:
    """Return what embeddings go through: all but what chooses features."""
    usual = RepresentationParams()
    how = {n: getattr(usual, n) for n in ("feature", "pooling", "normalisation")}
    found = (
        representation.replace(**how, scaling=scaling)
        for scaling in scalings
        for representation in grid.representations
    )
    return list(dict.fromkeys(found))


def _without(cell: Cell, rows: RowFile) -> Cell:
    """Return a cell less the rows that are there."""
    left = [i for i, key in enumerate(cell.keys) if key not in rows]
    return replace(
        cell,
        ks=tuple(cell.ks[i] for i in left),
        keys=tuple(cell.keys[i] for i in left),
    )


def _check_labels(dataset: Dataset, grid: Grid) -> None:
    if CLASSES in grid.ks and not any(dataset.labels or ()):
        raise ParameterError(
            f"Grid.ks holds {CLASSES!r}, but the clips have no labels; give numbers"
        )
