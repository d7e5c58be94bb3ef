"""What a person wants to see of kept networks: looks, pairs, and what lies between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.studying import Keys
from audioclust_gui.worker import Failure
from engine.autoencoder.history import Look, Pairs
from engine.projects.project import Project

Images = NDArray[np.uint8]
Told = Callable[[str], None]  # why there is no answer

STEPS = "engine.projects.network_steps"
_FEATURELESS = "Only clips that have features have pictures to be decoded"


class NetworkQuestions(QObject):
    """Asks the quick worker; an answer about another collection is dropped.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    looked = Signal(str, object)  # the run, Look
    troubled = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs

    def look(self, run_id: str, epoch: int) -> None:
        """Ask what a run looked like after an epoch; a newer question replaces it."""
        title = "Looking at a run"

        def then(look: Look) -> None:
            self.looked.emit(run_id, look)

        def failed(why: str) -> None:
            self.troubled.emit(title, why)

        question = ("look_at", run_id, epoch, keys_of(self._document.project))
        self._ask(question, title, then, failed, slot="look")

    def pairs(
        self,
        network: str,
        clips: Sequence[int],
        then: Callable[[Pairs], None],
        failed: Told,
    ) -> None:
        """Ask what a network makes of the pictures of some clips.

        Several may ask at once; each gets an answer, in the order of the questions.
        """
        keys, pipeline = keys_of(self._document.project), self._document.pipeline
        wanted = [int(clip) for clip in clips if 0 <= clip < len(keys)]
        question = ("pairs_of", network, keys, wanted, pipeline)
        self._ask(question, "Restoring pictures", then, failed)

    def between(
        self,
        network: str,
        a: int,
        b: int,
        count: int,
        then: Callable[[Images], None],
        failed: Told,
    ) -> None:
        """Ask for pictures on the way from one clip to another; the newest counts."""
        keys, pipeline = keys_of(self._document.project), self._document.pipeline
        ends = [keys[clip] if 0 <= clip < len(keys) else None for clip in (a, b)]
        if None in ends:
            failed(_FEATURELESS)
            return
        question = ("between", network, pipeline, *ends, count)
        title = "Decoding between two clips"
        self._ask(question, title, then, failed, slot="between")

    def _ask(
        self,
        question: tuple[Any, ...],
        title: str,
        then: Callable[[Any], None],
        failed: Told,
        slot: str | None = None,
    ) -> None:
        name, *args = question
        keys = keys_of(self._document.project)

        def if_current(answer: object) -> None:
            if keys == keys_of(self._document.project):
                then(answer)

        def refuse(failure: Failure) -> None:
            failed(failure.message)

        target = f"{STEPS}:{name}"
        job = self._jobs.ask(target, *args, title=title, then=if_current, slot=slot)
        job.failed.connect(refuse)
        job.crashed.connect(failed)


def keys_of(project: Project) -> Keys:
    """Return where each clip's features are, () where nothing was extracted."""
    return () if project.extraction is None else project.extraction.keys
