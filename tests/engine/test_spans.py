"""Spans of long recordings: piece by piece, one after the other, always the same."""

import threading
from collections.abc import Iterator
from pathlib import Path

import audioread
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.audio import tape
from engine.audio.decoding import RATE, blocks, decode
from engine.errors import AudioError

SECONDS = 32
FORMATS = ["wav", "flac", "ogg", "mp3", "opus"]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise between silences, in which a decoder that starts afresh goes wrong."""
    folder = tmp_path_factory.mktemp("recordings")
    rng = np.random.default_rng(0)
    for name in FORMATS:
        rate = 16_000
        noise = rng.standard_normal((rate * SECONDS, 2)).astype(np.float32) * 0.2
        noise *= np.repeat(rng.random(SECONDS * 2) > 0.4, rate // 2)[:, None]
        options = {"format": "OGG", "subtype": "OPUS"} if name == "opus" else {}
        with soundfile.SoundFile(
            folder / f"long.{name}", "w", rate, 2, **options
        ) as sound:
            for second in np.split(noise, SECONDS):
                sound.write(second)
    return folder


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    yield
    tape._shelf.take(("", 0, 0, 0))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("rate", [None, RATE, 8_000])
def test_pieces_are_the_whole_to_the_bit(
    recordings: Path, name: str, rate: int | None
) -> None:
    path = recordings / f"long.{name}"
    for start, end in [(0.0, None), (3.21, 17.77), (28.5, 99.0)]:
        for mono in (True, False):
            whole = decode(path, start, end, rate=rate, mono=mono)
            pieces = list(blocks(path, start, end, rate=rate, mono=mono, seconds=0.7))
            assert len(pieces) > 2
            assert all(len(piece) for piece in pieces)
            np.testing.assert_array_equal(np.concatenate(pieces), whole)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(1, 70_000), st.floats(0.001, 3.0), st.sampled_from([8000, 44_100]))
def test_pieces_of_any_length_are_the_whole(
    tmp_path: Path, n: int, seconds: float, rate: int
) -> None:
    path = tmp_path / "any.wav"
    noise = np.random.default_rng(n).uniform(-1, 1, n)
    soundfile.write(path, noise, rate, subtype="FLOAT")
    whole = decode(path)
    pieces = list(blocks(path, seconds=seconds))
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_what_is_wrong_further_on_is_found_there(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    samples = np.zeros(5 * RATE)
    samples[-10] = np.nan
    soundfile.write(path, samples, RATE, subtype="FLOAT")
    pieces = blocks(path, seconds=1.0)
    assert len(next(pieces)) == RATE
    with pytest.raises(AudioError, match="NaN"):
        list(pieces)
    with pytest.raises(AudioError, match="does not run forward"):
        next(blocks(path, 3.0, 2.0))


@pytest.mark.parametrize("name", FORMATS)
def test_spans_in_any_order_are_those_of_the_whole(recordings: Path, name: str) -> None:
    path = recordings / f"long.{name}"
    whole, rate = decode(path, rate=None, mono=False), 16_000
    rng = np.random.default_rng(1)
    first = 0
    for turn in range(48):
        # On, over what was read last, a little further, and anywhere.
        steps = (2000, -700, int(rng.integers(15 * rate)), 0)
        first += steps[turn % 4]
        if turn % 4 == 3:
            first = int(rng.integers(len(whole)))
        first = min(max(0, first), len(whole) - 2000)
        times = first / rate, (first + 2000) / rate
        part = decode(path, *times, rate=None, mono=turn % 7 == 0)
        expected = whole[first : first + 2000]
        if part.ndim == 1:
            expected = expected.mean(axis=1)
        np.testing.assert_allclose(part, expected, atol=1e-6)


def test_a_span_is_the_callers_own(recordings: Path) -> None:
    path = recordings / "long.mp3"
    first = decode(path, 1.0, 2.0, rate=None)
    kept = first.copy()
    first[:] = 0.0
    np.testing.assert_array_equal(decode(path, 1.0, 2.0, rate=None), kept)


def test_a_recording_that_was_written_anew_is_read_anew(
    recordings: Path, tmp_path: Path
) -> None:
    path = tmp_path / "changing.mp3"
    path.write_bytes((recordings / "long.mp3").read_bytes())
    before = decode(path, 1.0, 3.0)
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, 16_000 * 32)
    tape._shelf.take(("", 0, 0, 0))  # Windows keeps an open file from being replaced
    soundfile.write(path, noise, 16_000)
    assert np.abs(decode(path, 3.0, 5.0)[: len(before)] - before).max() > 0.1


def test_a_recording_is_closed_when_nobody_reads_on(
    recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = threading.Event()
    monkeypatch.setattr(tape, "_IDLE", 0.05)
    close = tape.Tape.close

    def closing(self: tape.Tape) -> None:
        close(self)
        closed.set()

    monkeypatch.setattr(tape.Tape, "close", closing)
    decode(recordings / "long.mp3", 1.0, 2.0)
    assert closed.wait(5.0)
    assert tape._shelf._tape is None


def test_a_recording_is_closed_for_the_next_one(recordings: Path) -> None:
    decode(recordings / "long.mp3", 1.0, 2.0)
    kept = tape._shelf._tape
    assert kept is not None
    decode(recordings / "long.wav", 1.0, 2.0)
    assert tape._shelf._tape is None
    assert kept._reader._sound.closed


def test_an_abandoned_stream_closes_its_file(
    recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    take = soundfile.SoundFile.__init__

    def opening(self: soundfile.SoundFile, *args: object, **options: object) -> None:
        take(self, *args, **options)
        opened.append(self)

    monkeypatch.setattr(soundfile.SoundFile, "__init__", opening)
    pieces = blocks(recordings / "long.flac", seconds=1.0)
    next(pieces)
    pieces.close()
    assert [sound.closed for sound in opened] == [True]


def test_threads_read_the_same_recording_at_once(recordings: Path) -> None:
    path = recordings / "long.mp3"
    expected = decode(path, 0.0, 20.0, rate=None)
    wrong = []

    def read(first: int) -> None:
        for second in range(first, 19, 2):
            part = decode(path, second, second + 1, rate=None)
            whole = expected[second * 16_000 : (second + 1) * 16_000]
            if not np.allclose(part, whole, atol=1e-6):
                wrong.append(second)

    threads = [threading.Thread(target=read, args=(first,)) for first in (0, 1, 0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


class SlowCodec:
    """A backend of audioread that counts how often it is asked for the beginning."""

    opened = 0
    samplerate, channels, duration = 1000, 1, 100.0

    def __init__(self, path: str) -> None:
        type(self).opened += 1

    def __iter__(self) -> Iterator[bytes]:
        data = np.arange(100_000).astype("<i2").tobytes()
        for at in range(0, len(data), 999):
            yield data[at : at + 999]

    def close(self) -> None:
        pass


def test_without_seeks_a_recording_is_read_once_for_all_its_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audioread, "available_backends", lambda: [SlowCodec])
    monkeypatch.setattr(SlowCodec, "opened", 0)
    path = tmp_path / "hour.m4a"
    path.write_bytes(b"something else")
    whole = np.arange(100_000).astype("<i2") / np.float32(32768)
    for start in np.arange(0.0, 98.0, 0.5):
        part = decode(path, start, start + 1.0, rate=None)
        first = round(start * 1000)
        np.testing.assert_array_equal(part, whole[first : first + 1000])
    assert SlowCodec.opened == 1
    np.testing.assert_array_equal(decode(path, 2, 3, rate=None), whole[2000:3000])
    assert SlowCodec.opened == 2
