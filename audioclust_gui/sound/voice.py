"""One sound on its way to the ear: how far it is, how fast it runs, how loud it is.

Fades follow a raised cosine. A sound that breaks off because more of it has not come
yet fades like one that ends, is silent where it stands, and fades in when it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from audioclust_gui.sound.source import Samples, Source
from audioclust_gui.sound.stretching import Stretching
from audioclust_gui.sound.tape import UNIT, Tape
from audioclust_gui.sound.varispeed import interpolated, kernel

QUIET = 1e-3
"""Amplitude below which a beginning or an end makes no click."""
SLOWEST, FASTEST = 0.25, 2.0
"""Speeds that there are, as factors."""
AT_ONCE = 4_096
"""Frames that are computed together at most."""


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast sounds run.

    Parameters
    ----------
    step : int
        Thousandths of a frame from one frame that is heard to the next.
    keep_pitch : bool
        Whether the pitch stays; at the original speed it does anyway.
    weights : array or None
        The `kernel` of the step, where it is needed: made by who sets the speed, so
        that the audio callback need not.
    """

    step: int
    keep_pitch: bool
    weights: Samples | None = field(compare=False, repr=False)

    @classmethod
    def of(cls, speed: float, keep_pitch: bool = True) -> Speed:
        """Take a factor, brought into 0.25..2 and rounded to thousandths."""
        step = round(min(max(speed, SLOWEST), FASTEST) * UNIT)
        moves = step != UNIT
        weights = kernel(step) if moves and not keep_pitch else None
        return cls(step, moves and keep_pitch, weights)


@dataclass(frozen=True, slots=True)
class Sound:
    """What is to be heard.

    Parameters
    ----------
    source : Source
        Finite samples at the mixer's rate.
    ticket : int
        Its name.
    gain : float
        Factor on its samples.
    gap : int
        Frames of silence before it, after the sound that it follows.
    """

    source: Source
    ticket: int
    gain: float = 1.0
    gap: int = 0


class Voice:
    """A sound on its way.

    Parameters
    ----------
    sound : Sound
    rate : int
        Frames per second.
    speed : Speed
    curve : float32 array, shape (n,)
        The factors of a fade, from 0 to 1.
    loop : bool
        Whether the end is followed by the beginning.
    position : int
        Where it begins, in thousandths of a frame.
    natural : int, optional
        The frame with which the voice before would have gone on, if it kept the pitch.

    Attributes
    ----------
    level : int
        How far the fade has come, from 0 (silent) to n - 1 (full): it climbs by one a
        frame, and descends once the voice is falling or as few frames are left.
    falling : bool
        Whether it is on its way out.
    heard : bool
        Whether any of it has sounded.
    """

    def __init__(
        self,
        sound: Sound,
        rate: int,
        speed: Speed,
        curve: Samples,
        loop: bool,
        position: int,
        natural: int | None = None,
    ) -> None:
        self.sound, self.speed = sound, speed
        self.level, self.falling, self.heard = 0, False, False
        self._curve = curve
        self._stretching = None
        if natural is not None and not speed.keep_pitch:
            position = natural * UNIT  # goes on in the same period of the wave
        if speed.step == UNIT:
            position = (position + UNIT // 2) // UNIT * UNIT
        length = sound.source.length * UNIT
        position = position % max(length, 1) if loop else min(max(position, 0), length)
        self.tape = Tape(sound.source, position, speed.step, loop)
        if speed.keep_pitch:
            self._stretching = Stretching(rate, self.tape, natural)

    @property
    def loop(self) -> bool:
        """Whether the end is followed by the beginning."""
        return self.tape.loop

    @property
    def natural(self) -> int | None:
        """The frame that would come next at the original speed, if the pitch stays."""
        if self._stretching is None or not self.heard:
            return None
        frame, length = self._stretching.natural, self.sound.source.length
        return frame % length if self.loop and length else frame

    @property
    def over(self) -> bool:
        """Whether nothing of it is heard any more."""
        return self.tape.over or (self.falling and self.level == 0)

    @property
    def late(self) -> bool:
        """Whether the end is too near to fade before it."""
        return self.tape.left < self.level and self._loud_at_the_end()

    def be_there(self) -> None:
        """Begin at full level if the sound begins in silence: the attack stays."""
        full = len(self._curve) - 1
        left, breaks = self._ahead(full)
        frame = self.tape.frame
        if left and self.tape.loudness(frame) * self.sound.gain <= QUIET:
            self.level = left if breaks else full

    def repeat(self) -> None:
        """Let the end be followed by the beginning, even if it was fading across it."""
        self.tape.loop, self.falling = True, False
        self.tape.advance(0)

    def add_to(self, out: Samples) -> int:
        """Add the next frames.

        Parameters
        ----------
        out : array, shape (n, channels)

        Returns
        -------
        int
            How many frames were added: fewer than n if it is over.
        """
        full, done = len(self._curve) - 1, 0
        while done < len(out) and not self.over:
            n = min(len(out) - done, AT_ONCE)
            left, breaks = self._ahead(n + full + 1)
            if left == 0:  # wait in silence for what has not come yet
                self.level = 0
                return done if self.falling else len(out)
            n, step = min(n, left), 0
            if self.falling or (breaks and left <= self.level):
                n, step = min(n, self.level), -1
            elif self.level < full:
                n, step = min(n, full - self.level), 1
                if breaks:  # climb half of what is left, then come down again
                    n = min(n, (left - self.level + 1) // 2)
            elif breaks:
                n = min(n, left - full)
            frames = self._next(n)
            if step:
                levels = self.level + step * np.arange(1, n + 1)
                frames = frames * self._curve[levels, None]
            if self.sound.gain != 1.0:
                frames = frames * np.float32(self.sound.gain)
            out[done : done + n] += frames
            self.level += step * n
            done += n
            self.heard = True
        return done

    def _ahead(self, n_frames: int) -> tuple[int, bool]:
        """How many frames there are, and whether one would hear them break off."""
        left, starved = self.tape.ahead(n_frames, self._margin)
        return left, starved or (left < n_frames and self._loud_at_the_end())

    @property
    def _margin(self) -> int:
        """How many frames of the source beyond the next one it may need."""
        if self._stretching is not None:
            return self._stretching.margin
        weights = self.speed.weights
        return 0 if weights is None else len(weights) // 2

    def _loud_at_the_end(self) -> bool:
        last = self.sound.source.length - 1
        return self.tape.loudness(last) * self.sound.gain > QUIET

    def _next(self, n_frames: int) -> Samples:
        tape, weights = self.tape, self.speed.weights
        if self._stretching is not None:
            return self._stretching.read(n_frames)
        if weights is None:
            frames = tape.window(tape.position // UNIT, n_frames)
        else:
            frames = interpolated(tape, n_frames, weights)
        tape.advance(n_frames)
        return frames
