"""Work happens elsewhere: engine functions in a worker process, watched by a QThread.

A `Job` ends in exactly one of succeeded, failed, cancelled, crashed. A `Lane` owns one
long-lived process and runs its jobs one after another. Cancel asks first; a
job that does not listen loses its process, and the next job gets a fresh one. A
process that dies costs one job, never the window.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import time
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import wait
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal

from audioclust_gui.parcels import Sender
from audioclust_gui.worker import Failure, serve
from engine.progress import Wish

PATIENCE = 2.0  # seconds between asking a job to stop and ending its process
_spawn = multiprocessing.get_context("spawn")
_tickets = count(1)


class Job(QObject):
    """One call of an engine function in a lane.

    Parameters
    ----------
    target : str
        ``"package.module:function"``; the function may take ``report``.
    args : tuple
        Picklable arguments.
    title : str
        What it does, for the status bar: "Extracting features".
    """

    progressed = Signal(object)  # Step
    succeeded = Signal(object)  # the function's value
    failed = Signal(object)  # worker.Failure
    cancelled = Signal()
    crashed = Signal(str)
    ended = Signal(str)  # the name of the outcome, after its own signal

    def __init__(self, target: str, args: tuple[Any, ...], title: str) -> None:
        super().__init__()
        self.ticket = next(_tickets)
        self.target = target
        self.args = args
        self.title = title
        self.cancel_asked = False
        self.wish = Wish.GO_ON  # heard by functions that take ``wishes``
        self.outcome: str | None = None

    def cancel(self) -> None:
        """Ask the job to stop; it ends as cancelled unless it was already done."""
        self.cancel_asked = True

    def settle(self, outcome: str, value: Any) -> None:
        """Emit progress or the one outcome; called by the lane, in the GUI thread."""
        if self.outcome is not None:
            return
        if outcome == "progressed":
            if not self.cancel_asked:
                self.progressed.emit(value)
            return
        self.outcome = outcome
        self.args = ()  # they may be large
        if outcome == "cancelled":
            self.cancelled.emit()
        else:
            getattr(self, outcome).emit(value)
        self.ended.emit(outcome)


class Lane(QThread):
    """A worker process and the thread that feeds it, one job at a time.

    Parameters
    ----------
    name : str
        For the process list: "audioclust-long".
    spare_cores : int
        Cores that the process leaves to the window.
    """

    _event = Signal(object, str, object)  # Job, outcome, value; from the thread
    process_changed = Signal(int)  # the pid of the worker, for tests and the log

    def __init__(
        self, name: str, spare_cores: int = 1, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.pid: int | None = None
        self._spare_cores = spare_cores
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._slots: dict[str, Job] = {}
        self._jobs: set[Job] = set()  # keeps every job alive until it has ended
        self._closing = False
        self._event.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def submit(self, job: Job, slot: str | None = None) -> Job:
        """Queue a job; one that was queued for the same slot before is cancelled."""
        if self._closing:
            job.settle("cancelled", None)
            return job
        if slot is not None:
            before = self._slots.get(slot)
            if before is not None:
                before.cancel()
            self._slots[slot] = job
        self._jobs.add(job)
        self._waiting.put(job)
        if not self.isRunning():
            self.start()
        return job

    def close(self) -> None:
        """End the process at once; what was running is lost, not what was stored."""
        self._closing = True
        for job in self._jobs:
            job.cancel()
        self._waiting.put(None)
        self.wait()

    def run(self) -> None:
        """Feed jobs to the process until closed; runs in this lane's thread."""
        worker = _Worker(self.objectName(), self._spare_cores)
        while (job := self._waiting.get()) is not None and not self._closing:
            if job.cancel_asked:
                self._event.emit(job, "cancelled", None)
                continue
            try:
                if worker.ensure():
                    self.pid = worker.process.pid
                    self.process_changed.emit(self.pid)
                outcome, value = self._watch(worker, job)
            except Exception as error:  # noqa: BLE001 - arguments that cannot travel
                outcome, value = "failed", Failure(f"{type(error).__name__}: {error}")
            self._event.emit(job, outcome, value)
        worker.end()

    def _watch(self, worker: _Worker, job: Job) -> tuple[str, Any]:
        worker.send(job)
        deadline: float | None = None
        wish = Wish.GO_ON
        while True:
            if job.wish is not wish:
                wish = job.wish
                worker.tell(job.ticket, wish)
            if job.cancel_asked:
                now = time.monotonic()
                if self._closing or (deadline is not None and now >= deadline):
                    worker.end()  # unasked: who asks has a run thrown away
                    return "cancelled", None
                if deadline is None:
                    deadline = now + PATIENCE
                    worker.ask_to_stop(job.ticket)
            ready = wait([worker.connection, worker.process.sentinel], timeout=0.03)
            if worker.connection in ready:
                try:
                    kind, ticket, value = worker.connection.recv()
                except (EOFError, OSError):
                    return self._obituary(worker, job)
                if ticket != job.ticket:
                    continue  # the last words of a job that was given up
                if kind != "progress":
                    return kind, value
                self._event.emit(job, "progressed", value)
            elif ready:
                return self._obituary(worker, job)

    def _obituary(self, worker: _Worker, job: Job) -> tuple[str, Any]:
        worker.process.join(1.0)  # its own exit code, not that of ending it
        code = worker.end()
        if job.cancel_asked:
            return "cancelled", None
        how = f"signal {-code}" if code is not None and code < 0 else f"code {code}"
        return "crashed", (
            f"{job.title}: the worker process ended unexpectedly ({how}). What was "
            "finished is kept; start it again to go on from there."
        )

    def _deliver(self, job: Job, outcome: str, value: Any) -> None:
        if outcome != "progressed":
            self._jobs.discard(job)
            for slot in [s for s, j in self._slots.items() if j is job]:
                del self._slots[slot]
        job.settle(outcome, value)
        if job.outcome is not None:
            job.deleteLater()  # with the connections that would keep it alive


class _Worker:
    """The process of a lane, made again whenever it is needed and gone."""

    def __init__(self, name: str, spare_cores: int) -> None:
        self._name = name
        self._spare_cores = spare_cores
        self.process: Any = None
        self.connection: Any = None
        self._parcels = Sender()

    def ensure(self) -> bool:
        """Start the process unless it runs; tell whether it was started."""
        if self.process is not None and self.process.is_alive():
            return False
        self.end()
        self._parcels = Sender()
        self.connection, theirs = _spawn.Pipe()
        self.process = _spawn.Process(
            target=serve, args=(theirs, self._spare_cores), name=self._name
        )
        self.process.start()
        theirs.close()
        return True

    def send(self, job: Job) -> None:
        """Hand over a job."""
        args = self._parcels.pack(job.args)
        try:
            self.connection.send(("run", job.ticket, job.target, *args))
        except BaseException:
            self._parcels = Sender()  # what was new has not arrived
            raise

    def ask_to_stop(self, ticket: int) -> None:
        """Tell the process that a job is not wanted any more."""
        with contextlib.suppress(OSError):  # already gone: its sentinel will tell
            self.connection.send(("cancel", ticket))

    def tell(self, ticket: int, wish: Wish) -> None:
        """Tell the process what is wanted of a job that goes on."""
        with contextlib.suppress(OSError):
            self.connection.send(("wish", ticket, wish))

    def end(self) -> int | None:
        """End the process if there is one, and return its exit code."""
        if self.process is None:
            return None
        if self.process.is_alive():
            self.process.kill()  # Lightning hears less, and goes on to its next batch
        self.process.join()
        code: int | None = self.process.exitcode
        self.connection.close()
        self.process = self.connection = None
        return code


class Jobs(QObject):
    """The lanes: for long work, for answers a person waits for, and for training.

    A network trains for minutes to days; everything else goes on meanwhile.
    """

    started = Signal(object)  # Job, in the long lane: it shows in the status bar

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.long = Lane("audioclust-long", parent=self)
        self.quick = Lane("audioclust-quick", parent=self)
        self.training = Lane("audioclust-training", parent=self)

    def run(
        self,
        target: str,
        *args: Any,
        title: str,
        then: Callable[[Any], None] | None = None,
        slot: str | None = None,
    ) -> Job:
        """Run long work; it shows in the status bar with progress and cancel."""
        job = Job(target, args, title)
        if then is not None:
            job.succeeded.connect(then)
        self.started.emit(job)
        return self.long.submit(job, slot)

    def ask(
        self,
        target: str,
        *args: Any,
        title: str,
        then: Callable[[Any], None],
        slot: str | None = None,
    ) -> Job:
        """Ask for a quick answer; a newer question for the same slot replaces it."""
        job = Job(target, args, title)
        job.succeeded.connect(then)
        return self.quick.submit(job, slot)

    def train(self, target: str, *args: Any, title: str) -> Job:
        """Train in a process of its own, which starts when it is first needed."""
        return self.training.submit(Job(target, args, title))

    def close(self) -> None:
        """End the processes."""
        self.long.close()
        self.quick.close()
        self.training.close()
