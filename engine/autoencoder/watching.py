"""What is told, kept and asked between batches and epochs, while Lightning trains.

Imported only inside functions: it loads torch and Lightning.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
from torch import Tensor

from engine.autoencoder import checkpoints, runs
from engine.autoencoder.batches import Batch
from engine.autoencoder.course import Course
from engine.autoencoder.devices import Telling
from engine.autoencoder.history import NAN, Epoch, History, Look, Moment, Symptom
from engine.autoencoder.keeping import replace_file
from engine.autoencoder.learner import Learner
from engine.autoencoder.looking import Looking, look_file, save_look
from engine.autoencoder.symptoms import symptoms_of
from engine.errors import Cancelled, EngineError
from engine.progress import Report, Step, Wish, Wishes

_TOLD = 0.25  # seconds between two moments
_LONG = 5000  # epochs, from which on they are told more rarely
_ASKED = 0.05  # and between two questions while it pauses
_LOOKING = 0.1  # of the time at most
_SAVING = 0.05

_CANCELLED = 2
_CODES = {Wish.GO_ON: 0, Wish.PAUSE: 1, Wish.STOP: 3}


class Clock:
    """Seconds since a run began, but for its pauses."""

    def __init__(self, before: float) -> None:
        self._began = time.monotonic() - before

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self._began

    def leave_out(self, seconds: float) -> None:
        """Leave something out that was a pause."""
        self._began += seconds


class Watching(pl.Callback):
    """Tells moments, keeps networks, looks and checkpoints, and heeds wishes.

    Parameters
    ----------
    folder : Path
        Of the run.
    trained : uint8 tensor, shape (n, channels, height, width)
        The images that are learnt from, for the targets of the clustering layer.
    looking : Looking
    look : Look or None
        The last one, of a run that goes on.
    report, wishes : callable
    """

    def __init__(
        self,
        folder: Path,
        trained: Tensor,
        looking: Looking,
        look: Look | None,
        report: Report,
        wishes: Wishes,
    ) -> None:
        self._folder, self._trained, self._looking = folder, trained, looking
        self._report, self._wishes = report, wishes
        self._look = look
        self._symptoms: Sequence[Symptom] = ()
        self._clock = Clock(0.0)
        self._told = self._grown = self._saved = -math.inf
        self._history = History()  # what was told of it last
        self._cost = 0.0  # seconds, of the last checkpoint
        self._looked = -math.inf  # when the last look was over
        self._looking_for = 0.0  # seconds, that look
        self._began = self._train_seconds = 0.0  # of this epoch
        self._seen = self._batches = 0
        self.stopped = False

    def on_exception(
        self,
        trainer: pl.Trainer,
        module: pl.LightningModule,
        exception: BaseException,
    ) -> None:
        """Tell the process that started this one."""
        if isinstance(self._report, Telling):
            self._report.fail(exception)

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock, where an interrupted run left it."""
        last = _course(module).history.last
        self._clock = Clock(0.0 if last is None else last.seconds)

    def on_train_epoch_start(
        self, trainer: pl.Trainer, module: pl.LightningModule
    ) -> None:
        """Begin to count images."""
        self._began, self._seen, self._batches = self._clock.seconds, 0, 0

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        module: pl.LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
    ) -> None:
        """Tell where the run is, and hear what a person wants of it."""
        self._seen += len(batch[0]) * trainer.world_size
        self._batches = batch_idx + 1
        self._train_seconds = self._clock.seconds - self._began
        self._tell(trainer, module)
        wish = self._agreed(trainer)
        if wish == _CODES[Wish.PAUSE]:
            wish = self._pause(trainer, module)
        if wish == _CANCELLED:
            raise Cancelled
        if wish == _CODES[Wish.STOP]:
            self.stopped = trainer.should_stop = True

    def on_validation_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, *_: Any
    ) -> None:
        """Tell where the run is."""
        self._tell(trainer, module)

    def on_train_epoch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule
    ) -> None:
        """Measure the epoch, look at the network, keep it."""
        assert isinstance(module, Learner)
        course, number = module.course, module.number
        losses = module.losses()
        throughput = self._seen / max(self._train_seconds, 1e-9)
        epoch = Epoch(
            number,
            course.phase,
            self._clock.seconds,
            losses.train,
            losses.validation,
            losses.divergence,
            trainer.optimizers[0].param_groups[0]["lr"],
            throughput,
        )
        if not math.isfinite(epoch.train + (epoch.divergence if course.phase else 0.0)):
            raise _diverged(course, number)
        partial = self._batches < trainer.num_training_batches
        if course.aims_after(number) and not partial:
            epoch = replace(epoch, moved=module.aim(self._trained))
        course.history = course.history.adding(epoch)
        over = course.is_over and not partial
        trainer.should_stop = trainer.should_stop or over
        last = over or self.stopped
        keeps, look = last or course.keeps_after(number), None
        if trainer.is_global_zero:
            if keeps:
                self._keep(module)
            if last or course.looks_after(number):
                look = self._looked_at(module, always=last or number == 1)
        self._symptoms = symptoms_of(course.history, self._look, self._symptoms)
        self._log(trainer, course)
        self._save(trainer, course, keeps, partial)
        self._tell(trainer, module, look, at_once=keeps or look is not None)

    def _keep(self, module: Learner) -> None:
        file = self._folder / f"epoch-{module.number:05}.pt"
        if not file.exists():  # a project may be using it
            centres = None if module.layer is None else module.layer.centres
            checkpoints.save(file, module.model, module.number, centres)

    def _looked_at(self, module: Learner, always: bool) -> Look | None:
        """Look at the network, unless looks take too much of the time."""
        course, number = module.course, module.number
        began = self._clock.seconds
        rest = self._looking_for * (1 / _LOOKING - 1)
        if not always and began - self._looked < rest:
            return None
        centres = None if module.layer is None else module.layer.centres.detach()
        network = checkpoints.Network(module.model, number, centres)
        seen = self._looking.look(network, self._relay)
        self._look = seen.look
        save_look(look_file(self._folder, number), seen.look)
        course.history = course.history.amending(
            number,
            silhouette=seen.silhouette,
            nmi=seen.nmi,
            accuracy=seen.accuracy,
            idle=seen.idle,
        )
        self._looked = self._clock.seconds
        self._looking_for = self._looked - began
        return seen.look

    def _relay(self, step: Step) -> None:
        """Pass on what a look tells, as something that has no part of its own."""
        self._report(replace(step, partial=None))

    def _log(self, trainer: pl.Trainer, course: Course) -> None:
        """Write the epoch where TensorBoard finds it."""
        epoch = course.history.last
        if trainer.logger is not None and epoch is not None:
            names = ("train", "validation", "divergence", "rate", "throughput")
            more = ("moved", "silhouette", "nmi", "accuracy", "idle")
            values = {name: getattr(epoch, name) for name in (*names, *more)}
            known = {n: value for n, value in values.items() if math.isfinite(value)}
            trainer.logger.log_metrics(known, epoch.number)

    def _save(
        self, trainer: pl.Trainer, course: Course, kept: bool, partial: bool
    ) -> None:
        """Write down the history and where to go on, as often as it is cheap."""
        now = self._clock.seconds
        wanted = kept or now - self._saved >= max(1.0, self._cost / _SAVING)
        if not trainer.strategy.broadcast(wanted):
            return
        if trainer.is_global_zero:
            text = course.history.to_csv()
            replace_file(self._folder / runs.HISTORY, text.encode())
            if kept:
                found = runs.read(self._folder)
                best = course.best(found.kept)
                runs.write(self._folder, replace(found, best=best))
        if not partial:  # where a run goes on, an epoch is whole
            trainer.save_checkpoint(self._folder / runs.LAST)
        self._saved = self._clock.seconds
        self._cost = self._saved - now

    def _agreed(self, trainer: pl.Trainer) -> int:
        """Return the code of what a person wants, the same on every device."""
        code = 0
        if trainer.is_global_zero:
            try:
                code = _CODES[self._wishes()]
            except Cancelled:
                code = _CANCELLED
        if trainer.world_size == 1:
            return code
        return int(trainer.strategy.broadcast(code))

    def _pause(self, trainer: pl.Trainer, module: pl.LightningModule) -> int:
        began = time.monotonic()
        wish = _CODES[Wish.PAUSE]
        self._tell(trainer, module, at_once=True, paused=True)
        while wish == _CODES[Wish.PAUSE]:
            time.sleep(_ASKED)
            self._tell(trainer, module, paused=True)
            wish = self._agreed(trainer)
        self._clock.leave_out(time.monotonic() - began)
        self._tell(trainer, module, at_once=True)
        return wish

    def _tell(
        self,
        trainer: pl.Trainer,
        module: pl.LightningModule,
        look: Look | None = None,
        at_once: bool = False,
        paused: bool = False,
    ) -> None:
        now = time.monotonic()
        assert isinstance(module, Learner)
        course, number = module.course, module.number
        if not trainer.is_global_zero or not (at_once or now - self._told >= _TOLD):
            return
        self._told = now
        history = self._news_of(course.history, now, at_once)
        batches = max(1, int(trainer.num_training_batches))
        share = self._batches / batches
        each = self._seconds_per_epoch(course, share)
        left = None if each is None else max(0.0, (1.0 - share) * each)
        coming = course.epochs - number
        moment = Moment(
            run=self._folder.name,
            phase=course.phase,
            epoch=number,
            epochs=course.epochs,
            share=share,
            throughput=self._seen / self._train_seconds if self._seen else NAN,
            epoch_left=left,
            run_left=None if left is None or each is None else left + coming * each,
            paused=paused,
            history=history,
            symptoms=self._symptoms,
            look=look,
        )
        layered = ", with the clustering layer" if course.phase else ""
        self._report(
            Step(
                int((number - 1 + share) * batches),
                course.epochs * batches,
                f"Epoch {number} of {course.epochs}{layered}",
                moment,
                must_arrive=at_once or len(history) > 0,
            )
        )

    def _news_of(self, history: History, now: float, at_once: bool) -> History:
        """Return it where it has grown since it was told; the longer, the rarer."""
        rest = _TOLD * max(1.0, len(history) / _LONG)
        if history is self._history or not (at_once or now - self._grown >= rest):
            return History()
        self._history, self._grown = history, now
        return history

    def _seconds_per_epoch(self, course: Course, share: float) -> float | None:
        """Return how long an epoch takes by the last few, looks included."""
        last = course.history.of_phase(course.phase).column("seconds")[-10:]
        if len(last) > 1:
            return float(last[-1] - last[0]) / (len(last) - 1)
        if share:
            return (self._clock.seconds - self._began) / share
        return None


def _course(module: pl.LightningModule) -> Course:
    assert isinstance(module, Learner)
    return module.course


def _diverged(course: Course, number: int) -> EngineError:
    training, layer = course.recipe.training, course.recipe.layer
    rate = layer.rate if course.phase else training.rate
    return EngineError(
        f"The training diverged in epoch {number}: its loss is no number any more. The "
        f"networks kept before are still there. A lower learning rate than {rate:g} "
        "helps, and a limit to the gradient"
    )
