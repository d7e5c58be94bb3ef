"""A cluster of two real worker processes: killed, missing, and not installed."""

import os
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

from engine.audio.demo import write_demo
from engine.errors import Cancelled, EngineError
from engine.experiment import Grid, run
from engine.features import dask_pool
from engine.features.dask_pool import compute_on_dask
from engine.features.extraction import extract
from engine.features.pool import Job
from engine.features.representation import represent
from engine.features.store import FeatureStore
from engine.progress import Step

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")
psutil = pytest.importorskip("psutil")  # distributed's own


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    settings = {
        "distributed.scheduler.allowed-failures": 1,
        # How long a result is asked for that was on a worker which died since; then
        # it is computed again. Half a minute by default.
        "distributed.comm.timeouts.connect": "2s",
    }
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=50,
        ) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def demo(cache):
    return write_demo(cache / "dask-demo", per_class=3)


def worker_processes(cluster) -> list[int]:
    return [nanny.pid for nanny in cluster.workers.values() if nanny.pid]


def slow_double(number: int) -> bytes:
    time.sleep(0.05)
    return str(2 * number).encode()


def fatal_seven(number: int) -> bytes:
    if number == 7:
        os._exit(9)
    if number == 3:
        raise ValueError("three")
    return str(number).encode()


def test_a_worker_killed_midway_loses_nothing(cluster) -> None:
    jobs = (Job(n, n) for n in range(60))
    outcomes = []
    for outcome in compute_on_dask(
        slow_double, jobs, cluster.scheduler_address, lambda: None
    ):
        outcomes.append(outcome)
        if len(outcomes) == 15:
            psutil.Process(worker_processes(cluster)[0]).kill()
    assert sorted(o.number for o in outcomes) == list(range(60))
    assert all(o.result == str(2 * o.number).encode() for o in outcomes)


def test_a_job_that_kills_its_workers_costs_only_itself(cluster) -> None:
    jobs = (Job(n, n) for n in range(20))
    address = cluster.scheduler_address
    outcomes = list(compute_on_dask(fatal_seven, jobs, address, lambda: None))
    assert sorted(o.number for o in outcomes) == list(range(20))
    failed = {o.number: o.reason for o in outcomes if o.result is None}
    assert failed.keys() == {3, 7}
    assert failed[3] == "ValueError: three"
    assert "ended its worker" in failed[7]


def test_cancel_is_quick_and_jobs_are_drawn_as_they_are_done(cluster) -> None:
    drawn = []

    def jobs():
        for n in range(10_000):
            drawn.append(n)
            yield Job(n, n)

    asked = []

    def beat():
        if len(drawn) > 10:
            asked.append(time.monotonic())
            raise Cancelled

    with pytest.raises(Cancelled):
        list(compute_on_dask(slow_double, jobs(), cluster.scheduler_address, beat))
    assert time.monotonic() - asked[0] < 3.0
    assert len(drawn) < 100


@pytest.mark.parametrize("address", ["", "host", "host:port", "http://host:1"])
def test_what_is_no_address_is_refused_and_leaves_nothing_behind(
    address, monkeypatch
) -> None:
    monkeypatch.delattr(distributed, "Client")  # one of these hangs when let go
    with pytest.raises(EngineError, match="tcp://host:8786"):
        list(compute_on_dask(slow_double, iter([]), address, lambda: None))


def test_a_scheduler_that_is_not_there_is_named_soon(monkeypatch) -> None:
    monkeypatch.setattr(dask_pool, "_CONNECT", 1.0)
    began = time.monotonic()
    with pytest.raises(EngineError, match=r"127\.0\.0\.1:9"):
        list(compute_on_dask(slow_double, iter([]), "tcp://127.0.0.1:9", lambda: None))
    assert time.monotonic() - began < 5.0
    with pytest.raises(EngineError, match="nonsense"):
        list(compute_on_dask(slow_double, iter([]), "nonsense://x", lambda: None))


def test_a_cluster_without_workers_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(dask_pool, "_PATIENCE", 0.5)
    with distributed.LocalCluster(
        n_workers=0, processes=False, dashboard_address=":0"
    ) as empty:
        jobs = iter([Job(0, 0)])
        address = empty.scheduler_address
        with pytest.raises(EngineError, match="no workers"):
            list(compute_on_dask(slow_double, jobs, address, lambda: None))


def test_extraction_on_the_cluster_is_that_of_this_machine(
    cluster, demo, tmp_path
) -> None:
    here = extract(demo, folder=tmp_path / "here", workers=0)
    killed = []

    def report(step: Step) -> None:
        if step.done >= 10 and not killed:
            killed.append(worker_processes(cluster)[0])
            psutil.Process(killed[0]).kill()

    there = extract(
        demo,
        folder=tmp_path / "there",
        scheduler=cluster.scheduler_address,
        report=report,
    )
    assert killed
    assert (there.keys, there.failures) == (here.keys, here.failures)
    one, two = (
        represent(FeatureStore(tmp_path / name, here.params), here.keys).matrix
        for name in ("here", "there")
    )
    np.testing.assert_array_equal(one, two)


def test_an_experiment_on_the_cluster_is_that_of_this_machine(
    cluster, demo, tmp_path
) -> None:
    grid = Grid.of(
        features=("mfcc", "chroma"),
        poolings=("mean", "image_columns"),
        methods=("kmeans", "agglomerative"),
        ks=(3, 12),
    )
    killed = []

    def report(step: Step) -> None:
        if step.message.startswith("Trying") and step.done >= 3 and not killed:
            killed.append(worker_processes(cluster)[0])
            psutil.Process(killed[0]).kill()

    tables = [
        run(demo, grid, tmp_path / "here", folder=tmp_path / "cache"),
        run(
            demo,
            grid,
            tmp_path / "there",
            folder=tmp_path / "cache",
            scheduler=cluster.scheduler_address,
            report=report,
        ),
    ]
    assert killed
    here, there = (
        [{k: v for k, v in row.items() if k != "seconds"} for row in table.rows]
        for table in tables
    )
    assert here == there
    assert not any(row["error"] for row in there)


def test_without_dask_it_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=r"audioclust\[dask\]"):
        list(compute_on_dask(slow_double, iter([]), "tcp://x:1", lambda: None))
