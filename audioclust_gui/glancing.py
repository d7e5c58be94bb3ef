"""The first look at a collection: by PCA, while it is still being grouped."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs

_TARGET = "engine.projects.steps:glance"


class Glancing(QObject):
    """Asks the quick worker where the clips lie by PCA.

    Trouble with it is none of its own: whoever groups the same clips meets it, too.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    seen = Signal(object)  # float32 (n_clips, 2), NaN for a clip without features

    def __init__(self, document: Document, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._job: Job | None = None

    def look(self) -> None:
        """Look at the clips that have features, in the space that is chosen now."""
        self.forget()
        project = self._document.project
        if project.extraction is None:
            return

        def tell(positions: Any) -> None:
            if job is self._job:
                self._job = None
                self.seen.emit(positions)

        keys, pipeline = project.extraction.keys, project.pipeline
        self._job = job = self._jobs.ask(
            _TARGET,
            keys,
            pipeline,
            title="Looking at the clips",
            then=tell,
            slot="glance",
        )

    def forget(self) -> None:
        """Do not tell what was looked for."""
        if self._job is not None:
            self._job.cancel()
        self._job = None
