"""Runs on disk: what was trained on which clips, how it went, and what was kept.

A run is a folder of its own below `runs_folder`: ``run.json`` says what it is,
``history.csv`` how it went, ``last.ckpt`` is where it can go on, ``epoch-00020.pt`` the
network that was kept after an epoch, ``look-00020.npz`` what it looked like then. A run
is of whatever collection has one of its clips: they are known by their content, so it
is found again when files were moved.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine.autoencoder.architecture import Shape
from engine.autoencoder.history import History
from engine.autoencoder.recipe import Recipe
from engine.errors import EngineError, ParameterError

RUN, HISTORY, CLIPS, LOCK = "run.json", "history.csv", "clips.txt", "lock"
LAST = "last.ckpt"
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
NETWORK = re.compile(_ID.pattern + "@[0-9]{1,9}")
_KEPT = re.compile(r"epoch-([0-9]{5}|[1-9][0-9]{5,8})\.pt")  # as :05 writes it

TRAINING, FINISHED, STOPPED, FAILED = "training", "finished", "stopped", "failed"
_LONGEST = 1000  # characters: somebody may have written whatever into the file
_STATES = {state: state for state in (TRAINING, FINISHED, STOPPED, FAILED)}


@dataclass(frozen=True)
class Run:
    """A run, as its folder tells.

    Parameters
    ----------
    id : str
        Its folder's name: when it began, and six random digits.
    name : str
        What a person calls it.
    recipe : Recipe
    shape : Shape
        Of its images.
    n_clips : int
        How many it was trained on.
    state : str
        TRAINING, FINISHED, STOPPED or FAILED. Training while no process holds its lock
        is what a kill leaves.
    why : str
        What a failure was, in words.
    alive : bool
        Whether a process is training it now.
    resumable : bool
        Whether there is a checkpoint to go on from.
    history : History
    kept : tuple of int
        The epochs after which the network was kept, ascending.
    best : int or None
        Of these, the one with the lowest validation loss (with a clustering layer, the
        last).
    partial : tuple of int
        Of these, those kept in the middle of their epoch, by a stop.
    device : str
        What it was trained on, in words.
    seconds : float
        How long it took, pauses not counted.
    """

    id: str
    name: str
    recipe: Recipe
    shape: Shape
    n_clips: int
    state: str = TRAINING
    why: str = ""
    alive: bool = False
    resumable: bool = False
    history: History = field(default_factory=History)
    kept: tuple[int, ...] = ()
    best: int | None = None
    partial: tuple[int, ...] = ()
    device: str = ""
    seconds: float = 0.0

    @property
    def interrupted(self) -> bool:
        """Whether it ended without a word, by a kill or a power cut."""
        return self.state == TRAINING and not self.alive

    def network(self, epoch: int | None = None) -> str:
        """Return the name of a kept network, by default the best.

        Raises
        ------
        ParameterError
            If none was kept after this epoch.
        """
        chosen = self.best if epoch is None else epoch
        if chosen not in self.kept:
            raise ParameterError(
                f"Of {self.name} no network was kept after epoch {chosen}; there are "
                f"those after {', '.join(map(str, self.kept)) or 'none'}"
            )
        return f"{self.id}@{chosen}"


class FoundRuns(NamedTuple):
    """Runs, the newest first, and a sentence for each that cannot be read."""

    runs: tuple[Run, ...]
    damaged: tuple[str, ...]


def runs_folder() -> Path:
    """Return where runs are kept: ``AUDIOCLUST_DATA`` if set, else the user's own."""
    import os

    import platformdirs

    chosen = os.environ.get("AUDIOCLUST_DATA")
    own = platformdirs.user_data_path("audioclust", appauthor=False)
    return (Path(chosen) if chosen else own) / "runs"


def is_id(text: str) -> bool:
    """Tell whether this could be the id of a run."""
    return _ID.fullmatch(text) is not None


def new_id() -> str:
    """Return the id of a run that begins now."""
    return f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def folder_of(run_id: str) -> Path:
    """Return a run's folder, whether or not there is one.

    Raises
    ------
    ParameterError
        If the id is none, as a hostile project file may have it.
    """
    if not is_id(run_id):
        raise ParameterError(f"{run_id!r} is not the id of a run")
    return runs_folder() / run_id


def checkpoint_of(network: str) -> Path:
    """Return the file of a kept network, named as by `Run.network`.

    Raises
    ------
    ParameterError
        If the name is none.
    EngineError
        If the network is gone.
    """
    if not NETWORK.fullmatch(network):
        raise ParameterError(f"{network!r} is not the name of a network")
    run_id, _, epoch = network.partition("@")
    file = folder_of(run_id) / f"epoch-{int(epoch):05}.pt"
    if not file.is_file():
        raise EngineError(
            f"The network of this project, {file}, is not there any more. Train one "
            "again, or choose features in its place"
        )
    return file


def write(folder: Path, run: Run) -> None:
    """Write down what a run is, so that either the old or the new one is there."""
    from engine.autoencoder.keeping import replace_file

    about = {
        "name": run.name,
        "recipe": run.recipe.to_dict(),
        "shape": list(run.shape),
        "n_clips": run.n_clips,
        "state": run.state,
        "why": run.why,
        "device": run.device,
        "best": run.best,
        "partial": list(run.partial),
    }
    text = json.dumps(about, ensure_ascii=True, indent=1)
    replace_file(folder / RUN, text.encode())


def read(folder: Path) -> Run:
    """Read a run.

    Raises
    ------
    EngineError
        If there is none, or it cannot be understood.
    """
    try:
        about: dict[str, Any] = json.loads((folder / RUN).read_text(encoding="utf-8"))
        found = Run(
            id=folder.name,
            name=str(about["name"])[:_LONGEST],
            recipe=Recipe.from_dict(about["recipe"]),
            shape=Shape(*(int(side) for side in about["shape"])),
            n_clips=int(about["n_clips"]),
            state=_STATES[about["state"]],
            why=str(about["why"])[:_LONGEST],
            device=str(about["device"])[:_LONGEST],
            partial=tuple(int(epoch) for epoch in about.get("partial", ())),
        )
        kept = tuple(sorted(_kept(folder)))
        best = about["best"]
    except (
        *(OSError, ValueError, LookupError, TypeError, AttributeError),
        *(OverflowError, RecursionError),
    ) as error:
        raise EngineError(f"The run in {folder} cannot be read: {error}") from error
    history = History.read(folder / HISTORY)
    return replace(
        found,
        alive=found.state == TRAINING and _is_held(folder),
        resumable=(folder / LAST).is_file(),
        history=history,
        kept=kept,
        best=next((e for e in kept if e == best), kept[-1] if kept else None),
        seconds=float(np.nanmax(history.column("seconds"), initial=0.0)),
    )


def runs_of(keys: Sequence[str | None] | None = None) -> tuple[Run, ...]:
    """Return all runs, or those trained on any of these clips, the newest first.

    Those that cannot be read are left out; `found_runs` names them.
    """
    return found_runs(keys).runs


def found_runs(keys: Sequence[str | None] | None = None) -> FoundRuns:
    """Return as `runs_of`, and what is wrong with runs that cannot be read."""
    wanted = set(keys or ()) - {None}
    found, damaged = [], []
    with suppress(OSError):
        for folder in sorted(runs_folder().iterdir(), reverse=True):
            with suppress(OSError, UnicodeDecodeError):
                # One that begins, or is being thrown away, is none.
                if not is_id(folder.name) or not (folder / RUN).exists():
                    continue
                trained = (folder / CLIPS).read_text(encoding="ascii").split("\n")
                if keys is None or not wanted.isdisjoint(trained):
                    try:
                        found.append(read(folder))
                    except EngineError as error:
                        damaged.append(str(error))
    return FoundRuns(tuple(found), tuple(damaged))


def rename(run_id: str, name: str) -> Run:
    """Call a run something else, and return it as it is then."""
    folder = folder_of(run_id)
    renamed = replace(read(folder), name=name)
    write(folder, renamed)
    return renamed


def _kept(folder: Path) -> list[int]:
    names = (_KEPT.fullmatch(file.name) for file in folder.iterdir())
    return [int(match[1]) for match in names if match]


def _is_held(folder: Path) -> bool:
    """Tell whether a living process holds the run's lock."""
    from filelock import FileLock, Timeout

    if not (folder / LOCK).is_file():
        return False
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        with lock:
            return False
    except Timeout:
        return True
    except OSError:  # a folder that is only to be read, such as a copy on a disc
        return False
