"""How many clusters suit: asks a worker to compare, and knows what was compared."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from engine.clustering.curves import Curves
from engine.clustering.methods import METHODS
from engine.clustering.selection import SelectionParams
from engine.projects.pipeline import Pipeline

_TITLE = "Comparing numbers of clusters"
_STEP = "use suggested number of clusters"


@dataclass(frozen=True, eq=False)
class Suggestion:
    """Scores over the number of clusters, and the pipeline that they are about."""

    curves: Curves
    pipeline: Pipeline

    def answers(self, pipeline: Pipeline) -> bool:
        """Tell whether this is about a pipeline, whatever number it asks for."""
        return _question(self.pipeline) == _question(pipeline)


class Suggesting(QObject):
    """Compares numbers of clusters for the document's pipeline.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    found = Signal(object)  # Suggestion
    troubled = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs

    @property
    def refusal(self) -> str:
        """Why numbers cannot be compared now, "" where they can."""
        project = self._document.project
        if project.pipeline.n_clusters is None:
            label = METHODS[project.pipeline.method].label
            return f"{label} finds the number of clusters itself."
        if project.extraction is None or not project.extracted:
            return "There are no features yet to compare the clips by: Run > Run."
        return ""

    def run(self, params: SelectionParams) -> None:
        """Score every number of the range; `found` tells."""
        project = self._document.project
        if project.extraction is None or self.refusal:
            self.troubled.emit(_TITLE, self.refusal)
            return
        pipeline, dataset = project.pipeline, project.dataset
        tree = project.grouping if project.grouped else None
        job = self._jobs.run(
            "engine.projects.steps:suggest",
            project.extraction.keys,
            pipeline,
            params,
            dataset.labels,
            None if tree is None else tree.linkage,
            title=_TITLE,
            slot="suggestion",
        )

        def keep(curves: Curves) -> None:
            if self._document.project.dataset is dataset:
                self.found.emit(Suggestion(curves, pipeline))

        job.succeeded.connect(keep)
        job.failed.connect(lambda why: self.troubled.emit(_TITLE, why.message))
        job.crashed.connect(lambda text: self.troubled.emit(_TITLE, text))

    def use(self, k: int) -> None:
        """Ask for that many clusters, as one step of undo."""
        project = self._document.project
        if project.pipeline.n_clusters not in (None, k):
            self._document.commit(project.with_n_clusters(k), _STEP)


def _question(pipeline: Pipeline) -> str:
    asks = pipeline.n_clusters is not None
    return (pipeline.with_n_clusters(1) if asks else pipeline).grouping_key
