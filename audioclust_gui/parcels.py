"""Long tuples that travel once to a worker, however many questions are about them.

To write down the keys of a million clips takes half a second, in which no other thread
of Python gets a turn: not the window's either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_LONG = 1_000
_PLACES = 4  # as many long tuples are kept at the other end, more than any job has


@dataclass(frozen=True, slots=True)
class Parcel:
    """Stands for a tuple that the other end keeps at a place."""

    place: int


class Sender:
    """Knows what the other end keeps: what was used last, as the same object."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Any, ...]] = {}  # the last used comes last

    def pack(self, args: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[int, Any]]:
        """Return arguments to be sent, and what is new to the other end, by place."""
        new: dict[int, Any] = {}
        packed = tuple(self._packed(arg, new) for arg in args)
        return packed, new

    def _packed(self, arg: Any, new: dict[int, Any]) -> Any:
        if not isinstance(arg, tuple) or len(arg) < _LONG:
            return arg
        place = next((i for i, known in self._kept.items() if known is arg), None)
        if place is None:
            place = len(self._kept)
            if place == _PLACES:
                place = next(iter(self._kept))
            new[place] = arg
        self._kept.pop(place, None)
        self._kept[place] = arg
        return Parcel(place)


class Receiver:
    """Keeps what was sent, at the other end."""

    def __init__(self) -> None:
        self._kept: dict[int, Any] = {}

    def unpack(self, args: tuple[Any, ...], new: dict[int, Any]) -> tuple[Any, ...]:
        """Return the arguments as they were."""
        self._kept.update(new)
        return tuple(
            self._kept[arg.place] if isinstance(arg, Parcel) else arg for arg in args
        )
