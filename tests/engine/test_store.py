"""The feature store: never stale, never fatal, safe with two writers."""

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.errors import EngineError, FeaturesMissingError
from engine.features import store as store_module
from engine.features.identity import DigestCache, Stamp, clip_key, file_digest
from engine.features.pooling import row_dtype
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore, default_folder

PARAMS = FeatureParams(n_fft=128, hop=64, n_mels=8, n_mfcc=4)


def rows(numbers: list[int]) -> tuple[list[str], np.ndarray]:
    """Keys, and rows that say which key they belong to."""
    out = np.zeros(len(numbers), row_dtype(PARAMS))
    out["mfcc_mean"] = np.array(numbers)[:, None]
    out["mel_image"] = np.array(numbers)[:, None, None] % 251
    return [f"{n:032x}" for n in numbers], out


def numbers_in(store: FeatureStore, keys: list[str]) -> list[int]:
    return store.gather(keys, "mfcc_mean")[:, 0].astype(int).tolist()


def packs(store: FeatureStore) -> list[Path]:
    return sorted(store.folder.glob("*.npy"))


def test_what_was_added_is_read_back_in_any_order(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path, PARAMS)
    store.add(*rows([1, 2, 3]))
    store.add(*rows([4, 5]))
    keys, _ = rows([5, 1, 4, 1, 3])
    for opened in (store, FeatureStore(tmp_path, PARAMS)):
        assert len(opened) == 5
        assert all(key in opened for key in keys)
        assert None not in opened
        assert numbers_in(opened, keys) == [5, 1, 4, 1, 3]
        assert opened.gather(keys, "mel_image").shape == (5, 48, 96)
        assert opened.gather([], "mel_image").shape == (0, 48, 96)


def test_other_parameters_see_another_store(tmp_path: Path) -> None:
    FeatureStore(tmp_path, PARAMS).add(*rows([1]))
    assert len(FeatureStore(tmp_path, PARAMS.replace(hop=32))) == 0


def test_a_key_is_kept_once(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path, PARAMS)
    store.add(*rows([1, 1, 2]))
    store.add(*rows([2, 1]))
    assert len(store) == 2
    assert len(packs(store)) == 1


@pytest.mark.parametrize(
    "damage", ["cut", "empty", "garbage", "zeros", "pickle", "header"]
)
def test_a_damaged_pack_is_ignored_and_removed(tmp_path: Path, damage: str) -> None:
    store = FeatureStore(tmp_path, PARAMS)
    store.add(*rows([1, 2]))
    store.add(*rows([3]))
    target = next(p for p in packs(store) if p.stat().st_size > 50_000)
    del store
    content = target.read_bytes()
    if damage == "pickle":
        np.save(target, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    else:
        half = len(content) // 2
        target.write_bytes(
            {
                "cut": content[:-100],
                "empty": b"",
                "garbage": bytes(range(256)) * 10,
                # Of the Python in the header: EOF in multi-line statement.
                "header": content.replace(b"}", b" ", 1),
                "zeros": content[:half] + bytes(len(content) - half),
            }[damage]
        )
    store = FeatureStore(tmp_path, PARAMS)
    assert len(store) == 1
    keys, fresh = rows([1, 2, 3])
    store.add(keys, fresh)
    assert numbers_in(store, keys) == [1, 2, 3]
    store.compact()
    assert not target.exists()
    assert len(FeatureStore(tmp_path, PARAMS)) == 3


def test_a_column_that_changed_on_disk_is_noticed_and_made_again(
    tmp_path: Path,
) -> None:
    store = FeatureStore(tmp_path, PARAMS)
    keys, fresh = rows([1, 2, 3])
    store.add(keys, fresh)
    (target,) = packs(store)
    del store
    content = bytearray(target.read_bytes())
    place = content.index(np.float32([1] * 4 + [2] * 4).tobytes())  # mfcc_mean
    content[place : place + 8] = b"\xff" * 8
    target.write_bytes(content)
    store = FeatureStore(tmp_path, PARAMS)
    assert store.gather(keys, "mel_image")[:, 0, 0].tolist() == [1, 2, 3]
    with pytest.raises(FeaturesMissingError, match="extracted again"):
        store.gather(keys, "mfcc_mean")
    for opened in (store, FeatureStore(tmp_path, PARAMS)):
        assert len(opened) == 0
    store.add(keys, fresh)
    assert numbers_in(store, keys) == [1, 2, 3]


def test_merging_leaves_a_damaged_pack_out(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path, PARAMS)
    for n in range(20):
        store.add(*rows([n + 1]))
    target = packs(store)[7]
    content = bytearray(target.read_bytes())
    content[-60] ^= 0xFF  # in the last picture
    target.write_bytes(content)
    store = FeatureStore(tmp_path, PARAMS)
    store.compact()
    assert len(FeatureStore(tmp_path, PARAMS)) == len(store) == 19


def test_what_another_process_has_added_is_not_added_again(tmp_path: Path) -> None:
    one, other = FeatureStore(tmp_path, PARAMS), FeatureStore(tmp_path, PARAMS)
    one.add(*rows([1, 2]))
    other.add(*rows([1, 2]))
    assert len(packs(one)) == 1
    assert numbers_in(other, rows([1, 2])[0]) == [1, 2]


def test_rows_that_lie_in_several_packs_are_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers = [FeatureStore(tmp_path, PARAMS) for _ in range(3)]
    with monkeypatch.context() as patch:
        patch.setattr(FeatureStore, "refresh", lambda self: None)  # all at one time
        for n, store in enumerate(writers):
            store.add(*rows(list(range(60 + 20 * n))))
    for store in writers:
        store.compact()
    assert len(packs(writers[0])) == 1
    for store in (*writers[-1:], FeatureStore(tmp_path, PARAMS)):
        assert numbers_in(store, rows(list(range(100)))[0]) == list(range(100))


def test_packs_that_overlap_are_written_anew(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(store_module, "_MOST_ROWS", 40)
    one, other = FeatureStore(tmp_path, PARAMS), FeatureStore(tmp_path, PARAMS)
    one.add(*rows(list(range(40))))
    with monkeypatch.context() as patch:
        patch.setattr(FeatureStore, "refresh", lambda self: None)
        other.add(*rows(list(range(20, 60))))
    one.compact()
    store = FeatureStore(tmp_path, PARAMS)
    assert sum(p.stat().st_size for p in packs(store)) < 64 * store.dtype.itemsize
    assert numbers_in(store, rows(list(range(60)))[0]) == list(range(60))


def test_two_stores_add_at_once_and_find_each_others(tmp_path: Path) -> None:
    one, other = FeatureStore(tmp_path, PARAMS), FeatureStore(tmp_path, PARAMS)
    one.add(*rows([1, 2]))
    other.add(*rows([2, 3]))
    one.refresh()
    keys, _ = rows([1, 2, 3])
    assert numbers_in(one, keys) == [1, 2, 3]
    assert len(FeatureStore(tmp_path, PARAMS)) == 3


def test_many_small_packs_become_few(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path, PARAMS)
    for n in range(40):
        store.add(*rows([2 * n, 2 * n + 1]))
    reader = FeatureStore(tmp_path, PARAMS)
    store.compact()
    assert len(packs(store)) < 3
    keys, _ = rows(list(range(80)))
    reader.refresh()
    for opened in (store, reader, FeatureStore(tmp_path, PARAMS)):
        assert len(opened) == 80
        assert numbers_in(opened, keys) == list(range(80))


def test_a_deleted_store_can_be_filled_again(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path, PARAMS)
    store.add(*rows([1]))
    for pack in packs(store):
        pack.unlink()
    store.folder.rmdir()
    store.add(*rows([2]))
    assert len(FeatureStore(tmp_path, PARAMS)) == 1


def test_writers_in_two_processes(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.engine.test_store import *\n"
        "store = FeatureStore(Path(sys.argv[1]), PARAMS)\n"
        "for n in range(20):\n"
        "    store.add(*rows([n, 1000 * int(sys.argv[2]) + n]))\n"
        "store.compact()\n"
    )
    root = Path(__file__).parents[2]
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), who], cwd=root)
        for who in ("1", "2")
    ]
    assert [process.wait() for process in running] == [0, 0]
    store = FeatureStore(tmp_path, PARAMS)
    expected = [b + n for b in (0, 1000, 2000) for n in range(20)]
    keys, _ = rows(expected)
    assert numbers_in(store, keys) == expected
    assert not list(store.folder.glob("*.part"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "features").write_text("in the way")
    store = FeatureStore(tmp_path, PARAMS)
    with pytest.raises(EngineError, match=r"cannot be written.*AUDIOCLUST_CACHE"):
        store.add(*rows([1]))


@pytest.mark.parametrize(
    ("error", "words", "free"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "[Nn]o space", True),
        (OSError(errno.EROFS, os.strerror(errno.EROFS)), "[Rr]ead-only", False),
        (OSError("1 requested and 0 written"), "disk is full or the folder", False),
    ],
)
def test_a_failure_to_write_is_told_in_words(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    words: str,
    free: bool,
) -> None:
    def fail(*_: object) -> Path:
        raise error

    monkeypatch.setattr(store_module, "write_pack", fail)
    with pytest.raises(EngineError, match=words) as caught:
        FeatureStore(tmp_path, PARAMS).add(*rows([1]))
    assert ("Free some space" in str(caught.value)) == free


def test_the_cache_folder_can_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOCLUST_CACHE", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv("AUDIOCLUST_CACHE")
    assert "audioclust" in str(default_folder())


def test_keys_follow_content_and_span() -> None:
    keys = {
        clip_key(digest, start, end)
        for digest in (b"a", b"b")
        for start, end in ((0.0, None), (0.0, 1.0), (1.0, None), (0.1, 1.0))
    }
    assert len(keys) == 8
    assert clip_key(b"a", 0, 1) == clip_key(b"a", 0.0, 1.0)
    assert {len(key) for key in keys} == {32}


def test_digests_are_remembered_until_the_file_changes(tmp_path: Path) -> None:
    file, cache = tmp_path / "été \udcff.wav", tmp_path / "digests.sqlite"
    try:
        file.write_bytes(b"sound")
    except OSError:
        file = tmp_path / "été.wav"  # this system has no such names
        file.write_bytes(b"sound")
    stamp, digest = Stamp.of(str(file)), file_digest(str(file), lambda: None)
    with DigestCache(cache) as digests:
        assert digests.get(str(file), stamp) is None
        digests.remember([(str(file), stamp, digest)])
    with DigestCache(cache) as one, DigestCache(cache) as other:
        assert one.get(str(file), stamp) == other.get(str(file), stamp) == digest
        assert one.get(str(file), Stamp(stamp.size, stamp.mtime_ns + 1)) is None
        assert one.get(str(file), Stamp(stamp.size + 1, stamp.mtime_ns)) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows tells no time of change")
def test_a_file_written_anew_under_its_old_time_has_a_new_digest(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"sound")
    before = Stamp.of(str(file))
    with DigestCache(tmp_path / "digests.sqlite") as digests:
        digests.remember([(str(file), before, b"digest")])
        time.sleep(0.05)
        file.write_bytes(b"other")
        os.utime(file, ns=(before.mtime_ns, before.mtime_ns))
        after = Stamp.of(str(file))
        assert after == before
        assert digests.get(str(file), after) is None


@pytest.mark.parametrize("content", [b"not a database" * 100, b""])
def test_a_damaged_digest_cache_is_replaced(tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "digests.sqlite"
    cache.write_bytes(content)
    entry = ("a.wav", Stamp(1, 2), b"digest")
    with DigestCache(cache) as digests:
        digests.remember([entry])
    with DigestCache(cache) as digests:
        assert digests.get("a.wav", Stamp(1, 2)) == b"digest"


def test_a_digest_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with DigestCache(tmp_path / "file" / "digests.sqlite") as digests:
        digests.remember([("a.wav", Stamp(1, 2), b"digest")])
        assert digests.get("a.wav", Stamp(1, 2)) == b"digest"


def test_a_long_file_is_read_in_steps(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(os.urandom(3 << 20))
    beats: list[None] = []
    file_digest(str(tmp_path / "long"), lambda: beats.append(None))
    assert len(beats) >= 3
