"""One sound in place of another: order, fades, loops, loudness, to the sample."""

import numpy as np
import pytest

from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.source import Whole
from tests.gui.sound.slow_mixer import FADE, RATE


def sound(seed, n, channels, quiet):
    samples = np.random.default_rng(seed).uniform(-1, 1, (n, channels))
    if quiet and n:
        samples[0] = samples[-1] = 0
    return samples.astype(np.float32).squeeze(axis=1 if channels == 1 else ())


def test_a_sound_between_silences_comes_out_untouched_and_says_that_it_ended():
    samples = sound(1, 300, 2, quiet=True)
    mixer = Mixer(RATE)
    mixer.play(Whole(samples), 7)
    out = mixer.render(100)
    assert mixer.playing == (7, 100)
    assert not mixer.finished
    out = np.concatenate([out, mixer.render(250)])
    np.testing.assert_array_equal(out[:300], samples)
    assert not out[300:].any()
    assert mixer.playing is None
    assert list(mixer.finished) == [7]


def test_mono_comes_from_both_sides():
    samples = sound(1, 50, 1, quiet=True)
    mixer = Mixer(RATE)
    mixer.play(Whole(samples), 1)
    out = mixer.render(50)
    np.testing.assert_array_equal(out, np.stack([samples, samples], axis=1))


def test_a_loop_has_no_gap_and_can_be_left():
    samples = sound(3, 64, 2, quiet=False)
    mixer = Mixer(RATE)
    mixer.set_loop(True)
    mixer.play(Whole(samples), 1)
    mixer.render(64)
    np.testing.assert_array_equal(mixer.render(640), np.tile(samples, (10, 1)))
    mixer.set_loop(False)
    mixer.render(65)
    assert list(mixer.finished) == [1]


ACTS = {
    "play": lambda mixer, tone: mixer.play(Whole(tone), 2),
    "stop": lambda mixer, tone: mixer.stop(),
    "seek": lambda mixer, tone: mixer.seek(100),
    "end": lambda mixer, tone: None,
    "follow": lambda mixer, tone: mixer.follow(Whole(tone), 2, gap=30),
    "unloop": lambda mixer, tone: mixer.set_loop(False),
    "quieter": lambda mixer, tone: (mixer.seek(0), mixer.set_gain(0.1)),
    "faster": lambda mixer, tone: mixer.set_speed(2.0),
    "slower": lambda mixer, tone: mixer.set_speed(0.25),
    "higher": lambda mixer, tone: mixer.set_speed(1.7, keep_pitch=False),
    "lower": lambda mixer, tone: mixer.set_speed(0.3, keep_pitch=False),
    "same": lambda mixer, tone: mixer.set_speed(1.0),
}


SPEEDS = {"faster", "slower", "higher", "lower", "same"}


@pytest.mark.parametrize("speed", [(1.0, True), (0.6, True), (1.3, False)])
@pytest.mark.parametrize("act", ACTS)
def test_nothing_that_a_person_does_makes_a_click(act, speed):
    rate = 48_000
    tone = np.full(4_800, 0.9, np.float32)  # a constant shows every step
    mixer = Mixer(rate)
    mixer.set_loop(act == "unloop")
    mixer.set_speed(*speed)
    mixer.play(Whole(tone), 1)
    out = [mixer.render(round(4_700 / speed[0]))]
    ACTS[act](mixer, tone)
    out = np.concatenate([*out, mixer.render(40_000)])
    steps = np.abs(np.diff(out[:, 0], prepend=0))
    # Close to the end two voices may fade out together, else they do not.
    together = 2 if act in SPEEDS or speed[0] != 1 else 1
    assert steps.max() < together * 0.9 * np.pi / 2 / (0.005 * rate) * 1.01
    assert out.max() < 0.901
    assert not out[-1].any()


@pytest.mark.parametrize("speed", [(1.0, True), (0.5, True), (1.5, False)])
def test_a_crossfade_is_never_louder_than_the_louder_of_the_two(speed):
    rng = np.random.default_rng(5)
    mixer = Mixer(RATE)
    mixer.set_speed(*speed)
    for ticket in range(60):
        tone = np.full(rng.integers(1, 200), 0.5, np.float32)
        tone[: rng.integers(0, 4)] = 0  # some begin in silence
        mixer.play(Whole(tone), ticket, gain=rng.uniform(0.2, 1.6))
        assert np.abs(mixer.render(rng.integers(1, 12))).max() <= 0.8 * 1.15
        if rng.random() < 0.3:
            mixer.seek(rng.integers(0, 100))


def test_one_voice_at_a_time():
    loud, low = np.full(2_000, 0.9, np.float32), np.full(2_000, 0.2, np.float32)
    mixer = Mixer(RATE)
    mixer.play(Whole(loud), 1)
    mixer.render(100)
    for ticket in range(2, 9):  # clicks that come faster than a block
        mixer.play(Whole(low), ticket)
    out = mixer.render(100)
    assert out.max() < 0.9
    np.testing.assert_allclose(out[FADE:], 0.2, atol=1e-6)
    assert mixer.playing == (8, 100)
    assert not mixer.finished  # what was replaced did not come to its end


def test_the_limit_holds():
    mixer = Mixer(RATE)
    mixer.play(Whole(np.array([0, 4, -9, 0], np.float32)), 1)
    np.testing.assert_array_equal(mixer.render(4)[:, 0], [0, 1, -1, 0])


def test_volume_set_in_silence_holds_from_the_first_frame():
    mixer = Mixer(RATE)
    mixer.set_gain(0.5)
    mixer.play(Whole(np.array([0, 1, 0.5, 0], np.float32)), 1)
    np.testing.assert_array_equal(mixer.render(4)[:, 0], [0, 0.5, 0.25, 0])


def test_the_gain_of_a_sound_is_its_own():
    mixer = Mixer(RATE)
    mixer.play(Whole(np.array([0, 0.5, 0], np.float32)), 1, gain=0.5)
    mixer.follow(Whole(np.array([0, 0.1, 0], np.float32)), 2, gain=4.0)
    np.testing.assert_allclose(mixer.render(6)[:, 0], [0, 0.25, 0, 0, 0.4, 0])


def test_peaks_are_what_was_heard_since_they_were_asked():
    mixer = Mixer(RATE, gain=0.5)
    assert mixer.peaks() == (0, 0)
    mixer.play(Whole(np.array([[0, 0], [0.5, -1], [4, 0], [0, 0]], np.float32)), 1)
    mixer.render(2)
    assert mixer.peaks() == (0.25, 0.5)
    mixer.render(1)
    mixer.render(1)
    assert mixer.peaks() == (1, 0)
    mixer.render(50)
    assert mixer.peaks() == (0, 0)


def test_what_begins_in_silence_keeps_its_attack_only_when_it_is_alone():
    drum = np.array([0, *np.full(50, 0.8), 0], np.float32)
    mixer = Mixer(RATE)
    mixer.play(Whole(drum), 1)
    np.testing.assert_array_equal(mixer.render(10)[:, 0], drum[:10])
    mixer.play(Whole(drum), 2)
    assert np.abs(mixer.render(10)).max() < 0.8001
    np.testing.assert_array_equal(mixer.render(41)[:, 0], drum[10:51])


def test_every_sound_that_begins_is_told():
    mixer = Mixer(RATE)
    for ticket in range(4):  # one is empty, all are shorter than the block
        mixer.follow(Whole(sound(ticket, 5 * (ticket != 2), 1, quiet=True)), ticket)
    mixer.render(100)
    assert list(mixer.begun) == list(mixer.finished) == [0, 1, 2, 3]
    assert mixer.playing is None
