"""Long recordings: heard at once, from everywhere, and never in memory as a whole."""

import struct
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from audioclust_gui.sound import streaming
from audioclust_gui.sound.streaming import AHEAD, BEHIND, HEAD, Streamed
from engine.audio.decoding import decode, write_wav
from engine.errors import AudioError
from tests.gui.sound.hearing import WAIT, start

SLOW = 8_000  # Hz, so that a long sound is quickly made


def noise(seconds, channels=1, rate=SLOW):
    random = np.random.default_rng(0)
    return random.uniform(-0.5, 0.5, (round(seconds * rate), channels))


@pytest.fixture
def streamed():
    """Make streams that end with the test."""
    made = []

    def make(*args):
        made.append(Streamed(*args))
        return made[-1]

    yield make
    for stream in made:
        stream.close()


def heard(stream, start, n):
    """Read frames as a mixer does, wherever the playhead has to go for them."""
    pieces = []
    while n > 0 and start < stream.length:
        stream.go_to(start)
        with suppress(AudioError):  # this may be the place where it ends
            stream.head(start, 5.0)
        piece = stream.read(start, min(n, 1_000))
        pieces.append(piece)
        start, n = start + len(piece), n - len(piece)
    return np.concatenate(pieces)


@pytest.mark.parametrize("rate", [SLOW, 11_025])
@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_stream_is_what_decoding_gives(tmp_path, streamed, name, rate):
    soundfile.write(tmp_path / name, noise(70.3, 2), SLOW)
    whole = decode(tmp_path / name, 1.3, rate=rate, mono=False)
    stream = streamed(tmp_path / name, 1.3, None, rate)
    assert (stream.length, stream.channels) == whole.shape
    np.testing.assert_array_equal(heard(stream, 0, 10**9), whole)
    # From the middle the resampler has heard only a second of what was before.
    for second in (40.5, 65.0, 3.9, 68.7):
        at = round(second * rate)
        there = heard(stream, at, 2 * rate)
        np.testing.assert_allclose(there, whole[at:][: len(there)], atol=1e-6)
    assert stream.trouble == ""


def test_a_span_of_a_recording_and_many_channels(tmp_path, streamed):
    soundfile.write(tmp_path / "a.wav", noise(12, 5), SLOW)
    stream = streamed(tmp_path / "a.wav", 2.0, 9.5, SLOW)
    assert (stream.length, stream.channels) == (60_000, 1)
    mixed = decode(tmp_path / "a.wav", 2.0, 9.5, rate=SLOW)
    np.testing.assert_allclose(heard(stream, 0, 60_000)[:, 0], mixed, atol=1e-6)
    assert len(stream.read(60_000, 10)) == len(stream.read(70_000, 10)) == 0


def test_an_hour_is_never_in_memory(tmp_path, streamed):
    path, n_bytes = tmp_path / "hour.wav", 3_600 * SLOW * 2
    with path.open("wb") as file:  # silence, except for a number every ten minutes
        file.write(b"RIFF" + struct.pack("<I", n_bytes + 36) + b"WAVEfmt ")
        file.write(struct.pack("<IHHIIHH", 16, 1, 1, SLOW, 2 * SLOW, 2, 16))
        file.write(b"data" + struct.pack("<I", n_bytes))
        for i in range(6):
            file.seek(44 + i * 600 * SLOW * 2)
            file.write(struct.pack("<h", 1_000 * i))
        file.truncate(44 + n_bytes)
    stream = streamed(path, 0.0, None, SLOW)
    assert stream.length == 3_600 * SLOW
    for i in (0, 5, 1, 4, 2, 3):
        at = i * 600 * SLOW
        assert heard(stream, at, 1)[0, 0] == pytest.approx(1_000 * i / 32_768)
        for second in range(0, 90, 15):
            assert len(heard(stream, at + second * SLOW, SLOW)) == SLOW
            assert len(stream._seconds) <= HEAD + BEHIND + AHEAD + 1
    assert len(stream.read(0, HEAD * SLOW)) == HEAD * SLOW  # a loop goes on at once


def test_what_was_just_heard_is_still_there(tmp_path, streamed):
    soundfile.write(tmp_path / "a.wav", noise(60), SLOW)
    stream = streamed(tmp_path / "a.wav", 0.0, None, SLOW)
    heard(stream, 0, 30 * SLOW)
    stream.go_to((30 - BEHIND) * SLOW)
    assert len(stream.read((30 - BEHIND) * SLOW, SLOW)) == SLOW


def test_a_file_that_was_cut_off_is_heard_as_far_as_it_goes(tmp_path, streamed):
    write_wav(tmp_path / "a.wav", noise(30), SLOW)
    whole = decode(tmp_path / "a.wav", rate=SLOW, mono=False)
    data = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(data[: len(data) // 2])
    stream = streamed(tmp_path / "a.wav", 0.0, None, SLOW)
    out = heard(stream, 0, 10**9)
    assert len(out) == stream.length == pytest.approx(15 * SLOW, abs=50)
    np.testing.assert_array_equal(out, whole[: len(out)])
    assert "cut short" in stream.trouble


def test_a_file_that_ends_before_its_header_says(tmp_path, streamed, monkeypatch):
    write_wav(tmp_path / "a.wav", noise(30), SLOW)
    probe = streaming.probe
    monkeypatch.setattr(streaming, "probe", lambda p: replace(probe(p), duration=50.0))
    stream = streamed(tmp_path / "a.wav", 0.0, None, SLOW)
    assert len(heard(stream, 0, 10**9)) == stream.length == 30 * SLOW
    assert stream.trouble.startswith("it ends after 30 s, although it says")
    assert len(stream.read(40 * SLOW, 10)) == 0


def test_a_file_that_breaks_off_in_the_middle(tmp_path, streamed, monkeypatch):
    write_wav(tmp_path / "a.wav", noise(30), SLOW)
    blocks = streaming.blocks

    def broken(path, start, end, **options):
        at = start
        for piece in blocks(path, start, end, **options):
            if at >= 12.0:
                raise AudioError(str(path), "it is damaged")
            at += len(piece) / SLOW
            yield piece

    monkeypatch.setattr(streaming, "blocks", broken)
    stream = streamed(tmp_path / "a.wav", 0.0, None, SLOW)
    assert len(heard(stream, 0, 10**9)) == stream.length == 12 * SLOW
    assert stream.trouble == "it is damaged"
    late = streamed(tmp_path / "a.wav", 0.0, None, SLOW, 20 * SLOW)
    with pytest.raises(AudioError, match="it is damaged"):
        late.head(20 * SLOW, 5.0)


def long_tone(path, seconds, levels, rate=SLOW):
    level = np.repeat(levels, round(seconds * rate / len(levels)))
    write_wav(path, level * np.sin(np.arange(len(level)) * 0.3), rate)
    return path


def test_a_click_on_a_long_recording(qtbot, playback, sink, tmp_path):
    sink.rate = SLOW
    path = long_tone(tmp_path / "a.wav", 100, [0.1, 0.2, 0.3, 0.4, 0.5])
    _, duration = start(qtbot, playback, path, token="long", at=1.0)
    assert duration == 100
    assert np.abs(sink.pull(1.0)).max() == pytest.approx(0.1, rel=0.01)
    assert playback.position() == pytest.approx(2.0)
    playback.seek(90.0)
    assert playback.position() == 90.0
    qtbot.wait(50)  # the playhead moves only with the sound
    stream = playback._sequence.turns[0].stream
    qtbot.waitUntil(lambda: len(stream.read(99 * SLOW, 10)) == 10, timeout=WAIT)
    assert np.abs(sink.pull(1.0)).max() == pytest.approx(0.5, rel=0.01)
    assert playback.position() == pytest.approx(91.0)
    assert playback.is_playing()
    with qtbot.waitSignal(playback.finished, timeout=WAIT):
        sink.pull(9.5)
    assert stream._closed


def test_a_long_recording_repeats_itself(qtbot, playback, sink, heard, tmp_path):
    sink.rate = SLOW
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(70), SLOW)
    whole = decode(path, rate=SLOW, mono=False)
    playback.set_loop(True)
    start(qtbot, playback, path, at=69.0)
    stream = playback._sequence.turns[0].stream
    qtbot.waitUntil(lambda: len(stream.read(0, 24_000)) == 24_000, timeout=WAIT)
    out = np.concatenate([sink.pull(0.5), sink.pull(2.0)])[:, :1]
    expected = np.concatenate([whole[69 * SLOW :], whole[: round(1.5 * SLOW)]])
    np.testing.assert_array_equal(out[100:], expected[100:])


def test_what_cannot_be_heard_of_a_recording_is_told(
    qtbot, playback, sink, heard, tmp_path
):
    path = long_tone(tmp_path / "a.wav", 60, [0.5])
    path.write_bytes(path.read_bytes()[: 40 * SLOW * 2])
    with qtbot.waitSignal(playback.noted, timeout=WAIT) as blocker:
        playback.play(path, token="cut")
    assert blocker.args[0] == "cut"
    assert blocker.args[1].startswith("Not all of it can be played: it is cut short")
    path.write_bytes(b"RIFF")
    with qtbot.waitSignal(playback.failed, timeout=WAIT):
        playback.play(path)


def test_a_recording_that_becomes_loud_is_not_clipped(qtbot, playback, sink, tmp_path):
    sink.rate = SLOW
    playback.set_matched(True)
    path = long_tone(tmp_path / "a.wav", 200, [0.01, 0.9])
    start(qtbot, playback, path)
    assert np.abs(sink.pull(1.0)).max() > 0.05  # as loud as other clips
    stream = playback._sequence.turns[0].stream
    playback.seek(98.0)
    sink.pull(0.1)
    qtbot.waitUntil(lambda: len(stream.read(102 * SLOW, 10)) == 10, timeout=WAIT)
    qtbot.wait(60)
    assert np.abs(sink.pull(1.0)[100:]).max() < 0.01  # turned down before it is heard
    assert 0.7 < np.abs(sink.pull(3.0)).max() < 0.9
