"""Plays clips of the document: what a click on a row, a point or an arrow key does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.sound.playback import Playback
from audioclust_gui.sound.sequence import Item
from engine.audio.dataset import Dataset


class Audition(QObject):
    """Looks at a clip and plays it; the token of a sound is the clip's index.

    Every clip that begins to sound is counted in the document: once, however often it
    is repeated or gone back in.

    Parameters
    ----------
    document : Document
    playback : Playback
    """

    playing_changed = Signal(int)  # the clip that sounds, -1 for none
    asked = Signal(object)  # the clips of a sequence; None: one clip, or silence
    ended = Signal()  # nothing follows what was asked for

    def __init__(self, document: Document, playback: Playback) -> None:
        super().__init__(document)
        self._document = document
        self.playback = playback
        self.playing = -1
        self.in_sequence = False  # whether more may follow what sounds
        self._heard: set[int] = set()  # of what was asked for last
        playback.started.connect(self._started)
        playback.finished.connect(lambda _: self._end())
        playback.stopped.connect(self._end)
        playback.failed.connect(lambda *_: self._failed())
        document.replaced.connect(self.stop)

    def play(self, index: int, at: float = 0.0) -> None:
        """Look at a clip and play it, from ``at`` seconds."""
        dataset = self._document.project.dataset
        if 0 <= index < len(dataset):
            self._ask(None)
            self._document.set_current(index)
            path, start, end = _span(dataset, index)
            self.playback.play(path, start, end, at=at, token=index)

    def play_all(self, clips: NDArray[np.int64], pause: float = 0.0) -> None:
        """Play clips one after another, and look at each while it sounds.

        Parameters
        ----------
        clips : int64 array, shape (n,)
        pause : float
            Seconds of silence after each, 0 for none.
        """
        self._ask(clips)
        self.playback.play_all(_Items(self._document.project.dataset, clips), pause)

    def toggle(self) -> None:
        """Stop what sounds, or play the current clip."""
        if self.playback.is_playing():
            self.stop()
        else:
            self.play(max(self._document.current, 0))

    def stop(self) -> None:
        """Be silent."""
        self._ask(None)
        self.playback.stop()

    def seek(self, seconds: float) -> None:
        """Go on from another place of the current clip, starting it if need be."""
        if self.playback.is_playing():
            self.playback.seek(seconds)
        else:
            self.play(self._document.current, seconds)

    def prepare(self, indices: Iterable[int]) -> None:
        """Decode ahead the clips that may be asked for next."""
        dataset = self._document.project.dataset
        self.playback.prefetch([_span(dataset, index) for index in indices])

    def _ask(self, clips: NDArray[np.int64] | None) -> None:
        self.in_sequence = clips is not None
        self._heard.clear()
        self.asked.emit(clips)

    def _started(self, clip: int, _: float) -> None:
        self.playing = clip
        if self.in_sequence:
            self._document.set_current(clip)
        if clip not in self._heard:
            self._heard.add(clip)
            self._document.count_play(clip)
        self.playing_changed.emit(clip)

    def _failed(self) -> None:
        if not self.playback.is_playing():  # else another clip of a sequence follows
            self._end()

    def _end(self) -> None:
        self.playing, self.in_sequence = -1, False
        self.playing_changed.emit(-1)
        self.ended.emit()


@dataclass(frozen=True, eq=False)
class _Items:
    """Clips as the playback wants them: made when it comes to them, as often as asked.

    A sequence may have a million clips, and whoever begins it waits for the first.
    """

    dataset: Dataset
    clips: NDArray[np.int64]

    def __iter__(self) -> Iterator[Item]:
        for index in map(int, self.clips):
            yield Item(index, *_span(self.dataset, index))


def _span(dataset: Dataset, index: int) -> tuple[str, float, float | None]:
    clip = dataset.clips[index]
    return str(dataset.file(clip)), clip.start, clip.end
