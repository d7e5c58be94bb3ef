"""The pulse that tests and benchmarks are taken by."""

import threading

from tests.gui import pulse


def test_what_the_window_frees_is_freed_in_its_own_thread(qtbot, monkeypatch):
    """Or Qt and Python wait for each other: one for a lock, one to run on."""
    freed, looked, over = [], threading.Event(), threading.Event()

    class Thing:
        def __del__(self):
            freed.append(threading.get_ident())

    def looking(frame):
        looked.set()
        assert over.wait(10)
        return ""

    def work():
        thing = Thing()
        looked.clear()
        assert looked.wait(10)
        return thing is None

    monkeypatch.setattr(pulse, "_in_words", looking)
    taken = pulse.Pulse(worth=0.01)
    taken.start()
    work()
    over.set()
    taken.stop()
    assert freed == [threading.get_ident()]
