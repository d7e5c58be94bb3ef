"""Where the clips lie on a map: in the project, while it settles, or not yet.

A map asks a `Places` and nobody else, so that the first and the second are drawn alike.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.second_map import SecondMap
from audioclust_gui.workflow import Workflow
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from engine.params import Params
from engine.projects.pipeline import Pipeline
from engine.projects.project import Layout, Project, Second

_STOPPED = "Stopped early. Run goes on"


class Places(QObject):
    """Where the clips lie, and what to say about it.

    Attributes
    ----------
    positions : float32 array, shape (n_clips, 2)
        NaN for a clip without a place; not to be written to.
    words : str
        What to say instead of a map; "" where there is one.
    note : str
        What to say about the map that is shown, such as that it was stopped; or "".
    unfinished : bool
        Whether what is shown has not settled, be it that it still moves or was stopped.
    title : str
        What is shown, as "MFCC, mean over time – t-SNE"; "" where nothing is.
    """

    moved = Signal()  # other positions
    settled = Signal()  # they are those of another map, which stays: fit it in
    said = Signal()  # words, note, unfinished or title may be others

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent or document)
        self._document = document
        self._settling: NDArray[np.float32] | None = None  # while a map takes shape

    @property
    def positions(self) -> NDArray[np.float32]:
        """Where every clip lies: float32, shape (n_clips, 2)."""
        n_clips = len(self._document.project.dataset)
        layout = self._layout
        if self._settling is not None and len(self._settling) == n_clips:
            return self._settling
        if layout is not None and len(layout.positions) == n_clips:
            return layout.positions
        return np.full((n_clips, 2), np.nan, np.float32)

    @property
    def unfinished(self) -> bool:
        """Whether what is shown has not settled."""
        stopped = self._layout is not None and self._layout.unfinished
        return self._settling is not None or stopped

    @property
    def _layout(self) -> Layout | None:
        """The map that the project has."""
        raise NotImplementedError

    def _settle(self, positions: NDArray[np.float32]) -> None:
        if len(positions) == len(self._document.project.dataset):
            self._settling = positions
            self.moved.emit()
            self.said.emit()

    def _stay(self) -> None:
        """Show the map that the project has."""
        self._settling = None
        self.moved.emit()
        self.settled.emit()
        self.said.emit()


class FirstPlaces(Places):
    """The map of the pipeline, as the workflow makes it.

    Parameters
    ----------
    document : Document
    workflow : Workflow
    """

    def __init__(
        self, document: Document, workflow: Workflow, parent: QObject | None = None
    ) -> None:
        super().__init__(document, parent)
        self._workflow = workflow
        self._opening = False
        workflow.settling.connect(self._settle)
        workflow.state_changed.connect(self._on_state)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._stay)

    @property
    def words(self) -> str:
        """What to say instead of a map; "" where there is one."""
        project, flow = self._document.project, self._workflow
        if not project.dataset.clips and self._opening:
            return "Opening…"
        if not project.dataset.clips:
            return "Drop a folder of sounds here, or open one  (Ctrl+O)"
        if project.layout is not None or self._settling is not None:
            return ""
        if flow.unusable:
            return "No file could be used: see Messages"
        if flow.halted:
            return "Stopped. Press Run to go on  (Ctrl+R)"
        if flow.waiting:
            return "Press Run to draw the map  (Ctrl+R)"
        return f"Preparing the map of {len(project.dataset):,} clips…"

    @property
    def note(self) -> str:
        """What to say about the map that is shown, or ""."""
        flow = self._workflow
        if self._settling is not None and flow.busy:
            return "First look, by PCA…" if flow.glancing else "Taking shape…"
        return f"{_STOPPED}  (Ctrl+R)" if self.unfinished else ""

    @property
    def title(self) -> str:
        """What is shown, in words; "" where nothing is."""
        project = self._document.project
        if self._settling is None:
            return "" if project.layout is None else title_of(project.layout.pipeline)
        asked = project.pipeline
        by_pca = asked.projection.replace(method="pca")
        glancing = self._workflow.glancing
        return title_of(replace(asked, projection=by_pca) if glancing else asked)

    def set_opening(self, opening: bool) -> None:
        """Say that something is being opened."""
        self._opening = opening
        self.said.emit()

    @property
    def _layout(self) -> Layout | None:
        return self._document.project.layout

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.layout is not new.layout:
            self._stay()
        elif old.dataset is not new.dataset or old.pipeline is not new.pipeline:
            self.said.emit()

    def _on_state(self) -> None:
        flow = self._workflow
        if self._settling is not None and not flow.busy and not flow.halted:
            self._stay()  # the person went back to another map meanwhile
        else:
            self.said.emit()


class SecondPlaces(Places):
    """The map beside the first: the same clips, seen another way.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    def __init__(
        self, document: Document, jobs: Jobs, parent: QObject | None = None
    ) -> None:
        super().__init__(document, parent)
        self.making = SecondMap(document, jobs, self)
        self.making.settling.connect(self._settle)
        self.making.state_changed.connect(self._on_state)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._stay)

    @property
    def second(self) -> Second | None:
        """What was chosen for it; None while there is no second map."""
        return self._document.project.second

    @property
    def words(self) -> str:
        """What to say instead of a map; "" where there is one."""
        project, making = self._document.project, self.making
        if self.second is None:
            return "Choose what the second map shows"
        if self._layout is not None or self._settling is not None:
            return ""
        if making.halted:
            return making.refusal or "Stopped. Press Run to go on  (Ctrl+R)"
        if not making.ready:
            return "The second map needs the features of the clips"
        return f"Preparing the second map of {len(project.dataset):,} clips…"

    @property
    def note(self) -> str:
        """What to say about the map that is shown, or ""."""
        if self.making.busy or self.making.waiting:
            return "Taking shape…"
        if self.making.refusal:
            return self.making.refusal
        if self.making.stale and not self.unfinished and not self.words:
            return "Of an earlier choice. Run redraws it  (Ctrl+R)"
        return f"{_STOPPED}  (Ctrl+R)" if self.unfinished else ""

    @property
    def title(self) -> str:
        """What is shown, in words; "" where nothing is."""
        layout, second = self._layout, self.second
        if second is None:
            return ""
        if layout is not None and self._settling is None:
            return title_of(layout.pipeline)
        return title_of(second.asked_of(self._document.pipeline))

    @property
    def suggestion(self) -> tuple[RepresentationParams, ProjectionParams]:
        """What was chosen, or at first the same as the first map by another feature."""
        if self.second is not None:
            return self.second.representation, self.second.projection
        asked = self._document.pipeline
        seen = asked.representation
        other = "mfcc_without_first" if seen.feature == "mel" else "mel"
        return seen.replace(feature=other), asked.projection

    def choose(
        self, representation: RepresentationParams, projection: ProjectionParams
    ) -> None:
        """Show the clips by this matrix and projection, as one step of undo.

        The map of before is shown until there is another one.
        """
        project, now = self._document.project, self.second
        chosen = Second(representation, projection, self._layout)
        if not chosen.asks_as(now):
            text = "show a second map" if now is None else "change the second map"
            project = replace(project, second=chosen)
            self._document.commit(project, text, merge=now is not None)

    def close(self) -> None:
        """Do without a second map, as one step of undo."""
        if self.second is not None:
            project = replace(self._document.project, second=None)
            self._document.commit(project, "close the second map")

    @property
    def _layout(self) -> Layout | None:
        return None if self.second is None else self.second.layout

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.second is not new.second:
            before = None if old.second is None else old.second.layout
            if before is self._layout:
                self.said.emit()
            else:
                self._stay()

    def _on_state(self) -> None:
        if self._settling is not None and not self.making.busy:
            self._stay()
        else:
            self.said.emit()


def title_of(pipeline: Pipeline) -> str:
    """Say what a map shows: "MFCC, mean and deviation over time – t-SNE"."""
    chosen = pipeline.representation
    parts = [_label_of(chosen, "feature", name) for name in chosen.features]
    if pipeline.network:
        parts = [f"Network, epoch {pipeline.network.partition('@')[2]}"]
    elif chosen.features != ("descriptors",):
        pooling = _label_of(chosen, "pooling", chosen.pooling)
        parts.append(pooling[0].lower() + pooling[1:])
    reductions = {"reduction": chosen.reduction, "manifold": chosen.manifold}
    parts += [
        _label_of(chosen, n, how) for n, how in reductions.items() if how != "none"
    ]
    method = _label_of(pipeline.projection, "method", pipeline.projection.method)
    return f"{', '.join(parts)} – {method}"


def _label_of(params: Params, name: str, value: str) -> str:
    """Return the words for one of the choices of a parameter."""
    declared = next(field for field in params.declared() if field.name == name)
    return dict(declared.choices)[value]
