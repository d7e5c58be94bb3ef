"""Functions that a worker process runs for the tests of jobs."""

import os
import time
from pathlib import Path

from engine.errors import Cancelled, ParameterError
from engine.progress import Step, Wish


def add(a, b):
    return a + b


def lengths(*args):
    """Return how long each is, and whether it is the object of the job before."""
    global _before
    again = [any(arg is one for one in _before) for arg in args]
    _before = args
    return [len(arg) for arg in args], again


_before = ()


def pid():
    return os.getpid()


def count(n, pause, report):
    for i in range(n):
        report(Step(i + 1, n, "Counting"))
        time.sleep(pause)
    return n


def deaf(seconds):
    time.sleep(seconds)


def refuse():
    raise ParameterError("width must be 1 to 9; it is 12")


def stumble():
    return {}["missing"]


def out_of_memory():
    raise MemoryError


def die():
    os._exit(3)


def unsendable():
    return lambda: None


def chatter(seconds, report):
    until, n = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        n += 1
        report(Step(n, 0, "Talking"))
    return n


def obey(wishes, report):
    """Return what was wished for, in this order, until it was to stop."""
    heard = []
    while not heard or heard[-1] is not Wish.STOP:
        if not heard or heard[-1] is not wishes():
            heard.append(wishes())
            report(Step(len(heard), 0, heard[-1], must_arrive=True))
        time.sleep(0.005)
    return heard


def throw_away(folder, report):
    """Go on until cancelled, and then say so in a file."""
    try:
        while True:
            report(Step(0, 0, "Training"))
            time.sleep(0.001)
    except Cancelled:
        (Path(folder) / "thrown away").touch()
        raise
