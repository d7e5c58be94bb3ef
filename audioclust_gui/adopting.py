"""Lets the clips be described by a network, or by features again: one step of undo."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.worker import Failure
from engine.autoencoder.runs import Run
from engine.features.representation import RepresentationParams
from engine.projects.curation import regrouped
from engine.projects.network_steps import by_network
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Project

_TITLE = "Taking the groups of the clustering layer"


class Adopting(QObject):
    """Changes the pipeline; what has to be computed then, the workflow computes.

    The groups of a network that has a clustering layer are asked for first, so that
    they come with it.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    adopted = Signal()  # the clips are described otherwise now: bring all up to date
    troubled = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._before: Pipeline | None = None  # of features
        document.replaced.connect(self._forget)

    def use(self, run: Run, epoch: int, preset: str = "") -> None:
        """Describe the clips by what a run had learnt after an epoch.

        Parameters
        ----------
        run : Run
        epoch : int
            One of those kept.
        preset : str
            Whose method, and way with the embedding, is taken as well; "" for none.
        """
        project = self._document.project
        asked = by_network(project.pipeline, run.network(epoch), preset)
        words = f"describe clips by {run.name}, epoch {epoch}"
        if _has_layer(run, epoch) and project.extraction is not None:
            self._ask_layer(asked, words)
        else:
            self._commit(replace(project, pipeline=asked), words)

    def use_features(self) -> None:
        """Describe the clips by features, represented and grouped as before."""
        project = self._document.project
        if project.pipeline.network:
            before = self._before or replace(
                project.pipeline, representation=RepresentationParams()
            )
            pipeline = replace(
                project.pipeline,
                network="",
                representation=before.representation,
                method=before.method,
            )
            words = "describe clips by features"
            self._commit(replace(project, pipeline=pipeline), words)

    def _ask_layer(self, asked: Pipeline, words: str) -> None:
        extraction = self._document.project.extraction
        assert extraction is not None
        clips = self._document.project.dataset.clips
        network = self._document.pipeline.network

        def take(grouping: Grouping) -> None:
            project = self._document.project
            chosen_since = project.pipeline.network != network
            if project.dataset.clips is clips and not chosen_since:
                pipeline = _as_grouped(project.pipeline, grouping.pipeline)
                chosen = replace(project, pipeline=pipeline)
                self._commit(regrouped(chosen, grouping), words)

        job = self._jobs.ask(
            "engine.projects.network_steps:layer_grouping",
            extraction.keys,
            asked,
            title=_TITLE,
            then=take,
            slot="layer",
        )
        job.failed.connect(self._failed)
        job.crashed.connect(lambda text: self._failed(Failure(text)))

    def _commit(self, project: Project, words: str) -> None:
        now = self._document.pipeline
        if project.pipeline == now:
            return
        if not now.network:
            self._before = now
        self._document.commit(project, words)
        self.adopted.emit()

    def _failed(self, failure: Failure) -> None:
        self.troubled.emit(_TITLE, failure.message)

    def _forget(self) -> None:
        self._before = None


def _has_layer(run: Run, epoch: int) -> bool:
    """Tell whether a kept network has a clustering layer: it is of the second phase."""
    found = run.history.at(epoch)
    return found is not None and found.phase == 1


def _as_grouped(pipeline: Pipeline, grouped: Pipeline) -> Pipeline:
    """Return a pipeline that asks for those groups, and for all else as before."""
    return replace(
        pipeline,
        network=grouped.network,
        representation=grouped.representation,
        method=grouped.method,
        methods=grouped.methods,
    )
