"""Clips one after the other: to the sample, lazily, and past those that are broken."""

import itertools

import numpy as np
import pytest

from audioclust_gui.sound.playback import Item
from engine.audio.decoding import write_wav
from tests.gui.sound.hearing import RATE, WAIT, tone


@pytest.fixture
def words(tmp_path):
    """Clips of noise that begin and end in silence, so that nothing is faded."""

    def make(seconds, n=3, seed=0):
        random = np.random.default_rng(seed)
        items, sounds = [], []
        for i in range(n):
            samples = random.uniform(-0.5, 0.5, round(seconds * RATE))
            samples[0] = samples[-1] = 0
            write_wav(tmp_path / f"{seed} {i}.wav", samples, RATE)
            items.append(Item(i, tmp_path / f"{seed} {i}.wav"))
            sounds.append(np.rint(samples * 32_768) / 32_768)
        return items, sounds

    return make


def begin(qtbot, playback, items, pause=0.0):
    with qtbot.waitSignal(playback.started, timeout=WAIT):
        playback.play_all(items, pause)


def pull(qtbot, sink, seconds, step=0.05):
    """Pull in the blocks of a device, with time for the window between them."""
    out = []
    for _ in range(round(seconds / step)):
        out.append(sink.pull(step)[:, 0])
        qtbot.wait(2)
    return np.concatenate(out)


def queued(qtbot, playback, n):
    """Wait until so many clips wait in the mixer."""
    qtbot.waitUntil(lambda: playback._mixer.waiting[0] >= n, timeout=WAIT)


def test_clips_follow_each_other_to_the_sample(qtbot, playback, sink, heard, words):
    items, sounds = words(0.3)
    begin(qtbot, playback, iter(items))
    out = pull(qtbot, sink, 1.0)
    np.testing.assert_allclose(
        out[: len(items) * 14_400], np.concatenate(sounds), atol=1e-4
    )
    assert not out[43_200:].any()
    qtbot.waitUntil(lambda: "finished" in heard.names(), timeout=WAIT)
    assert heard.all[1:] == [
        *(("started", i, pytest.approx(0.3)) for i in range(3)),
        ("finished", 2),
    ]
    assert not playback.is_playing()


def test_many_clips_shorter_than_a_tick(qtbot, playback, sink, heard, words):
    items, sounds = words(0.02, n=200)
    begin(qtbot, playback, items)
    out = []
    for left in (200, 150, 100, 50):
        queued(qtbot, playback, min(left, 100) - 1)
        out.append(pull(qtbot, sink, 1.0, step=0.1))
    out = np.concatenate(out)
    np.testing.assert_allclose(out, np.concatenate(sounds), atol=1e-4)
    pull(qtbot, sink, 0.1)
    qtbot.waitUntil(lambda: "finished" in heard.names(), timeout=WAIT)
    assert [a[1] for a in heard.all if a[0] == "started"] == list(range(200))


def test_a_pause_between_clips(qtbot, playback, sink, heard, words):
    items, sounds = words(0.2)
    begin(qtbot, playback, items, pause=0.25)
    out = pull(qtbot, sink, 1.2)
    gap = np.zeros(12_000)
    played = np.concatenate([sounds[0], gap, sounds[1], gap, sounds[2]])
    np.testing.assert_allclose(out[: len(played)], played, atol=1e-4)
    assert playback.is_playing() or heard.names()[-1] == "finished"


def test_an_endless_sequence_is_taken_only_as_far_as_it_is_needed(
    qtbot, playback, sink, words
):
    items, _ = words(0.5)
    taken = []

    def endless():
        for i in itertools.count():
            taken.append(i)
            yield items[i % 3]

    begin(qtbot, playback, endless())
    qtbot.wait(150)
    assert 4 <= len(taken) <= 8  # two seconds of half a second
    pull(qtbot, sink, 1.0)
    assert len(taken) <= 10


@pytest.mark.parametrize("kind", [iter, tuple])
def test_a_loop_repeats_the_sequence_without_a_gap(
    qtbot, playback, sink, heard, words, kind
):
    items, sounds = words(0.1)
    playback.set_loop(True)
    assert playback.loop()
    begin(qtbot, playback, kind(items))
    queued(qtbot, playback, 15)
    out = pull(qtbot, sink, 0.75)
    rounds = np.concatenate(sounds * 3)[: len(out)]
    np.testing.assert_allclose(out, rounds, atol=1e-4)
    qtbot.waitUntil(lambda: heard.all[-1][1] == 1, timeout=WAIT)  # of the third round
    playback.set_loop(False)
    out = pull(qtbot, sink, 0.5)
    rest = np.concatenate([sounds[1][2_400:], sounds[2]])
    np.testing.assert_allclose(out[: len(rest)], rest, atol=1e-4)
    assert not out[len(rest) :].any()
    qtbot.waitUntil(lambda: heard.all[-1] == ("finished", 2), timeout=WAIT)


def test_a_loop_that_is_wanted_in_the_last_clip(qtbot, playback, sink, words):
    items, sounds = words(0.3, n=2)
    begin(qtbot, playback, items)
    pull(qtbot, sink, 0.4)
    playback.set_loop(True)
    queued(qtbot, playback, 2)
    out = pull(qtbot, sink, 0.5)
    expected = np.concatenate([sounds[1][4_800:], *sounds])
    np.testing.assert_allclose(out, expected[: len(out)], atol=1e-4)


def test_broken_clips_are_told_in_their_turn_and_skipped(
    qtbot, playback, sink, heard, words, tmp_path
):
    (a, b, c), sounds = words(0.2)
    bad = [Item(f"bad {i}", tmp_path / "missing.wav") for i in range(4)]
    begin(qtbot, playback, [bad[0], a, bad[1], b, bad[2], c, bad[3]])
    qtbot.wait(50)
    assert heard.names()[1:] == ["failed", "started"]  # the others have their time
    out = pull(qtbot, sink, 0.8)
    np.testing.assert_allclose(out[:28_800], np.concatenate(sounds), atol=1e-4)
    qtbot.waitUntil(lambda: "finished" in heard.names(), timeout=WAIT)
    assert [entry[1] for entry in heard.all[1:]] == [
        *("bad 0", 0, "bad 1", 1, "bad 2", 2, "bad 3", "bad 3")
    ]
    assert heard.names()[-2:] == ["failed", "finished"]


@pytest.mark.parametrize("loop", [False, True])
def test_a_sequence_of_broken_clips_ends(qtbot, playback, heard, tmp_path, loop):
    playback.set_loop(loop)
    with qtbot.waitSignal(playback.finished, timeout=WAIT):
        playback.play_all(Item(i, tmp_path / "missing.wav") for i in range(5))
    assert [a[1] for a in heard.all if a[0] == "failed"] == list(range(5))
    assert not playback.is_playing()


def test_no_clips_are_silence(qtbot, playback, sink, heard, words):
    playback.play_all([])
    assert not heard.all
    items, _ = words(0.5)
    begin(qtbot, playback, items)
    playback.play_all([])
    assert heard.names()[-1] == "stopped"
    assert not sink.pull(0.2)[RATE // 100 :].any()


def test_a_click_and_a_stop_end_the_sequence(qtbot, playback, sink, heard, words):
    items, _ = words(0.2)
    begin(qtbot, playback, items)
    queued(qtbot, playback, 2)
    with qtbot.waitSignal(playback.started, timeout=WAIT):
        playback.play(items[2].path, token="click")
    pull(qtbot, sink, 0.5)
    qtbot.waitUntil(lambda: heard.all[-1] == ("finished", "click"), timeout=WAIT)
    assert [a[1] for a in heard.all if a[0] == "started"] == [0, "click"]
    begin(qtbot, playback, items)
    playback.stop()
    pull(qtbot, sink, 0.5)
    assert heard.names()[-1] == "stopped"
    playback.toggle()
    assert heard.all[-1][:2] == ("started", 0)


def test_seeking_stays_within_the_clip_and_the_sequence_goes_on(
    qtbot, playback, sink, heard, words
):
    items, sounds = words(0.5)
    begin(qtbot, playback, items)
    queued(qtbot, playback, 2)
    sink.pull(0.1)
    playback.seek(0.4)
    out = pull(qtbot, sink, 0.3)
    qtbot.wait(50)
    assert playback.position() == pytest.approx(0.2)
    np.testing.assert_allclose(out[4_800:], sounds[1][:9_600], atol=1e-4)
    assert [a[1] for a in heard.all if a[0] == "started"] == [0, 1]


def test_a_listener_may_go_elsewhere_at_any_time(qtbot, playback, sink, heard, words):
    items, _ = words(0.1)
    (other,), _ = words(0.2, n=1, seed=1)

    def leave(token, _):
        if token == 1:
            playback.play_all([other])

    playback.started.connect(leave)
    begin(qtbot, playback, items)
    queued(qtbot, playback, 2)
    sink.pull(0.15)
    qtbot.waitUntil(lambda: len(heard.all) == 4, timeout=WAIT)
    pull(qtbot, sink, 0.4)
    qtbot.waitUntil(lambda: "finished" in heard.names(), timeout=WAIT)
    assert [a[1] for a in heard.all if a[0] == "started"] == [0, 1, 0]


def test_a_device_that_goes_stops_the_sequence(qtbot, playback, sink, heard, words):
    items, _ = words(0.3)
    begin(qtbot, playback, items)
    pull(qtbot, sink, 0.4)
    with qtbot.waitSignal(playback.stopped, timeout=WAIT):
        sink.alive = False
    assert "device is gone" in [a[1] for a in heard.all if a[0] == "device"][-1]
    assert not playback.is_playing()
    sink.rate = 44_100
    begin(qtbot, playback, items)
    assert heard.all[-1][:2] == ("started", 0)
    assert sink.pull(0.2).any()


def test_speed_changes_what_sounds_and_positions_are_those_of_the_clip(
    qtbot, playback, sink, tmp_path
):
    path = tone(tmp_path / "a.wav", 2.0)
    begin(qtbot, playback, [Item(0, path), Item(1, path)])
    queued(qtbot, playback, 1)
    sink.pull(0.5)
    playback.set_speed(2.0, keep_pitch=False)
    assert (playback.speed(), playback.keeps_pitch()) == (2.0, False)
    assert np.abs(sink.pull(0.5)).max() == pytest.approx(0.5, abs=0.01)
    assert playback.position() == pytest.approx(1.5, abs=0.01)
    playback.set_speed(9.0)
    assert (playback.speed(), playback.keeps_pitch()) == (2.0, True)
    pull(qtbot, sink, 0.75)
    of_the_next = pytest.approx(1.0, abs=0.02)
    qtbot.waitUntil(lambda: playback.position() == of_the_next, timeout=WAIT)


def test_clips_are_equally_loud_if_asked(qtbot, playback, sink, tmp_path):
    t = np.arange(RATE) / RATE
    for name, level in (("loud", 0.9), ("quiet", 0.05), ("silent", 0.0)):
        write_wav(tmp_path / name, level * np.sin(2 * np.pi * 1000 * t), RATE)
    playback.set_matched(True)
    names = ("loud", "quiet", "silent")
    begin(qtbot, playback, [Item(name, tmp_path / name) for name in names])
    queued(qtbot, playback, 2)
    peaks = [np.abs(pull(qtbot, sink, 1.0)[4_800:-4_800]).max() for _ in names]
    # A sine of both speakers has the loudness of its peak, in LUFS.
    assert peaks == pytest.approx([10 ** (-23 / 20), 10 ** (-23 / 20), 0], rel=0.02)
    playback.levels()
    begin(qtbot, playback, [Item(name, tmp_path / name) for name in names])
    queued(qtbot, playback, 2)
    sink.pull(0.5)
    assert playback.levels() == pytest.approx((0.0708, 0.0708), rel=0.02)
    playback.set_matched(False)
    sink.pull(0.1)
    assert playback.position() == pytest.approx(0.6)
    assert playback.levels()[0] == pytest.approx(0.9, rel=0.01)
    assert np.abs(pull(qtbot, sink, 1.0)[-9_600:]).max() == pytest.approx(
        0.05, rel=0.02
    )


def test_another_device_goes_on_from_the_same_place(
    qtbot, playback, sink, heard, words
):
    chosen = []
    sink.note, sink.outputs = "", lambda: ("Speakers", "Headphones")
    sink.choose = chosen.append
    items, sounds = words(0.5)
    begin(qtbot, playback, items)
    pull(qtbot, sink, 0.7)
    opened = sink.opened
    playback.set_device("Headphones")
    assert playback.device() == "Headphones"
    assert chosen == ["Headphones"]
    qtbot.waitUntil(lambda: sink.opened > opened, timeout=WAIT)
    qtbot.waitUntil(lambda: playback._timer.isActive(), timeout=WAIT)
    out = pull(qtbot, sink, 0.3)
    np.testing.assert_allclose(out[480:], sounds[1][9_600 + 480 :], atol=1e-4)
    assert [a[1] for a in heard.all if a[0] == "started"] == [0, 1]
    with qtbot.waitSignal(playback.devices_listed, timeout=WAIT) as blocker:
        playback.look_for_devices()
    assert blocker.args == [("Speakers", "Headphones")]


def test_a_click_in_a_sequence_that_still_loads_is_the_one_that_counts(
    qtbot, playback, sink, heard, words
):
    items, sounds = words(0.2)
    playback.play_all(items)
    playback.seek(0.1)  # nothing sounds yet: it begins there
    qtbot.waitUntil(lambda: "started" in heard.names(), timeout=WAIT)
    queued(qtbot, playback, 2)
    out = sink.pull(0.15)[:, 0]
    np.testing.assert_allclose(out[240:4_800], sounds[0][5_040:], atol=1e-4)
    np.testing.assert_allclose(out[4_800:], sounds[1][:2_400], atol=1e-4)


def test_another_mixer_takes_over_where_the_last_one_was(
    qtbot, playback, sink, heard, words
):
    items, sounds = words(0.5)
    begin(qtbot, playback, items)
    queued(qtbot, playback, 2)
    sink.pull(0.25)
    playback._output._open()  # as when the chosen device has come back
    qtbot.wait(80)
    out = pull(qtbot, sink, 0.5)
    np.testing.assert_allclose(out[240:12_000], sounds[0][12_240:], atol=1e-4)
    np.testing.assert_allclose(out[12_000:], sounds[1][:12_000], atol=1e-4)
    qtbot.waitUntil(lambda: heard.all[-1][:2] == ("started", 1), timeout=WAIT)
    assert [a[1] for a in heard.all if a[0] == "started"] == [0, 1]
