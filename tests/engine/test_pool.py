from __future__ import annotations

import os
import time

import numpy as np
import pytest

from engine.features import pool
from engine.features.pool import Job, compute_in_pool, show_life


def crash_on_thirteen(number: int) -> bytes:
    if number == 13:
        os._exit(139)
    if number == 7:
        raise ValueError("seven")
    return str(number).encode()


def test_a_job_that_ends_its_process_costs_only_itself() -> None:
    jobs = (Job(n, n) for n in range(40))
    outcomes = list(compute_in_pool(crash_on_thirteen, jobs, 2, lambda: None))
    assert sorted(o.number for o in outcomes) == list(range(40))
    failed = {o.number: o.reason for o in outcomes if o.result is None}
    assert failed.keys() == {7, 13}
    assert failed[7] == "ValueError: seven"
    assert "139" in failed[13]
    assert all(o.result == str(o.number).encode() for o in outcomes if o.result)


def exit_at_once(number: int) -> bytes:
    os._exit(3)


def test_a_pool_in_which_everything_crashes_comes_to_an_end() -> None:
    jobs = (Job(n, n) for n in range(3))
    outcomes = list(compute_in_pool(exit_at_once, jobs, 2, lambda: None))
    assert sorted(o.number for o in outcomes) == [0, 1, 2]
    assert all("exit code 3" in o.reason for o in outcomes)


def sleep_on_five(number: int) -> bytes:
    if number == 5:
        time.sleep(60)
    return str(number).encode()


def test_a_job_that_hangs_is_given_up_and_costs_only_itself() -> None:
    jobs = (Job(n, n, patience=1.0) for n in range(20))
    begin = time.monotonic()
    outcomes = list(compute_in_pool(sleep_on_five, jobs, 2, lambda: None))
    assert time.monotonic() - begin < 30
    assert sorted(o.number for o in outcomes) == list(range(20))
    assert [o.number for o in outcomes if o.result is None] == [5]
    assert "1 s" in next(o.reason for o in outcomes if o.result is None)


def tell_process(number: int) -> bytes:
    time.sleep(0.01)
    return str(os.getpid()).encode()


def test_spans_of_a_recording_go_to_one_worker_in_their_order() -> None:
    jobs = (Job(n, n, source=f"{n // 30}.wav") for n in range(120))
    outcomes = list(compute_in_pool(tell_process, jobs, 2, lambda: None))
    assert sorted(o.number for o in outcomes) == list(range(120))
    by_process: dict[bytes | None, list[int]] = {}
    for outcome in outcomes:
        by_process.setdefault(outcome.result, []).append(outcome.number)
    assert len(by_process) == 2
    steps = [np.diff(numbers) for numbers in by_process.values()]
    together = sum(int((step == 1).sum()) for step in steps)
    assert together > 100


def test_the_last_run_of_spans_is_shared() -> None:
    jobs = (Job(n, n, source="long.wav") for n in range(32))
    outcomes = list(compute_in_pool(tell_process, jobs, 2, lambda: None))
    assert sorted(o.number for o in outcomes) == list(range(32))
    assert len({o.result for o in outcomes}) == 2


def doze(number: int) -> bytes:
    time.sleep(0.5)
    return b"done"


def test_a_machine_that_sleeps_meanwhile_loses_no_clip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, slept = time.monotonic, [0.0]
    monkeypatch.setattr(pool.time, "monotonic", lambda: clock() + slept[0])
    jobs = (Job(n, n, patience=10.0) for n in range(3))
    found = []
    for outcome in compute_in_pool(doze, jobs, 1, lambda: None):
        found.append(outcome.result)
        slept[0] += 3600.0
    assert found == [b"done"] * 3


def work_long(number: int) -> bytes:
    for _ in range(40):
        time.sleep(0.1)
        show_life()
    return b"done"


def test_a_long_job_that_goes_on_is_not_given_up() -> None:
    jobs = iter([Job(0, 0, patience=2.5)])
    (outcome,) = compute_in_pool(work_long, jobs, 1, lambda: None)
    assert outcome.result == b"done"


def complain(number: int) -> bytes:
    os.write(2, b"[src/libmpg123/layer3.c:1203] error: dequantization failed")
    return b"done"


def test_what_codecs_print_reaches_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    outcomes = list(compute_in_pool(complain, iter([Job(0, 0)]), 1, lambda: None))
    assert outcomes[0].result == b"done"
    assert "libmpg123" not in capfd.readouterr().err
