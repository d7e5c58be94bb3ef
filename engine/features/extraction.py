"""Every clip of a dataset into the feature store: in parallel, resumable, never fatal.

This process finds out which clips are new (by content, so copies count once) and writes
what the workers return; the workers decode and compute. What is done is written about
once a second, so a run that is killed loses a second of work.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np

from engine.audio.dataset import Dataset
from engine.audio.failure import Failure
from engine.audio.preparing import PreparationParams
from engine.audio.reasons import plain_reason
from engine.errors import AudioError, ParameterError
from engine.features.dask_pool import compute_on_dask
from engine.features.identity import DigestCache, Stamp, clip_key, file_digest
from engine.features.machine import longest_prepared
from engine.features.pool import Job, Outcome, compute_here, compute_in_pool
from engine.features.sounds import span_row
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore, default_folder
from engine.machine import default_workers
from engine.progress import Report, Step, silent

__all__ = ["Extraction", "Failure", "extract"]

_FLUSH = 1.0  # seconds of work that a kill may cost
_REPORT = 0.1  # seconds between two reports
_RUN = 16  # clips in a row, where the order is given up for another process's sake
_ROUNDS = 3  # as often as what was lost meanwhile is computed again
_FEW = 40  # clips for which a second process costs more than it brings,
_SMALL = 32 << 20  # unless their files have more bytes than this
_PATIENCE = 60.0  # seconds for which nothing may come of a clip in any case,
_SLOWEST = 50_000  # and bytes of its file for which it may take another one


@dataclass(frozen=True)
class Extraction:
    """What came of a run.

    Parameters
    ----------
    keys : tuple of str or None
        One per clip, for the `FeatureStore`; None where there are no features.
    failures : tuple of Failure
        The clips without features, in the order of the dataset.
    computed : int
        Clips whose features were computed now.
    reused : int
        Clips whose features were there already, or are those of an identical clip.
    params : FeatureParams
        What the features were computed with.
    preparation : PreparationParams
        What was done to the sounds before that.
    """

    keys: tuple[str | None, ...]
    failures: tuple[Failure, ...]
    computed: int
    reused: int
    params: FeatureParams = field(default_factory=FeatureParams)
    preparation: PreparationParams = field(default_factory=PreparationParams)


def extract(
    dataset: Dataset,
    params: FeatureParams | None = None,
    preparation: PreparationParams | None = None,
    *,
    folder: Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    report: Report = silent,
) -> Extraction:
    """Compute what the store does not hold yet of a dataset's clips.

    Parameters
    ----------
    dataset : Dataset
        The clips.
    params : FeatureParams, optional
        How features are computed.
    preparation : PreparationParams, optional
        What is done to the sounds before that.
    folder : Path, optional
        The cache folder; by default `engine.features.store.default_folder`.
    workers : int, optional
        Number of worker processes, 0 for none: then the clips are computed in this
        process, where a codec that crashes takes it along. By default one less than
        the processor has cores, but both of two.
    scheduler : str, optional
        The address of a Dask scheduler, whose workers are used instead. They must find
        the clips under the same paths.
    report : callable
        Called about ten times a second; may raise Cancelled, which keeps what is done.

    Returns
    -------
    Extraction

    Raises
    ------
    ParameterError
        If the number of workers is negative, or sounds at this rate cannot be prepared
        so.
    EngineError
        If the store cannot be written, the workers cannot be started, or the scheduler
        does not answer.

    Notes
    -----
    A clip over which a worker process hangs is given up after a minute, and a second
    for every 50 kB of its file, in which nothing of it was decoded; not so without
    processes or on a scheduler. What is deleted of the store meanwhile is computed
    again. Processes that extract the same clips at once share the work: each takes
    them in an order of its own as soon as it notices the others.
    """
    if workers is not None and workers < 0:
        raise ParameterError(f"extract: workers must be at least 0; it is {workers}")
    params, preparation = params or FeatureParams(), preparation or PreparationParams()
    preparation.check_rate(params.rate)
    folder = Path(folder or default_folder())
    store = FeatureStore(folder, params, preparation)
    with DigestCache(folder / "digests.sqlite") as digests:
        for _ in range(_ROUNDS):
            run = _Run(dataset, params, preparation, store, digests, report)
            try:
                run.compute(workers, scheduler)
            finally:
                run.flush()
            store.compact()
            found = run.result()
            # Somebody may have deleted the cache meanwhile, or a pack was damaged.
            if all(key is None or key in store for key in found.keys):
                break
    return found


@dataclass(frozen=True, slots=True)
class _Request:
    """What a worker needs to know of a clip."""

    path: str
    start: float
    end: float | None
    stamp: Stamp


def _row_of(
    request: _Request,
    params: FeatureParams,
    preparation: PreparationParams,
    longest: float,
) -> bytes:
    span = (request.path, request.start, request.end)
    row = span_row(*span, params, preparation, longest)
    # The key names the content that was hashed; other content must not be kept by it.
    if Stamp.of(request.path) != request.stamp:
        raise AudioError(request.path, "it changed while it was read")
    return row.tobytes()


def _size(jobs: list[Job]) -> int:
    """Return how many bytes the files of some jobs have."""
    return sum({job.argument.path: job.argument.stamp.size for job in jobs}.values())


class _Run:
    """One extraction on its way: what is settled, what waits, what is to be written."""

    def __init__(
        self,
        dataset: Dataset,
        params: FeatureParams,
        preparation: PreparationParams,
        store: FeatureStore,
        digests: DigestCache,
        report: Report,
    ) -> None:
        self._dataset = dataset
        self._params, self._preparation = params, preparation
        self._store, self._digests, self._report = store, digests, report
        self._keys: list[str | None] = [None] * len(dataset)
        self._reasons: dict[int, str] = {}
        self._files: dict[str, tuple[Stamp, bytes]] = {}
        self._waiting: dict[str, list[int]] = {}  # key: the clips that have it
        self._bad_keys: dict[str, str] = {}
        self._new_rows: dict[str, bytes] = {}
        self._new_digests: list[tuple[str, Stamp, bytes]] = []
        self._computed = self._settled = 0
        self._alone = True  # as far as is known, no other process is at these clips
        self._flushed = time.monotonic()
        self._reported = 0.0

    def compute(self, workers: int | None, scheduler: str | None) -> None:
        """Work through the clips, with one process where little is new."""
        self._beat()
        jobs = self._jobs()
        first = list(islice(jobs, _FEW))
        jobs = chain(first, jobs)
        if workers != 0:
            much = len(first) == _FEW or _size(first) > _SMALL
            workers = (workers or default_workers()) if much else 1
        compute = partial(
            _row_of,
            params=self._params,
            preparation=self._preparation,
            longest=longest_prepared(self._params.rate, workers or 1),
        )
        if scheduler is not None:
            outcomes = compute_on_dask(compute, jobs, scheduler, self._beat)
        elif workers:
            outcomes = compute_in_pool(compute, jobs, workers, self._beat)
        else:
            outcomes = compute_here(compute, jobs, self._beat)
        for outcome in outcomes if first else ():
            self._take(outcome)
        self._reported = 0.0
        self._beat()

    def flush(self) -> None:
        """Write what was computed since the last time."""
        self._flushed = time.monotonic()
        digests, self._new_digests = self._new_digests, []
        rows, self._new_rows = self._new_rows, {}
        known = len(self._store)
        self._store.refresh()
        self._alone = self._alone and len(self._store) <= known
        if digests:
            self._digests.remember(digests)
        if rows:
            raw = np.frombuffer(b"".join(rows.values()), self._store.dtype)
            self._store.add(list(rows), raw)

    def result(self) -> Extraction:
        """Sum up."""
        failures = tuple(
            Failure(index, self._dataset.clips[index].path, reason)
            for index, reason in sorted(self._reasons.items())
        )
        reused = len(self._keys) - self._computed - len(failures)
        keys = tuple(self._keys)
        return Extraction(
            keys, failures, self._computed, reused, self._params, self._preparation
        )

    def _jobs(self) -> Iterator[Job]:
        """Settle every clip that needs no work, and yield the others."""
        for index in self._order():
            self._beat()
            clip = self._dataset.clips[index]
            path = str(self._dataset.file(clip))
            try:
                stamp, digest = self._file(path)
            except (OSError, ValueError) as error:
                self._fail(index, plain_reason(error))
                continue
            key = clip_key(digest, clip.start, clip.end)
            if key in self._waiting:
                self._waiting[key].append(index)
            elif key in self._bad_keys:
                self._fail(index, self._bad_keys[key])
            elif key in self._store or key in self._new_rows:
                self._succeed(index, key)
            else:
                self._waiting[key] = [index]
                self._keys[index] = key
                request = _Request(path, clip.start, clip.end, stamp)
                patience = _PATIENCE + stamp.size / _SLOWEST
                span = clip.start > 0.0 or clip.end is not None
                yield Job(index, request, patience, path if span else None)

    def _order(self) -> Iterator[int]:
        """Yield the clips in order; in one of our own once others are at them too.

        Whoever keeps to the same order keeps computing what the others are computing.
        """
        count, chance = len(self._dataset), np.random.default_rng()
        left = list(range(0, count, _RUN))
        while left:
            first = left.pop(0 if self._alone else int(chance.integers(len(left))))
            yield from range(first, min(first + _RUN, count))

    def _file(self, path: str) -> tuple[Stamp, bytes]:
        if path not in self._files:
            stamp = Stamp.of(path)
            digest = self._digests.get(path, stamp)
            if digest is None:
                digest = file_digest(path, self._beat)
                self._new_digests.append((path, stamp, digest))
            self._files[path] = stamp, digest
        return self._files[path]

    def _take(self, outcome: Outcome) -> None:
        key = self._keys[outcome.number]
        assert key is not None  # set when the job was made
        if outcome.result is None:
            self._bad_keys[key] = outcome.reason
        else:
            self._new_rows[key] = outcome.result
            self._computed += 1
        for index in self._waiting.pop(key):
            if outcome.result is None:
                self._fail(index, outcome.reason)
            else:
                self._succeed(index, key)

    def _succeed(self, index: int, key: str) -> None:
        self._keys[index] = key
        self._settled += 1

    def _fail(self, index: int, reason: str) -> None:
        self._keys[index] = None
        self._reasons[index] = reason
        self._settled += 1

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._flushed >= _FLUSH:
            self.flush()
        if now - self._reported >= _REPORT:
            self._reported = now
            self._report(Step(self._settled, len(self._keys), "Extracting features"))
