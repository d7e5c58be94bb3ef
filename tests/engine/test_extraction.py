"""A whole collection into the store: nothing is fatal, lost or done twice."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import decode, write_wav
from engine.audio.preparing import PreparationParams
from engine.errors import Cancelled, ParameterError
from engine.features import extraction, machine, sounds
from engine.features.descriptors import DESCRIPTORS
from engine.features.extraction import extract
from engine.features.machine import longest_prepared, longest_sound
from engine.features.pooling import clip_row, row_dtype
from engine.features.sounds import span_row
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore
from engine.progress import Step

ROOT = Path(__file__).parents[2]


def write_tones(folder: Path, n: int, seconds: float = 0.2) -> Dataset:
    folder.mkdir(parents=True, exist_ok=True)
    t = np.arange(int(seconds * 22_050)) / 22_050
    for i in range(n):
        write_wav(
            folder / f"{i:04d}.wav", 0.5 * np.sin(2 * np.pi * (200 + i) * t), 22_050
        )
    return collection(folder)


def collection(folder: Path) -> Dataset:
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*"))
    return Dataset(str(folder), tuple(Clip(name) for name in names))


@pytest.mark.parametrize("workers", [0, 2])
def test_every_clip_is_extracted_once_and_then_reused(
    tmp_path: Path, workers: int
) -> None:
    dataset = write_tones(tmp_path / "sounds", 60)
    steps: list[Step] = []
    run = partial(extract, dataset, folder=tmp_path / "cache", workers=workers)
    first = run(report=steps.append)
    assert (first.computed, first.reused, first.failures) == (60, 0, ())
    assert (steps[0].done, steps[-1].done, steps[-1].total) == (0, 60, 60)
    again = run()
    assert (again.computed, again.reused) == (0, 60)
    assert again.keys == first.keys
    store = FeatureStore(tmp_path / "cache", FeatureParams())
    clip = dataset.clips[17]
    row = clip_row(decode(dataset.file(clip)))
    for field in ("mfcc_mean", "mel_image", "chroma_profile"):
        stored = store.gather([str(first.keys[17])], field)[0]
        np.testing.assert_allclose(stored, row[field], rtol=1e-4, atol=1e-4)


def test_processes_at_the_same_clips_share_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process is one clip ahead, as if it had been started just before."""
    dataset = write_tones(tmp_path / "sounds", 120)
    monkeypatch.setattr(extraction, "_FLUSH", 0.0)
    monkeypatch.setattr(extraction, "_REPORT", 0.0)
    monkeypatch.setattr(extraction, "_RUN", 4)
    others: list[int] = []

    def report(step: Step) -> None:
        while len(others) <= min(step.done, 119):
            ahead = Dataset(dataset.root, (dataset.clips[len(others)],))
            found = extract(ahead, folder=tmp_path / "cache", workers=0)
            others.append(found.computed)

    found = extract(dataset, folder=tmp_path / "cache", workers=0, report=report)
    assert found.computed + found.reused == 120
    assert found.computed + sum(others) < 180  # 240 where each does all
    alone = extract(dataset, folder=tmp_path / "other", workers=0)
    assert alone.keys == found.keys


def test_a_moved_collection_is_recognised_and_an_edited_clip_is_not(
    tmp_path: Path,
) -> None:
    dataset = write_tones(tmp_path / "sounds", 5)
    first = extract(dataset, folder=tmp_path / "cache", workers=0)
    shutil.move(tmp_path / "sounds", tmp_path / "moved")
    shutil.copy(tmp_path / "moved" / "0001.wav", tmp_path / "moved" / "0002.wav")
    write_wav(tmp_path / "moved" / "0003.wav", np.ones(500), 22_050)
    moved = extract(
        collection(tmp_path / "moved"), folder=tmp_path / "cache", workers=0
    )
    assert (moved.computed, moved.reused) == (1, 4)
    assert moved.keys[0] == first.keys[0]
    assert moved.keys[2] == first.keys[1]
    assert moved.keys[3] not in first.keys


def test_copies_and_spans(tmp_path: Path) -> None:
    write_tones(tmp_path / "a", 3)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    spans = (Clip("a/0000.wav", 0.0, 0.1), Clip("a/0000.wav", 0.1, None))
    whole = tuple(
        Clip(f"{folder}/{name}.wav") for folder in "ab" for name in ("0000", "0001")
    )
    found = extract(
        Dataset(str(tmp_path), whole + spans), folder=tmp_path / "cache", workers=1
    )
    assert (found.computed, found.reused) == (4, 2)
    assert found.keys[:2] == found.keys[2:4]
    assert len(set(found.keys)) == 4


@pytest.mark.parametrize("workers", [0, 1])
def test_broken_files_are_named_and_cost_nothing_else(
    tmp_path: Path, workers: int
) -> None:
    folder = tmp_path / "sounds"
    write_tones(folder, 3)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.mp3").write_text("this is not music " * 50)
    (folder / "cut.wav").write_bytes((folder / "0000.wav").read_bytes()[:30])
    shutil.copy(folder / "text.mp3", folder / "text again.mp3")
    dataset = collection(folder)
    missing = Dataset(dataset.root, (*dataset.clips, Clip("gone.wav"), Clip("n\0.wav")))
    found = extract(missing, folder=tmp_path / "cache", workers=workers)
    assert found.computed == 3
    assert [missing.clips[f.index].path for f in found.failures] == [
        f.path for f in found.failures
    ]
    assert {f.path for f in found.failures} == {
        "empty.wav",
        "text.mp3",
        "text again.mp3",
        "cut.wav",
        "gone.wav",
        "n\0.wav",
    }
    assert all(f.reason and str(tmp_path) not in f.reason for f in found.failures)
    assert all((found.keys[f.index] is None) for f in found.failures)
    assert sum(key is not None for key in found.keys) == 3


def test_an_empty_collection_is_no_problem(tmp_path: Path) -> None:
    found = extract(Dataset(str(tmp_path)), folder=tmp_path / "cache")
    assert (found.keys, found.failures) == ((), ())


def test_a_negative_number_of_workers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"workers.*-1"):
        extract(Dataset(str(tmp_path)), folder=tmp_path, workers=-1)


@pytest.mark.parametrize("workers", [0, 2])
def test_cancel_is_quick_and_keeps_what_is_done(tmp_path: Path, workers: int) -> None:
    dataset = write_tones(tmp_path / "sounds", 400, seconds=1.0)
    asked: list[float] = []

    def report(step: Step) -> None:
        if step.done >= 20:
            asked.append(time.monotonic())
            raise Cancelled

    with pytest.raises(Cancelled):
        extract(dataset, folder=tmp_path / "cache", workers=workers, report=report)
    assert time.monotonic() - asked[0] < 1.0
    kept = len(FeatureStore(tmp_path / "cache", FeatureParams()))
    assert 20 <= kept < 400
    again = extract(dataset, folder=tmp_path / "cache", workers=2)
    assert again.reused >= kept
    assert again.computed + again.reused == 400


def test_a_killed_run_resumes_and_leaves_no_process(tmp_path: Path) -> None:
    dataset = write_tones(tmp_path / "sounds", 500, seconds=2.0)
    script = (
        "import os, sys; from pathlib import Path\n"
        "from tests.engine.test_extraction import collection, extract\n"
        "if __name__ == '__main__':\n"
        "    out = Path(sys.argv[1])\n"
        "    extract(collection(out / 'sounds'), folder=out / 'cache', workers=2)\n"
    )
    (tmp_path / "script.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    child = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py"), str(tmp_path)], env=environment
    )
    cache = tmp_path / "cache"
    await_that(lambda: len(FeatureStore(cache, FeatureParams())) > 0)
    workers = children_of(child.pid)
    child.kill()
    child.wait()
    kept = len(FeatureStore(cache, FeatureParams()))
    found = extract(dataset, folder=cache, workers=2)
    assert 0 < kept <= found.reused < 500
    assert found.computed + found.reused == 500
    await_that(lambda: not any(is_alive(pid) for pid in workers))


def children_of(pid: int) -> list[int]:
    """The processes below one, where the system lists them."""
    task = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(p) for p in task.read_text().split()] if task.exists() else []


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "zombie" not in status.read_text()


def await_that(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_a_recording_too_long_for_the_memory_is_streamed_or_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = write_tones(tmp_path / "sounds", 2)
    write_wav(tmp_path / "sounds" / "9.wav", np.ones(22_050 * 60), 22_050)
    dataset = collection(tmp_path / "sounds")
    monkeypatch.setattr(machine, "memory_at_hand", lambda: 10 << 20)
    monkeypatch.setattr(sounds, "WHOLE_BYTES", 10 << 20)
    run = partial(extract, dataset, folder=tmp_path / "cache", workers=0)
    for streamed in (
        PreparationParams(),
        PreparationParams(lowpass=True, length=50, normalise="peak"),
    ):
        assert run(preparation=streamed).failures == ()
    for needs_all in (
        PreparationParams(trim=True),
        PreparationParams(normalise="loudness"),
    ):
        found = run(preparation=needs_all)
        assert found.computed == 2
        assert [failure.path for failure in found.failures] == ["9.wav"]
        assert "memory" in found.failures[0].reason
        assert "60 s" in found.failures[0].reason


def test_memory_is_shared_among_workers_and_finer_features_need_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "memory_at_hand", lambda: 1 << 30)
    one = longest_sound(FeatureParams(), 1)
    assert longest_sound(FeatureParams(), 4) == pytest.approx(one / 4)
    assert longest_sound(FeatureParams(hop=256), 1) < one / 2
    assert longest_prepared(22_050, 1) > one


def test_what_is_deleted_meanwhile_is_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, cache = write_tones(tmp_path / "sounds", 8), tmp_path / "cache"
    monkeypatch.setattr(extraction, "_FLUSH", 0.0)
    monkeypatch.setattr(extraction, "_REPORT", 0.0)
    deleted = []

    def report(step: Step) -> None:
        if step.done == 4 and not deleted:
            deleted.append(step)
            shutil.rmtree(cache)

    found = extract(dataset, folder=cache, workers=0, report=report)
    assert deleted
    assert found.failures == ()
    store = FeatureStore(cache, FeatureParams())
    assert all(key in store for key in found.keys)


def test_a_fixed_length_beyond_the_memory_is_padded_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wav(tmp_path / "a.wav", np.ones(8000), 8000)
    params, padded = FeatureParams(rate=8000), PreparationParams(length=400.0)
    whole = span_row(tmp_path / "a.wav", 0.0, None, params, padded, 3600.0)
    monkeypatch.setattr(sounds, "WHOLE_BYTES", 10 << 20)
    monkeypatch.setattr(sounds, "prepare", None)  # it would pad in memory
    row = span_row(tmp_path / "a.wav", 0.0, None, params, padded, 3600.0)
    for name in set(row_dtype(params).names or ()) - {"descriptors"}:
        np.testing.assert_allclose(row[name], whole[name], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(row["descriptors"], whole["descriptors"], rtol=1e-4)


def test_cancel_ends_a_long_recording(tmp_path: Path) -> None:
    write_wav(tmp_path / "long.wav", np.zeros(8000 * 7200), 8000)
    begun: list[float] = []

    def report(step: Step) -> None:
        begun.append(time.monotonic())
        if begun[-1] - begun[0] > 2.0:
            raise Cancelled

    dataset = Dataset(str(tmp_path), (Clip("long.wav"),))
    with pytest.raises(Cancelled):
        extract(dataset, folder=tmp_path / "cache", workers=1, report=report)
    assert time.monotonic() - begun[-1] < 1.0


def test_preparation_is_applied_and_has_a_store_of_its_own(tmp_path: Path) -> None:
    dataset = write_tones(tmp_path / "sounds", 2, seconds=1.0)
    low = PreparationParams(lowpass=True, cutoff=100.0, length=0.5)
    run = partial(extract, dataset, folder=tmp_path / "cache", workers=0)
    plain, prepared = run(), run(preparation=low)
    assert (prepared.computed, prepared.reused) == (2, 0)
    stored = [
        FeatureStore(tmp_path / "cache", FeatureParams(), which).gather(
            [str(found.keys[0])], "descriptors"
        )[0]
        for which, found in ((None, plain), (low, prepared))
    ]
    duration, rms = list(DESCRIPTORS).index("duration"), list(DESCRIPTORS).index("rms")
    assert [values[duration] for values in stored] == [1.0, 0.5]
    assert stored[1][rms] < 0.1 * stored[0][rms]


def test_a_preparation_that_the_rate_forbids_is_refused_at_once(tmp_path: Path) -> None:
    dataset = Dataset(str(tmp_path), (Clip("missing.wav"),))
    with pytest.raises(ParameterError, match=r"cutoff.*4000"):
        extract(
            dataset,
            FeatureParams(rate=8000),
            PreparationParams(lowpass=True, cutoff=5000.0),
            folder=tmp_path,
        )
