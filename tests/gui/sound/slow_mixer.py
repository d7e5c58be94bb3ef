"""The rules of the mixer, frame by frame, in double precision and without any haste."""

from collections import deque
from functools import lru_cache

import numpy as np

RATE = 2_000
FADE, GLIDE = 10, 40  # in frames
PIECE, OVERLAP, SEARCH, ALIKE = 24, 12, 26, 20
UNIT = 1_000


class Growing:
    """A source of which only the beginning has come."""

    def __init__(self, samples, there=None):
        samples = np.asarray(samples, np.float32)
        self.samples = samples[:, None] if samples.ndim == 1 else samples
        self.there = len(samples) if there is None else there

    @property
    def channels(self):
        return self.samples.shape[1]

    @property
    def length(self):
        return len(self.samples)

    def come(self, n):
        self.there = min(self.there + n, self.length)

    def read(self, start, n):
        assert 0 <= start <= self.length
        assert n >= 0
        return self.samples[start : max(start, min(start + n, self.there))]


@lru_cache(maxsize=10_000)
def low_pass(step, part):
    """The weights of the frames around a position, and how many of them come before."""
    factor = max(step, UNIT) / UNIT
    reach = int(np.ceil(20 * factor))
    x = np.arange(1 - reach, reach + 1) - part / UNIT
    inside = np.sqrt(np.maximum(0, 1 - (x / reach) ** 2))
    weights = np.sinc(0.9 / factor * x) * np.i0(8 * inside)
    return weights / weights.sum(), reach - 1


class SlowVoice:
    def __init__(self, sound, step, keep, loop, position, natural=None):
        self.source, self.ticket, self.gain = sound[:3]
        self.sound, self.step, self.keep, self.loop = sound, step, keep, loop
        self.level, self.falling, self.heard = 0, False, False
        n = self.source.length * UNIT
        if natural is not None and not keep:
            position = natural * UNIT
        if step == UNIT:
            position = (position + 500) // UNIT * UNIT
        self.position = position % max(1, n) if loop else min(max(position, 0), n)
        self.earliest = self.position // UNIT
        # The piece that sounds would have its first frame at `piece`; `age` of its
        # frames are over.
        length = self.source.length
        self.size = max(2, min(PIECE, length * 2 // 3))
        self.overlap = max(1, min(OVERLAP, self.size // 2))
        self.old, self.age, start = 0, self.overlap, self.earliest
        if natural is not None and (loop or natural + self.overlap <= length):
            self.piece, self.age = natural - self.size, self.size
        else:
            if not loop:
                start = max(0, min(start, length - min(self.size, max(0, self.left))))
            self.piece = start - self.overlap

    def at(self, frame):
        n = self.source.length
        frame = frame % n if self.loop else frame
        if 0 <= frame < self.source.there:
            return self.source.samples[frame].astype(float)
        return np.zeros(self.source.channels)

    def around(self, first, n):
        frames = first + np.arange(n)
        length = self.source.length
        frames = frames % length if self.loop else frames
        inside = (frames >= 0) & (frames < self.source.there)
        samples = self.source.samples[np.where(inside, frames, 0)].astype(float)
        return np.where(inside[:, None], samples, 0)

    @property
    def over(self):
        n = self.source.length * UNIT
        ended = n == 0 or (not self.loop and self.position >= n)
        return ended or (self.falling and self.level == 0)

    def loud(self, frame):
        if not 0 <= frame < self.source.there:
            return False
        return float(np.abs(self.source.samples[frame]).max()) * self.gain > 1e-3

    def ahead(self, n):
        """How many of the next n frames are there, and whether it breaks off then."""
        source = self.source
        margin = SEARCH + max(self.size + self.overlap, ALIKE) if self.keep else 0
        if not self.keep and self.step != UNIT:
            margin = len(low_pass(self.step, 0)[0]) // 2
        for j in range(n):
            ahead = self.position + j * self.step
            if not self.loop and ahead >= source.length * UNIT:
                return j, source.there < source.length or self.loud(source.length - 1)
            if source.there < source.length and ahead // UNIT + margin >= source.there:
                return j, True
        return n, False

    @property
    def left(self):
        return -((self.position - self.source.length * UNIT) // self.step)

    def be_there(self):
        left, breaks = self.ahead(FADE)
        first = self.position // UNIT
        if left and not self.loud(min(first, self.source.length)):
            self.level = left if breaks else FADE

    def one(self):
        """The next frame, or None at the end."""
        if self.over:
            return None
        left, breaks = self.ahead(FADE + 1)
        if left == 0:
            self.level = 0
            return None if self.falling else np.zeros(2)
        if self.falling or (breaks and left <= self.level):
            self.level -= 1
        else:
            self.level = min(FADE, self.level + 1)
        frame = self.frame()
        self.heard = True
        self.position += self.step
        if self.loop:
            self.position %= self.source.length * UNIT
        fade = 0.5 - 0.5 * np.cos(np.pi * self.level / FADE)
        return frame * fade * self.gain

    def frame(self):
        first, part = divmod(self.position, UNIT)
        if self.keep:
            return self.stretched()
        if self.step == UNIT:
            return self.at(first)
        weights, before = low_pass(self.step, part)
        return weights @ self.around(first - before, len(weights))

    def stretched(self):
        if self.age == self.size:
            self.old, self.age = self.piece + self.size, 0
            self.piece = self.most_alike()
        new = self.at(self.piece + self.age)
        if self.age < self.overlap:
            share = 0.5 - 0.5 * np.cos(np.pi * (self.age + 1) / (self.overlap + 1))
            new = (1 - share) * self.at(self.old + self.age) + share * new
        self.age += 1
        return new

    def most_alike(self):
        place = self.position // UNIT
        low, high = place - SEARCH, place + SEARCH
        if not self.loop:
            needed = min(self.size + self.overlap, self.left)
            high = max(0, min(high, self.source.length - needed))
            low = min(max(low, self.earliest), high)
        pattern = self.coarse(self.old, ALIKE)
        choice = self.coarse(low, high - low + ALIKE)
        best = None
        for start in range(low, high + 1):
            piece = choice[start - low :][:ALIKE]
            likeness = pattern @ piece / np.sqrt(max(1, piece @ piece))
            key = (likeness, -abs(start - place), -start)
            best = max(best, key) if best else key
        return -best[2]

    def coarse(self, first, n):
        """Whole numbers, so that no order of additions makes a difference."""
        samples = self.around(first, n).sum(axis=1)
        return np.rint(samples * 2**18).astype(np.int64)


class SlowMixer:
    def __init__(self):
        self.voice, self.leaving, self.queue = None, [], deque()
        self.loop, self.step, self.keep = False, UNIT, False
        self.gain, self.old_gain, self.gliding = 1.0, 1.0, GLIDE
        self.now, self.alone_at, self.since = 0, 0, np.inf
        self.begun, self.finished = [], []

    def play(self, source, ticket, start=0, gain=1.0):
        self.stop()
        self.begin((source, ticket, gain, 0), start)

    def follow(self, source, ticket, gap=0, gain=1.0):
        self.queue.append((source, ticket, gain, gap))

    def drop(self):
        self.queue.clear()

    def stop(self):
        self.drop()
        self.leave()

    def seek(self, frame):
        if self.voice:
            voice = self.voice
            self.leave()
            frame = min(max(frame, 0), voice.source.length)
            self.go_on(voice.sound, frame * UNIT)

    def set_gain(self, gain):
        if self.voice or self.leaving:
            self.old_gain, self.gliding = self.gain_now(), 0
        else:
            self.gliding = GLIDE
        self.gain = gain

    def set_speed(self, speed, keep_pitch):
        self.step = round(speed * UNIT)
        self.keep = keep_pitch and self.step != UNIT
        self.hurry()

    def set_loop(self, loop):
        self.loop = loop
        voice = self.voice
        if voice and loop:
            voice.loop, voice.falling = True, False
            voice.position %= max(1, voice.source.length) * UNIT
            self.hurry()
        elif voice and voice.loop and not voice.falling:
            if voice.left < voice.level and voice.loud(voice.source.length - 1):
                voice.falling = True
            elif voice.keep:
                self.hand_over()
            else:
                voice.loop = False

    def hurry(self):
        voice = self.voice
        speed = self.step, self.keep
        if voice and not voice.falling and (voice.step, voice.keep) != speed:
            self.hand_over()

    def hand_over(self):
        voice, natural = self.voice, None
        if voice.keep and voice.heard:
            natural = voice.piece + voice.age
            if voice.loop:
                natural %= voice.source.length
        self.leave()
        self.go_on(voice.sound, voice.position, natural)

    def leave(self):
        if self.voice and self.voice.heard:
            self.voice.falling = True
            self.leaving.append(self.voice)
            self.alone_at = max(self.alone_at, self.now + self.voice.level)
        self.voice, self.since = None, np.inf

    def begin(self, sound, start):
        self.begun.append(sound[1])
        self.go_on(sound, min(max(start, 0), sound[0].length) * UNIT)

    def go_on(self, sound, position, natural=None):
        arguments = self.step, self.keep, self.loop, position, natural
        self.voice = SlowVoice(sound, *arguments)
        if self.now >= self.alone_at:
            self.voice.be_there()

    def gain_now(self):
        if self.gliding >= GLIDE:
            return self.gain
        return self.old_gain + (self.gain - self.old_gain) * self.gliding / GLIDE

    def one(self):
        """The next frame of the one that counts."""
        while True:
            if self.voice is None:
                if not self.queue or self.queue[0][3] > self.since:
                    self.since += 1
                    return np.zeros(2)
                self.begin(self.queue.popleft(), 0)
            frame = self.voice.one()
            if frame is not None:
                return frame
            self.finished.append(self.voice.ticket)
            self.voice, self.since = None, 0

    def render(self, n_frames):
        out = np.zeros((n_frames, 2))
        for i in range(n_frames):
            frames = [(voice, voice.one()) for voice in self.leaving]
            self.leaving = [voice for voice, frame in frames if frame is not None]
            out[i] = sum(frame for _, frame in frames if frame is not None)
            out[i] += self.one()
            self.now += 1
            self.gliding = min(GLIDE, self.gliding + 1)
            out[i] = np.clip(out[i] * self.gain_now(), -1, 1)
        return out

    @property
    def playing(self):
        voice = self.voice
        if voice is None:
            return None
        return voice.ticket, min(voice.position // UNIT, voice.source.length)
