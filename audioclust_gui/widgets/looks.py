"""Which run is looked at, after which epoch, and what is to be seen of it then."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document
from audioclust_gui.training import Training
from engine.autoencoder.history import Look, Moment
from engine.autoencoder.runs import Run
from engine.projects.project import Project

_KEPT = 100  # looks, of some hundred kilobytes: scrubbing to and fro asks nobody


class Looks(QObject):
    """Follows the run that is trained, until another one or an epoch is chosen.

    Parameters
    ----------
    training : Training
    document : Document
        Of whose clips the looks are.

    Attributes
    ----------
    look : Look or None
        That of the epoch, or the last before it; another one of the run while that is
        still to come.
    """

    changed = Signal()  # run, epoch, epochs or look

    def __init__(
        self, training: Training, document: Document, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._training = training
        self._run = ""  # the id; "" for the newest
        self._epoch: int | None = None  # None for the last
        self._seen: OrderedDict[tuple[str, int], Look] = OrderedDict()
        self._asked: tuple[str, int] | None = None
        self._shown_run = ""  # whose look it is
        self._live = ""
        self.look: Look | None = None
        training.runs_changed.connect(self._refresh)
        training.looked.connect(self._take)
        training.moved.connect(self._follow)
        document.replaced.connect(self._begin_anew)
        document.changed.connect(self._on_changed)

    @property
    def run(self) -> Run | None:
        """The run that is looked at, with all its epochs so far; None without runs."""
        runs = self._training.runs
        return self._training.run(self._run) or (runs[0] if runs else None)

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs of this run after which there is something to see, ascending."""
        run = self.run
        if run is None:
            return ()
        return tuple(sorted({*run.kept, *self._epochs_seen(run.id)}))

    @property
    def epoch(self) -> int | None:
        """The one that is looked at; None where there is none."""
        epochs = self.epochs
        if self._epoch in epochs:
            return self._epoch
        return epochs[-1] if epochs else None

    @property
    def waiting(self) -> str:
        """What to say where there is no look."""
        epoch = self.epoch
        if epoch is None:
            return "After the first epoch there is something to see."
        return f"Nothing to see of epoch {epoch:,} yet."

    @property
    def following(self) -> bool:
        """Whether it goes on to the next epoch by itself."""
        return self._epoch is None

    def go_to(self, run_id: str, epoch: int | None = None) -> None:
        """Look at a run after an epoch; None follows it to the last there is."""
        self._run, self._epoch = run_id, epoch
        self._refresh()

    def go_to_epoch(self, epoch: int) -> None:
        """Look at the same run after another epoch; the last one is followed."""
        run, epochs = self.run, self.epochs
        if run is not None:
            last = bool(epochs) and epoch == epochs[-1]
            self.go_to(run.id, None if last else epoch)

    def _refresh(self) -> None:
        """Show what there is, and ask for what there is not."""
        run, epoch = self.run, self._look_epoch
        if run is None or epoch is None:
            self.look = self._asked = None
        elif (look := self._seen.get((run.id, epoch))) is not None:
            self._seen.move_to_end((run.id, epoch))
            self.look, self._asked = look, None
        elif self._asked != (run.id, epoch):
            if self._shown_run != run.id:
                self.look = None  # that of another run would be taken for this one's
            self._asked = run.id, epoch
            self._training.look(run.id, epoch)
        self._shown_run = "" if run is None else run.id
        self.changed.emit()

    @property
    def _look_epoch(self) -> int | None:
        """The epoch of the last look until then: where looks take long, not all have.

        Every look measures how many dimensions are idle.
        """
        run, epoch = self.run, self.epoch
        if run is None or epoch is None:
            return None
        numbers, idle = run.history.column("number"), run.history.column("idle")
        told = numbers[~np.isnan(idle)].astype(int).tolist()
        looks = sorted({*told, *self._epochs_seen(run.id)})
        before = bisect_right(looks, epoch)
        return looks[max(before - 1, 0)] if looks else epoch

    def _take(self, run_id: str, look: Look) -> None:
        self._seen[run_id, look.epoch] = look
        while len(self._seen) > _KEPT:
            self._seen.popitem(last=False)
        self._refresh()

    def _follow(self, moment: Moment) -> None:
        """Go to a run that begins."""
        if moment.run != self._live:
            self._live = moment.run
            self.go_to(moment.run)

    def _epochs_seen(self, run_id: str) -> list[int]:
        return [epoch for seen, epoch in self._seen if seen == run_id]

    def _begin_anew(self) -> None:
        self._seen.clear()
        self._run, self._epoch, self._asked = "", None, None
        self._refresh()

    def _on_changed(self, old: Project, new: Project) -> None:
        before, now = old.extraction, new.extraction
        if before is not now and (
            before is None or now is None or before.keys != now.keys
        ):
            self._seen.clear()  # clips have other numbers
            self.look = self._asked = None
            self._refresh()
