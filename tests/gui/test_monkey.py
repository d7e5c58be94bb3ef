"""Ten thousand things at once: nothing raises, nothing stalls, nothing piles up."""

import gc
import threading
import time

import pytest

from tests.gui.monkey import HARMLESS, Monkey, answer_no, memory
from tests.gui.pulse import Pulse
from tests.gui.road import open_and_finish

SEED = 5
SECONDS = 25
EVENTS = 10_000
SETTLED = 0.4  # of the events: by then every cache is full, and all has been shown once
GROWTH = 60 * 2**20  # bytes, from then on


@pytest.fixture
def other(places, cache, small):
    """A second collection, to be opened instead of the first and back."""
    folder = places / "other"
    for clip in sorted(small.rglob("*.wav"))[::2]:
        (folder / clip.parent.name).mkdir(parents=True, exist_ok=True)
        (folder / clip.parent.name / clip.name).write_bytes(clip.read_bytes())
    return folder


def beat_alone(qtbot, seconds):
    pulse = Pulse()
    pulse.start()
    qtbot.wait(1000 * seconds)
    pulse.stop()
    return pulse.worst


def test_a_monkey_breaks_nothing(qtbot, qtlog, app, small, other, monkeypatch):
    answer_no(monkeypatch.setattr)
    raised = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    app.jobs.started.connect(lambda job: job.failed.connect(broken(raised, job)))
    open_and_finish(qtbot, app, small)
    at_rest = beat_alone(qtbot, 1)
    monkey = Monkey(app, SEED, [small, other])
    sizes = {}
    end = time.monotonic() + SECONDS
    done = threading.Event()

    def step():
        share = max(monkey.done / EVENTS, 1 - (end - time.monotonic()) / SECONDS)
        if share >= SETTLED and not sizes:
            sizes["settled"] = memory()
        if share >= 1:
            done.set()
        else:
            monkey.act()

    pulse = Pulse(step)
    pulse.start()
    qtbot.waitUntil(done.is_set, timeout=1000 * 4 * SECONDS)
    pulse.stop()
    gc.collect()
    said = [record.message for record in qtlog.records]
    worst = max(pulse.stalls, key=lambda stall: stall.busy, default=None)
    last = f"the last it did: {', '.join(monkey.last)}"
    assert not raised, last
    assert [words for words in said if not HARMLESS.search(words)] == [], last
    assert monkey.done > 500, "so slow that it says nothing"
    assert memory() - sizes["settled"] < GROWTH
    # A machine that others use stalls by itself: what the window computed counts.
    assert worst is None or worst.busy < max(0.25, 10 * at_rest), worst


def broken(raised, job):
    """Return what remembers a job that ended in an error nobody expected."""

    def remember(failure):
        if failure.details:
            raised.append(f"{job.title}: {failure.details}")

    return remember
