"""The network that has restored unseen clips best, until it is known that it stays so.

Imported only inside functions: it loads torch.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.autoencoder import checkpoints
from engine.autoencoder.checkpoints import Network
from engine.autoencoder.history import Epoch, History
from engine.autoencoder.model import Autoencoder
from engine.errors import EngineError

BEST = "best.pt"  # in a run's folder, while it goes on


class BestYet:
    """Has the weights of the epoch with the least validation loss of the first phase.

    They are in memory, and in a file as often as checkpoints are written, so that a run
    that goes on after a kill has them, too. What becomes of the run is known at its
    end: then the best is kept like any other, if the others kept are worse.

    Parameters
    ----------
    folder : Path
        Of the run.
    history : History
        Of a run that goes on.
    """

    def __init__(self, folder: Path, history: History) -> None:
        self._file = folder / BEST
        self._model: Autoencoder | None = None
        self._number, self._loss = 0, math.inf
        self._written = True
        with suppress(EngineError):  # nor is there any at the beginning
            self._take(checkpoints.load(self._file), history)

    def see(self, epoch: Epoch, model: Autoencoder) -> None:
        """Take the network as it is after an epoch, if none before was as good."""
        if epoch.phase or not epoch.validation < self._loss:
            return
        if self._model is None:
            self._model = copy.deepcopy(model).requires_grad_(requires_grad=False)
        else:
            self._model.load_state_dict(model.state_dict())
        self._number, self._loss = epoch.number, epoch.validation
        self._written = False

    def write(self) -> None:
        """Write it down, unless that was done.

        Raises
        ------
        EngineError
            If the disk is full or the folder cannot be written to.
        """
        if self._model is not None and not self._written:
            checkpoints.save(self._file, self._model, self._number, None)
            self._written = True

    def better(self, kept: Sequence[int], history: History) -> Network | None:
        """Return it, if of the networks kept none is as good."""
        told = (history.at(number) for number in kept)
        losses = [epoch.validation for epoch in told if epoch and not epoch.phase]
        known = min((loss for loss in losses if not math.isnan(loss)), default=math.inf)
        if self._model is None or self._number in kept or not self._loss < known:
            return None
        return Network(self._model, self._number)

    def clear(self) -> None:
        """Remove what is not needed any more, once a phase is over."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)
        self._model, self._number, self._loss = None, 0, math.inf
        self._written = True

    def _take(self, found: Network, history: History) -> None:
        """Take what was written, unless the run goes on from before that."""
        epoch = history.at(found.epoch)
        if epoch is not None and not epoch.phase:
            self._model = copy.deepcopy(found.model)
            self._number, self._loss = epoch.number, epoch.validation
