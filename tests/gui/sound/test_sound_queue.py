"""One sound after another: to the sample, whatever the blocks."""

import numpy as np
import pytest

from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.source import Whole
from tests.gui.sound.slow_mixer import FADE, RATE


def between_silences(seed, n):
    """Noise that is not faded, and so comes out as it is."""
    samples = np.random.default_rng(seed).uniform(-1, 1, n).astype(np.float32)
    samples[:1] = samples[-1:] = 0
    return samples


def rendered(mixer, n_frames, block):
    sizes = [block] * (n_frames // block) + [n_frames % block]
    return np.concatenate([mixer.render(size) for size in sizes])[:, 0]


@pytest.mark.parametrize("block", [1, 7, 64, 1_000])
def test_sounds_follow_each_other_to_the_sample(block):
    sounds = [between_silences(n, n) for n in (100, 3, 1, 0, 2, 250, 40)]
    mixer = Mixer(RATE)
    mixer.play(Whole(sounds[0]), 0)
    for ticket, samples in enumerate(sounds[1:], 1):
        mixer.follow(Whole(samples), ticket)
    expected = np.concatenate(sounds)
    heard = rendered(mixer, len(expected) + 50, block)
    np.testing.assert_array_equal(heard[: len(expected)], expected)
    assert not heard[len(expected) :].any()
    assert list(mixer.begun) == list(mixer.finished) == list(range(7))


@pytest.mark.parametrize("gap", [0, 1, 17, 90])
@pytest.mark.parametrize("block", [10, 33])
def test_a_gap_is_as_long_as_asked_even_if_the_next_comes_in_the_last_block(gap, block):
    first, second = between_silences(1, 100), between_silences(2, 60)
    mixer = Mixer(RATE)
    mixer.play(Whole(first), 1)
    heard = [mixer.render(block) for _ in range(99 // block)]
    mixer.follow(Whole(second), 2, gap)
    heard = np.concatenate([*heard, mixer.render(300)])[:, 0]
    np.testing.assert_array_equal(heard[:100], first)
    assert not heard[100 : 100 + gap].any()
    np.testing.assert_array_equal(heard[100 + gap : 160 + gap], second)


def test_what_comes_late_begins_at_once_when_the_gap_is_over():
    sounds = [between_silences(seed, 50) for seed in range(3)]
    mixer = Mixer(RATE)
    mixer.follow(Whole(sounds[0]), 0, gap=500)  # nothing was before
    np.testing.assert_array_equal(mixer.render(70)[:50, 0], sounds[0])
    mixer.follow(Whole(sounds[1]), 1, gap=30)  # 20 of them are over
    assert not mixer.render(10).any()
    np.testing.assert_array_equal(mixer.render(100)[:50, 0], sounds[1])
    mixer.follow(Whole(sounds[2]), 2, gap=30)
    np.testing.assert_array_equal(mixer.render(50)[:, 0], sounds[2])


def test_each_sound_of_a_sequence_fades_by_itself():
    mixer = Mixer(RATE)
    for ticket in range(3):
        mixer.follow(Whole(np.full(40, 0.8, np.float32)), ticket)
    heard = mixer.render(120)[:, 0].reshape(3, 40)
    ramp = 0.8 * (0.5 - 0.5 * np.cos(np.pi * np.arange(1, FADE + 1) / FADE))
    for one in heard:
        np.testing.assert_allclose(one[:FADE], ramp, atol=1e-6)
        np.testing.assert_allclose(one[FADE : -FADE - 1], 0.8, atol=1e-6)
        np.testing.assert_allclose(one[-FADE - 1 : -1], ramp[::-1], atol=1e-6)


def test_waiting_counts_sounds_and_frames_before_the_callback_has_seen_them():
    mixer = Mixer(RATE)
    assert mixer.waiting == (0, 0)
    mixer.follow(Whole(between_silences(0, 5)), 0)
    mixer.play(Whole(between_silences(1, 100)), 1)
    assert mixer.waiting == (0, 0)
    mixer.follow(Whole(between_silences(2, 50)), 2)
    mixer.follow(Whole(between_silences(3, 60)), 3)
    assert mixer.waiting == (2, 110)
    mixer.render(101)
    assert mixer.waiting == (1, 60)
    assert mixer.playing == (2, 1)
    assert list(mixer.begun) == [1, 2]


@pytest.mark.parametrize("act", ["drop", "stop", "play"])
def test_what_is_forgotten_is_not_heard(act):
    mixer = Mixer(RATE)
    mixer.play(Whole(between_silences(1, 100)), 1)
    mixer.render(50)
    mixer.follow(Whole(between_silences(2, 100)), 2)
    if act == "play":
        mixer.play(Whole(between_silences(3, 100)), 3)
    else:
        getattr(mixer, act)()
    assert mixer.waiting == (0, 0)
    mixer.render(300)
    assert list(mixer.begun) == ([1, 3] if act == "play" else [1])
    assert list(mixer.finished) == {"drop": [1], "stop": [], "play": [3]}[act]
    mixer.follow(Whole(between_silences(4, 100)), 4)  # and all goes on
    mixer.render(10)
    assert mixer.playing == (4, 10)


def test_what_waits_behind_a_loop_comes_when_the_loop_is_left():
    round_, after = between_silences(1, 40), between_silences(2, 30)
    mixer = Mixer(RATE, loop=True)
    mixer.play(Whole(round_), 1)
    mixer.follow(Whole(after), 2)
    heard = [mixer.render(100)]
    mixer.set_loop(False)
    heard = np.concatenate([*heard, mixer.render(60)])[:, 0]
    expected = np.concatenate([round_, round_, round_, after])
    np.testing.assert_array_equal(heard[:150], expected)
    assert list(mixer.finished) == [1, 2]


def test_seeking_moves_within_the_sound_and_leaves_the_queue_alone():
    mixer = Mixer(RATE)
    mixer.play(Whole(between_silences(1, 300)), 1)
    mixer.follow(Whole(between_silences(2, 50)), 2)
    mixer.render(20)
    mixer.seek(280)
    mixer.render(20)
    mixer.render(1)
    assert mixer.playing == (2, 1)
    assert list(mixer.begun) == [1, 2]


@pytest.mark.parametrize("speed", [(0.5, True), (2.0, True), (0.4, False)])
def test_at_every_speed_the_next_begins_when_the_last_has_ended(speed):
    mixer = Mixer(RATE)
    mixer.set_speed(*speed)
    lengths = [100, 7, 33]
    for ticket, n in enumerate(lengths):
        mixer.follow(Whole(np.full(n, 0.5, np.float32)), ticket)
    for ticket, n in enumerate(lengths):
        for _ in range(int(np.ceil(n / speed[0]))):
            mixer.render(1)
            assert mixer.playing[0] == ticket
    mixer.render(1)
    assert mixer.playing is None
