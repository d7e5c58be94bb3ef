"""Writes the project after every change, in a thread of its own.

Only the newest state waits; a burst of changes costs one write. SQLite lets go of the
interpreter while it works, so the window does not notice.
"""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from engine.errors import EngineError
from engine.projects.file import ProjectFile
from engine.projects.project import Project, View

State = tuple[Path, Project, View]


class Autosave(QThread):
    """Keeps the file up to date with the last state it was given."""

    failed = Signal(str)  # once per trouble, with the file and the reason
    saved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("audioclust-autosave")
        self._condition = threading.Condition()
        self._next: State | None = None
        self._busy = False
        self._closing = False

    def save(self, path: Path, project: Project, view: View) -> None:
        """Remember a state to be written as soon as possible."""
        with self._condition:
            self._next = (path, project, view)
            self._condition.notify_all()
        if not self.isRunning():
            self.start()

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything is written; tell whether it was."""
        with self._condition:
            return self._condition.wait_for(
                lambda: self._next is None and not self._busy, timeout
            )

    def close(self) -> None:
        """Write what is left and end the thread."""
        if self.isRunning():
            self.flush()
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self.wait()

    def run(self) -> None:
        """Write states until closed; runs in this thread."""
        file: ProjectFile | None = None
        while (state := self._take()) is not None:
            path, project, view = state
            try:
                if file is None or file.path != path or not path.exists():
                    if file is not None:
                        file.close()
                        file = None
                    file = ProjectFile(path)
                file.write(project, view)
                self.saved.emit()
            except EngineError as error:
                self.failed.emit(str(error))
            finally:
                with self._condition:
                    self._busy = False
                    self._condition.notify_all()
        if file is not None:
            file.close()

    def _take(self) -> State | None:
        with self._condition:
            self._condition.wait_for(lambda: self._next is not None or self._closing)
            state, self._next = self._next, None
            self._busy = state is not None
            return state
