"""A sequence as it is heard: what loader and mixer get of it, and what they tell."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from audioclust_gui.sound.cache import SoundCache
from audioclust_gui.sound.loader import Request, SoundLoader
from audioclust_gui.sound.loudness import PEAK
from audioclust_gui.sound.mixer import Mixer
from audioclust_gui.sound.sequence import Sequence, Turn

LOOKAHEAD = 2.0
"""Seconds of sound that wait behind the one that sounds."""
LOADING = 3
"""Clips that are decoded ahead at a time."""
MOST = 256
"""Clips that wait at most, however short they are."""
PREPARED = 0.15
"""Seconds of a sequence that are there before it begins, if they come at once: its
clips may be so short that the next one is wanted before anybody could bring it."""
_HEADROOM = 0.9  # left where a long clip turns out to be louder than it began


class Performance:
    """Turns of a sequence on a mixer.

    Parameters
    ----------
    sequence : Sequence
    mixer : Mixer
    loader : SoundLoader
    cache : SoundCache
        Where the loader keeps what it has decoded.

    Attributes
    ----------
    begun : bool
        Whether the first turn sounds, or has sounded.
    ended : bool
        Whether it came to its end, and the next one has not begun.
    patient : bool
        Whether a sequence may still wait for its second clip before it begins.
    """

    def __init__(
        self, sequence: Sequence, mixer: Mixer, loader: SoundLoader, cache: SoundCache
    ) -> None:
        self.sequence, self.mixer = sequence, mixer
        self._loader, self._cache = loader, cache
        self.begun = self.ended = False
        self.patient = True
        self._left = self._sought = (-1, 0)  # ticket and frame, of and after a seek

    @property
    def frame(self) -> int | None:
        """The frame of the first turn that is heard next, or None in silence."""
        playing = self.mixer.playing
        if not self.begun or playing is None:
            return None
        if playing is self._left:  # the seek is still on its way
            playing = self._sought
        return playing[1] if playing[0] == self.sequence.turns[0].ticket else None

    @property
    def waiting(self) -> list[Turn]:
        """The turns behind the one that sounds."""
        return list(self.sequence.turns)[1 if self.begun else 0 :]

    @property
    def over(self) -> bool:
        """Whether the first turn has ended and none that follows can be heard."""
        return self.ended and all(turn.reason for turn in self.waiting)

    def ask(self, turn: Turn) -> None:
        """Take what is at hand of a turn, or have it loaded."""
        turn.renew()
        turn.sound = self._cache.get(turn.span, self.mixer.rate)
        if turn.sound is not None:
            self.sequence.audible = True
        elif turn is self.sequence.turns[0] and not self.begun:
            self._loader.request(Request(turn.ticket, turn.span, turn.at))
        else:
            self._loader.follow(Request(turn.ticket, turn.span))

    def take(self, loop: bool) -> bool:
        """Ask for the turn after all others; False if there is none."""
        turn = self.sequence.take(loop)
        if turn is not None:
            self.ask(turn)
        return turn is not None

    def look_ahead(self, speed: float, loop: bool) -> None:
        """Ask for as many turns as it takes to go on without a gap, at a speed."""
        while (
            len(waiting := self.waiting) < MOST
            and sum(turn.loading for turn in waiting) < LOADING
            and self._seconds(waiting) < LOOKAHEAD * max(speed, 1.0)
            and self.take(loop)
        ):
            pass

    def hand_over(self, matched: bool, loop: bool) -> bool:
        """Give the mixer what is there, in order.

        Parameters
        ----------
        matched : bool
            Whether all clips are made equally loud.
        loop : bool
            Whether a clip alone repeats itself.

        Returns
        -------
        bool
            Whether the sequence began with that.
        """
        first, mixer = self.sequence.turns[0], self.mixer
        begins = not self.begun
        if begins and not self._prepared():
            return False
        for turn in self.sequence.turns:
            if turn.loading:
                break
            if turn.sound is None or turn.queued:
                continue
            source = turn.sound.source
            turn.queued, turn.gain = True, _gain(turn, matched)
            if turn is first:
                mixer.set_loop(loop and self.sequence.alone)
                mixer.play(source, turn.ticket, round(turn.at * mixer.rate), turn.gain)
            else:
                gap = round(self.sequence.pause * mixer.rate)
                mixer.follow(source, turn.ticket, gap, turn.gain)
        self.begun = True
        return begins

    def listen(self) -> list[Turn]:
        """Take from the mixer what began and ended.

        Returns
        -------
        list of Turn
            Those that began, and before each the ones that had failed; the last of
            them is the first turn now.
        """
        if not self.begun:
            return []
        turns, passed = self.sequence.turns, []
        # In this order: what has finished has begun.
        finished, begun = _taken(self.mixer.finished), _taken(self.mixer.begun)
        for ticket in begun:
            while self.sequence.find(ticket) not in (None, turns[0]):
                turns.popleft().release()
                passed.append(turns[0])
                self.ended = False
        self.ended = self.ended or turns[0].ticket in finished
        return passed

    def seek(self, seconds: float) -> bool:
        """Go on from another place of the clip that sounds; False if none does."""
        turn, frame = self.sequence.turns[0], round(seconds * self.mixer.rate)
        playing = self.mixer.playing
        if playing is None or self.frame is None:
            return False
        self._left, self._sought = playing, (turn.ticket, frame)
        if turn.stream is not None:
            turn.stream.go_to(frame)
        self.mixer.seek(frame)
        return True

    def repeat(self, loop: bool) -> None:
        """Let a clip alone repeat itself, or take back what repeats a sequence."""
        self.mixer.set_loop(loop and self.sequence.alone)
        if not loop:
            late = self.sequence.end_round()
            for turn in late:
                turn.release()
            if any(turn.queued for turn in late):
                self._take_back()

    def match(self, matched: bool, loop: bool) -> None:
        """Play on with other gains, in a crossfade."""
        if not self.begun:
            return
        turn, frame = self.sequence.turns[0], self.frame
        if turn.sound is not None and frame is not None:
            turn.gain = _gain(turn, matched)
            self.mixer.play(turn.sound.source, turn.ticket, frame, turn.gain)
        self._take_back()
        self.hand_over(matched, loop)

    def watch(self, matched: bool, loop: bool) -> str:
        """Tell a long recording where it is, and turn it down before it is too loud.

        Returns
        -------
        str
            Why not all of it can be heard, if that has just become known, or "".
        """
        turn, frame = self.sequence.turns[0], self.frame
        if turn.stream is None:
            return ""
        if frame is not None:
            turn.stream.go_to(frame)
        if matched and turn.stream.peak * turn.gain > PEAK:
            self.match(matched, loop)
        before, turn.note = turn.note, turn.stream.trouble
        news = turn.note != before
        return f"Not all of it can be played: {turn.note}" if news else ""

    def _take_back(self) -> None:
        self.mixer.drop()
        for turn in self.waiting:
            turn.queued = False

    def _prepared(self) -> bool:
        """Tell whether enough is there to begin."""
        turns = list(self.sequence.turns)
        loading = [i for i, turn in enumerate(turns) if turn.loading]
        if not loading or (loading[0] and not self.patient):
            return True
        return self._seconds(turns[: loading[0]]) >= PREPARED

    def _seconds(self, turns: Iterable[Turn]) -> float:
        frames = sum(turn.sound.source.length for turn in turns if turn.sound)
        return frames / self.mixer.rate


def _gain(turn: Turn, matched: bool) -> float:
    """Return the factor for a turn, as far as its peaks are known."""
    if not matched or turn.sound is None:
        return 1.0
    gain, stream = turn.sound.gain, turn.stream
    if stream is not None and stream.peak * gain > PEAK:
        gain = _HEADROOM * PEAK / stream.peak
    return gain


def _taken(tickets: deque[int]) -> list[int]:
    """Take out what is there now; the audio callback may append at the same time."""
    return [tickets.popleft() for _ in range(len(tickets))]
