"""The result as a table that a spreadsheet opens, and its tree for other programs."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from engine.audio.converting import ConversionParams, Converted, convert
from engine.audio.dataset import Clip, Dataset
from engine.audio.preparing import PreparationParams
from engine.audio.tables import cell_text, replacing
from engine.clustering import linkage_files
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.newick import newick
from engine.clustering.partition import UNPLACED
from engine.errors import ProjectError
from engine.features.machine import longest_prepared
from engine.progress import Report, Step, silent
from engine.projects.project import Project

_ROWS_A_STEP = 4096
_COMMON_RATE = 48_000  # Hz, of recordings whose own rate is kept


def write_csv(project: Project, path: str | Path, report: Report = silent) -> Path:
    """Write one row per clip: path, span, label, cluster, its name, place on the map.

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
        without features; its name is empty where nobody gave it one. Text that a
        spreadsheet would take for a formula gets an apostrophe in front.

    Raises
    ------
    ProjectError
        If the file cannot be written.
    """
    path = Path(path)
    dataset, labels, positions = project.dataset, project.labels, project.positions
    columns, names = list(dataset.columns), project.names
    header = ["cluster", "cluster_name", "x", "y"]
    with _written(path), replacing(path, errors="backslashreplace") as file:
        table = csv.writer(file)
        table.writerow(["path", "start", "end", *map(cell_text, columns), *header])
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
                    cell_text(names.get(int(labels[i]), "")),
                    *(f"{x:.6g}" if placed else "" for x in positions[i]),
                ]
            )
    return path


def write_newick(project: Project, path: str | Path, report: Report = silent) -> Path:
    """Write the tree in the Newick format, with the names of clips and branches.

    Parameters
    ----------
    project : Project
    path : str or Path
        Replaced whole, or left as it was.
    report : Report

    Returns
    -------
    Path
        The file written, UTF-8; see `engine.clustering.newick.newick`. A leaf is called
        by the path of its clip, with its span where the file has several.

    Raises
    ------
    ProjectError
        If there is no tree, or the file cannot be written.
    """
    path, (tree, clips) = Path(path), _tree_of(project)
    report(Step(0, 1, "Exporting the tree"))
    text = newick(tree, clips, project.edits.names)
    with _written(path), replacing(path, errors="strict") as file:
        file.write(text)
    return path


def write_linkage(project: Project, path: str | Path, report: Report = silent) -> Path:
    """Write the tree as a linkage in SciPy's convention.

    Parameters
    ----------
    project : Project
    path : str or Path
        A table with the names of the leaves where it ends in .csv, an NPY file
        otherwise; see `engine.clustering.linkage_files.write_linkage`.
    report : Report

    Returns
    -------
    Path
        The file written; `engine.projects.importing` takes it back.

    Raises
    ------
    ProjectError
        If there is no tree, or the file cannot be written.
    """
    path, (tree, clips) = Path(path), _tree_of(project)
    with _written(path):
        linkage_files.write_linkage(tree.linkage, path, clips, report)
    return path


def clip_names(dataset: Dataset, rows: Iterable[int]) -> list[str]:
    """Return what tells clips apart: paths, with the span where a file has several."""
    count = Counter(clip.path for clip in dataset.clips)
    return [
        clip.path if count[clip.path] == 1 else f"{clip.path} {_span(clip)}"
        for clip in (dataset.clips[row] for row in rows)
    ]


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


def _tree_of(project: Project) -> tuple[Hierarchy, list[str]]:
    """Return the tree and the names of its leaves."""
    grouping = project.grouping
    tree = None if grouping is None else grouping.hierarchy
    if grouping is None or tree is None:
        raise ProjectError("There is no tree: group by agglomerative clustering first")
    return tree, clip_names(project.dataset, grouping.rows.tolist())


def _span(clip: Clip) -> str:
    end = "end" if clip.end is None else f"{clip.end}"
    return f"[{clip.start}-{end} s]"


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """Say of what the system refuses which file it is about."""
    try:
        yield
    except OSError as error:
        raise ProjectError(f"{path}: cannot be written: {error}") from error
