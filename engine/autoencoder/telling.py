"""What a run tells while it goes: where it is, how fast, and how long it will take."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

from engine.autoencoder.course import Course
from engine.autoencoder.history import NAN, History, Look, Moment, Symptom
from engine.progress import Report, Step

_TOLD = 0.25  # seconds between two moments
_LONG = 5000  # epochs; longer histories are told less often
_RECENT = 10  # epochs, by which the time left is judged


class Clock:
    """Seconds since a run began, but for its pauses.

    Parameters
    ----------
    before : float
        Seconds that it had taken before it was interrupted.
    """

    def __init__(self, before: float = 0.0) -> None:
        self._began = time.monotonic() - before

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self._began

    def leave_out(self, seconds: float) -> None:
        """Leave something out that was a pause."""
        self._began += seconds


class Teller:
    """Tells moments a few times a second.

    Parameters
    ----------
    run : str
        Its id.
    report : callable
    """

    def __init__(self, run: str, report: Report) -> None:
        self._run, self._report = run, report
        self._clock = Clock()
        self._told = self._grown = -math.inf  # when; and when with the history
        self._history = History()  # what was told of it last
        self._batches, self._batch = 1, 0
        self._began = self._seconds = 0.0  # of this epoch
        self._seen = 0
        self.symptoms: Sequence[Symptom] = ()

    @property
    def clock(self) -> Clock:
        """How long the run has taken."""
        return self._clock

    @property
    def throughput(self) -> float:
        """Images per second of training in this epoch."""
        return self._seen / max(self._seconds, 1e-9) if self._seen else NAN

    @property
    def is_whole(self) -> bool:
        """Whether this epoch has had all its batches."""
        return self._batch >= self._batches

    def start(self, seconds: float) -> None:
        """Start the clock where an interrupted run left it."""
        self._clock = Clock(seconds)

    def begin_epoch(self, batches: int) -> None:
        """Begin to count images."""
        self._batches, self._batch, self._seen = max(1, batches), 0, 0
        self._began = self._clock.seconds

    def count(self, images: int) -> None:
        """Count a batch."""
        self._seen += images
        self._batch += 1
        self._seconds = self._clock.seconds - self._began

    def tell(
        self,
        course: Course,
        number: int,
        look: Look | None = None,
        *,
        kept: bool = False,
        at_once: bool = False,
        paused: bool = False,
    ) -> None:
        """Tell where the run is, unless that was told just now.

        Parameters
        ----------
        course : Course
        number : int
            The epoch that is running.
        look : Look, optional
            A new one.
        kept : bool
            Whether the network was kept just now.
        at_once : bool
            Whether it counts by itself.
        paused : bool
        """
        now = time.monotonic()
        if not at_once and now - self._told < _TOLD:
            return
        self._told = now
        history = self._news_of(course.history, now, at_once)
        share = min(1.0, self._batch / self._batches)
        each = self._seconds_per_epoch(course, share)
        left = None if each is None else (1.0 - share) * each
        coming = course.epochs - number
        moment = Moment(
            run=self._run,
            phase=course.phase,
            epoch=number,
            epochs=course.epochs,
            share=share,
            throughput=self.throughput,
            epoch_left=left,
            run_left=None if left is None or each is None else left + coming * each,
            paused=paused,
            kept=kept,
            history=history,
            symptoms=self.symptoms,
            look=look,
        )
        layered = ", with the clustering layer" if course.phase else ""
        self._report(
            Step(
                int((number - 1 + share) * self._batches),
                course.epochs * self._batches,
                f"Epoch {number} of {course.epochs}{layered}",
                moment,
                must_arrive=at_once or len(history) > 0,
            )
        )

    def relay(self, step: Step) -> None:
        """Pass on what a part of the work tells, which has no result of its own."""
        self._report(replace(step, partial=None))

    def _news_of(self, history: History, now: float, at_once: bool) -> History:
        """Return the history if it has grown since it was told, else an empty one."""
        rest = _TOLD * max(1.0, len(history) / _LONG)
        if history is self._history or not (at_once or now - self._grown >= rest):
            return History()
        self._history, self._grown = history, now
        return history

    def _seconds_per_epoch(self, course: Course, share: float) -> float | None:
        """Return how long an epoch takes by the last few, looks included."""
        last = course.history.of_phase(course.phase).column("seconds")[-_RECENT:]
        if len(last) > 1:
            return float(last[-1] - last[0]) / (len(last) - 1)
        return (self._clock.seconds - self._began) / share if share else None
