"""What the stream hears: one voice at a time, faded, scaled, limited; plain numpy.

The window only appends commands; the audio callback takes them at the start of its next
block and calls nothing but numpy, so neither side ever waits for the other. What comes
out is the same to the last bit whatever the sizes of the blocks.

Fades last 5 ms and follow a raised cosine, so a sound that replaces another never adds
up to more than the louder of the two. A sound that begins or ends in silence (below
-60 dB) is not faded there: the attack of a drum stays as it was recorded. A loop is
gapless: its last frame is followed by its first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from audioclust_gui.sound.source import Samples, Source

CHANNELS = 2
FADE = 0.005
"""Length of a fade, in seconds."""
GLIDE = 0.02
"""Time in which a new volume is reached, in seconds."""
QUIET = 1e-3
"""Amplitude below which a beginning or an end makes no click."""


@dataclass(slots=True)
class _Voice:
    """One sound on its way: where it is, and how far its fade has come.

    `level` counts frames of fade, 0 (silent) to the length of a fade (full): it climbs
    by one a frame, and descends once the voice is `falling` or as few frames are left.
    """

    samples: Samples
    ticket: int
    position: int
    level: int
    loop: bool
    falling: bool = False

    @property
    def left(self) -> int:
        """Frames until the end."""
        return len(self.samples) - self.position

    @property
    def ends(self) -> bool:
        """Whether there is an end to fade: not in a loop, not where it is silent."""
        return not self.loop and bool(np.abs(self.samples[-1]).max() > QUIET)

    def add_to(self, out: Samples, curve: Samples) -> bool:
        """Add the next frames to `out`; tell whether the voice lives on."""
        full, ends, done = len(curve) - 1, self.ends, 0
        while done < len(out):
            if self.left == 0 and self.loop:
                self.position = 0
            if self.left == 0 or (self.falling and self.level == 0):
                return False
            n = min(len(out) - done, self.left)
            if self.falling or (ends and self.left <= self.level):
                n, step = min(n, self.level), -1
            elif self.level < full:
                n, step = min(n, full - self.level), 1
                if ends:  # climb half of what is left, then come down again
                    n = min(n, (self.left - self.level + 1) // 2)
            else:
                n, step = min(n, self.left - full) if ends else n, 0
            heard = self.samples[self.position : self.position + n]
            if step:
                levels = self.level + step * np.arange(1, n + 1)
                heard = heard * curve[levels, None]
            out[done : done + n] += heard
            self.level += step * n
            self.position += n
            done += n
        return True


class Mixer:
    """Turns commands into blocks of stereo sound.

    Every method but `render` belongs to the window and returns at once; `render`
    belongs to the audio callback.

    Parameters
    ----------
    rate : int
        Frames per second of what is rendered and of every sound handed in.
    gain : float
        Factor on the samples, 0 to 1.
    loop : bool
        Whether a sound starts again when it ends.

    Attributes
    ----------
    playing : (ticket, frame) or None
        The voice that sounds and its next frame, as of the latest block.
    finished : deque of int
        Tickets of the sounds that came to their end by themselves, oldest first; the
        window takes them out.
    """

    def __init__(self, rate: int, gain: float = 1.0, loop: bool = False) -> None:
        self.rate = rate
        self.playing: tuple[int, int] | None = None
        self.finished: deque[int] = deque()
        self._commands: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        fade = max(1, round(FADE * rate))
        ramp = np.arange(fade + 1) / fade
        self._curve = (0.5 - 0.5 * np.cos(np.pi * ramp)).astype(np.float32)
        self._voice: _Voice | None = None
        self._leaving: list[_Voice] = []
        self._loop = loop
        self._glide = max(1, round(GLIDE * rate))
        self._gliding = self._glide  # frames since the gain was last set
        self._old_gain = self._gain = gain

    def play(self, source: Source, ticket: int, start: int = 0) -> None:
        """Start a sound in place of the one that sounds.

        Parameters
        ----------
        source : Source
            Finite samples at `rate`.
        ticket : int
            The name by which `playing` and `finished` speak of it.
        start : int
            First frame to be heard, brought into 0..n.
        """
        samples = source.read(0, source.length)
        self._commands.append((self._start, (samples, ticket, start)))

    def extend(self, source: Source, ticket: int) -> None:
        """Give the sound with this ticket more frames: the same beginning, and more."""
        samples = source.read(0, source.length)
        self._commands.append((self._lengthen, (samples, ticket)))

    def stop(self) -> None:
        """Fade out what sounds."""
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
        self._leaving = [v for v in self._leaving if v.add_to(out, self._curve)]
        voice = self._voice
        if voice is not None and not voice.add_to(out, self._curve):
            self.finished.append(voice.ticket)
            self._voice = voice = None
        self.playing = None if voice is None else (voice.ticket, voice.position)
        out *= self._gains(n_frames)[:, None]
        return np.clip(out, -1.0, 1.0, out=out)

    def _gains(self, n_frames: int) -> Samples:
        gains = np.full(n_frames, self._gain, np.float32)
        n = min(n_frames, self._glide - self._gliding)
        gains[:n] = self._gain_at(np.arange(1, n + 1) + self._gliding)
        self._gliding += n
        return gains

    def _gain_at(self, frame: Any) -> Any:
        return self._old_gain + (self._gain - self._old_gain) * (frame / self._glide)

    def _start(self, samples: Samples, ticket: int, start: int) -> None:
        self._leave()
        n = len(samples)
        if n == 0:
            self.finished.append(ticket)
            return
        start = min(max(start, 0), n)
        self._voice = voice = _Voice(samples, ticket, start, 0, self._loop)
        if voice.left and np.abs(samples[start]).max() <= QUIET:
            full = len(self._curve) - 1
            voice.level = min(full, voice.left) if voice.ends else full

    def _lengthen(self, samples: Samples, ticket: int) -> None:
        if self._voice is not None and self._voice.ticket == ticket:
            self._voice.samples = samples

    def _leave(self) -> None:
        if self._voice is not None:
            self._voice.falling = True
            self._leaving.append(self._voice)
        self._voice = None

    def _jump(self, frame: int) -> None:
        if self._voice is not None:
            self._start(self._voice.samples, self._voice.ticket, frame)

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
            voice.loop, voice.falling = True, False
            return
        # Too late to fade before the end: fade across it, into the next round.
        late = voice.loop and voice.left < voice.level
        voice.loop = False
        if voice.falling or (late and voice.ends):
            voice.loop = voice.falling = True
