"""Faster, slower, at the same pitch or not."""

import numpy as np
import pytest

from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.source import Whole

RATE = 48_000
SPEEDS = [0.25, 0.5, 0.77, 0.999, 1.25, 1.5, 2.0]


def sine(frequency, seconds, amplitude=0.5):
    time = np.arange(round(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def heard(samples, speed, keep_pitch, n_frames, *, loop=False):
    mixer = Mixer(RATE, loop=loop)
    mixer.set_speed(speed, keep_pitch)
    mixer.play(Whole(samples), 1)
    return np.concatenate([mixer.render(n) for n in (1, n_frames - 1)])


def decibels(error, signal):
    return 10 * np.log10(np.mean(error**2) / np.mean(signal**2) + 1e-30)


def frequency_of(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * len(samples)))
    return np.argmax(spectrum) * RATE / (8 * len(samples))


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("frequency", [50, 440, 5_000, 8_500])
def test_a_tape_that_runs_at_another_speed_plays_another_tone(speed, frequency):
    n = round(0.4 * RATE / speed)
    out = heard(sine(frequency, 0.4), speed, False, n)[:, 0]
    ideal = 0.5 * np.sin(2 * np.pi * frequency * speed * np.arange(n) / RATE)
    inside = slice(500, -500)  # but for the fades
    assert decibels(out[inside] - ideal[inside], ideal) < -80


def test_what_would_fold_back_is_not_heard():
    assert np.abs(heard(sine(15_000, 0.3), 2.0, False, 7_000)[500:]).max() < 5e-4
    # Slower, there is nothing above what the sound had.
    out = heard(sine(15_000, 0.1), 0.25, False, 18_000)[500:-500, 0]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    above = int(6_000 / RATE * len(out))
    assert spectrum[above:].max() < 1e-3 * spectrum.max()


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("frequency", [45, 110, 440, 3_000])
def test_a_kept_pitch_is_kept(speed, frequency):
    n = round(1.0 * RATE / speed)
    out = heard(sine(frequency, 1.0), speed, True, n)[:, 0]
    assert frequency_of(out[500:-500]) == pytest.approx(frequency, rel=0.005)
    assert np.abs(out).max() < 0.501
    loudness = np.sqrt(np.mean(out[500:-2_000] ** 2))
    assert loudness == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize("keep_pitch", [False, True])
@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("n", [0, 1, 2, 50, 960, 10_001])
def test_a_sound_lasts_as_long_as_its_speed_says(n, speed, keep_pitch):
    mixer = Mixer(RATE)
    mixer.set_speed(speed, keep_pitch)
    mixer.play(Whole(np.full(n, 0.3, np.float32)), 1)
    expected = int(np.ceil(n * 1000 / round(1000 * speed)))
    mixer.render(expected)
    assert not mixer.finished or n == 0
    assert not mixer.render(500).any()
    assert list(mixer.finished) == [1]


@pytest.mark.parametrize("keep_pitch", [False, True])
def test_the_first_sample_comes_at_once_and_is_the_first(keep_pitch):
    click = np.zeros(960, np.float32)
    click[1:40] = np.hanning(39)
    out = heard(click, 0.8, keep_pitch, 200)[:, 0]
    assert np.argmax(out) == (20 if keep_pitch else 25)
    assert out.max() > 0.99


@pytest.mark.parametrize(
    ("milliseconds", "speed"),
    [(6, 0.25), (6, 0.5), (20, 0.25), (20, 0.8), (20, 1.5), (37, 0.5), (37, 2.0)],
)
def test_a_short_clip_keeps_its_pitch_from_end_to_end(milliseconds, speed):
    n = round(milliseconds / 1000 * RATE / speed)
    out = heard(sine(1_000, milliseconds / 1000), speed, True, n)[:, 0]
    phases = 2 * np.pi * 1_000 * np.arange(n) / RATE
    waves = np.stack([np.sin(phases), np.cos(phases)], axis=1)[240:-240]
    out = out[240:-240]  # but for the fades
    fitted = waves @ np.linalg.lstsq(waves, out, rcond=None)[0]
    assert decibels(out - fitted, out) < -25


@pytest.mark.parametrize("keep_pitch", [False, True])
def test_at_its_own_speed_a_sound_is_untouched_bit_by_bit(keep_pitch):
    samples = np.random.default_rng(1).uniform(-1, 1, (3_000, 2)).astype(np.float32)
    samples[[0, -1]] = 0
    np.testing.assert_array_equal(heard(samples, 1.0, keep_pitch, 3_000), samples)
    mixer = Mixer(RATE)
    mixer.set_speed(0.6, keep_pitch)
    mixer.play(Whole(samples), 1)
    mixer.render(1_000)
    mixer.set_speed(1.0)
    mixer.render(240)  # a fade later it is so again
    at = mixer.playing[1]
    np.testing.assert_array_equal(mixer.render(500), samples[at : at + 500])


@pytest.mark.parametrize("keep_pitch", [False, True])
@pytest.mark.parametrize("speed", [0.25, 0.77, 1.0, 1.5, 2.0])
def test_a_loop_has_no_seam_at_any_speed(speed, keep_pitch):
    tone = sine(500, 0.02)  # ten whole periods in 20 ms
    out = heard(tone, speed, keep_pitch, 20_000, loop=True)[2_000:, 0]
    pitch = 500 if keep_pitch else 500 * speed
    phases = 2 * np.pi * pitch * np.arange(len(out)) / RATE
    waves = np.stack([np.sin(phases), np.cos(phases)], axis=1)
    fitted = waves @ np.linalg.lstsq(waves, out, rcond=None)[0]
    assert decibels(out - fitted, out) < -50


@pytest.mark.parametrize("keep_pitch", [False, True])
def test_the_playhead_keeps_to_the_speed_and_to_what_is_heard(keep_pitch):
    mixer = Mixer(RATE)
    mixer.set_speed(0.5, keep_pitch)
    mixer.play(Whole(sine(440, 1.0)), 1, start=1_000)
    mixer.render(2_000)
    assert mixer.playing == (1, 2_000)
    mixer.set_speed(2.0, keep_pitch)
    mixer.render(2_000)
    assert abs(mixer.playing[1] - 6_000) <= 2
    mixer.set_speed(1.0, keep_pitch)
    mixer.render(1_000)
    # A kept pitch goes on in the period of the wave that it has come to.
    assert abs(mixer.playing[1] - 7_000) <= (0.025 * RATE if keep_pitch else 3)


def test_a_speed_that_is_dragged_takes_effect_all_the_while():
    mixer = Mixer(RATE)
    mixer.play(Whole(sine(220, 3.0)), 1)
    frames = 0.0
    out = []
    for speed in np.linspace(0.5, 1.9, 100):
        mixer.set_speed(speed)
        out.append(mixer.render(480))
        frames += 480 * speed
    out = np.concatenate(out)[:, 0]
    assert abs(mixer.playing[1] - frames) < 0.015 * RATE
    assert frequency_of(out) == pytest.approx(220, rel=0.01)
    assert np.abs(np.diff(out)).max() < 3 * 0.5 * 2 * np.pi * 220 / RATE


def test_speeds_out_of_range_are_brought_into_it():
    for asked, frames in ((0.01, 250), (9.0, 2_000)):
        mixer = Mixer(RATE)
        mixer.set_speed(asked)
        mixer.play(Whole(sine(440, 1.0)), 1)
        mixer.render(1_000)
        assert mixer.playing == (1, frames)
