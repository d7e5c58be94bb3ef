"""The result as a table that a spreadsheet opens and that cannot run anything."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from engine.audio.converting import ConversionParams, Converted, convert
from engine.audio.dataset import Dataset
from engine.audio.preparing import PreparationParams
from engine.audio.tables import cell_text, replacing
from engine.clustering.partition import UNPLACED
from engine.errors import ProjectError
from engine.features.machine import longest_prepared
from engine.progress import Report, Step, silent
from engine.projects.project import Project

_ROWS_A_STEP = 4096
_COMMON_RATE = 48_000  # Hz, of recordings whose own rate is kept


def write_csv(project: Project, path: str | Path, report: Report = silent) -> Path:
    """Write one row per clip: path, span, label, cluster and place on the map.

    Parameters
    ----------
    project : Project
    path : str or Path
        Replaced whole, or left as it was.
    report : Report

    Returns
    -------
    Path
        The file written, UTF-8. The cluster is -1 for noise and empty for a clip
        without features. Text that a spreadsheet would take for a formula
        gets an apostrophe in front.

    Raises
    ------
    ProjectError
        If the file cannot be written.
    """
    path = Path(path)
    dataset, labels, positions = project.dataset, project.labels, project.positions
    columns = list(dataset.columns)
    try:
        with replacing(path, errors="backslashreplace") as file:
            table = csv.writer(file)
            table.writerow(
                ["path", "start", "end", *map(cell_text, columns), "cluster", "x", "y"]
            )
            for i, clip in enumerate(dataset.clips):
                if i % _ROWS_A_STEP == 0:
                    report(Step(i, len(dataset), "Exporting the clusters"))
                placed = not np.isnan(positions[i, 0])
                table.writerow(
                    [
                        cell_text(clip.path),
                        clip.start,
                        "" if clip.end is None else clip.end,
                        *(cell_text(dataset.columns[name][i]) for name in columns),
                        "" if labels[i] == UNPLACED else int(labels[i]),
                        *(f"{x:.6g}" if placed else "" for x in positions[i]),
                    ]
                )
    except OSError as error:
        raise ProjectError(f"{path}: cannot be written: {error}") from error
    return path


def write_sounds(
    dataset: Dataset,
    folder: str | Path,
    params: ConversionParams,
    preparation: PreparationParams,
    report: Report = silent,
) -> Converted:
    """Write the prepared sound of every clip; longer ones than fit in memory fail.

    See `engine.audio.converting.convert`.
    """
    longest = longest_prepared(params.rate or _COMMON_RATE, workers=1)
    return convert(dataset, folder, params, preparation, longest=longest, report=report)
