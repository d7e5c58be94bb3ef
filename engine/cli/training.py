"""The commands that train a network, and that tell which there are."""

from __future__ import annotations

import argparse
import math
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from engine.autoencoder.architecture import NetworkParams
from engine.autoencoder.history import Epoch, Moment
from engine.autoencoder.presets import PRESETS
from engine.autoencoder.recipe import ImageParams, LayerParams, Recipe, TrainingParams
from engine.autoencoder.runs import STOPPED, Run, folder_of
from engine.cli.command import (
    EXTRACTION,
    Command,
    Document,
    add_extraction,
    add_input,
    add_out,
    cache_of,
)
from engine.cli.console import PROGRAM, Console, counted
from engine.cli.flags import ParamFlags, flag_of, flags_given, named
from engine.cli.networks import run_called, source_of
from engine.cli.work import Work, begin
from engine.errors import Cancelled, ParameterError
from engine.params import Params
from engine.progress import Step, Wish, Wishes
from engine.projects.network_steps import resume_run, train_clips
from engine.projects.pipeline import Pipeline

_RECIPE: dict[str, type[Params]] = {
    "images": ImageParams,
    "network": NetworkParams,
    "training": TrainingParams,
    "layer": LayerParams,
}
_FLAGS = ParamFlags({**EXTRACTION, **_RECIPE})
_MEASURED = ("train", "validation", "divergence", "silhouette", "nmi", "accuracy")


def _declare(parser: argparse.ArgumentParser) -> None:
    add_input(parser)
    add_out(
        parser,
        "where history.csv (how it went, epoch by epoch), manifest.json and "
        "failures.csv go; the run itself is kept in the user's data folder, or below "
        "$AUDIOCLUST_DATA, where --network and the window find it",
        needed=False,
    )
    group = parser.add_argument_group("the run")
    group.add_argument(
        "--recipe",
        choices=list(PRESETS),
        help="; ".join(f"{name}: {preset.help}" for name, preset in PRESETS.items())
        + ". Other flags given as well override it",
    )
    group.add_argument("--name", default="", help="what the run is called")
    group.add_argument(
        "--resume",
        metavar="RUN",
        help="go on with a run, by its id or name, from its last checkpoint; with "
        "--epochs for so many in all, though it had come to its end",
    )
    add_extraction(parser)
    _FLAGS.add_to(parser)


def _train(arguments: argparse.Namespace, console: Console) -> Document:
    usual, resumed = None, None
    if arguments.resume is not None:
        resumed = _to_resume(arguments)
        usual = source_of(resumed.id)
    else:
        _check_layer(arguments)
    work = begin(arguments, console, _FLAGS, arguments.out or Path(), usual)
    telling = _Telling(console)
    with _stopping(telling) as wishes:
        if resumed is None:
            run = _fresh(work, telling, wishes)
        else:
            run = _resumed(work, resumed, telling, wishes)
    document = _end(work, run)
    if run.state == STOPPED:
        telling.advise()
        raise Cancelled
    return document


def _fresh(work: Work, telling: _Telling, wishes: Wishes) -> Run:
    arguments = work.arguments
    if arguments.recipe is not None:
        asked = work.params["layer"].to_dict()["clusters"]
        preset = PRESETS[arguments.recipe].resolve(asked or _n_labels(work))
        recipe = {name: getattr(preset, name) for name in _RECIPE}
        work.params, _, _ = _FLAGS.read(
            arguments, {n: work.params[n] for n in EXTRACTION} | recipe
        )
    return train_clips(
        work.extraction.keys,
        _pipeline(work),
        Recipe(**{name: work.params[name] for name in _RECIPE}),  # type: ignore[arg-type]  # by their sections
        work.dataset.labels,
        arguments.name,
        telling,
        wishes,
        cache_of(arguments),
    )


def _resumed(work: Work, run: Run, telling: _Telling, wishes: Wishes) -> Run:
    asked = flags_given(work.arguments).get("epochs")
    told = None if asked is None else work.params["training"].to_dict()["epochs"]
    # What the run was begun with is in its folder, and belongs in the manifest.
    work.params |= {name: getattr(run.recipe, name) for name in _RECIPE}
    return resume_run(
        run.id,
        work.extraction.keys,
        _pipeline(work),
        work.dataset.labels,
        told,
        telling,
        wishes,
        cache_of(work.arguments),
    )


def _end(work: Work, run: Run) -> Document:
    """Say what came of it, and write it down where that is wanted."""
    console, last = work.console, run.history.last
    console.say(
        f"{run.id} {run.state} after {counted(len(run.history), 'epoch')} and "
        f"{run.seconds:.0f} s on {run.device}; kept in {folder_of(run.id)}"
    )
    network = run.network() if run.kept else None
    if network is not None:
        console.say(f"The best network: {network}")
    facts: Document = {
        "run": run.id,
        "name": run.name,
        "network": network,
        "state": run.state,
        "epochs": len(run.history),
        "kept": list(run.kept),
        "device": run.device,
        "training_seconds": run.seconds,
        "last": {n: _known(v) for n, v in asdict(last).items()} if last else None,
    }
    if work.arguments.out is None:
        return work.document() | facts
    work.results.text("history.csv", run.history.to_csv())
    return work.end(**facts)


def _pipeline(work: Work) -> Pipeline:
    pipeline = replace(
        Pipeline(),
        preparation=work.params["preparation"],  # type: ignore[arg-type]  # by its section
        features=work.params["features"],  # type: ignore[arg-type]
    )
    return pipeline.with_n_clusters(work.usual_k(len(work.dataset)))


def _n_labels(work: Work) -> int:
    return len({label for label in work.truth() if label})


def _to_resume(arguments: argparse.Namespace) -> Run:
    """Return the run to go on with; refuse what it has chosen itself."""
    given = [f"--{n}" for n in ("recipe", "name", "preset") if getattr(arguments, n)]
    given += map(flag_of, sorted(flags_given(arguments).keys() - {"epochs"}))
    if given:
        raise ParameterError(
            f"{given[0]} has no effect with --resume: a run keeps to its recipe"
        )
    return run_called(arguments.resume)


def _check_layer(arguments: argparse.Namespace) -> None:
    """Refuse what the clustering layer is trained by, where there is none."""
    params, _, _ = _FLAGS.read(arguments)
    layered = arguments.recipe is not None and PRESETS[arguments.recipe].layered
    if layered or params["layer"].to_dict()["clusters"]:
        return
    for name in sorted(flags_given(arguments).keys() & named(LayerParams).keys()):
        if name != "clusters":
            raise ParameterError(f"{flag_of(name)} has no effect without --clusters")


@dataclass
class _Telling:
    """Says where a run is: a bar, lines for looks and notes, and each symptom once."""

    console: Console
    run: str = ""
    looked: int = 0
    warned: set[str] = field(default_factory=set)

    def __call__(self, step: Step) -> None:
        self.console.report(step)
        moment = step.partial
        if not isinstance(moment, Moment):
            if step.must_arrive:
                self.console.warn(step.message)
            return
        if not self.run:
            self.run = moment.run
            self.console.say(f"Training {moment.run}; Ctrl+C stops and keeps it")
        last = moment.history.last
        if moment.look is not None and last and moment.look.epoch > self.looked:
            self.looked = moment.look.epoch
            self.console.say(_line(last, moment.epochs))
        for symptom in moment.symptoms:
            if symptom.name not in self.warned:
                self.warned.add(symptom.name)
                self.console.warn(symptom.words)

    def advise(self) -> None:
        """Say how to go on."""
        if self.run:
            self.console.say(f"To go on: {PROGRAM} train INPUT --resume {self.run}")


def _line(epoch: Epoch, epochs: int) -> str:
    values = ((name, getattr(epoch, name)) for name in _MEASURED)
    told = ", ".join(f"{name} {v:.4g}" for name, v in values if math.isfinite(v))
    return f"epoch {epoch.number} of {epochs}: {told}"


@contextmanager
def _stopping(telling: _Telling) -> Iterator[Wishes]:
    """Let Ctrl+C stop a run and keep it; a second one ends it at once."""
    wish = Wish.GO_ON

    def stop(number: int, frame: object) -> None:
        nonlocal wish
        if wish is Wish.STOP:
            raise KeyboardInterrupt
        wish = Wish.STOP

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: wish
    except SystemExit as end:  # Lightning's way to end at once, also when terminated
        telling.advise()
        raise Cancelled from end
    finally:
        signal.signal(signal.SIGINT, before)


def _known(value: float) -> float | None:
    """Return a number that JSON has."""
    return value if math.isfinite(value) else None


TRAIN = Command(
    "train",
    "Train an autoencoder on the clips' pictures, whose embedding can stand for them",
    _declare,
    _train,
    "INPUT [--recipe NAME] [--resume RUN] [FLAGS]",
)
