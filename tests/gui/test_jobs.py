"""A job ends in exactly one of four outcomes, and the window outlives all of them."""

import os
import signal
import sys
import time

import pytest

from audioclust_gui.jobs import Job, Jobs, Lane
from engine.progress import Wish

WAIT = 20_000


@pytest.fixture
def lane(qapp):
    lane = Lane("test-lane")
    yield lane
    lane.close()


class Outcomes:
    """Everything a job says."""

    def __init__(self, job):
        self.steps, self.all, self.value = [], [], None
        job.progressed.connect(self.steps.append)
        job.ended.connect(self.all.append)
        job.succeeded.connect(self._keep)
        job.failed.connect(self._keep)
        job.crashed.connect(self._keep)

    def _keep(self, value):
        self.value = value


def make(name, *args):
    return Job(f"tests.gui.targets:{name}", args, name)


def finish(qtbot, lane, job):
    seen = Outcomes(job)
    with qtbot.waitSignal(job.ended, timeout=WAIT):
        lane.submit(job)
    return seen


def test_a_value_comes_back(qtbot, lane):
    seen = finish(qtbot, lane, make("add", 20, 22))
    assert seen.all == ["succeeded"]
    assert seen.value == 42


def test_the_process_is_kept_for_the_next_job(qtbot, lane):
    first = finish(qtbot, lane, make("pid")).value
    assert first != os.getpid()
    assert finish(qtbot, lane, make("pid")).value == first


def test_an_expected_trouble_speaks_plainly(qtbot, lane):
    seen = finish(qtbot, lane, make("refuse"))
    assert seen.all == ["failed"]
    assert seen.value.message == "width must be 1 to 9; it is 12"
    assert seen.value.details == ""


def test_an_unexpected_trouble_brings_its_traceback(qtbot, lane):
    seen = finish(qtbot, lane, make("stumble"))
    assert seen.all == ["failed"]
    assert "KeyError" in seen.value.message
    assert "in stumble" in seen.value.details


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("out_of_memory", "not enough memory"),
        ("unsendable", "could not be handed over"),
    ],
)
def test_other_troubles_fail_the_job_only(qtbot, lane, name, words):
    seen = finish(qtbot, lane, make(name))
    assert seen.all == ["failed"]
    assert words in seen.value.message
    assert finish(qtbot, lane, make("add", 1, 1)).value == 2


def test_arguments_that_cannot_travel_fail_the_job_only(qtbot, lane):
    seen = finish(qtbot, lane, make("add", lambda: None, 1))
    assert seen.all == ["failed"]
    assert finish(qtbot, lane, make("add", 1, 1)).value == 2


def test_the_keys_of_all_clips_travel_once(qtbot, lane):
    keys, truth = tuple(map(str, range(5000))), ("kick",) * 2000

    def ask(*args):
        return finish(qtbot, lane, make("lengths", *args)).value

    assert ask(keys, truth) == ([5000, 2000], [False, False])
    assert ask(truth, keys, keys) == ([2000, 5000, 5000], [True, True, True])
    others = [tuple(range(n, 9000)) for n in range(6)]
    for other in others:  # more than are kept
        assert ask(other, keys) == ([len(other), 5000], [False, True])
    assert ask(truth, others[0]) == ([2000, 9000], [False, False])
    # What could not travel is sent again, and so it is to a new process.
    seen = finish(qtbot, lane, make("lengths", others[1], lambda: None))
    assert seen.all == ["failed"]
    assert ask(others[1])[0] == [8999]
    finish(qtbot, lane, make("die"))
    assert ask(others[1]) == ([8999], [False])


def test_a_function_that_does_not_exist_fails(qtbot, lane):
    seen = finish(qtbot, lane, make("nothing"))
    assert seen.all == ["failed"]
    assert "nothing" in seen.value.message


def test_cancel_is_heard_and_keeps_the_process(qtbot, lane):
    worker = finish(qtbot, lane, make("pid")).value
    job = make("count", 10_000, 0.01)
    seen = Outcomes(job)
    job.progressed.connect(lambda _: job.cancel())
    with qtbot.waitSignal(job.ended, timeout=WAIT):
        lane.submit(job)
    assert seen.all == ["cancelled"]
    assert finish(qtbot, lane, make("pid")).value == worker


def test_a_deaf_job_loses_its_process_and_the_next_gets_a_fresh_one(qtbot, lane):
    worker = finish(qtbot, lane, make("pid")).value
    job = make("deaf", 600)
    seen = Outcomes(job)
    lane.submit(job)
    qtbot.wait(100)
    began = time.monotonic()
    with qtbot.waitSignal(job.ended, timeout=WAIT):
        job.cancel()
    assert time.monotonic() - began < 5
    assert seen.all == ["cancelled"]
    assert finish(qtbot, lane, make("pid")).value != worker


def test_a_cancelled_job_that_waits_never_starts(qtbot, lane):
    first, second = make("count", 20, 0.01), make("die")
    lane.submit(first)
    lane.submit(second)
    seen = Outcomes(second)
    second.cancel()
    with qtbot.waitSignal(second.ended, timeout=WAIT):
        pass
    assert first.outcome == "succeeded"
    assert seen.all == ["cancelled"]


def test_a_worker_that_dies_costs_one_job(qtbot, lane):
    seen = finish(qtbot, lane, make("die"))
    assert seen.all == ["crashed"]
    assert "code 3" in seen.value
    assert finish(qtbot, lane, make("add", 1, 1)).value == 2


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_a_worker_that_is_killed_costs_one_job(qtbot, lane):
    job = make("count", 10_000, 0.01)
    seen = Outcomes(job)
    lane.submit(job)
    qtbot.waitUntil(lambda: bool(seen.steps), timeout=WAIT)
    with qtbot.waitSignal(job.ended, timeout=WAIT):
        os.kill(lane.pid, signal.SIGKILL)
    assert seen.all == ["crashed"]
    assert "signal 9" in seen.value


def test_progress_is_throttled(qtbot, lane):
    finish(qtbot, lane, make("add", 1, 1))
    seen = finish(qtbot, lane, make("chatter", 1.0))
    assert seen.value > 1000
    assert 5 <= len(seen.steps) <= 25


def test_a_newer_question_replaces_the_one_before(qtbot, lane):
    old, new = make("count", 10_000, 0.01), make("add", 1, 2)
    was = Outcomes(old)
    lane.submit(old, slot="viewer")
    seen = Outcomes(new)
    with qtbot.waitSignal(new.ended, timeout=WAIT):
        lane.submit(new, slot="viewer")
    assert was.all == ["cancelled"]
    assert seen.value == 3


def test_closing_ends_the_processes_at_once(qtbot, qapp):
    jobs = Jobs()
    job = jobs.run("tests.gui.targets:deaf", 600, title="Deaf")
    qtbot.waitUntil(lambda: jobs.long.pid is not None, timeout=WAIT)
    began = time.monotonic()
    jobs.close()
    assert time.monotonic() - began < 3
    assert not jobs.long.isRunning()
    assert job.outcome in (None, "cancelled")


def test_what_is_wished_for_reaches_a_job_that_goes_on(qtbot, lane):
    job = make("obey")
    said = []
    job.progressed.connect(lambda step: said.append(step.message))
    lane.submit(job)
    for wish in Wish.GO_ON, Wish.PAUSE, Wish.GO_ON, Wish.STOP:
        job.wish = wish
        qtbot.waitUntil(lambda wish=wish: said[-1:] == [wish], timeout=WAIT)
    qtbot.waitUntil(lambda: job.outcome == "succeeded", timeout=WAIT)


def test_who_closes_the_window_has_nothing_thrown_away(qtbot, lane, tmp_path):
    job = make("throw_away", str(tmp_path))
    with qtbot.waitSignal(job.progressed, timeout=WAIT):
        lane.submit(job)
    lane.close()
    assert not list(tmp_path.iterdir()), "it was ended, not asked"
