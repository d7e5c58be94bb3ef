"""Several devices that train one network: how they are started, told and heard.

Processes that train cannot call what the window, or a script, gave to be called. So
they send what they have to tell through a pipe, and read what is wished from a number
that they share.

Imported only inside functions: it loads torch and Lightning.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

import torch
from lightning.fabric.plugins.environments.slurm import SLURMEnvironment
from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning.pytorch.strategies import DDPStrategy
from torch import multiprocessing
from torch.multiprocessing.spawn import ProcessException

from engine.autoencoder.recipe import TrainingParams
from engine.autoencoder.silence import hush
from engine.errors import Cancelled, EngineError, ParameterError
from engine.machine import cores
from engine.progress import Report, Step, Wish, Wishes

_CANCEL = -1
_WISHES = tuple(Wish)
_ASKED = 0.05  # seconds between two questions


def kind(accelerator: str) -> str:
    """Return the kind of device that Lightning takes, as torch calls it."""
    if accelerator != "auto":
        return accelerator
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def count(params: TrainingParams) -> int:
    """Return how many devices train together, on all machines."""
    here = params.devices
    if not here:
        cuda = kind(params.accelerator) == "cuda"
        here = max(1, torch.cuda.device_count()) if cuda else 1
    return here * params.nodes


def check_devices(params: TrainingParams) -> None:
    """Refuse devices that this machine does not have.

    Raises
    ------
    ParameterError
        If it has none of the kind, or fewer, or knows of no other machines.
    """
    chosen = kind(params.accelerator)
    mps = int(torch.backends.mps.is_available())
    # Two processes on one processor are slow, and good enough to try it out.
    here = {"cuda": torch.cuda.device_count(), "mps": mps, "cpu": max(2, cores())}
    if not here[chosen]:
        raise ParameterError(
            f"TrainingParams.accelerator (Processor) must be auto or cpu here: there "
            f"is none of the kind {chosen!r}"
        )
    if params.devices > here[chosen]:
        raise ParameterError(
            f"TrainingParams.devices (Devices) must be 1 to {here[chosen]}, or 0 for "
            f"all, where these are {chosen}; it is {params.devices}"
        )
    if params.nodes > 1 and not (_started() or "MASTER_ADDR" in os.environ):
        raise ParameterError(  # or this one would wait for the others in silence
            "TrainingParams.nodes (Machines) must be 1, unless each of them is started "
            "by torchrun or SLURM, or by hand with MASTER_ADDR, MASTER_PORT and "
            f"NODE_RANK set; it is {params.nodes}"
        )


def strategy(params: TrainingParams) -> DDPStrategy | str:
    """Return how Lightning is to train: on several devices, in processes."""
    if count(params) == 1:
        return "auto"
    # Every device computes the same targets by itself.
    if spawns(params):
        return DDPStrategy(start_method="spawn", broadcast_buffers=False)
    return DDPStrategy(broadcast_buffers=False)


def spawns(params: TrainingParams) -> bool:
    """Tell whether this process starts others; not where torchrun or SLURM did."""
    return count(params) > 1 and not _started()


def _started() -> bool:
    """Tell whether torchrun or SLURM started this process."""
    return TorchElasticEnvironment.detect() or SLURMEnvironment.detect()


class Telling:
    """What a process that trains has for a `Report`."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Arrive in a process that is about to train, and silence it."""
        self.__dict__.update(state)
        hush()

    def __call__(self, step: Step) -> None:
        """Send a step."""
        self._pipe.send(step)

    def fail(self, error: BaseException) -> None:
        """Send what ends the process, to be raised where the run was started."""
        with suppress(Exception):  # what cannot travel is told by its traceback
            self._pipe.send(error)


class Hearing:
    """What a process that trains has for `Wishes`; raises Cancelled."""

    def __init__(self, code: Any) -> None:
        self._code = code

    def __call__(self) -> Wish:
        """Read what is wished."""
        code: int = self._code.value
        if code == _CANCEL:
            raise Cancelled
        return _WISHES[code]


@contextmanager
def relayed(
    report: Report, wishes: Wishes, params: TrainingParams
) -> Iterator[tuple[Report, Wishes]]:
    """Yield what reaches these two from where the training is done.

    Raises
    ------
    BaseException
        What ended a process, or what ``report`` raised.
    EngineError
        If a process ended without a word.
    """
    if not spawns(params):
        yield report, wishes
        return
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    code, over = context.Value("i", 0), threading.Event()
    trouble: list[BaseException] = []

    def listen() -> None:
        while here.poll(_ASKED) or not over.is_set():
            try:
                if here.poll():
                    told = here.recv()
                    if isinstance(told, BaseException):
                        trouble.append(told)
                    elif not trouble:
                        report(told)
                if not trouble:
                    code.value = _WISHES.index(wishes())
            except BaseException as error:  # noqa: BLE001 - raised again below
                trouble.append(error)
                code.value = _CANCEL

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield Telling(there), Hearing(code)
    except ProcessException as error:
        over.set()
        listener.join()
        if trouble:
            raise trouble[0] from error
        words = str(error).strip().splitlines()[-1]
        raise EngineError(
            f"A process that trained the network has ended: {words}. Not enough memory "
            "is what this comes from most often"
        ) from error
    finally:
        over.set()
        listener.join()
        there.close()
        here.close()
