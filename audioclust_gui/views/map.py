"""The map: every clip a point, coloured by cluster; a click plays it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.plots.plain import one_line
from audioclust_gui.plots.scatter import ScatterPlot
from audioclust_gui.selecting import Clips, How, how
from audioclust_gui.workflow import Workflow
from engine.clustering.partition import NOISE, UNPLACED
from engine.projects.project import Project


class MapView(QWidget):
    """Shows the document's clips as points.

    Parameters
    ----------
    document : Document
    workflow : Workflow
    audition : Audition
    """

    def __init__(
        self,
        document: Document,
        workflow: Workflow,
        audition: Audition,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._workflow = workflow
        self._audition = audition
        self._count = -1
        self._settling = False  # whether an unfinished map has been shown
        self._opening = False
        self.plot = ScatterPlot()
        self.plot.set_description(self._describe)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.setFocusProxy(self.plot)
        self.plot.clicked.connect(self._clicked)
        self.plot.walked.connect(self._walk)
        self.plot.activated.connect(self._play)
        self.plot.hovered.connect(self._hovered)
        workflow.settling.connect(self._settle)
        workflow.state_changed.connect(self._on_state)
        audition.playing_changed.connect(self.plot.set_playing)
        document.replaced.connect(self._show_all)
        document.changed.connect(self._on_changed)
        document.current_changed.connect(self._show_current)
        document.selection_changed.connect(self._show_selection)
        document.lit_changed.connect(self._show_lit)
        self._show_all()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.plot.set_dark(dark)

    def set_opening(self, opening: bool) -> None:
        """Say that something is being opened."""
        self._opening = opening
        self._say_state()

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.layout is not new.layout:
            self._settling = False
            self._place(new.positions)
            self.plot.refit()
        if old.labels is not new.labels:
            self.plot.set_labels(new.labels)
        self._say_state()

    def _show_all(self) -> None:
        project = self._document.project
        self._settling = False
        self._place(project.positions)
        self.plot.fit()
        self.plot.set_labels(project.labels)
        self._show_current(self._document.current)
        self._show_selection(self._document.selection)
        self._show_lit(self._document.lit)
        self._say_state()

    def _settle(self, positions: NDArray[np.float32]) -> None:
        if len(positions) == len(self._document.project.dataset):
            self._settling = True
            self._place(positions)
            self.plot.set_message("")

    def _place(self, positions: NDArray[np.float32]) -> None:
        anew = len(positions) != self._count
        self._count = len(positions)
        self.plot.set_positions(positions)
        if anew:  # another number of points has forgotten everything
            self.plot.set_labels(self._document.project.labels)
            self._show_current(self._document.current)
            self._show_selection(self._document.selection)
            self._show_lit(self._document.lit)

    def _on_state(self) -> None:
        flow = self._workflow
        if self._settling and not flow.busy and not flow.halted:
            self._settling = False  # the person went back to another map meanwhile
            self._place(self._document.project.positions)
        self._say_state()

    def _say_state(self) -> None:
        project = self._document.project
        if not project.dataset.clips and self._opening:
            text = "Opening…"
        elif not project.dataset.clips:
            text = "Drop a folder of sounds here, or open one  (Ctrl+O)"
        elif project.layout is not None or self._settling:
            text = ""
        elif self._workflow.unusable:
            text = "No file could be used: see Messages"
        elif self._workflow.halted:
            text = "Stopped. Press Run to go on  (Ctrl+R)"
        else:
            text = f"Preparing the map of {len(project.dataset):,} clips…"
        self.plot.set_message(text)

    def _show_current(self, index: int) -> None:
        inside = 0 <= index < self._count
        self.plot.set_current(index if inside else None)

    def _show_selection(self, clips: Clips) -> None:
        self.plot.set_selection(clips)

    def _show_lit(self, clips: NDArray[np.int64] | None) -> None:
        self.plot.set_lit(None if clips is None else clips[clips < self._count])

    def _clicked(self, index: int, modifiers: Qt.KeyboardModifier) -> None:
        wanted = how(modifiers)
        if index < 0:
            self._audition.stop()
        if index >= 0 or wanted is How.REPLACE:
            self._document.select([index] if index >= 0 else [], wanted)
        if index >= 0 and wanted is How.REPLACE:
            self._play(index)

    def _walk(self, index: int) -> None:
        self._document.select([index])
        self._play(index)

    def _play(self, index: int) -> None:
        self._audition.play(index)

    def _hovered(self, index: int) -> None:
        if index >= 0:
            self._audition.prepare([index])

    def _describe(self, index: int) -> str:
        project = self._document.project
        clip = project.dataset.clips[index]
        lines = [clip.name]
        truth = project.dataset.labels
        if truth is not None and truth[index]:
            lines.append(f"Label: {truth[index]}")
        label = int(project.labels[index])
        words = {NOISE: "Noise: in no cluster", UNPLACED: "Not grouped yet"}
        lines.append(words.get(label) or one_line(project.title(label)))
        return "\n".join(lines)
