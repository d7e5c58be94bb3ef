"""Plays clips of the document: what a click on a row, a point or an arrow key does."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.sound.playback import Playback


class Audition(QObject):
    """Looks at a clip and plays it; the token of a sound is the clip's index.

    Parameters
    ----------
    document : Document
    playback : Playback
    """

    playing_changed = Signal(int)  # the clip that sounds, -1 for none

    def __init__(self, document: Document, playback: Playback) -> None:
        super().__init__(document)
        self._document = document
        self.playback = playback
        playback.started.connect(lambda token, _: self.playing_changed.emit(token))
        playback.finished.connect(lambda _: self.playing_changed.emit(-1))
        playback.stopped.connect(lambda: self.playing_changed.emit(-1))
        playback.failed.connect(lambda *_: self.playing_changed.emit(-1))
        document.replaced.connect(playback.stop)

    def play(self, index: int, at: float = 0.0) -> None:
        """Look at a clip and play it, from ``at`` seconds."""
        if 0 <= index < len(self._document.project.dataset):
            self._document.set_current(index)
            path, start, end = self._span(index)
            self.playback.play(path, start, end, at=at, token=index)

    def toggle(self) -> None:
        """Stop what sounds, or play the current clip."""
        if self.playback.is_playing():
            self.playback.stop()
        else:
            self.play(max(self._document.current, 0))

    def stop(self) -> None:
        """Be silent."""
        self.playback.stop()

    def seek(self, seconds: float) -> None:
        """Go on from another place of the current clip, starting it if need be."""
        if self.playback.is_playing():
            self.playback.seek(seconds)
        else:
            self.play(self._document.current, seconds)

    def prepare(self, indices: Iterable[int]) -> None:
        """Decode ahead the clips that may be asked for next."""
        self.playback.prefetch([self._span(index) for index in indices])

    def _span(self, index: int) -> tuple[str, float, float | None]:
        dataset = self._document.project.dataset
        clip = dataset.clips[index]
        return str(dataset.file(clip)), clip.start, clip.end
