"""What is told, kept and asked between batches and epochs, while Lightning trains.

Imported only inside functions: it loads torch and Lightning.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
from torch import Tensor

from engine.autoencoder import checkpoints, runs
from engine.autoencoder.batches import Batch
from engine.autoencoder.best import BestYet
from engine.autoencoder.checkpoints import Network
from engine.autoencoder.course import Course
from engine.autoencoder.devices import Telling
from engine.autoencoder.events import Events
from engine.autoencoder.history import Epoch, History, Look
from engine.autoencoder.keeping import replace_file
from engine.autoencoder.learner import Learner
from engine.autoencoder.looking import Looking, look_file, save_look
from engine.autoencoder.symptoms import symptoms_of
from engine.autoencoder.telling import Teller
from engine.errors import Cancelled, EngineError
from engine.progress import Report, Wish, Wishes

_ASKED = 0.05  # seconds between two questions while it pauses
_LOOKING = 0.1  # of the time at most
_KEEPING = 0.05

_CANCELLED = 2
_CODES = {Wish.GO_ON: 0, Wish.PAUSE: 1, Wish.STOP: 3}


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
    history : History
        Of a run that goes on.
    report, wishes : callable
    """

    def __init__(
        self,
        folder: Path,
        trained: Tensor,
        looking: Looking,
        look: Look | None,
        history: History,
        report: Report,
        wishes: Wishes,
    ) -> None:
        self._folder, self._trained, self._looking = folder, trained, looking
        self._report, self._wishes = report, wishes
        self._look, self._best = look, BestYet(folder, history)
        self._teller, self._events = Teller(folder.name, report), Events(folder)
        self._saved = self._looked = -math.inf  # when
        self._saving = self._looking_for = 0.0  # seconds, the last time
        self._stopped = False

    def on_exception(
        self,
        trainer: pl.Trainer,
        module: pl.LightningModule,
        exception: BaseException,
    ) -> None:
        """Tell the process that started this one."""
        self._events.close()
        if isinstance(self._report, Telling):
            self._report.fail(exception)

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock, where an interrupted run left it."""
        last = _learner(module).course.history.last
        self._teller.start(0.0 if last is None else last.seconds)

    def on_train_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Let go of files."""
        self._events.close()

    def on_train_epoch_start(
        self, trainer: pl.Trainer, module: pl.LightningModule
    ) -> None:
        """Begin to count images."""
        self._teller.begin_epoch(int(trainer.num_training_batches))

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        module: pl.LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
    ) -> None:
        """Tell where the run is, and hear what a person wants of it."""
        self._teller.count(len(batch[0]) * trainer.world_size)
        self._tell(trainer, module)
        wish = self._agreed(trainer)
        if wish == _CODES[Wish.PAUSE]:
            wish = self._pause(trainer, module)
        if wish == _CANCELLED:
            raise Cancelled
        if wish == _CODES[Wish.STOP]:
            self._stopped = trainer.should_stop = True

    def on_validation_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, *_: Any
    ) -> None:
        """Tell where the run is."""
        self._tell(trainer, module)

    def on_train_epoch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule
    ) -> None:
        """Measure the epoch, look at the network, keep it."""
        learner, teller = _learner(module), self._teller
        course, number = learner.course, learner.number
        epoch = Epoch(
            number,
            course.phase,
            teller.clock.seconds,
            *learner.losses(),
            rate=trainer.optimizers[0].param_groups[0]["lr"],
            throughput=teller.throughput,
        )
        if not math.isfinite(epoch.train + (epoch.divergence if course.phase else 0.0)):
            raise _diverged(course, number)
        if course.aims_after(number) and teller.is_whole:
            epoch = replace(epoch, moved=learner.aim(self._trained))
        course.history = course.history.adding(epoch)
        over = course.is_over and teller.is_whole
        trainer.should_stop = trainer.should_stop or over
        last = over or self._stopped
        keeps, look = last or course.keeps_after(number), None
        if trainer.is_global_zero:
            network = _network(learner)
            self._best.see(epoch, learner.model)
            if keeps:
                self._keep(network, course)
            if last:
                self._keep_best(course)
            if last or course.looks_after(number):
                always = last or number == 1
                look = self._looked_at(network, course, always=always)
        teller.symptoms = symptoms_of(course.history, self._look, teller.symptoms)
        if trainer.is_global_zero and course.history.last is not None:
            self._events.add(course.history.last)
        self._save(trainer, course, keeps, last)
        self._tell(trainer, module, look, keeps, at_once=keeps or look is not None)

    def _keep(self, network: Network, course: Course) -> None:
        file = self._folder / f"epoch-{network.epoch:05}.pt"
        if not file.exists():  # a project may be using it
            self._write_history(course)  # no network is kept of which nothing is known
            checkpoints.save(file, network.model, network.epoch, network.centres)

    def _keep_best(self, course: Course) -> None:
        """Keep the best network of the first phase, where it is between two kept."""
        kept = self._as_measured(runs.read(self._folder), course)
        if (network := self._best.better(kept, course.history)) is not None:
            self._keep(network, course)
            self._looked_at(network, course, always=True)
        self._best.clear()

    def _looked_at(self, network: Network, course: Course, always: bool) -> Look | None:
        """Look at the network, unless looks take too much of the time."""
        number = network.epoch
        began = self._teller.clock.seconds
        rest = self._looking_for * (1 / _LOOKING - 1)
        if not always and began - self._looked < rest:
            return None
        seen = self._looking.look(network, self._teller.relay)
        self._look = seen.look
        save_look(look_file(self._folder, number), seen.look)
        course.history = course.history.amending(
            number,
            silhouette=seen.silhouette,
            nmi=seen.nmi,
            accuracy=seen.accuracy,
            idle=seen.idle,
        )
        self._looked = self._teller.clock.seconds
        self._looking_for = self._looked - began
        return seen.look

    def _save(
        self, trainer: pl.Trainer, course: Course, kept: bool, last: bool
    ) -> None:
        """Write down the history and where to go on, as often as it is cheap.

        What takes half a second to write is written every ten: a kill loses no more.
        """
        now = self._teller.clock.seconds
        wanted = last or now - self._saved >= max(1.0, self._saving / _KEEPING)
        if trainer.is_global_zero and (kept or wanted):
            self._write_history(course)
        if trainer.is_global_zero and kept:
            found = runs.read(self._folder)
            best = course.best(self._as_measured(found, course))
            if not self._teller.is_whole:
                found = replace(found, partial=(*found.partial, course.done))
            runs.write(self._folder, replace(found, best=best))
        # Where a run goes on, an epoch is whole.
        if self._teller.is_whole and trainer.strategy.broadcast(wanted):
            if trainer.is_global_zero:
                self._best.write()
            trainer.save_checkpoint(self._folder / runs.LAST)
            self._saved = self._teller.clock.seconds
            self._saving = self._saved - now

    def _write_history(self, course: Course) -> None:
        text = course.history.to_csv()
        replace_file(self._folder / runs.HISTORY, text.encode())

    def _as_measured(self, run: runs.Run, course: Course) -> list[int]:
        """Return the networks kept that are those which the history is about.

        One that was kept by a stop, in the middle of an epoch, stays as it is when the
        run goes on, and the epoch is learnt anew.
        """
        whole = course.done if self._teller.is_whole else course.done - 1
        return [e for e in run.kept if e not in run.partial or e > whole]

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
        self._teller.clock.leave_out(time.monotonic() - began)
        self._tell(trainer, module, at_once=True)
        return wish

    def _tell(
        self,
        trainer: pl.Trainer,
        module: pl.LightningModule,
        look: Look | None = None,
        kept: bool = False,
        at_once: bool = False,
        paused: bool = False,
    ) -> None:
        if trainer.is_global_zero:
            course, number = _learner(module).course, _learner(module).number
            how = {"kept": kept, "at_once": at_once, "paused": paused}
            self._teller.tell(course, number, look, **how)


def _learner(module: pl.LightningModule) -> Learner:
    assert isinstance(module, Learner)
    return module


def _network(module: Learner) -> Network:
    centres = None if module.layer is None else module.layer.centres.detach()
    return Network(module.model, module.number, centres)


def _diverged(course: Course, number: int) -> EngineError:
    training, layer = course.recipe.training, course.recipe.layer
    rate = layer.rate if course.phase else training.rate
    return EngineError(
        f"The training diverged in epoch {number}: its loss is no number any more. The "
        f"networks kept before are still there. A lower learning rate than {rate:g} "
        "helps, and a limit to the gradient"
    )
