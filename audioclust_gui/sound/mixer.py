"""What the stream hears: one voice at a time, faded, scaled, limited; plain numpy.

The window only appends commands; the audio callback takes them at the start of its next
block and calls nothing but numpy, so neither side ever waits for the other. What comes
out is the same to the last bit whatever the sizes of the blocks.

Fades last 5 ms and follow a raised cosine, so a sound that replaces another never adds
up to more than the louder of the two. A sound that begins or ends in silence (below
-60 dB) is not faded there, unless it replaces another: the attack of a drum stays as it
was recorded. A loop is gapless at every speed: its last frame is followed by its first.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from audioclust_gui.sound.source import Samples, Source
from audioclust_gui.sound.tape import UNIT
from audioclust_gui.sound.voice import Sound, Speed, Voice

CHANNELS = 2
FADE = 0.005
"""Length of a fade, in seconds."""
GLIDE = 0.02
"""Time in which a new volume is reached, in seconds."""
REMEMBERED = 512
"""Blocks of which the peaks are kept for who asks."""


class Mixer:
    """Turns commands into blocks of stereo sound.

    Every method but `render` belongs to the window and returns at once; `render`
    belongs to the audio callback.

    Parameters
    ----------
    rate : int
        Frames per second of what is rendered and of every source handed in.
    gain : float
        Factor on the samples, 0 to 1.
    loop : bool
        Whether a sound starts again when it ends; what waits behind it goes on waiting.

    Attributes
    ----------
    playing : (ticket, frame) or None
        The voice that sounds and the frame of its source that comes next, as of the
        latest block; None in the gap between two sounds as well.
    begun, finished : deque of int
        Tickets of the sounds that began, and of those that came to their end by
        themselves, oldest first; the window takes them out.
    """

    def __init__(self, rate: int, gain: float = 1.0, loop: bool = False) -> None:
        self.rate = rate
        self.playing: tuple[int, int] | None = None
        self.begun: deque[int] = deque()
        self.finished: deque[int] = deque()
        self._commands: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        # The window appends to the newest queue, the callback takes from the one that
        # the commands so far have made the newest: dropping is starting another.
        self._newest: deque[Sound] = deque()
        self._queue = self._newest
        self._peaks: deque[Samples] = deque(maxlen=REMEMBERED)
        fade = max(1, round(FADE * rate))
        ramp = np.arange(fade + 1) / fade
        self._curve = (0.5 - 0.5 * np.cos(np.pi * ramp)).astype(np.float32)
        self._voice: Voice | None = None
        self._leaving: list[Voice] = []
        self._now = 0  # frames rendered so far
        self._alone_at = 0  # when the last of those that leave will be silent
        self._since = math.inf  # frames of silence since a sound came to its end
        self._speed = Speed.of(1.0)
        self._loop = loop
        self._glide = max(1, round(GLIDE * rate))
        self._gliding = self._glide  # frames since the gain was last set
        self._old_gain = self._gain = gain

    def play(
        self, source: Source, ticket: int, start: int = 0, gain: float = 1.0
    ) -> None:
        """Start a sound in place of the one that sounds and of those that wait.

        Parameters
        ----------
        source : Source
            Finite samples at `rate`. Where they have not come yet there is silence,
            and the position stays.
        ticket : int
            The name by which the mixer speaks of it.
        start : int
            First frame to be heard, brought into 0..n.
        gain : float
            Factor on its samples.
        """
        self.drop()
        self._commands.append((self._start, (Sound(source, ticket, gain), start)))

    def follow(
        self, source: Source, ticket: int, gap: int = 0, gain: float = 1.0
    ) -> None:
        """Let a sound follow all those that wait, to the frame.

        Parameters
        ----------
        source, ticket, gain
            As for `play`.
        gap : int
            Frames of silence after the end of the sound before it. If those are over,
            or there was none, it begins at once.
        """
        self._newest.append(Sound(source, ticket, gain, gap))

    def drop(self) -> None:
        """Forget what waits; what sounds goes on."""
        self._newest = deque()
        self._commands.append((self._attend, (self._newest,)))

    def stop(self) -> None:
        """Fade out what sounds, and forget what waits."""
        self.drop()
        self._commands.append((self._leave, ()))

    def seek(self, frame: int) -> None:
        """Go on from another frame, brought into 0..n, if anything sounds."""
        self._commands.append((self._jump, (frame,)))

    def set_gain(self, gain: float) -> None:
        """Glide to another factor on the samples, 0 to 1."""
        self._commands.append((self._turn, (gain,)))

    def set_loop(self, loop: bool) -> None:
        """Let the sound start again when it ends, or let it end."""
        self._commands.append((self._repeat, (loop,)))

    def set_speed(self, speed: float, keep_pitch: bool = True) -> None:
        """Run faster or slower from now on, at the place where the sound is.

        Parameters
        ----------
        speed : float
            Brought into 0.25..2 and rounded to thousandths. At 1 the samples are those
            of the source, bit by bit.
        keep_pitch : bool
            Whether the pitch stays, or moves as that of a tape does. Where it stayed,
            the sound goes on in the period of the wave that it has come to: `playing`
            may leap by up to 25 ms.
        """
        self._commands.append((self._run_at, (Speed.of(speed, keep_pitch),)))

    @property
    def waiting(self) -> tuple[int, int]:
        """How many sounds wait to follow, and the sum of their lengths in frames."""
        sounds = tuple(self._newest)
        return len(sounds), sum(sound.source.length for sound in sounds)

    @property
    def idle(self) -> bool:
        """Whether nothing sounds, waits, or has been asked for since the last block."""
        return not (self.playing or self._newest or self._commands)

    def peaks(self) -> tuple[float, float]:
        """Return the largest magnitudes, left and right, since they were last asked."""
        left = right = 0.0
        while self._peaks:
            peak = self._peaks.popleft()
            left, right = max(left, float(peak[0])), max(right, float(peak[1]))
        return left, right

    def render(self, n_frames: int) -> Samples:
        """Take the commands that wait, and return the next frames.

        Returns
        -------
        float32 array, shape (n_frames, 2), values -1 to 1
        """
        while self._commands:
            command, arguments = self._commands.popleft()
            command(*arguments)
        out = np.zeros((n_frames, CHANNELS), np.float32)
        self._leaving = [v for v in self._leaving if v.add_to(out) == n_frames]
        done = 0
        while done < n_frames:
            voice = self._voice
            if voice is None:
                done += self._pause(n_frames - done, self._now + done)
                continue
            done += voice.add_to(out[done:])
            if done < n_frames:
                self._end(voice)
        self._now += n_frames
        voice = self._voice
        self.playing = None if voice is None else (voice.sound.ticket, voice.tape.frame)
        out *= self._gains(n_frames)[:, None]
        np.clip(out, -1.0, 1.0, out=out)
        self._peaks.append(np.maximum(out.max(0, initial=0), -out.min(0, initial=0)))
        return out

    def _pause(self, n_frames: int, now: int) -> int:
        """Begin what follows, or tell for how many frames there is silence."""
        if self._queue:
            n_frames = int(min(n_frames, max(self._queue[0].gap - self._since, 0)))
            if n_frames == 0:
                self._begin(self._queue.popleft(), 0, now)
        self._since += n_frames
        return n_frames

    def _begin(self, sound: Sound, start: int, now: int) -> None:
        self.begun.append(sound.ticket)
        self._sound(sound, min(max(start, 0), sound.source.length) * UNIT, now)

    def _sound(
        self, sound: Sound, position: int, now: int, natural: int | None = None
    ) -> None:
        voice = Voice(
            sound, self.rate, self._speed, self._curve, self._loop, position, natural
        )
        if now >= self._alone_at:
            voice.be_there()
        self._voice = voice

    def _end(self, voice: Voice) -> None:
        self.finished.append(voice.sound.ticket)
        self._voice, self._since = None, 0

    def _gains(self, n_frames: int) -> Samples:
        gains = np.full(n_frames, self._gain, np.float32)
        n = min(n_frames, self._glide - self._gliding)
        gains[:n] = self._gain_at(np.arange(1, n + 1) + self._gliding)
        self._gliding += n
        return gains

    def _gain_at(self, frame: Any) -> Any:
        return self._old_gain + (self._gain - self._old_gain) * (frame / self._glide)

    # Commands, as the callback carries them out.

    def _attend(self, queue: deque[Sound]) -> None:
        self._queue = queue

    def _start(self, sound: Sound, start: int) -> None:
        self._leave()
        self._begin(sound, start, self._now)

    def _leave(self) -> None:
        voice = self._voice
        if voice is not None and voice.heard:
            voice.falling = True
            self._leaving.append(voice)
            self._alone_at = max(self._alone_at, self._now + voice.level)
        self._voice, self._since = None, math.inf

    def _jump(self, frame: int) -> None:
        voice = self._voice
        if voice is not None:
            self._leave()
            frame = min(max(frame, 0), voice.sound.source.length)
            self._sound(voice.sound, frame * UNIT, self._now)

    def _turn(self, gain: float) -> None:
        if self._voice is None and not self._leaving:
            self._gliding = self._glide  # nobody hears a jump in silence
        else:
            gliding = self._gliding < self._glide
            self._old_gain = self._gain_at(self._gliding) if gliding else self._gain
            self._gliding = 0
        self._gain = gain

    def _repeat(self, loop: bool) -> None:
        self._loop = loop
        voice = self._voice
        if voice is None:
            return
        if loop:
            voice.repeat()
            self._run_at(self._speed)
        elif voice.loop and not voice.falling:
            if voice.late:  # fade across the end, into the next round
                voice.falling = True
            elif voice.speed.keep_pitch:  # what it reads next may lie across the end
                self._hand_over(voice)
            else:
                voice.tape.loop = False

    def _run_at(self, speed: Speed) -> None:
        self._speed = speed
        voice = self._voice
        if voice is not None and not voice.falling and voice.speed != speed:
            self._hand_over(voice)

    def _hand_over(self, voice: Voice) -> None:
        self._leave()
        self._sound(voice.sound, voice.tape.position, self._now, voice.natural)
