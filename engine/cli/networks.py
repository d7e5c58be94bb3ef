"""The flag that lets a trained network's embedding stand for the clips."""

from __future__ import annotations

import argparse

from engine.autoencoder.runs import Run, folder_of, is_id, read, runs_of
from engine.cli.command import EXTRACTION
from engine.cli.flags import flag_of, flags_given, named
from engine.cli.inputs import manifest
from engine.errors import ParameterError
from engine.features.representation import RepresentationParams
from engine.params import Params
from engine.projects.network_clips import read_source
from engine.projects.pipeline import AFTER_NETWORK, Pipeline

_NONE = "none"


def add_network(parser: argparse.ArgumentParser) -> None:
    """Add what says which network describes the clips."""
    parser.add_argument(
        "--network",
        metavar="RUN[@EPOCH]",
        help="describe the clips by the embedding of a network in place of features: a "
        "run's id or name, and which of its kept networks, by default the best. Its "
        "features and preparation are those that it was trained on",
    )


def network_of(arguments: argparse.Namespace) -> str:
    """Return the chosen network, named as by `Run.network`; "" for features.

    Raises
    ------
    ParameterError
        If there is no such run, or nothing was kept after this epoch.
    EngineError
        If the run cannot be read.
    """
    asked = getattr(arguments, "network", None)
    if asked is None:
        asked = manifest(getattr(arguments, "params", None)).get("network")
    if not isinstance(asked, str) or asked in ("", _NONE):
        return ""
    name, at, epoch = asked.rpartition("@")
    if at and epoch.isascii() and epoch.isdecimal():
        return run_called(name).network(int(epoch))
    return run_called(asked).network()


def run_called(text: str) -> Run:
    """Return the run with this id, or the only one with this name.

    Raises
    ------
    ParameterError
        If there is none, or several have the name.
    EngineError
        If it cannot be read.
    """
    if is_id(text) and folder_of(text).is_dir():
        return read(folder_of(text))
    found = [run for run in runs_of() if text and run.name == text]
    if len(found) > 1:
        raise ParameterError(
            f"{len(found)} runs are called {text!r}; say which by its id: "
            + ", ".join(run.id for run in found)
        )
    if not found:
        raise ParameterError(
            f"there is no run {text!r}; audioclust-batch runs tells which there are"
        )
    return found[0]


def usual_of(network: str) -> dict[str, Params]:
    """Return the parameters that go with a network, where nothing else is chosen."""
    return {
        **source_of(network.partition("@")[0]),
        "representation": RepresentationParams(scaling="none"),
    }


def source_of(run_id: str) -> dict[str, Params]:
    """Return what the pictures of a run were computed with."""
    source = read_source(folder_of(run_id), Pipeline())
    return {name: getattr(source, name) for name in EXTRACTION}


def refuse_idle(
    arguments: argparse.Namespace, params: dict[str, Params], because: str
) -> None:
    """Refuse flags of what a network has chosen already.

    Parameters
    ----------
    arguments : Namespace
    params : dict of section to Params
        Those that take part.
    because : str
        The flag that leaves them without effect.
    """
    if getattr(arguments, "preset", None) is not None:
        raise ParameterError(f"--preset has no effect with {because}")
    live = set(AFTER_NETWORK)
    for section, chosen in params.items():
        if section not in (*EXTRACTION, "representation"):
            live |= named(type(chosen)).keys()
    for name in sorted(flags_given(arguments).keys() - live):
        raise ParameterError(f"{flag_of(name)} has no effect with {because}")
