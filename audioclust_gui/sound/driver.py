"""Calls into the sound driver: one at a time, in one thread, and never waited for long.

PortAudio may be called from one thread at a time, and some systems want it to be always
the same one. A call may hang for ever where a sound server has died: it then costs this
thread, and nobody else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


class Driver:
    """A thread that calls, begun with the first call and ended with the program."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stuck: Future[None] | None = None

    def post(self, work: Callable[[], T]) -> Future[T]:
        """Have something called after all that was asked before, and do not wait."""
        future: Future[T] = Future()
        self._calls.put((future, work))
        with self._lock:
            if self._thread is None:
                # Not of a pool: the end of the program would wait for its threads.
                self._thread = threading.Thread(
                    target=self._run, name="sound driver", daemon=True
                )
                self._thread.start()
        return future

    def call(self, work: Callable[[], T], patience: float) -> T:
        """Call something and return what it returns, or raise what it raises.

        Parameters
        ----------
        work : callable
        patience : float
            Seconds to wait for it. It may well end later, and has to see to it that
            nobody waits for it any more.

        Raises
        ------
        TimeoutError
            If it takes longer, or if one that took longer has not come back yet.
        """
        if self._stuck is not None and not self._stuck.done():
            raise TimeoutError
        future = self.post(work)
        try:
            return future.result(patience)
        except TimeoutError:
            future.cancel()
            # They are called in turn: when this has been, all before it have.
            self._stuck = self.post(lambda: None)
            raise

    def _run(self) -> None:
        while True:
            future, work = self._calls.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it is the caller's
                future.set_exception(error)
            del future, work  # a thread that waits keeps nothing alive
