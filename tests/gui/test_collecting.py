"""Garbage is collected in the window's thread, and nowhere else."""

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject

from audioclust_gui.collecting import Collecting


class Knot:
    """Refers to itself, so that only the collector ends it."""

    def __init__(self):
        self.itself = self


@pytest.fixture
def collecting(qapp):
    parent = QObject()
    taken_over = Collecting(parent)
    yield taken_over
    taken_over.end()
    gc.unfreeze()


def knots(count=1):
    return [weakref.ref(Knot()) for _ in range(count)]


def test_a_thread_that_makes_many_objects_collects_none(collecting):
    threads = []
    gc.callbacks.append(lambda *_: threads.append(threading.current_thread().name))
    try:
        made = []
        thread = threading.Thread(target=lambda: made.extend(knots(5000)), name="ear")
        thread.start()
        thread.join()
        assert all(ref() for ref in made)
        collecting.collect()
    finally:
        gc.callbacks.pop()
    assert set(threads) == {"MainThread"}
    assert not any(ref() for ref in made)


def test_it_collects_by_itself(qtbot, collecting):
    made = knots(5000)
    qtbot.waitUntil(lambda: not any(ref() for ref in made), timeout=2000)


def test_what_is_spared_is_not_walked_over(collecting):
    before = gc.get_freeze_count()
    kept = [[] for _ in range(100)]
    collecting.spare()
    assert gc.get_freeze_count() >= before + len(kept)


def test_python_collects_again_at_the_end(qapp):
    parent = QObject()
    taken_over = Collecting(parent)
    assert not gc.isenabled()
    taken_over.end()
    assert gc.isenabled()
