"""The mixer against a slow one that handles one frame at a time."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.source import Whole

RATE = 2_000  # a fade is 10 frames, a glide of the gain 40
FADE, GLIDE = 10, 40


class SlowMixer:
    """The rules of the mixer, frame by frame, with floats of double precision."""

    def __init__(self):
        self.voices = []  # the last is the one that counts
        self.current = None
        self.loop = False
        self.gain, self.old_gain, self.gliding = 1.0, 1.0, GLIDE
        self.finished = []

    def play(self, samples, ticket, start=0):
        self.stop()
        samples = np.asarray(samples, float).reshape(len(samples), -1)
        start = min(max(start, 0), len(samples))
        quiet = start < len(samples) and abs(samples[start]).max() <= 1e-3
        ends = not self.loop and abs(samples[-1]).max() > 1e-3
        voice = {
            "samples": samples,
            "ticket": ticket,
            "at": start,
            "level": (min(FADE, len(samples) - start) if ends else FADE) * quiet,
            "loop": self.loop,
            "falling": False,
        }
        self.voices.append(voice)
        self.current = voice

    def extend(self, samples, ticket):
        if self.current and self.current["ticket"] == ticket:
            self.current["samples"] = np.asarray(samples).reshape(len(samples), -1)

    def stop(self):
        if self.current:
            self.current["falling"] = True
        self.current = None

    def seek(self, frame):
        if self.current:
            self.play(self.current["samples"], self.current["ticket"], frame)

    def set_gain(self, gain):
        if self.voices:
            self.old_gain, self.gliding = self.gain_now(), 0
        else:
            self.gliding = GLIDE
        self.gain = gain

    def set_loop(self, loop):
        self.loop = loop
        voice = self.current
        if not voice:
            return
        if loop:
            voice["loop"], voice["falling"] = True, False
        elif not voice["falling"]:
            left = len(voice["samples"]) - voice["at"]
            loud = abs(voice["samples"][-1]).max() > 1e-3
            late = voice["loop"] and loud and left < voice["level"]
            voice["loop"] = voice["falling"] = late

    def gain_now(self):
        if self.gliding >= GLIDE:
            return self.gain
        return self.old_gain + (self.gain - self.old_gain) * self.gliding / GLIDE

    def one(self, voice):
        """The next frame of a voice, or None at its end."""
        n = len(voice["samples"])
        if voice["at"] == n and voice["loop"]:
            voice["at"] = 0
        left = n - voice["at"]
        if left == 0 or (voice["falling"] and voice["level"] == 0):
            return None
        fades = not voice["loop"] and abs(voice["samples"][-1]).max() > 1e-3
        if voice["falling"] or (fades and left <= voice["level"]):
            voice["level"] -= 1
        else:
            voice["level"] = min(FADE, voice["level"] + 1)
        frame = voice["samples"][voice["at"]]
        voice["at"] += 1
        return frame * (0.5 - 0.5 * np.cos(np.pi * voice["level"] / FADE))

    def render(self, n_frames):
        out = np.zeros((n_frames, 2))
        for i in range(n_frames):
            for voice in list(self.voices):
                frame = self.one(voice)
                if frame is not None:
                    out[i] += frame
                    continue
                self.voices = [other for other in self.voices if other is not voice]
                if voice is self.current:
                    self.current = None
                    self.finished.append(voice["ticket"])
            self.gliding = min(GLIDE, self.gliding + 1)
            out[i] = np.clip(out[i] * self.gain_now(), -1, 1)
        return out


def sound(seed, n, channels, quiet):
    samples = np.random.default_rng(seed).uniform(-1, 1, (n, channels))
    if quiet and n:
        samples[0] = samples[-1] = 0
    return samples.astype(np.float32).squeeze(axis=1 if channels == 1 else ())


sounds = st.builds(
    sound,
    st.integers(0, 99),
    st.integers(1, 90),
    st.sampled_from([1, 2]),
    st.booleans(),
)
frames = st.integers(-5, 100)
commands = st.one_of(
    st.tuples(st.just("play"), sounds, st.integers(0, 5), frames),
    st.tuples(st.just("extend"), st.integers(0, 5)),
    st.tuples(st.just("stop")),
    st.tuples(st.just("seek"), frames),
    st.tuples(st.just("set_gain"), st.floats(0, 1)),
    st.tuples(st.just("set_loop"), st.booleans()),
    st.tuples(st.just("render"), st.integers(1, 120)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(commands, max_size=14), st.lists(st.integers(1, 50), min_size=1))
def test_any_commands_in_blocks_of_any_size_sound_as_they_should(script, blocks):
    whole, cut, slow = Mixer(RATE), Mixer(RATE), SlowMixer()
    sounds_by_ticket = {}
    sizes = itertools.cycle(blocks)
    for name, *arguments in [*script, ("render", 200)]:
        if name == "play":
            sounds_by_ticket[arguments[1]] = arguments[0]
        elif name == "extend":  # more of the same, or else nothing
            old = sounds_by_ticket.get(arguments[0], np.zeros(1, np.float32))
            sounds_by_ticket[arguments[0]] = np.concatenate([old, old])
            arguments.insert(0, sounds_by_ticket[arguments[0]])
        if name != "render":
            getattr(slow, name)(*arguments)
            if name in ("play", "extend"):
                arguments[0] = Whole(arguments[0])
            for mixer in (whole, cut):
                getattr(mixer, name)(*arguments)
            continue
        left, pieces = arguments[0], []
        while left:
            pieces.append(cut.render(min(left, next(sizes))))
            left -= len(pieces[-1])
        at_once = whole.render(arguments[0])
        np.testing.assert_array_equal(np.concatenate(pieces), at_once)
        np.testing.assert_allclose(at_once, slow.render(arguments[0]), atol=2e-6)
        assert whole.playing == cut.playing
        where = slow.current and (slow.current["ticket"], slow.current["at"])
        assert whole.playing == where
    assert list(whole.finished) == list(cut.finished) == slow.finished


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


@pytest.mark.parametrize("act", ["play", "stop", "seek", "end", "unloop", "quieter"])
def test_nothing_that_a_person_does_makes_a_click(act):
    rate = 48_000
    tone = np.full(4_800, 0.9, np.float32)  # a constant shows every step
    mixer = Mixer(rate)
    mixer.set_loop(act == "unloop")
    mixer.play(Whole(tone), 1)
    out = [mixer.render(4_700)]
    if act == "play":
        mixer.play(Whole(tone), 2)
    elif act == "stop":
        mixer.stop()
    elif act == "seek":
        mixer.seek(100)
    elif act == "unloop":
        mixer.set_loop(False)
    elif act == "quieter":
        mixer.seek(0)
        mixer.set_gain(0.1)
    out = np.concatenate([*out, mixer.render(9_600)])
    steps = np.abs(np.diff(out[:, 0], prepend=0))
    assert steps.max() < 0.9 * np.pi / 2 / (0.005 * rate) * 1.01
    assert not out[-1].any()


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
