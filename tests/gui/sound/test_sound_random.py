"""A thousand random evenings with the mixer, beside a slow one."""

import random

import numpy as np
import pytest

from audioclust_gui.sound.mixer import Mixer
from tests.gui.sound.slow_mixer import RATE, Growing, SlowMixer


def some_source(rng):
    n = rng.choice([0, 1, 2, rng.randint(3, 30), rng.randint(20, 150)])
    channels = rng.choice([1, 2])
    noise = np.random.default_rng(rng.randrange(10**6))
    samples = noise.uniform(-1, 1, (n, channels))
    if rng.random() < 0.5:  # something that has a wave
        samples = samples / 5 + 0.7 * np.sin(np.arange(n) / rng.uniform(1, 9))[:, None]
    if n and rng.random() < 0.3:
        samples[: rng.randint(0, 3)] = samples[n - rng.randint(0, 3) :] = 0
    return Growing(samples, n if rng.random() < 0.7 else rng.randint(0, n))


def some_command(rng, ticket):
    commands = "play play follow follow follow set_loop set_speed set_speed come come"
    name = rng.choice([*commands.split(), "drop", "stop", "seek", "set_gain"])
    speeds = [1.0, 1.0, 0.25, 0.5, 0.77, 1.5, 2.0, round(rng.uniform(0.25, 2), 3)]
    arguments = {
        "play": lambda: (some_source(rng), ticket, rng.choice([0, frame()]), gain()),
        "follow": lambda: (some_source(rng), ticket, rng.choice([0, 0, 9, 40]), gain()),
        "seek": lambda: (frame(),),
        "set_gain": lambda: (rng.random(),),
        "set_loop": lambda: (rng.random() < 0.5,),
        "set_speed": lambda: (rng.choice(speeds), rng.random() < 0.5),
        "come": lambda: (rng.randint(1, 60),),
    }

    def frame():
        return rng.randint(-5, 160)

    def gain():
        return rng.choice([1.0, 1.0, 0.3, 2.5])

    return name, *arguments.get(name, tuple)()


def check(seed):
    rng = random.Random(seed)
    at_once, in_pieces, slow = Mixer(RATE), Mixer(RATE), SlowMixer()
    sources, commands = [], []
    for ticket in range(rng.randint(2, 9)):
        for _ in range(rng.choice([1, 1, 2, 3])):
            name, *arguments = some_command(rng, ticket)
            if name == "come":
                for source in sources:
                    source.come(*arguments)
                continue
            sources += [a for a in arguments if isinstance(a, Growing)]
            commands.append((name, arguments))
        for mixer in (at_once, in_pieces, slow):
            for name, arguments in commands:
                getattr(mixer, name)(*arguments)
        commands.clear()
        n = rng.choice([0, 1, rng.randint(1, 20), rng.randint(1, 90)])
        heard = at_once.render(n)
        pieces, left = [in_pieces.render(0)], n
        while left:
            pieces.append(in_pieces.render(rng.randint(1, min(left, 40))))
            left -= len(pieces[-1])
        np.testing.assert_array_equal(np.concatenate(pieces), heard, f"seed {seed}")
        expected = slow.render(n)
        np.testing.assert_allclose(heard, expected, atol=1e-5, err_msg=f"seed {seed}")
        assert at_once.playing == in_pieces.playing == slow.playing, seed
        assert list(at_once.begun) == list(in_pieces.begun) == slow.begun, seed
        assert list(at_once.finished) == list(in_pieces.finished) == slow.finished, seed
        queued = [sound[0].length for sound in slow.queue]
        assert at_once.waiting == in_pieces.waiting == (len(queued), sum(queued)), seed
        loudest = tuple(np.abs(heard).max(axis=0, initial=0))
        assert at_once.peaks() == in_pieces.peaks() == loudest, seed


@pytest.mark.parametrize("hundred", range(10))
def test_any_commands_in_blocks_of_any_size_sound_as_they_should(hundred):
    for seed in range(100 * hundred, 100 * hundred + 100):
        check(seed)
