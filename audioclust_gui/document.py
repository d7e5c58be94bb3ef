"""The current project, what is selected in it, and the way back.

`Document.changed` carries the old and the new value; views redraw what differs. Undo
keeps the old values themselves: they are frozen, and share their arrays.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from audioclust_gui.selecting import Clips, How, combined
from engine.audio.dataset import Dataset
from engine.projects.pipeline import Pipeline
from engine.projects.project import Project, View
from engine.projects.results import with_results_of

UNDO_LIMIT = 500
MERGE_SECONDS = 1.0
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True)
class Change:
    """One step of undo: what it was called, the project before, and when it was."""

    text: str
    project: Project
    time: float


class Document(QObject):
    """Holds one project; everything that changes it goes through here."""

    changed = Signal(object, object)  # old Project, new Project
    replaced = Signal()  # another project was opened; every view starts anew
    current_changed = Signal(int)  # the clip looked at, -1 for none
    selection_changed = Signal(object)  # int64 array, as `selection`
    lit_changed = Signal(object)  # int64 array of the clips pointed at, or None
    played_changed = Signal(int)  # the clip that was heard once more
    history_changed = Signal()
    renamed = Signal()  # the project goes on in another file
    settled = Signal()  # something worth writing to the file has happened

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = Project(Dataset(""))
        self.path: Path | None = None
        self.current = -1
        self.selection = _ascending(())  # int64, every clip once, not to be written
        self.plays = np.zeros(0, np.int32)  # how often every clip was heard
        self.lit: NDArray[np.int64] | None = None
        self._done: list[Change] = []
        self._undone: list[Change] = []
        self._held: Project | None = None

    @property
    def pipeline(self) -> Pipeline:
        """What the project asks for now."""
        return self.project.pipeline

    @property
    def view(self) -> View:
        """The selection in the form in which it is stored."""
        current = None if self.current < 0 else self.current
        return View(current, self.selection, self.plays.copy())

    @property
    def dragging(self) -> bool:
        """Whether a value is shown that has not been committed yet."""
        return self._held is not None

    def open(self, project: Project, path: Path, view: View | None = None) -> None:
        """Replace everything; there is no way back from here but opening again."""
        view = view or View()
        self.project, self.path = project, path
        self._done, self._undone, self._held = [], [], None
        self.current = -1 if view.current is None else view.current
        self.selection = _ascending(view.selection)
        self.plays = np.zeros(len(project.dataset), np.int32)
        if view.plays is not None and len(view.plays) == len(self.plays):
            self.plays[:] = view.plays
        self.lit = None
        self.replaced.emit()
        self.history_changed.emit()

    def save_as(self, path: Path) -> None:
        """Go on in another file."""
        self.path = path
        self.renamed.emit()
        self.settled.emit()

    def commit(self, project: Project, text: str, *, merge: bool = False) -> None:
        """Make a change that undo can take back.

        Parameters
        ----------
        project : Project
            The new value.
        text : str
            What was done, for the menu: "Undo *change radius*".
        merge : bool
            Whether to join the previous change of the same name if that was a moment
            ago, so that typing a number is one step.
        """
        before, held = self._held or self.project, self._held
        self._held = None
        if held is not None and held.asks_as(project):
            self._set(with_results_of(held, project))  # dragged, and back again
            self.settled.emit()  # for what was computed meanwhile
            return
        now = time.monotonic()
        last = self._done[-1] if self._done and not self._undone else None
        recent = last is not None and now - last.time < MERGE_SECONDS
        if merge and recent and last.text == text:
            self._done[-1] = replace(last, time=now)
        else:
            self._done.append(Change(text, before, now))
            del self._done[:-UNDO_LIMIT]
        self._undone.clear()
        self._set(project)
        self.history_changed.emit()
        self.settled.emit()

    def preview(self, project: Project) -> None:
        """Show a value while something is dragged; `commit` makes it one step."""
        if self._held is None:
            self._held = self.project
        self._set(project)

    def amend(self, project: Project) -> None:
        """Add what was computed meanwhile, without a step of its own."""
        self._set(project)
        if self._held is None:
            self.settled.emit()

    def undo(self) -> None:
        """Go back one change."""
        self._travel(self._done, self._undone)

    def redo(self) -> None:
        """Go forward one change."""
        self._travel(self._undone, self._done)

    @property
    def undo_text(self) -> str | None:
        """The name of the change that `undo` takes back, or None."""
        return self._done[-1].text if self._done else None

    @property
    def redo_text(self) -> str | None:
        """The name of the change that `redo` makes again, or None."""
        return self._undone[-1].text if self._undone else None

    def set_current(self, index: int) -> None:
        """Look at a clip; -1 for none."""
        if index != self.current:
            self.current = index
            self.current_changed.emit(index)
            self.settled.emit()

    def select(self, clips: Iterable[int], how: How = How.REPLACE) -> None:
        """Select exactly these clips, or change the selection by them.

        Parameters
        ----------
        clips : int array, shape (n,), or any numbers
            In any order.
        how : How
        """
        selection = combined(self.selection, _array(clips), how)
        if not np.array_equal(selection, self.selection):
            self.selection = selection = _ascending(selection)
            self.selection_changed.emit(selection)
            self.settled.emit()

    def count_play(self, clip: int) -> None:
        """Remember that a clip was heard."""
        self.plays[clip] += 1
        self.played_changed.emit(clip)
        self.settled.emit()

    def light(self, clips: NDArray[np.int64] | None) -> None:
        """Show in every view which clips are pointed at; None for none."""
        if clips is not self.lit:
            self.lit = clips
            self.lit_changed.emit(clips)

    def _travel(self, source: list[Change], target: list[Change]) -> None:
        if not source:
            return
        change = source.pop()
        now = self.project
        target.append(replace(change, project=self._held or now, time=0.0))
        self._held = None
        # What was computed meanwhile is a fact, not a choice: it is not computed again.
        self._set(with_results_of(change.project, now))
        self.history_changed.emit()
        self.settled.emit()

    def _set(self, project: Project) -> None:
        old, self.project = self.project, project
        if old is not project:
            self.changed.emit(old, project)


def _array(clips: Iterable[int]) -> Clips:
    if isinstance(clips, np.ndarray):
        return clips.astype(np.int64, copy=False)
    return np.fromiter(clips, np.int64)


def _ascending(clips: Iterable[int]) -> Clips:
    selection = combined(_NONE, _array(clips), How.REPLACE)
    selection.setflags(write=False)
    return selection
