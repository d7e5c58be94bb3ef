"""A pool of worker processes in which a codec may crash without taking anything along.

The standard library's pool fails as a whole when one of its processes dies, and cannot
say over which piece of work. Here every process answers its jobs in order over a pipe
of its own, so the job that ended it is the first one unanswered.
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from engine.errors import AudioError, Cancelled, EngineError

Compute = Callable[[Any], bytes]

_AHEAD = 4  # jobs given to a worker beyond the one it is at, so that it never waits
_TOGETHER = 32  # jobs of one source kept for one worker, so that others have some too
_BEAT = 0.1  # seconds between two calls of ``beat`` at most
_NAP = 2.0  # seconds without a look at the workers that count: more is a machine asleep
_SIGN = 1.0  # seconds between two signs of life
_ALIVE = "alive"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: its number, and either the result or what went wrong."""

    number: int
    result: bytes | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work for the function that the pool computes.

    Parameters
    ----------
    number : int
    argument : object
        What the function is called with.
    patience : float
        Seconds after which a worker process is taken to hang over it, and is ended;
        counted anew from each sign of life (`show_life`).
    source : str or None
        Jobs in a row that have the same one are done by one worker, in their order, as
        far as that keeps no other waiting.
    """

    number: int
    argument: Any
    patience: float = math.inf
    source: str | None = None


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection
    given: deque[Job] = field(default_factory=deque)
    kept: deque[Job] = field(default_factory=deque)  # to be given to no other
    ready: bool = False
    alone: bool = False  # given one job only, the suspect in an earlier death
    since: float = 0.0  # when it began with the first job given, or showed life

    def hangs(self, now: float) -> bool:
        waiting = self.ready and bool(self.given)
        return waiting and now - self.since > self.given[0].patience


def compute_here(
    compute: Compute, jobs: Iterator[Job], beat: Callable[[], None]
) -> Iterator[Outcome]:
    """Do the jobs in this process, one after the other; see `compute_in_pool`."""
    for job in jobs:
        yield outcome_of(compute, job)
        beat()


def compute_in_pool(
    compute: Compute, jobs: Iterator[Job], workers: int, beat: Callable[[], None]
) -> Iterator[Outcome]:
    """Do the jobs in worker processes and yield what came of them, in any order.

    Parameters
    ----------
    compute : callable
        Takes a job's argument, returns bytes. Must be importable by name, because the
        processes are spawned.
    jobs : iterator of Job
        Drawn from as workers become free.
    workers : int
        Number of processes, at least 1.
    beat : callable
        Called at least ten times a second. May raise: then the processes are ended.

    Yields
    ------
    Outcome
        One per job. A job that raises, that ends its worker twice, or that takes longer
        than its patience, yields a reason.

    Raises
    ------
    EngineError
        If the workers cannot be started.
    """
    pool = _Pool(compute, jobs)
    try:
        pool.start(workers)
        while pool.busy():
            yield from pool.answers()
            beat()
    finally:
        pool.end()


class _Pool:
    def __init__(self, compute: Compute, jobs: Iterator[Job]) -> None:
        self._compute = compute
        self._jobs = jobs
        self._suspects: deque[Job] = deque()
        self._returned: deque[Job] = deque()
        self._workers: list[_Worker] = []
        # Counts no time in which the workers, too, were stopped: the machine may sleep.
        self._awake, self._looked = 0.0, time.monotonic()

    def start(self, workers: int) -> None:
        for _ in range(workers):
            self._start_one()

    def _start_one(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(theirs, self._compute), daemon=True
        )
        process.start()
        theirs.close()  # so that the pipe ends when the worker does
        self._workers.append(_Worker(process, ours))

    def busy(self) -> bool:
        for worker in self._workers:
            self._give(worker)
        return any(worker.given for worker in self._workers)

    def answers(self) -> Iterator[Outcome]:
        """Wait a moment, and yield what the workers have answered."""
        by_pipe: dict[Any, _Worker] = {worker.pipe: worker for worker in self._workers}
        answered = wait(list(by_pipe), _BEAT)
        now = time.monotonic()
        self._awake += min(now - self._looked, _NAP)
        self._looked = now
        for pipe in answered:
            worker = by_pipe[pipe]
            worker.since = self._awake
            try:
                answer = worker.pipe.recv()
            except (EOFError, OSError):
                yield from self._bury(worker)
                continue
            if answer is None:
                worker.ready = True
            elif answer != _ALIVE:
                worker.given.popleft()
                yield answer
        for worker in [worker for worker in self._workers if worker.hangs(self._awake)]:
            yield self._give_up(worker)

    def _give(self, worker: _Worker) -> None:
        """Fill a worker's hands, suspects alone, so that one death has one cause."""
        if not worker.given:
            worker.alone = bool(self._suspects)
            if worker.alone:
                self._send(worker, self._suspects.popleft())
        while not worker.alone and len(worker.given) <= _AHEAD:
            job = self._next_for(worker)
            if job is None:
                return
            self._send(worker, job)

    def _next_for(self, worker: _Worker) -> Job | None:
        if self._returned:
            return self._returned.popleft()
        if not worker.kept:
            worker.kept.extend(self._next_run())
        if worker.kept:
            return worker.kept.popleft()
        fullest = max(self._workers, key=lambda other: len(other.kept))
        return fullest.kept.pop() if fullest.kept else None

    def _next_run(self) -> Iterator[Job]:
        """Draw a job, and those after it that have the same source."""
        first = next(self._jobs, None)
        if first is None:
            return
        yield first
        for _ in range(_TOGETHER - 1 if first.source is not None else 0):
            job = next(self._jobs, None)
            if job is None:
                return
            if job.source != first.source:
                self._jobs = chain([job], self._jobs)
                return
            yield job

    def _send(self, worker: _Worker, job: Job) -> None:
        if not worker.given:
            worker.since = self._awake
        worker.given.append(job)
        with suppress(OSError):  # a dead worker's jobs are dealt with when it is buried
            worker.pipe.send(job)

    def _give_up(self, worker: _Worker) -> Outcome:
        """End a worker that hangs, and put another in its place."""
        job = worker.given.popleft()
        worker.process.terminate()
        worker.process.join(0.5)
        self._replace(worker)
        reason = f"decoding it did not end within {job.patience:.0f} s; it was given up"
        return Outcome(job.number, None, reason)

    def _bury(self, worker: _Worker) -> Iterator[Outcome]:
        worker.process.join()
        code = worker.process.exitcode
        if not worker.ready:
            raise EngineError(
                f"Worker processes cannot be started (exit code {code}). A script must "
                f'begin its work under `if __name__ == "__main__":`, or pass workers=0'
            )
        if worker.given:
            suspect = worker.given.popleft()
            if worker.alone:
                reason = f"decoding it ended the worker process (exit code {code})"
                yield Outcome(suspect.number, None, reason)
            else:
                self._suspects.append(suspect)
        self._replace(worker)

    def _replace(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.pipe.close()
        self._returned.extend([*worker.given, *worker.kept])
        self._start_one()

    def end(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join(0.5)  # one that hangs in a network drive ends later


def _serve(pipe: Connection, compute: Compute) -> None:
    """Do jobs until the pipe ends: the whole life of a worker process."""
    from threadpoolctl import threadpool_limits

    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent to answer
    _silence_codecs()
    if hasattr(os, "nice"):
        os.nice(5)
    keep_freed_memory()
    _line.pipe = pipe
    with threadpool_limits(limits=1), suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            pipe.send(outcome_of(compute, pipe.recv()))


class _Line:
    """The line from a worker process to the pool; nowhere in any other process."""

    pipe: Connection | None = None
    used = 0.0


_line = _Line()


def show_life() -> None:
    """Tell the pool that the job at hand goes on, however long it takes.

    To be called between the pieces of a long job, by the thread that does it. Does
    nothing where there is no pool.
    """
    now = time.monotonic()
    if _line.pipe is not None and now - _line.used >= _SIGN:
        _line.used = now
        _line.pipe.send(_ALIVE)


def _silence_codecs() -> None:
    """Send to nowhere what codecs print: it names no file, and the outcome says it."""
    with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)


def keep_freed_memory() -> None:
    """Ask the allocator not to return freed memory, where it is glibc's.

    A clip needs some megabytes for a few milliseconds. Handing them back to the system
    after each clip and faulting them in again for the next takes a third of the time.
    """
    trim_threshold, mmap_threshold = -1, -3  # from malloc.h
    with suppress(OSError, TypeError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(trim_threshold, 256 << 20)
        mallopt(mmap_threshold, 32 << 20)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def outcome_of(compute: Compute, job: Job) -> Outcome:
    """Do one job here and now; whatever it raises is a reason, but for Cancelled."""
    try:
        return Outcome(job.number, compute(job.argument))
    except Cancelled:
        raise
    except AudioError as error:
        return Outcome(job.number, None, error.reason)
    except MemoryError:
        reason = "it does not fit into memory; cut it into shorter files"
        return Outcome(job.number, None, reason)
    except Exception as error:  # noqa: BLE001 - one bad clip never ends the run
        return Outcome(job.number, None, f"{type(error).__name__}: {error}")
