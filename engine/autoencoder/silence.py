"""Training without a word on the terminal, and with a core left to the window.

Imported only inside functions: it loads torch.
"""

from __future__ import annotations

import logging
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.machine import default_workers

_TALKATIVE = ("lightning", "lightning.pytorch", "lightning.fabric", "pytorch_lightning")


def threads() -> int:
    """Return how many threads to compute with: one core is the window's, beyond two."""
    return min(torch.get_num_threads(), default_workers())


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Lightning from writing to the terminal, and leave a core to the window.

    The random numbers of others stay as they were.

    Ctrl+C is a KeyboardInterrupt, as everywhere; Lightning would end the process.
    """
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels, before = [logger.level for logger in loggers], torch.get_num_threads()
    handler = signal.getsignal(signal.SIGINT)
    torch.set_num_threads(threads())
    try:
        # A DataLoader draws a random number that nobody asked it for.
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            hush()
            yield
    except SystemExit as end:
        if isinstance(end.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from end
        raise
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, handler)
        torch.set_num_threads(before)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def hush() -> None:
    """Silence advice on loader processes, logging intervals and the like."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
