"""The status bar: what is running, how far it is, and how to stop it."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QProgressBar, QPushButton, QStatusBar

from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.plots.plain import one_line
from audioclust_gui.training import Training
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.training_note import TrainingNote
from audioclust_gui.workflow import Workflow
from engine.progress import Step

_MESSAGE_MS = 12_000
_TO_READ = 8.0  # seconds that a message stays although work goes on
_ENOUGH_TO_GUESS = 0.05  # share of the work after which a guess means something


class StatusView(QStatusBar):
    """Progress of the jobs of the long lane, of training, and short messages.

    Parameters
    ----------
    jobs : Jobs
    workflow : Workflow
    training : Training
    """

    def __init__(self, jobs: Jobs, workflow: Workflow, training: Training) -> None:
        super().__init__()
        self._workflow = workflow
        self._running: list[Job] = []
        self._began = 0.0
        self._said = -_TO_READ
        self.words = ElidedLabel("Ready")
        self.words.setContentsMargins(6, 0, 0, 0)
        self.bar = QProgressBar()
        self.bar.setFixedWidth(220)
        self.bar.setMaximumHeight(16)
        self.bar.setAccessibleName("Progress")
        self.stop = QPushButton("Cancel", toolTip="Stop what is running  (Ctrl+.)")
        self.stop.clicked.connect(self.cancel)
        self.addWidget(self.words, 1)
        self.training = TrainingNote(training)
        self.addPermanentWidget(self.training)
        self.addPermanentWidget(self.bar)
        self.addPermanentWidget(self.stop)
        self._show()
        jobs.started.connect(self._add)

    def cancel(self) -> None:
        """Stop what is running and what waits."""
        self._workflow.cancel()
        for job in list(self._running):
            job.cancel()
        if self._running:
            self.words.set_text("Cancelling…")
            self.stop.setEnabled(False)

    def say(self, text: str) -> None:
        """Show a message for a while."""
        self._said = time.monotonic()
        first = text.partition("\n")[0]
        self.showMessage(one_line(first), _MESSAGE_MS)

    def _add(self, job: Job) -> None:
        self._running.append(job)
        job.progressed.connect(lambda step: self._progress(job, step))
        job.ended.connect(lambda outcome: self._remove(job, outcome))
        if len(self._running) == 1:
            self._began = time.monotonic()
        self._show()

    def _remove(self, job: Job, outcome: str) -> None:
        self._running.remove(job)
        self._began = time.monotonic()
        self._show()
        if outcome == "cancelled" and not self._running:
            self.words.set_text(one_line(f"{job.title}: cancelled"))

    def _progress(self, job: Job, step: Step) -> None:
        if job is not self._running[0]:
            return
        if time.monotonic() - self._said > _TO_READ:
            self.clearMessage()
        words = step.message or job.title
        share = step.fraction
        if share is None:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, 1000)
            self.bar.setValue(round(1000 * share))
            words += f"  {step.done:,} of {step.total:,}"
            if share > _ENOUGH_TO_GUESS:
                elapsed = time.monotonic() - self._began
                words += _left(elapsed * (1 - share) / share)
        self.words.set_text(one_line(words))

    def _show(self) -> None:
        busy = bool(self._running)
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        self.stop.setEnabled(True)
        self.bar.setRange(0, 0)
        title = f"{one_line(self._running[0].title)}…" if busy else "Ready"
        self.words.set_text(title)


def _left(seconds: float) -> str:
    if seconds < 2:
        return ""
    if seconds < 90:
        return f"  ·  {seconds:.0f} s left"
    return f"  ·  {seconds / 60:.0f} min left"
