"""A sound of which more has not come yet."""

import numpy as np
import pytest

from audioclust_gui.sound.mixer import Mixer
from tests.gui.sound.slow_mixer import FADE, RATE, Growing

MODES = [(1.0, True), (0.5, True), (2.0, True), (0.5, False), (2.0, False)]
TONE = np.full(2_000, 0.8, np.float32)


@pytest.mark.parametrize("mode", MODES)
def test_it_waits_in_silence_where_it_is_and_goes_on_without_a_click(mode):
    rate, fade = 48_000, 240
    source = Growing(np.full(20_000, 0.8), 10_000)
    mixer = Mixer(rate)
    mixer.set_speed(*mode)
    mixer.play(source, 1)
    heard = [mixer.render(30_000)]
    assert not heard[0][-500:].any()
    ticket, frame = mixer.playing
    assert ticket == 1
    assert 8_500 <= frame <= 10_001  # a kept pitch looks ahead
    assert not mixer.render(50).any()
    assert mixer.playing == (1, frame)
    assert not mixer.finished
    source.come(20_000)
    heard.append(mixer.render(fade))
    np.testing.assert_allclose(heard[1][-1], 0.8, atol=1e-5)
    heard.append(mixer.render(80_000))
    assert list(mixer.finished) == [1]
    heard = np.concatenate(heard)[:, 0]
    assert np.abs(np.diff(heard)).max() < 0.8 * np.pi / 2 / fade * 1.01
    frames = np.count_nonzero(heard) + 4  # two fades begin and end in nothing
    assert frames == pytest.approx(20_000 / mode[0], abs=6)


def test_nothing_is_lost_or_played_twice():
    samples = np.random.default_rng(1).uniform(0.1, 1, 300).astype(np.float32)
    source = Growing(samples, 100)
    mixer = Mixer(RATE)
    mixer.play(source, 1)
    heard = [mixer.render(80)]
    source.come(50)  # in time: nothing is heard of it
    heard.append(mixer.render(50))
    heard = np.concatenate(heard)[FADE:, 0]
    np.testing.assert_array_equal(heard, samples[FADE:130])
    mixer.render(30)
    assert mixer.playing == (1, 150)
    source.come(150)
    mixer.render(FADE)
    np.testing.assert_array_equal(
        mixer.render(100)[:, 0], samples[150 + FADE : 250 + FADE]
    )


def test_a_sound_can_be_begun_sought_and_left_before_it_is_there():
    source = Growing(TONE, 0)
    mixer = Mixer(RATE)
    mixer.play(source, 1)
    assert not mixer.render(20).any()
    assert mixer.playing == (1, 0)
    source.come(500)
    mixer.seek(1_000)
    assert not mixer.render(20).any()
    assert mixer.playing == (1, 1_000)
    mixer.play(Growing(TONE), 2)
    np.testing.assert_allclose(mixer.render(20)[FADE:], 0.8, atol=1e-6)
    assert mixer.playing == (2, 20)
    assert not mixer.finished


def test_a_sound_that_turns_out_to_be_shorter_ends_there():
    source = Growing(TONE, 100)
    mixer = Mixer(RATE)
    mixer.play(source, 1)
    mixer.render(300)
    assert mixer.playing == (1, 100)
    source.samples = source.samples[:100]
    mixer.render(1)
    assert mixer.playing is None
    assert list(mixer.finished) == [1]
