"""Small pictures of clips, from the store, for wherever a clip is pointed at."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs

Picture = NDArray[np.uint8]

KEPT = 512
"""Pictures that stay at hand: about 2 MB."""


class Thumbnails(QObject):
    """Fetches the spectrogram picture of one clip after the other.

    Only what is pointed at now is fetched: a cursor that passes over a hundred points
    asks for those on which it rests while an answer comes, and for the last.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    ready = Signal(int)  # the picture of this clip has come

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._kept: OrderedDict[tuple[str, str], Picture] = OrderedDict()
        self._job: Job | None = None
        self._wanted = -1
        document.replaced.connect(self._forget)

    def of(self, clip: int) -> Picture | None:
        """Return the picture of a clip, or None and `ready` once it is there.

        Returns
        -------
        uint8 array, shape (48, 96), or None
            Low frequencies at the bottom. A clip without features has none, ever.
        """
        key = self._key(clip)
        if key is None:
            return None
        picture = self._kept.get(key)
        if picture is None:
            self._wanted = clip
            self._ask()
        else:
            self._kept.move_to_end(key)
        return picture

    def _key(self, clip: int) -> tuple[str, str] | None:
        project = self._document.project
        keys = () if project.extraction is None else project.extraction.keys
        stored = keys[clip] if 0 <= clip < len(keys) and project.extracted else None
        return None if stored is None else (project.pipeline.extraction_key, stored)

    def _ask(self) -> None:
        clip, key = self._wanted, self._key(self._wanted)
        if self._job is not None or key is None or key in self._kept:
            return
        self._job = job = self._jobs.ask(
            "engine.projects.listening_steps:thumbnail",
            key[1],
            self._document.pipeline,
            title="Looking up a picture",
            then=lambda picture: self._keep(key, clip, picture),
        )
        job.ended.connect(lambda outcome: self._ended(job, clip, outcome))

    def _keep(self, key: tuple[str, str], clip: int, picture: Picture) -> None:
        self._kept[key] = picture
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        if self._key(clip) == key:
            self.ready.emit(clip)

    def _ended(self, job: Job, clip: int, outcome: str) -> None:
        if job is not self._job:
            return
        self._job = None
        # Where it failed, the features are gone: the next step of work says so.
        if outcome == "succeeded" or clip != self._wanted:
            self._ask()

    def _forget(self) -> None:
        self._wanted = -1
