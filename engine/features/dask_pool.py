"""The same pool on a Dask cluster that somebody else runs.

Built on distributed's own futures, which joblib's ``dask`` backend uses too, because
``joblib.Parallel`` does not survive a task that ends its workers: it is told of
results alone (1.6.0), so it waits for ever for one that the scheduler gave up on. Also,
what it takes for a big argument lies on one worker and is gone with it, and waiting for
its next result leaves no room for a beat.

The workers need AudioClust installed, and the sounds under the same paths.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from itertools import count
from typing import Any
from uuid import uuid4

from engine.errors import EngineError
from engine.features.pool import Compute, Job, Outcome, keep_freed_memory, outcome_of

_CONNECT = 5.0  # seconds in which a scheduler has to answer
_PATIENCE = 60.0  # seconds without any worker, or without the scheduler, to wait
_AHEAD = 4  # jobs under way for every thread of the cluster
_PAUSE = 0.02  # seconds between two looks at what is ready
_LOOK = 1.0  # seconds between two counts of the workers


def compute_on_dask(
    compute: Compute, jobs: Iterator[Job], address: str, beat: Callable[[], None]
) -> Iterator[Outcome]:
    """Do the jobs on a Dask cluster and yield what came of them, in any order.

    Takes and gives what `engine.features.pool.compute_in_pool` does. Jobs of a worker
    that dies are done by the others.

    Parameters
    ----------
    compute : callable
        Takes a job's argument, returns bytes. Must be importable by name on the
        workers.
    jobs : iterator of Job
        Drawn from as the cluster gets through; a few per thread are under way at once.
    address : str
        Of the scheduler: "host:8786", "tcp://..." or "tls://..." (with the certificates
        of Dask's own configuration).
    beat : callable
        Called about every 20 ms. May raise: then what is under way is cancelled.

    Yields
    ------
    Outcome
        One per job. A job that raises, or that alone ends its workers again and again
        (as often as the scheduler's ``allowed-failures`` allow), yields a reason.

    Raises
    ------
    EngineError
        If Dask is not installed, the scheduler does not answer within five seconds, or
        it or all its workers stay away for a minute.
    """
    client = _connected(address)
    run = _Run(client, compute, jobs, address)
    try:
        while run.busy():
            yield from run.answers()
            beat()
    finally:
        run.end()


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise EngineError(
            "A Dask cluster needs Dask, which is not installed: "
            "pip install audioclust[dask]"
        ) from error


def _connected(address: str) -> Any:
    distributed = _distributed()
    try:
        # A client that is made with an address that is none hangs when it is let go.
        if not address.startswith("inproc:"):  # which has no port
            distributed.comm.get_address_host_port(address)
        return distributed.Client(address, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"No Dask scheduler answers at {address!r} ({error}). The address is the "
            'one that the scheduler prints when it starts, such as "tcp://host:8786"'
        ) from error


class _Run:
    def __init__(
        self, client: Any, compute: Compute, jobs: Iterator[Job], address: str
    ) -> None:
        self._client, self._compute, self._address = client, compute, address
        self._jobs = jobs
        self._given: dict[Any, Job] = {}
        # Shared a worker with others when it died: tried again one by one, at the end,
        # so that a death has one cause.
        self._suspects: deque[Job] = deque()
        self._alone = False
        self._ready = _distributed().as_completed(
            loop=client.loop, with_results=True, raise_errors=False
        )
        self._name, self._numbers = f"audioclust-{uuid4().hex}", count()
        self._threads = 0
        self._looked = -_LOOK
        self._seen = time.monotonic()  # when there last was a worker

    def busy(self) -> bool:
        self._look_around()
        while not self._alone and len(self._given) < max(1, _AHEAD * self._threads):
            job = next(self._jobs, None)
            if job is None:
                break
            self._give(job)
        if not self._given and self._suspects:
            self._alone = True
            self._give(self._suspects.popleft())
        return bool(self._given)

    def answers(self) -> Iterator[Outcome]:
        """Wait a moment, and yield what has come in."""
        if not self._ready.has_ready():
            time.sleep(_PAUSE)
        for future, result in self._ready.next_batch(block=False):
            job = self._given.pop(future)
            if isinstance(result, Outcome):
                yield result
            elif future.status == "error":
                # Not by the job, whose errors are outcomes: its workers died.
                if self._alone:
                    reason = "decoding it ended its worker process again and again"
                    yield Outcome(job.number, None, reason)
                else:
                    self._suspects.append(job)
            else:  # cancelled: the scheduler forgot it, as when it was started anew
                self._give(job)

    def end(self) -> None:
        """Leave the cluster as it was found."""
        with suppress(Exception):  # a scheduler that is gone has forgotten already
            self._client.cancel(list(self._given), force=True)
        self._client.close(timeout=2.0)

    def _give(self, job: Job) -> None:
        future = self._client.submit(
            _remote_outcome,
            self._compute,
            job,
            key=f"{self._name}-{next(self._numbers)}",
            pure=False,
        )
        self._given[future] = job
        self._ready.add(future)

    def _look_around(self) -> None:
        """Count the threads, and give up where there have been none for long."""
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return
        self._looked = now
        answers = self._client.status == "running"
        self._threads = 0
        if answers:
            with suppress(OSError):  # the scheduler left just now
                self._threads = sum(self._client.nthreads().values())
        if self._threads:
            self._seen = now
        elif now - self._seen > _PATIENCE or self._client.status == "closed":
            trouble = "has no workers" if answers else "does not answer any more"
            raise EngineError(
                f"The Dask cluster at {self._address} {trouble}; what is done is kept"
            )


def _remote_outcome(compute: Compute, job: Job) -> Outcome:
    """Do a job: what runs on the cluster's workers."""
    _settle_in()
    return outcome_of(compute, job)


@cache
def _settle_in() -> None:
    keep_freed_memory()
