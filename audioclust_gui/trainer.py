"""The one run that is being trained: where it is, and what is wanted of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.worker import Failure
from engine.autoencoder.history import Moment
from engine.autoencoder.runs import Run
from engine.progress import Step, Wish


class Trainer(QObject):
    """Has one job in the lane for training, and listens to it until it ends.

    Parameters
    ----------
    jobs : Jobs

    Attributes
    ----------
    live_run : str
        The id of the run; "" until the job has told it, or while there is none.
    live_name : str
        What it is called; it may be of another collection than the one that is open.
    live : Moment or None
        Where it is, with all epochs so far; None until its first epoch.
    step : Step or None
        What was reported last, also of what comes before the first epoch.
    """

    state_changed = Signal()  # what is running, is wanted of it, or may be started
    prepared = Signal(object)  # Step: what is done before the first epoch
    moved = Signal(object)  # Moment

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._forget()

    @property
    def busy(self) -> bool:
        """Whether a network is being trained, be it paused."""
        return self._job is not None

    @property
    def paused(self) -> bool:
        """Whether training waits, or is about to."""
        return self._job is not None and self._job.wish is Wish.PAUSE

    @property
    def leaving(self) -> bool:
        """Whether training was told to end, and has not ended yet."""
        job = self._job
        return job is not None and (job.cancel_asked or job.wish is Wish.STOP)

    def pause(self) -> None:
        """Let training wait."""
        self._want(Wish.PAUSE)

    def go_on(self) -> None:
        """Let training go on that waits."""
        self._want(Wish.GO_ON)

    def stop(self) -> None:
        """End training at the next batch, and keep the network as it is then."""
        self._want(Wish.STOP)

    def cancel(self) -> None:
        """End training, and throw away what came of it."""
        if self._job is not None:
            self._job.cancel()
            self.state_changed.emit()

    def _begin(self, target: str, *args: Any, name: str, run: str = "") -> None:
        """Run an engine function that trains."""
        self.live_run, self.live_name = run, name
        self._job = job = self._jobs.train(target, *args, title=f"Training {name}")
        job.progressed.connect(self._listen)
        job.succeeded.connect(lambda run: self._end(run.state, run))
        job.failed.connect(lambda failure: self._end("failed", failure))
        job.crashed.connect(lambda text: self._end("crashed", Failure(text)))
        job.cancelled.connect(lambda: self._end("cancelled", None))
        self.state_changed.emit()

    def _on_moved(self, moment: Moment) -> None:
        raise NotImplementedError

    def _on_ended(
        self, run_id: str, name: str, outcome: str, value: Run | Failure | None
    ) -> None:
        raise NotImplementedError

    def _want(self, wish: Wish) -> None:
        if self._job is not None and not self.leaving:
            self._job.wish = wish
            self.state_changed.emit()

    def _listen(self, step: Step) -> None:
        self.step, moment = step, step.partial
        if not isinstance(moment, Moment):
            self.prepared.emit(step)
            return
        if self.live is not None and not len(moment.history):
            moment = replace(moment, history=self.live.history)
        self.live_run, self.live = moment.run, moment
        self._on_moved(moment)

    def _end(self, outcome: str, value: Run | Failure | None) -> None:
        run, name = self.live_run, self.live_name
        self._job = None
        self._forget()
        self.state_changed.emit()
        self._on_ended(
            value.id if isinstance(value, Run) else run, name, outcome, value
        )

    def _forget(self) -> None:
        self.live_run = self.live_name = ""
        self.live: Moment | None = None
        self.step: Step | None = None
