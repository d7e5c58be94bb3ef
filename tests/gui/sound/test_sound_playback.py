"""What a person hears and is told when clicking, with a device that exists on paper."""

import threading
import time

import numpy as np
import pytest

from audioclust_gui.sound import loader as sound_loader
from audioclust_gui.sound.cache import Span
from audioclust_gui.sound.playback import Playback
from engine.audio.decoding import write_wav
from tests.gui.sound.hearing import RATE, WAIT, FakeSink, Heard, pitch, start, tone


def test_a_click_plays_the_clip_to_its_end(qtbot, playback, sink, heard, tmp_path):
    path = tone(tmp_path / "päť ☂ 音.wav", 0.5)
    token, duration = start(qtbot, playback, path, token=("view", 3))
    assert (token, duration) == (("view", 3), 0.5)
    assert playback.is_playing()
    assert pitch(sink.pull(0.4)) == pytest.approx(440, abs=5)
    assert playback.position() == pytest.approx(0.4)
    sink.pull(0.2)
    qtbot.waitUntil(lambda: "finished" in heard.names(), timeout=WAIT)
    assert heard.all == [
        ("device", ""),
        ("started", ("view", 3), 0.5),
        ("finished", ("view", 3)),
    ]
    assert not playback.is_playing()
    assert playback.position() is None


def test_a_span_of_a_file_at_another_rate(qtbot, playback, sink, tmp_path):
    rate = 22_050
    steps = np.repeat([0.1, 0.5, 0.2], rate)
    write_wav(tmp_path / "steps.wav", steps, rate)
    _, duration = start(qtbot, playback, tmp_path / "steps.wav", 1.0, 2.0, at=0.5)
    assert duration == pytest.approx(1.0, abs=1e-3)
    out = sink.pull(0.6)
    np.testing.assert_allclose(out[2_400:21_600], 0.5, atol=0.01)
    assert not out[round(0.51 * RATE) :].any()


def test_only_the_newest_click_plays(qtbot, playback, sink, heard, tmp_path):
    paths = [tone(tmp_path / f"{i}.wav", 0.5, 300 + 100 * i) for i in range(8)]
    for i, path in enumerate(paths):
        playback.play(path, token=i)
    qtbot.waitUntil(lambda: "started" in heard.names(), timeout=WAIT)
    assert pitch(sink.pull(0.3)) == pytest.approx(1000, abs=5)
    qtbot.wait(50)
    assert [a[1] for a in heard.all if a[0] == "started"] == [7]


def test_nothing_of_the_last_clip_is_heard_while_the_next_one_loads(
    qtbot, playback, sink, tmp_path, monkeypatch
):
    start(qtbot, playback, tone(tmp_path / "a.wav", 2.0))
    sink.pull(0.1)
    gate = threading.Event()
    decode = sound_loader.decode
    monkeypatch.setattr(
        sound_loader, "decode", lambda *a, **k: gate.wait(5) and decode(*a, **k)
    )
    playback.play(tone(tmp_path / "b.wav", 2.0, 880), at=0.25)
    assert playback.is_playing()
    assert playback.position() == 0.25
    assert not sink.pull(0.1)[round(0.005 * RATE) :].any()
    with qtbot.waitSignal(playback.started, timeout=WAIT):
        gate.set()
    assert pitch(sink.pull(0.3)) == pytest.approx(880, abs=5)


def test_stop_while_loading_is_stopped_for_good(
    qtbot, playback, heard, tmp_path, monkeypatch
):
    entered, gate = threading.Event(), threading.Event()
    decode = sound_loader.decode

    def slow(*args, **options):
        entered.set()
        gate.wait(5)
        return decode(*args, **options)

    monkeypatch.setattr(sound_loader, "decode", slow)
    playback.play(tone(tmp_path / "a.wav", 1.0))
    assert entered.wait(5)
    playback.stop()
    gate.set()
    qtbot.waitUntil(lambda: "device" in heard.names(), timeout=WAIT)
    qtbot.wait(50)
    assert "started" not in heard.names()
    assert not playback.is_playing()
    assert heard.names().count("stopped") == 1


def test_space_stops_and_plays_again(qtbot, playback, sink, heard, tmp_path):
    playback.toggle()
    assert not heard.all  # nothing to play yet
    start(qtbot, playback, tone(tmp_path / "a.wav", 1.0), token="a", at=0.25)
    sink.pull(0.1)
    playback.toggle()
    assert not sink.pull(0.1)[round(0.005 * RATE) :].any()
    assert not playback.is_playing()
    playback.toggle()  # decoded already, so at once
    assert heard.names()[-3:] == ["started", "stopped", "started"]
    sink.pull(0.1)
    assert playback.position() == pytest.approx(0.35)


def test_seek_volume_and_loop(qtbot, playback, sink, heard, tmp_path):
    write_wav(tmp_path / "a.wav", np.repeat([0.2, 0.4], RATE), RATE)
    playback.set_volume(0.5)
    assert playback.volume() == 0.5
    start(qtbot, playback, tmp_path / "a.wav")
    assert sink.pull(0.5)[-1] == pytest.approx(0.2 * 0.25, abs=1e-4)
    playback.seek(1.5)
    assert sink.pull(0.1)[-1] == pytest.approx(0.4 * 0.25, abs=1e-4)
    assert playback.position() == pytest.approx(1.6)
    playback.set_volume(1.0)
    playback.set_loop(True)
    assert sink.pull(0.5)[-1] == pytest.approx(0.2, abs=1e-4)
    assert playback.position() == pytest.approx(0.1)
    qtbot.wait(80)
    assert playback.is_playing()
    assert "finished" not in heard.names()
    playback.set_loop(False)
    sink.pull(2.0)
    qtbot.waitUntil(lambda: "finished" in heard.names(), timeout=WAIT)


def test_the_playhead_moves_only_while_a_clip_plays(qtbot, playback, sink, tmp_path):
    places = []
    playback.position_changed.connect(places.append)
    start(qtbot, playback, tone(tmp_path / "a.wav", 1.0))
    sink.pull(0.25)
    qtbot.waitUntil(lambda: 0.25 in places, timeout=WAIT)
    playback.stop()
    n = len(places)
    qtbot.wait(100)
    assert len(places) == n


@pytest.mark.parametrize(
    ("content", "words"), [(None, "no such file"), (b"", "empty"), (b"x" * 99, "sound")]
)
def test_a_clip_that_cannot_be_heard_says_why(
    qtbot, playback, sink, heard, tmp_path, content, words
):
    bad = tmp_path / "bad.wav"
    if content is not None:
        bad.write_bytes(content)
    with qtbot.waitSignal(playback.failed, timeout=WAIT) as blocker:
        playback.play(bad, token="bad")
    assert blocker.args[0] == "bad"
    assert words in blocker.args[1]
    assert not playback.is_playing()
    start(qtbot, playback, tone(tmp_path / "good.wav", 0.5))
    assert sink.pull(0.3).any()


def test_a_codec_that_breaks_is_a_reason_too(
    qtbot, playback, heard, tmp_path, monkeypatch
):
    def broken(*_args, **_options):
        raise ZeroDivisionError("in a codec, name \udcff")

    with monkeypatch.context() as patched:
        patched.setattr(sound_loader, "decode", broken)
        with qtbot.waitSignal(playback.failed, timeout=WAIT) as blocker:
            playback.play(tone(tmp_path / "a.wav", 0.5))
    assert "in a codec" in blocker.args[1]
    start(qtbot, playback, tmp_path / "a.wav")


def test_a_file_that_changed_is_heard_as_it_is_now(qtbot, playback, sink, tmp_path):
    path = tone(tmp_path / "a.wav", 0.5, 440)
    start(qtbot, playback, path)
    playback.stop()
    tone(path, 0.6, 880)
    start(qtbot, playback, path)
    assert pitch(sink.pull(0.4)) == pytest.approx(880, abs=5)


def test_what_was_prefetched_plays_without_a_wait(
    qtbot, playback, decoded, heard, tmp_path
):
    first, second = tone(tmp_path / "a.wav", 0.3), tone(tmp_path / "b.wav", 0.4)
    playback.prefetch([(second, 0.0, None), (tmp_path / "missing.wav", 0.0, None)])
    start(qtbot, playback, first)
    span = Span.of(second)
    qtbot.waitUntil(lambda: decoded.get(span, RATE) is not None, timeout=WAIT)
    playback.play(second, token="b")
    assert heard.all[-1] == ("started", "b", pytest.approx(0.4))


def test_nothing_is_decoded_ahead_while_somebody_waits_for_a_click(
    qtbot, playback, tmp_path, monkeypatch
):
    names, go_on, decode = [], threading.Event(), sound_loader.decode

    def slowly(path, *span, **how):
        names.append(path[-5:])
        go_on.wait(WAIT / 1000)
        return decode(path, *span, **how)

    clicked, near = (tone(tmp_path / name, 0.3) for name in ("a.wav", "b.wav"))
    start(qtbot, playback, tone(tmp_path / "0.wav", 0.3))  # the output is open
    monkeypatch.setattr(sound_loader, "decode", slowly)
    playback.play(clicked)
    qtbot.waitUntil(lambda: bool(names), timeout=WAIT)
    playback.prefetch([(near, 0.0, None)])
    qtbot.wait(100)
    assert names == ["a.wav"]
    go_on.set()
    qtbot.waitUntil(lambda: names == ["a.wav", "b.wav"], timeout=WAIT)


def test_without_a_device_the_reason_is_told_and_the_playhead_runs(qtbot, tmp_path):
    sink = FakeSink(trouble="No sound device: AudioClust works, silently.")
    playback = Playback(sink=sink)
    heard = Heard(playback)
    path = tone(tmp_path / "a.wav", 0.3)
    with qtbot.waitSignal(playback.finished, timeout=WAIT):
        playback.play(path)
    assert heard.names() == ["device", "started", "finished"]
    assert heard.all[0][1] == sink.trouble
    with qtbot.waitSignal(playback.finished, timeout=WAIT):
        playback.play(path)
    assert heard.names()[3:] == ["started", "finished"]  # told once, asked once
    assert sink.opened == 1
    playback.shutdown()


def test_a_device_that_goes_is_told_and_the_next_play_finds_another(
    qtbot, playback, sink, heard, tmp_path
):
    path = tone(tmp_path / "a.wav", 1.0, rate=44_100)
    playback.set_volume(0.5)
    playback.set_loop(True)
    start(qtbot, playback, path)
    with qtbot.waitSignal(playback.stopped, timeout=WAIT):
        sink.alive = False
    assert "device is gone" in heard.all[-2][1]
    assert not playback.is_playing()
    sink.rate = 44_100  # the other device has another rate
    _, duration = start(qtbot, playback, path)
    assert duration == 1.0
    assert ("device", "") in heard.all[-2:]
    out = sink.pull(1.5)
    assert np.abs(out).max() == pytest.approx(0.5 * 0.25, abs=1e-3)
    assert playback.position() == pytest.approx(0.5)


def test_a_device_that_comes_back_is_found(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("audioclust_gui.sound.sink.RETRY_AFTER", 0.0)
    sink = FakeSink(trouble="none")
    playback = Playback(sink=sink)
    heard = Heard(playback)
    path = tone(tmp_path / "a.wav", 0.5)
    start(qtbot, playback, path)
    sink.trouble = ""
    start(qtbot, playback, path)
    assert [text for name, *text in heard.all if name == "device"] == [["none"], [""]]
    assert sink.pull(0.1).any()
    playback.shutdown()


def test_many_channels_come_out_of_two_speakers(qtbot, playback, sink, tmp_path):
    start(qtbot, playback, tone(tmp_path / "a.wav", 0.5, channels=6))
    assert np.abs(sink.pull(0.3)).max() == pytest.approx(0.5, abs=1e-3)


def test_the_end_of_the_program_does_not_wait_for_a_decoder(
    qtbot, tmp_path, monkeypatch
):
    monkeypatch.setattr(sound_loader, "decode", lambda *a, **k: time.sleep(30))
    playback = Playback(sink=FakeSink())
    playback.play(tone(tmp_path / "a.wav", 0.5))
    qtbot.wait(50)
    before = time.monotonic()
    playback.shutdown()
    assert time.monotonic() - before < 3
    playback.play(tmp_path / "a.wav")  # too late, and harmless
