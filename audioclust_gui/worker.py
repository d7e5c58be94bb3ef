"""The other end of the pipe: a process that runs engine functions, one at a time.

It has never heard of Qt. Messages in: ``("run", ticket, target, args, new)``, where
``new`` are those of the arguments that this process is to keep (`parcels`), and
``("cancel", ticket)``. Messages out: ``("progress", ticket, Step)`` and, once per
ticket, one of ``("succeeded", ticket, value)``, ``("failed", ticket, Failure)``,
``("cancelled", ticket, None)``. The process ends when the pipe closes.
"""

from __future__ import annotations

import importlib
import inspect
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from audioclust_gui.parcels import Receiver
from engine.errors import Cancelled, EngineError
from engine.progress import Step, Wish

REPORT_INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed.

    Parameters
    ----------
    message : str
        For the person: what happened and to what.
    details : str
        For the log: the traceback, empty for a trouble the engine expected.
    kind : str
        The name of the error's class.
    """

    message: str
    details: str = ""
    kind: str = ""


def serve(connection: Connection, spare_cores: int) -> None:
    """Run jobs until the pipe closes.

    Parameters
    ----------
    connection : Connection
        This end of the pipe.
    spare_cores : int
        Cores that number-crunching threads leave to the window.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the window
    threads = str(max(1, (os.cpu_count() or 1) - spare_cores))
    for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
        os.environ.setdefault(f"{name}_NUM_THREADS", threads)
    _step_back()
    inbox: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    cancelled: set[int] = set()
    wished: dict[int, Wish] = {}
    parcels = Receiver()
    threading.Thread(
        target=_listen, args=(connection, inbox, cancelled, wished), daemon=True
    ).start()
    while True:
        ticket, target, *packed = inbox.get()
        args = parcels.unpack(*packed)
        outcome = _run(connection, ticket, target, args, cancelled, wished)
        _send(connection, outcome, ticket)


def _listen(
    connection: Connection,
    inbox: queue.SimpleQueue[tuple[Any, ...]],
    cancelled: set[int],
    wished: dict[int, Wish],
) -> None:
    """Sort what comes in, and end the process with the window that started it."""
    while True:
        try:
            kind, *rest = connection.recv()
        except (EOFError, OSError):
            os._exit(0)  # a job may be running in C and would not hear anything less
        if kind == "cancel":
            cancelled.add(rest[0])
        elif kind == "wish":
            wished[rest[0]] = rest[1]
        else:
            inbox.put(tuple(rest))


def _run(
    connection: Connection,
    ticket: int,
    target: str,
    args: tuple[Any, ...],
    cancelled: set[int],
    wished: dict[int, Wish],
) -> tuple[str, Any]:
    last = -1.0

    def report(step: Step) -> None:
        nonlocal last
        if ticket in cancelled:
            raise Cancelled
        now = time.monotonic()
        if step.must_arrive or now - last >= REPORT_INTERVAL:
            last = now
            connection.send(("progress", ticket, step))

    try:
        function = _resolve(target)
        offered: dict[str, Callable[..., Any]] = {
            "report": report,
            "wishes": lambda: wished.get(ticket, Wish.GO_ON),
        }
        taken = inspect.signature(function).parameters
        told = {name: offered[name] for name in offered.keys() & taken.keys()}
        return "succeeded", function(*args, **told)
    except Cancelled:
        return "cancelled", None
    except EngineError as error:
        return "failed", Failure(str(error), kind=type(error).__name__)
    except MemoryError:
        return "failed", Failure("There is not enough memory for this", _trace())
    except Exception as error:  # noqa: BLE001 - a job's trouble never ends the worker
        return "failed", Failure(f"{type(error).__name__}: {error}", _trace())


def _resolve(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def _send(connection: Connection, outcome: tuple[str, Any], ticket: int) -> None:
    kind, value = outcome
    try:
        connection.send((kind, ticket, value))
    except (BrokenPipeError, ConnectionError):
        os._exit(0)
    except Exception:  # noqa: BLE001 - a result that cannot travel is a failed job
        failure = Failure("The result could not be handed over", _trace())
        connection.send(("failed", ticket, failure))


def _trace() -> str:
    return traceback.format_exc()


def _step_back() -> None:
    """Lower this process's priority, so that window and sound always come first."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), 0x00004000)
    else:
        os.nice(10)
