"""Any sound a person may have opens; what cannot be used says why."""

import errno
import os
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import audioread
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import decoding, readers
from engine.audio.decoding import RATE, decode, probe, write_wav
from engine.errors import AudioError


def sine(seconds: float, rate: int, frequency: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def reason_of(path: Path, *span: float) -> str:
    with pytest.raises(AudioError) as caught:
        decode(path, *span)
    assert caught.value.path == str(path)
    return caught.value.reason


@pytest.mark.parametrize(
    ("name", "rate", "options"),
    [
        ("clip.wav", 44_100, {"subtype": "PCM_U8"}),
        ("clip.WAV", 44_100, {"subtype": "PCM_24"}),
        ("clip.Wav", 192_000, {"subtype": "DOUBLE"}),
        ("clip.wave", 8_000, {"subtype": "FLOAT", "format": "WAV"}),
        ("clip.FLAC", 96_000, {}),
        ("clip.ogg", 44_100, {}),
        ("clip.opus", 48_000, {"format": "OGG", "subtype": "OPUS"}),
        ("clip.Mp3", 22_050, {}),
        ("clip.AIFF", 48_000, {}),
        ("clip.aif", 11_025, {"format": "AIFF"}),
    ],
)
def test_every_format_sounds_as_it_was_written(
    tmp_path: Path, name: str, rate: int, options: dict[str, str]
) -> None:
    path = tmp_path / name
    soundfile.write(path, sine(1.0, rate), rate, **options)
    samples = decode(path)
    assert samples.dtype == np.float32
    assert abs(len(samples) - RATE) <= 1
    inner = slice(2000, 20_000)  # lossy codecs need time to settle
    assert np.abs(samples[inner] - sine(1.0, RATE)[inner]).max() < 0.03
    info = probe(path)
    assert (info.rate, info.channels) == (rate, 1)
    assert info.duration == pytest.approx(1.0, abs=1e-3)
    assert info.format.split()[0] in {"WAV", "FLAC", "OGG", "MP3", "AIFF"}


def test_eight_channels_are_averaged_or_kept(tmp_path: Path) -> None:
    path = tmp_path / "eight.wav"
    channels = np.arange(1, 9) / 16 * np.ones((1000, 1))
    soundfile.write(path, channels, RATE, subtype="DOUBLE")
    np.testing.assert_allclose(decode(path), np.full(1000, 4.5 / 16), atol=1e-6)
    np.testing.assert_allclose(decode(path, mono=False), channels, atol=1e-6)
    assert decode(path, mono=False, rate=11_025).shape == (500, 8)
    assert probe(path).channels == 8


@pytest.mark.parametrize("rate", [8_000, RATE, 44_100, 192_000])
def test_one_sample_is_a_sound(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "one.wav"
    soundfile.write(path, np.array([0.5]), rate)
    assert len(decode(path)) == -(-RATE // rate)
    assert decode(path, rate=None).tolist() == [0.5]


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3", "a.aiff"])
def test_a_span_is_that_part_of_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    rng = np.random.default_rng(0)
    soundfile.write(path, 0.1 * rng.standard_normal((44_100 * 2, 2)), 44_100)
    whole = decode(path, rate=None)
    for start, end in [(0.0, 0.3), (0.5, 1.25), (1.7, 2.0), (1.9, 99.0), (0.25, None)]:
        stop = None if end is None else round(end * 44_100)
        part = whole[round(start * 44_100) : stop]
        np.testing.assert_allclose(decode(path, start, end, rate=None), part, atol=1e-6)


@pytest.mark.parametrize("name", ["long.ogg", "long.flac", "long.mp3"])
def test_a_span_far_into_a_recording_starts_where_it_should(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    rng = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", 8000, 1) as sound:
        for _ in range(40):
            sound.write(0.1 * rng.standard_normal(8000))
    whole = decode(path, rate=None)
    for start in (12.3, 25.0, 39.2, 39.9):
        part = decode(path, start, start + 0.5, rate=None)
        first = round(start * 8000)
        np.testing.assert_allclose(part, whole[first : first + len(part)], atol=1e-5)


def test_a_span_at_the_end_of_a_vorbis_file_is_in_time(tmp_path: Path) -> None:
    path = tmp_path / "sweep.ogg"
    time = np.arange(5 * 44_100) / 44_100
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * (300 + 200 * time) * time), 44_100)
    whole = decode(path, rate=None)
    for start in (3.0, 4.0, 4.5):
        part = decode(path, start, start + 0.1, rate=None)
        first = round(start * 44_100)
        np.testing.assert_allclose(part, whole[first : first + len(part)], atol=1e-5)


def test_spans_side_by_side_share_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ramp.wav"
    ramp = np.linspace(-1, 1, 10_000)
    soundfile.write(path, ramp, 44_100, subtype="FLOAT")
    edges = np.arange(0, 0.23, 0.01)
    parts = [decode(path, a, b, rate=None) for a, b in pairwise(edges)]
    np.testing.assert_allclose(np.concatenate(parts), ramp[: 441 * 22], atol=1e-6)


@pytest.mark.parametrize("rate", [8000, 44_100, None])
def test_a_long_recording_is_decoded_in_blocks_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: int | None
) -> None:
    path = tmp_path / "long.flac"
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (30_011, 2))
    soundfile.write(path, noise, 22_050)
    options = [{"mono": True}, {"mono": False, "start": 0.1, "end": 1.2}]
    whole = [decode(path, rate=rate, **each) for each in options]
    monkeypatch.setattr(readers, "_BLOCK", 5000)
    for expected, each in zip(whole, options, strict=True):
        parts = decode(path, rate=rate, **each)
        assert parts.shape == expected.shape
        np.testing.assert_allclose(parts, expected, atol=1e-5)


def test_what_does_not_fit_into_memory_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros(3 * 8000), 8000)
    assert len(decode(path, 1.0, 2.0, longest=1.0)) == RATE
    monkeypatch.setattr(
        decoding, "_resampled", lambda *_: pytest.fail("it was decoded")
    )
    with pytest.raises(AudioError, match=r"lasts 3 s; at most 1\.5 s .*memory; cut"):
        decode(path, longest=1.5)


def test_a_header_with_an_impossible_rate_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "slow.wav"
    soundfile.write(path, np.zeros(RATE), 1)
    assert "1 Hz" in reason_of(path)
    assert "damaged" in reason_of(path)
    with pytest.raises(AudioError, match="damaged"):
        probe(path)


def damaged(path: Path, place: int, content: bytes) -> Path:
    data = bytearray(path.read_bytes())
    data[place : place + len(content)] = content
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "place", "content"),
    [
        ("a.wav", 36, b"junk"),  # no 'data' chunk
        ("a.wav", 20, b"\x77\x77"),  # a coding nobody knows
        ("a.wav", 22, b"\0\0"),  # no channels
        ("a.flac", 8, bytes(30)),
    ],
)
def test_a_damaged_header_says_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    place: int,
    content: bytes,
) -> None:
    monkeypatch.setattr(audioread, "available_backends", list)
    soundfile.write(tmp_path / name, sine(0.2, RATE), RATE)
    reason = reason_of(damaged(tmp_path / name, place, content))
    assert "damaged" in reason
    assert "export it again" in reason


def test_a_file_that_may_not_be_read_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "locked.wav"
    write_wav(path, sine(0.1, RATE), RATE)
    monkeypatch.setattr(decoding.os, "access", lambda *_: False)
    assert "change its permissions" in reason_of(path)


def test_what_is_no_sound_says_so(tmp_path: Path) -> None:
    empty, text, folder = (tmp_path / n for n in ("empty.wav", "text.wav", "dir.wav"))
    empty.touch()
    text.write_text("these are words\n" * 100, encoding="utf-8")
    folder.mkdir()
    assert "0 bytes" in reason_of(empty)
    assert "not in a sound format" in reason_of(text)
    assert "a folder" in reason_of(folder)
    assert "no such file" in reason_of(tmp_path / "gone.wav")
    for path in (empty, text, folder):
        with pytest.raises(AudioError):
            probe(path)


def test_no_samples_is_no_sound(tmp_path: Path) -> None:
    for name in ("none.wav", "none.flac"):
        soundfile.write(tmp_path / name, np.zeros(0), RATE)
        with pytest.raises(AudioError):
            decode(tmp_path / name)
    assert "no samples" in reason_of(tmp_path / "none.wav")


@pytest.mark.parametrize("name", ["cut.wav", "cut.aiff", "cut.flac"])
def test_a_file_cut_short_is_told_apart(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    rng = np.random.default_rng(0)
    soundfile.write(path, 0.1 * rng.standard_normal(44_100), 44_100)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    assert "cut short" in reason_of(path)
    assert "again" in reason_of(path)
    assert len(decode(path, 0.1, 0.2)) == 2205  # what is there can be used


def test_a_file_of_which_little_is_left_is_not_given_in_percent(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    soundfile.write(path, sine(1.0, 44_100), 44_100)
    path.write_bytes(path.read_bytes()[:120])
    assert "almost nothing of the sound" in reason_of(path)


def test_a_stream_that_did_not_know_its_length_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "piped.wav"
    soundfile.write(path, sine(0.5, RATE), RATE)
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = b"\xff" * 4
    path.write_bytes(data)
    assert len(decode(path)) == round(0.5 * RATE)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_samples_that_are_no_numbers_are_refused(tmp_path: Path, bad: float) -> None:
    path = tmp_path / "bad.wav"
    samples = np.zeros((4000, 2))
    samples[3000, 1] = bad
    soundfile.write(path, samples, 44_100, subtype="DOUBLE")
    assert "NaN" in reason_of(path)
    assert np.all(decode(path, 0.0, 0.05) == 0)


def test_spans_outside_the_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "second.wav"
    soundfile.write(path, sine(1.0, RATE), RATE)
    assert "ends at 1 s" in reason_of(path, 1.0)
    assert "5" in reason_of(path, 5.0, 6.0)
    assert "does not run forward" in reason_of(path, 0.5, 0.5)
    assert "does not run forward" in reason_of(path, -1.0, 0.5)
    assert "does not run forward" in reason_of(path, float("nan"))


@pytest.mark.parametrize(
    "name",
    ["шум 鼓.wav", "🥁🎶.wav", "two\nlines.wav", "-rf.wav", b"caf\xe9 \xff.wav"],
)
def test_any_name_opens(tmp_path: Path, name: str | bytes) -> None:
    path = tmp_path / (os.fsdecode(name) if isinstance(name, bytes) else name)
    plain = tmp_path / "plain.wav"
    write_wav(plain, sine(0.1, RATE), RATE)
    try:
        path.write_bytes(plain.read_bytes())
    except (OSError, UnicodeError):
        pytest.skip("this file system refuses the name")
    for given_path in (path, str(path)):
        np.testing.assert_array_equal(decode(given_path), decode(plain))
        assert probe(given_path) == probe(plain)
    write_wav(path, sine(0.2, RATE), RATE)
    assert len(decode(path)) == 4410


def test_a_pipe_with_a_sounds_name_does_not_block(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(tmp_path / "pipe.wav")
    assert "not a file" in reason_of(tmp_path / "pipe.wav")


def test_many_threads_decode_at_once(tmp_path: Path) -> None:
    paths = []
    for number, name in enumerate(["a.wav", "b.ogg", "c.flac", "d.mp3"]):
        soundfile.write(tmp_path / name, sine(0.5, 44_100, 200 + 100 * number), 44_100)
        paths.append(tmp_path / name)
    alone = [decode(path) for path in paths]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(decode, paths * 20))
    for number, samples in enumerate(together):
        np.testing.assert_array_equal(samples, alone[number % 4])


class FakeCodec:
    """A backend of audioread: three channels, in pieces that split frames."""

    closed = 0
    samplerate, channels, duration = RATE, 3, 1.0

    def __init__(self, path: str) -> None:
        if not Path(path).is_absolute():
            raise AssertionError(path)
        values = np.repeat(np.arange(RATE, dtype="<i2"), 3)
        self._data = values.tobytes()

    def __iter__(self):
        for at in range(0, len(self._data), 4096):
            yield self._data[at : at + 4096]

    def close(self) -> None:
        type(self).closed += 1


def test_other_codecs_read_what_libsndfile_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audioread, "available_backends", lambda: [FakeCodec])
    monkeypatch.setattr(FakeCodec, "closed", 0)
    monkeypatch.chdir(tmp_path)
    Path("song.m4a").write_bytes(b"something else")
    expected = np.arange(RATE) / 32768
    np.testing.assert_allclose(decode("song.m4a"), expected, atol=1e-7)
    part = decode("song.m4a", 0.5, 0.6, mono=False)
    np.testing.assert_allclose(part[:, 2], expected[11_025:13_230], atol=1e-7)
    assert probe("song.m4a").format == "M4A"
    assert FakeCodec.closed == 3


def test_a_missing_codec_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audioread, "available_backends", list)
    path = tmp_path / "song.M4A"
    path.write_bytes(b"something else")
    assert "FFmpeg" in reason_of(path)


def test_nothing_warns(tmp_path: Path) -> None:
    path = tmp_path / "text.mp3"
    path.write_text("words " * 50, encoding="utf-8")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(AudioError):
            decode(path)
    assert caught == []


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 300), st.integers(1, 4), st.sampled_from([8000, RATE, 48_000]))
def test_what_is_written_is_read_back(n: int, channels: int, rate: int) -> None:
    samples = np.random.default_rng(n).uniform(-1, 1, (n, channels))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip.wav")
        write_wav(path, samples, rate)
        assert [p.name for p in Path(folder).iterdir()] == ["clip.wav"]
        back = decode(path, rate=None, mono=False)
    np.testing.assert_allclose(back, samples, atol=1.01 / 32768)


def test_writing_clips_and_reports_where_it_cannot(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    write_wav(path, [3.0, -3.0], RATE)
    np.testing.assert_allclose(decode(path), [1.0, -1.0], atol=1e-4)
    with pytest.raises(AudioError, match="not written"):
        write_wav(path / "below_a_file.wav", [0.0], RATE)
    with pytest.raises(AudioError, match="not written"):
        write_wav(tmp_path / "missing" / "clip.wav", [0.0], RATE)


def test_a_full_disk_is_called_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(AudioError, match="disk is full"):
        write_wav(tmp_path / "clip.wav", [0.0], RATE)
