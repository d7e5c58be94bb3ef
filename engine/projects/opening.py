"""From what a person points at to a project: a folder, a table, a project, the demo."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import count
from pathlib import Path

import platformdirs

from engine.audio.beside import notes_beside
from engine.audio.dataset import Dataset
from engine.audio.demo import write_demo
from engine.audio.failure import Failure
from engine.audio.layouts import recognise
from engine.audio.metadata import read_table
from engine.audio.scanning import LABEL_COLUMN, TEXT_EXTENSIONS, scan
from engine.audio.segmentation import RECORDING_COLUMN, SegmentationParams, segment
from engine.errors import DamagedProjectError, ProjectError
from engine.features.store import FeatureStore, default_folder
from engine.progress import Report, silent
from engine.projects.file import SUFFIX, about, read
from engine.projects.merging import merged
from engine.projects.pipeline import Pipeline
from engine.projects.project import Project, View
from engine.projects.results import seen_anew, started_anew
from engine.projects.verification import outdated

# More groups than this are not offered unasked, however many labels there are.
MOST_CLUSTERS_UNASKED = 60
FEWEST_CLUSTERS_UNASKED = 2
_MOST_LOOKED_INTO = 200  # projects, for that of a folder
_MISSING_NAMED = 5  # rows of a table without a clip, by name


@dataclass(frozen=True, eq=False)
class Opened:
    """What was opened.

    Parameters
    ----------
    project : Project
    view : View
    path : Path
        The project file; it may not exist yet.
    notes : tuple of str
        What a person should know about it.
    failures : tuple of Failure
        The recordings that could not be cut into clips, by their index among those.
    """

    project: Project
    view: View
    path: Path
    notes: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def projects_folder() -> Path:
    """Return where projects live that were never saved under a name.

    The environment variable ``AUDIOCLUST_DATA`` overrides the system's place.
    """
    chosen = os.environ.get("AUDIOCLUST_DATA")
    base = Path(chosen) if chosen else platformdirs.user_data_path("audioclust", False)
    return base / "projects"


def project_file_of(root: str | Path) -> Path:
    """Return the project file that belongs to a folder of sounds, or to a table."""
    path = Path(root).absolute()
    name = re.sub(r"[^\w.-]+", "-", path.name).strip("-.")[:60] or "sounds"
    name = name.encode(errors="replace").decode().replace("?", "-")
    digest = hashlib.blake2b(os.fsencode(path), digest_size=4).hexdigest()
    return projects_folder() / f"{name}-{digest}{SUFFIX}"


def kept_project_of(root: str | Path) -> Path:
    """Return the project file of a folder, whatever it was called at first.

    Where there is none that belongs to it by name, it is the newest of another folder
    whose sounds are in this one since a person located them there.
    """
    named = project_file_of(root)
    if named.exists():
        return named
    here = os.path.normcase(Path(root).absolute())
    kept: list[Path] = []
    with suppress(OSError):
        found = projects_folder().glob(f"*{SUFFIX}")
        kept = nlargest(_MOST_LOOKED_INTO, found, key=lambda path: path.stat().st_mtime)
    for path in kept:
        with suppress(ProjectError):
            place, columns = about(path)
            if os.path.normcase(place) == here and _is_of_a_folder(path, columns):
                return path
    return named


def _is_of_a_folder(path: Path, columns: Sequence[str]) -> bool:
    """Tell a folder's project from a table's, and from that of cut recordings."""
    called = path.stem.rpartition("-")[0]
    table = os.path.splitext(called)[1].lower() in TEXT_EXTENSIONS  # noqa: PTH122
    return not table and LABEL_COLUMN in columns and RECORDING_COLUMN not in columns


def segmented_file_of(source: Path, params: SegmentationParams) -> Path:
    """Return the project file of what a project's recordings are cut into."""
    name = source.stem.partition("-split-")[0]
    asked = os.fsencode(source.absolute()) + params.key().encode()
    digest = hashlib.blake2b(asked, digest_size=4).hexdigest()
    return projects_folder() / f"{name}-split-{digest}{SUFFIX}"


def demo_folder() -> Path:
    """Return where the demo collection is written."""
    return default_folder() / "demo"


def open_folder(root: str, report: Report = silent) -> Opened:
    """Look through a folder, and take up the work on it where it was left.

    Raises
    ------
    AudioError
        If the folder cannot be read.
    ProjectError
        If there is no sound in it, or its project cannot be read now: it is of a newer
        version, or another program holds on to it. A damaged one is set aside.
    """
    found = scan(root, report)
    if not found.dataset.clips:
        raise ProjectError(
            f"{found.dataset.root}: there is no sound file in it. AudioClust looks for "
            "WAV, FLAC, OGG, MP3 and AIFF files, also in the folders below."
        )
    known = recognise(found.dataset)
    dataset = found.dataset if known is None else known.dataset
    notes = [f"Not looked through: {error}" for error in found.skipped]
    path = kept_project_of(dataset.root)
    if known is not None and not path.exists():
        notes.insert(0, known.sentence)
    opened = _resume(dataset, path, report)
    if opened.project.dataset.label_column in (None, LABEL_COLUMN):
        notes += notes_beside(found)
    return replace(opened, notes=(*opened.notes, *notes))


def open_table(table: str, report: Report = silent) -> Opened:
    """Open the sounds that a table lists (CSV, TSV), or take up the work on them.

    Raises
    ------
    AudioError
        If the table cannot be read, or no column of it names files.
    ProjectError
        If none of its files is there, or its project cannot be read now.
    """
    listing = read_table(table, report=report)
    missing = listing.missing
    if not listing.dataset.clips:
        first = f": {missing[0]}" if missing else ""
        raise ProjectError(f"{table}: none of its sounds can be found{first}")
    notes = [f"Not in the collection: {error}" for error in missing[:_MISSING_NAMED]]
    if more := len(missing) - len(notes):
        notes.append(f"Nor are {more} other rows of the table.")
    opened = _resume(listing.dataset, project_file_of(table), report)
    return replace(opened, notes=(*opened.notes, *listing.notes, *notes))


def open_segmented(
    dataset: Dataset,
    source: Path,
    params: SegmentationParams,
    report: Report = silent,
) -> Opened:
    """Cut recordings into clips, and open these, or take up the work on them.

    Parameters
    ----------
    dataset : Dataset
        The recordings.
    source : Path
        The project file that they belong to; it is not touched.
    params : SegmentationParams
    report : Report

    Raises
    ------
    AudioError, ParameterError
        As from `engine.audio.segmentation.segment`.
    ProjectError
        If there is nothing to cut out, or the project of the clips cannot be read now.
    """
    cut = segment(dataset, params, report)
    if not cut.dataset.clips:
        reasons = [f"{failure.path}: {failure.reason}" for failure in cut.failures]
        first = next(iter((*cut.notes, *reasons)), "there are no recordings")
        raise ProjectError(f"Nothing was found to cut out. {first}")
    opened = _resume(cut.dataset, segmented_file_of(source, params), report)
    used = len(dataset) - len(cut.failures)
    of = "1 recording" if used == 1 else f"{used:,} recordings"
    told = f"{len(cut.dataset):,} clips were cut out of {of}."
    notes = (told, *opened.notes, *cut.notes)
    return replace(opened, notes=notes, failures=cut.failures)


def open_demo(report: Report = silent) -> Opened:
    """Open the demo collection, synthesising what is missing of it."""
    dataset = write_demo(demo_folder(), report)
    return _resume(dataset, project_file_of(dataset.root), report)


def open_project(path: str, report: Report = silent) -> Opened:
    """Open a project file as it was left.

    Raises
    ------
    ProjectError
        If it cannot be read.
    """
    project, view = read(path)
    opened = Opened(project, view, Path(path).absolute())
    if not os.path.isdir(project.dataset.root):  # noqa: PTH112 - does not raise
        note = (
            "The sounds are away: results are shown, but nothing can be played or "
            "computed. If they have moved, use File > Locate sounds; they were at "
            f"{project.dataset.root}"
        )
        return replace(opened, project=_kept(project), notes=(note,))
    return _up_to_date(opened, report)


def open_kept(root: str, report: Report = silent) -> Opened:
    """Open what was made of a folder or a table that is not there now.

    Raises
    ------
    ProjectError
        If nothing was kept of it, or that cannot be read.
    """
    opened = open_project(str(kept_project_of(root)), report)
    there = opened.project.dataset.root
    if not os.path.isdir(there):  # noqa: PTH112
        return opened
    note = f"{root} is not there any more. This is its project, with sounds in {there}"
    return replace(opened, notes=(*opened.notes, note))


def fresh(dataset: Dataset) -> Project:
    """Return a new project, asking for as many clusters as there are labels.

    Without labels it asks for ten, or the square root of the number of clips.
    """
    labels = dataset.labels or ()
    classes = len({label for label in labels if label})
    pipeline = Pipeline()
    # Without labels, the default of the methods, but fewer where there are few clips.
    few = max(FEWEST_CLUSTERS_UNASKED, round(math.sqrt(len(dataset))))
    k = classes or min(pipeline.n_clusters or few, few)
    k = max(1, min(k, MOST_CLUSTERS_UNASKED, len(dataset)))
    methods = {
        name: params.replace(n_clusters=k) if hasattr(params, "n_clusters") else params
        for name, params in pipeline.methods.items()
    }
    return Project(dataset, replace(pipeline, methods=methods))


def _kept(project: Project) -> Project:
    """Forget that features were extracted if they are not in the store any more."""
    extraction = project.extraction
    if extraction is not None:
        store = FeatureStore(
            default_folder(), extraction.params, extraction.preparation
        )
        if not all(key in store for key in extraction.keys if key is not None):
            return replace(project, extraction=None)
    return project


def _up_to_date(opened: Opened, report: Report) -> Opened:
    """Forget results that are not those of the files as they are now."""
    project = _kept(opened.project)
    changed: frozenset[int] = frozenset()
    if project.extraction is not None:
        changed = outdated(project.dataset, project.extraction, report)
    if not changed:
        return replace(opened, project=project)
    note = f"{len(changed)} recordings have changed or can be read again. "
    note += "The parameters and names were kept."
    project = started_anew(project)
    return replace(opened, project=project, notes=(*opened.notes, note))


def _resume(dataset: Dataset, path: Path, report: Report) -> Opened:
    """Take up the project in a file with the collection as it is now."""
    if not path.exists():
        return Opened(fresh(dataset), View(), path)
    try:
        project, view = read(path)
    except DamagedProjectError as error:
        if path.stat().st_size == 0:  # ended before anything was written
            return Opened(fresh(dataset), View(), path)
        spoilt = _set_aside(path)
        note = f"{error}. It was set aside as {spoilt}; the collection starts anew."
        return Opened(fresh(dataset), View(), path, (note,))
    before, found = project.dataset, dataset
    dataset = merged(before, found)
    spanned = {clip.path for clip in dataset.clips}
    notes: tuple[str, ...] = ()
    if apart := sum(clip.path not in spanned for clip in found.clips):
        notes = (f"{apart} recordings hold none of the project's spans.",)
    if dataset.clips == before.clips:
        scores = project.scores if dataset.labels == before.labels else None
        project = replace(project, dataset=dataset, scores=scores)
        return _up_to_date(Opened(project, view, path, notes), report)
    old, now = set(before.clips), set(dataset.clips)
    note = f"The collection has changed: {len(now - old)} clips are new, "
    note += f"{len(old - now)} are gone. The parameters and names were kept."
    if project.grouping is not None and project.grouping.source:
        note += f" The tree from {project.grouping.source} has other clips."
    view = seen_anew(view, before, dataset)
    return Opened(started_anew(project, dataset), view, path, (note, *notes))


def _set_aside(path: Path) -> Path:
    """Rename a damaged project, and what SQLite kept beside it, to a name of its own.

    Raises
    ------
    ProjectError
        If it cannot be renamed.
    """
    names = (f".{n}.damaged" if n > 1 else ".damaged" for n in count(1))
    spoilt = next(s for s in map(path.with_suffix, names) if not s.exists())
    try:
        # The journal first: alone, it would be played back into the next project.
        for ending in ("-journal", ""):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.rename(spoilt.with_name(spoilt.name + ending))
    except OSError as error:
        raise ProjectError(
            f"{path}: is damaged and cannot be set aside: {error}"
        ) from error
    return spoilt
