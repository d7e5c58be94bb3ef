"""The current clip, opened up: waveform with playhead, and its five features."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.plots.feature_image import FeatureImage
from audioclust_gui.plots.waveform import Waveform
from audioclust_gui.widgets.ticks import ticks_of
from engine.audio.overview import Overview
from engine.features.spectral import FEATURES
from engine.projects.project import Project
from engine.projects.steps import INSPECTED_SECONDS, Inspection

_INVITATION = "Click a point or a row to see it here"
_DELAY_MS = 40  # holding an arrow key down should not ask for every clip it passes


class ViewerView(QWidget):
    """Shows the clip that the document looks at.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    audition : Audition
    """

    def __init__(
        self,
        document: Document,
        jobs: Jobs,
        audition: Audition,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._jobs = jobs
        self._shown: object = None  # what was asked for last
        self._span: tuple[str, float, float | None] = ("", 0.0, None)  # of that
        self._pictured = math.inf  # seconds that the pictures show, if not all
        self.waiting = False  # whether the answer is still to come
        self.waveform = Waveform()
        self.images = {name: FeatureImage(placeholder="") for name in FEATURES}
        self._note = QLabel()
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._note.setMinimumWidth(1)  # else the longest word widens the window
        self._note.hide()
        row = QHBoxLayout()
        row.setSpacing(4)
        for image in self.images.values():
            row.addWidget(image, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 2, 6, 4)
        layout.setSpacing(4)
        layout.addWidget(self._note)
        layout.addWidget(self.waveform, 2)
        layout.addLayout(row, 3)
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self._ask)
        self.waveform.sought.connect(audition.seek)
        audition.playback.position_changed.connect(self._show_position)
        audition.playing_changed.connect(self._on_playing)
        document.current_changed.connect(self._wait)
        document.replaced.connect(self._on_replaced)
        document.changed.connect(self._on_changed)
        self._clear("")

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.waveform.set_dark(dark)
        for image in self.images.values():
            image.set_dark(dark)

    def _wait(self) -> None:
        self._timer.start()

    def _on_replaced(self) -> None:
        self._shown = None
        self._timer.start()

    def _on_changed(self, old: Project, new: Project) -> None:
        features = old.pipeline.extraction_key != new.pipeline.extraction_key
        if features or old.dataset is not new.dataset:
            self._timer.start()

    def _ask(self) -> None:
        project, index = self._document.project, self._document.current
        if not 0 <= index < len(project.dataset):
            self._shown = None
            self._clear("")
            return
        clip, params = project.dataset.clips[index], project.pipeline.features
        preparation = project.pipeline.preparation
        question = (project.dataset.root, clip, params, preparation)
        if question == self._shown:
            return
        self._shown = question
        self._span = (str(project.dataset.file(clip)), clip.start, clip.end)
        self.waveform.set_placeholder("Reading…")
        job = self._jobs.ask(
            "engine.projects.steps:inspect",
            self._span[0],
            clip,
            params,
            preparation,
            title="Looking at the clip",
            then=lambda found: self._show(question, found),
            slot="viewer",
        )
        self.waiting = True
        job.failed.connect(lambda failure: self._fail(question, failure.message))
        job.crashed.connect(lambda text: self._fail(question, text))

    def _show(self, question: object, found: Inspection) -> None:
        if question != self._shown:
            return
        self.waiting = False
        self.waveform.set_samples(found.samples, found.params.rate)
        for name, image in self.images.items():
            image.set_feature(
                found.features[name],
                FEATURES[name],
                found.measured,
                ticks_of(name, found.params),
            )
        self._pictured = found.measured if found.cropped else math.inf
        cropped = f"The first {INSPECTED_SECONDS:g} s are shown; more of it plays."
        self._say(cropped if found.cropped else "")
        if found.cropped:  # to seek anywhere in it
            self._jobs.ask(
                "engine.audio.overview:overview",
                *self._span,
                title="Looking through the clip",
                then=lambda whole: self._show_all(question, whole),
                slot="viewer",
            )

    def _show_all(self, question: object, found: Overview) -> None:
        if question == self._shown:
            self.waveform.set_samples(found.samples, found.rate)
            self._say(f"The pictures show the first {INSPECTED_SECONDS:g} s.")

    def _fail(self, question: object, reason: str) -> None:
        if question == self._shown:
            self._clear(reason)
            self._shown = None  # the same clip may be asked for again

    def _clear(self, note: str) -> None:
        self.waiting = False
        self.waveform.set_samples(None, 1)
        for name, image in self.images.items():
            image.set_feature(None, FEATURES[name], 0.0, ())
        self.waveform.set_placeholder("Cannot be shown" if note else _INVITATION)
        self._say(note)

    def _say(self, note: str) -> None:
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def _on_playing(self, index: int) -> None:
        if index < 0:
            self._show_position(None)

    def _show_position(self, seconds: float | None) -> None:
        self.waveform.set_position(seconds)
        beyond = seconds is not None and seconds > self._pictured
        for image in self.images.values():
            image.set_position(None if beyond else seconds)
