"""Features as files that other programs read: per clip, or the whole matrix.

Every feature and kind has a folder, in which the folders of the collection are kept::

    <folder>/<feature>/npy/<path of the clip>.npy     float32, (rows, frames)
    <folder>/<feature>/grey/<path of the clip>.png    8-bit grey
    <folder>/<feature>/colour/<path of the clip>.png  24-bit colour
    <folder>/<feature>/<kind>/settings.json           what these files were made with

A run that was cancelled goes on where it ended; see `engine.features.clip_files`.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from engine.audio.dataset import Dataset
from engine.audio.decoding import decode
from engine.audio.failure import Failure
from engine.audio.preparing import PreparationParams, prepare
from engine.audio.reasons import plain_reason
from engine.errors import AudioError, EngineError, ParameterError
from engine.features.clip_files import KINDS, ClipFiles, content, write_whole
from engine.features.machine import longest_sound
from engine.features.pool import Job, Outcome, compute_here, compute_in_pool
from engine.features.representation import Representation
from engine.features.spectral import FEATURES, FeatureParams, features_of
from engine.machine import default_workers
from engine.params import Params, param
from engine.progress import Report, Step, silent

_REPORT = 0.1  # seconds between two reports
_FEW = 40  # clips for which a second process costs more than it brings


@dataclass(frozen=True)
class FeatureExportParams(Params):
    """Which files are made of each clip."""

    feature: str = param(
        "mfcc_without_first", label="Features", choices=FEATURES, several=True
    )
    kind: str = param(
        "npy",
        label="Files",
        choices=KINDS,
        several=True,
        help="Numbers are the feature itself, a row per band or coefficient",
    )
    size: str = param(
        "image",
        label="Picture size",
        choices={"image": "96x48 pixels", "full": "A pixel per frame and band"},
        help="Low frequencies are at the bottom; of the small pictures, the "
        "spectrogram's frequency axis is logarithmic",
    )


@dataclass(frozen=True)
class FeatureExport:
    """What came of an export.

    Parameters
    ----------
    written, kept : int
        Clips whose files were made now, and those whose files were all there already.
    failures : tuple of Failure
        The clips without files, in the order of the dataset.
    """

    written: int
    kept: int
    failures: tuple[Failure, ...]


def export_features(
    dataset: Dataset,
    folder: str | Path,
    params: FeatureExportParams | None = None,
    features: FeatureParams | None = None,
    preparation: PreparationParams | None = None,
    *,
    workers: int | None = None,
    report: Report = silent,
) -> FeatureExport:
    """Write the features of every clip to files, in the layout above.

    Parameters
    ----------
    dataset : Dataset
    folder : str or Path
        Where; made if it is missing. See `engine.audio.naming.target_path` for names.
    params : FeatureExportParams, optional
    features : FeatureParams, optional
        How features are computed.
    preparation : PreparationParams, optional
        What is done to the sounds before that.
    workers : int, optional
        Number of worker processes, 0 for none, as for
        `engine.features.extraction.extract`.
    report : callable
        Called about ten times a second; may raise Cancelled, which keeps what is done.

    Returns
    -------
    FeatureExport

    Raises
    ------
    ParameterError
        If the number of workers is negative, or the preparation does not fit the rate.
    EngineError
        If the folder cannot be written or the workers cannot be started.
    """
    if workers is not None and workers < 0:
        raise ParameterError(
            f"export_features: workers must be at least 0; it is {workers}"
        )
    params, features = params or FeatureExportParams(), features or FeatureParams()
    preparation = preparation or PreparationParams()
    preparation.check_rate(features.rate)
    done, total, reported = 0, 0, -np.inf

    def beat() -> None:
        nonlocal reported
        if time.monotonic() - reported >= _REPORT:
            reported = time.monotonic()
            report(Step(done, total, "Exporting features"))

    jobs = []
    planned = _planned(dataset, Path(folder), params, features, preparation)
    for index, request in enumerate(planned):
        beat()
        if request.targets:
            jobs.append(Job(index, request))
    if workers is None:
        workers = 1 if len(jobs) < _FEW else default_workers()
    compute = partial(
        _write_clip,
        params=features,
        preparation=preparation,
        size=params.size,
        longest=longest_sound(features, workers or 1),
    )
    total, failures = len(jobs), []
    for outcome in _outcomes(compute, jobs, workers, beat):
        done += 1
        if outcome.result is None:
            path = dataset.clips[outcome.number].path
            failures.append(Failure(outcome.number, path, outcome.reason))
    report(Step(done, total, "Exporting features"))
    failures.sort(key=lambda failure: failure.index)
    written = total - len(failures)
    return FeatureExport(written, len(dataset) - total, tuple(failures))


def save_matrix(path: str | Path, found: Representation, dataset: Dataset) -> Path:
    """Write a matrix and what its rows stand for into one NPZ file.

    Parameters
    ----------
    path : str or Path
        Replaced whole, or left as it was.
    found : Representation
    dataset : Dataset
        The one whose clips were represented.

    Returns
    -------
    Path
        The file written, for ``numpy.load(path, allow_pickle=False)``: "matrix" float32
        (n_rows, n_columns), "rows" int64, and per row "paths" and "labels" (text, ""
        where there is none), "starts" and "ends" (seconds; NaN: the end of the file).

    Raises
    ------
    EngineError
        If the file cannot be written.
    """
    clips = [dataset.clips[row] for row in found.rows]
    labels = dataset.labels or ("",) * len(dataset)
    file = io.BytesIO()
    np.savez(
        file,
        matrix=found.matrix,
        rows=found.rows,
        paths=np.array([clip.path for clip in clips], np.str_),
        labels=np.array([labels[row] for row in found.rows], np.str_),
        starts=np.array([clip.start for clip in clips], np.float64),
        ends=np.array([np.nan if c.end is None else c.end for c in clips], np.float64),
    )
    try:
        write_whole(Path(path), file.getvalue())
    except (OSError, ValueError) as error:
        reason = plain_reason(error)
        raise EngineError(f"{path}: cannot be written: {reason}") from error
    return Path(path)


@dataclass(frozen=True, slots=True)
class _Request:
    """What a worker needs to know: the span of a file, and what is to be made of it."""

    path: str
    start: float
    end: float | None
    targets: tuple[tuple[str, str, Path], ...]  # feature, kind, file


def _planned(
    dataset: Dataset,
    folder: Path,
    params: FeatureExportParams,
    features: FeatureParams,
    preparation: PreparationParams,
) -> Iterator[_Request]:
    """Yield for every clip what is still to be made of it, which may be nothing."""
    spans = repr([(c.path, c.start, c.end) for c in dataset.clips]).encode()
    settings = {
        # Among other clips the same one may get another name.
        "clips": hashlib.blake2b(spans, digest_size=10).hexdigest(),
        "features": features.to_dict(),
        "preparation": preparation.to_dict(),
    }
    drawn = settings | {"size": params.size}
    kinds = [
        ClipFiles(folder, feature, kind, settings if kind == "npy" else drawn)
        for feature in params.feature.split("+")
        for kind in params.kind.split("+")
    ]
    for clip in dataset.clips:
        file = dataset.file(clip)
        try:
            changed = file.stat().st_mtime
        except (OSError, ValueError):
            changed = np.inf  # decoding it says what is wrong
        targets = ((files, files.target(clip)) for files in kinds)
        wanted = tuple(
            (files.feature, files.kind, target)
            for files, target in targets
            if not files.is_done(target, changed)
        )
        yield _Request(str(file), clip.start, clip.end, wanted)


def _outcomes(
    compute: partial[bytes], jobs: list[Job], workers: int, beat: Callable[[], None]
) -> Iterator[Outcome]:
    if jobs and workers:
        return compute_in_pool(compute, iter(jobs), workers, beat)
    return compute_here(compute, iter(jobs), beat)


def _write_clip(
    request: _Request,
    params: FeatureParams,
    preparation: PreparationParams,
    size: str,
    longest: float,
) -> bytes:
    span = request.start, request.end
    samples = decode(request.path, *span, rate=params.rate, longest=longest)
    found = features_of(prepare(samples, params.rate, preparation), params)
    for name, kind, target in request.targets:
        try:
            write_whole(target, content(found[name], name, kind, size, params))
        except (OSError, ValueError) as error:
            reason = f"not written: {plain_reason(error)}"
            raise AudioError(str(target), reason) from error
    return b""
