"""Clips one after the other: whose turn it is, and who comes next.

Taken from an iterable only as far as they are needed, so that a million clips are never
a list walked at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from audioclust_gui.sound.cache import Matched, Span
from audioclust_gui.sound.streaming import Streamed

_tickets = count()


@dataclass(frozen=True, slots=True)
class Item:
    """A clip of a sequence.

    Parameters
    ----------
    token : object
        What the signals call it.
    path : str or Path
        The file.
    start, end : float
        The span of it that is the clip, in seconds; None is the end of the file.
    """

    token: object
    path: str | Path
    start: float = 0.0
    end: float | None = None


@dataclass(slots=True, eq=False)
class Turn:
    """A clip whose turn is now, or will come.

    Parameters
    ----------
    item : Item
    span : Span
    round : int
        How often the sequence had been repeated when it was taken.
    ticket : int
        The name by which loader and mixer speak of it; another one when it is asked
        for anew.
    at : float
        Where in the clip to begin, in seconds.
    sound : Matched or None
        None until it is loaded.
    reason : str
        Why it cannot be heard, or "".
    gain : float
        The factor with which the mixer plays it.
    queued : bool
        Whether the mixer has it.
    told : bool
        Whether its beginning has been told.
    note : str
        What has been told about it since.
    """

    item: Item
    span: Span
    round: int
    ticket: int = -1
    at: float = 0.0
    sound: Matched | None = None
    reason: str = ""
    gain: float = 1.0
    queued: bool = False
    told: bool = False
    note: str = ""

    @property
    def loading(self) -> bool:
        """Whether nobody knows yet what will become of it."""
        return self.sound is None and not self.reason

    @property
    def stream(self) -> Streamed | None:
        """Its source, if that is a long recording."""
        source = self.sound and self.sound.source
        return source if isinstance(source, Streamed) else None

    def renew(self) -> None:
        """Ask for it anew: under another ticket, and without a sound yet."""
        self.release()
        self.ticket, self.sound, self.queued = next(_tickets), None, False

    def release(self) -> None:
        """Let go of its file."""
        if self.stream is not None:
            self.stream.close()


class Sequence:
    """Clips in the order of their turns.

    Parameters
    ----------
    items : iterable of Item
        They may be endless. A loop iterates over them again, or over what it has kept
        of an iterator.
    pause : float
        Seconds of silence between two clips.
    alone : bool
        Whether it is a single clip, which repeats itself gaplessly in the mixer.

    Attributes
    ----------
    turns : deque of Turn
        In order, the one that sounds (or is about to) first.
    audible : bool
        Whether any clip of the round that is being taken could be decoded.
    last : object
        Token of the clip that was told of last.
    """

    def __init__(
        self, items: Iterable[Item], pause: float = 0.0, alone: bool = False
    ) -> None:
        self.pause, self.alone = pause, alone
        self.turns: deque[Turn] = deque()
        self.audible = False
        self.last: object = None
        self._rest: Iterator[Item] = iter(items)
        self._kept: list[Item] | None = [] if self._rest is items else None
        self._again = items if self._kept is None else self._kept
        self._round = 0

    def take(self, again: bool) -> Turn | None:
        """Add the next turn and return it.

        Parameters
        ----------
        again : bool
            Whether the first clip follows the last one; but not if none of them can be
            heard, which would never end.
        """
        item = next(self._rest, None)
        if item is None and again and self.audible and not self.alone:
            self._rest, self.audible = iter(self._again), False
            self._round += 1
            item = next(self._rest, None)
        if item is None:
            return None
        if self._kept is not None and self._round == 0:
            self._kept.append(item)
        turn = Turn(item, Span.of(item.path, item.start, item.end), self._round)
        self.turns.append(turn)
        return turn

    def end_round(self) -> list[Turn]:
        """Take back and return the turns that only repeat the sequence."""
        late = [turn for turn in self.turns if turn.round > self.turns[0].round]
        if late:
            self.turns = deque(turn for turn in self.turns if turn not in late)
            self._rest, self.audible = iter(()), True
        return late

    def find(self, ticket: int) -> Turn | None:
        """Return the turn with a ticket, if it is still wanted."""
        return next((turn for turn in self.turns if turn.ticket == ticket), None)

    def close(self) -> None:
        """Let go of all turns."""
        for turn in self.turns:
            turn.release()
