"""Writes projects after every change, in a thread of its own.

Of every file only the newest state waits; a burst of changes costs one write. SQLite
lets go of the interpreter while it works, so the window does not notice.
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
    """Keeps files up to date with the last states it was given."""

    failed = Signal(object, str)  # the path and the reason
    saved = Signal(object)  # the path
    shared = Signal(object)  # the path: another program writes to the file, too
    rested = Signal()  # nothing waits any more

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("audioclust-autosave")
        self._condition = threading.Condition()
        self._waiting: dict[Path, State] = {}
        self._busy = False
        self._closing = False

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being written."""
        with self._condition:
            return not self._waiting and not self._busy

    def save(self, path: Path, project: Project, view: View) -> None:
        """Remember a state to be written as soon as possible."""
        with self._condition:
            self._waiting[path] = (path, project, view)
            self._condition.notify_all()
        if not self.isRunning():
            self.start()

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything was written or has failed; tell whether that is so."""
        with self._condition:
            return self._condition.wait_for(
                lambda: not self._waiting and not self._busy, timeout
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
                if file is None or file.path != path or not file.in_place:
                    if file is not None:
                        file.close()
                        file = None
                    file = ProjectFile(path)
                if file.write(project, view):
                    self.shared.emit(path)
                self.saved.emit(path)
            except EngineError as error:
                self.failed.emit(path, str(error))
            except Exception as error:  # noqa: BLE001 - the thread has to live on
                self.failed.emit(path, f"{path}: {type(error).__name__}: {error}")
            finally:
                with self._condition:
                    self._busy = False
                    rested = not self._waiting
                    self._condition.notify_all()
                if rested:
                    self.rested.emit()
        if file is not None:
            file.close()

    def _take(self) -> State | None:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._closing)
            if not self._waiting:
                return None
            self._busy = True
            return self._waiting.pop(next(iter(self._waiting)))
