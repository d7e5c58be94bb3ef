"""What most commands do first: find the clips, extract, make the matrix."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.audio.dataset import Dataset
from engine.audio.preparing import PreparationParams
from engine.autoencoder.embedding import embedded
from engine.cli.command import Document, cache_of
from engine.cli.console import Console, counted
from engine.cli.flags import ParamFlags
from engine.cli.inputs import Input, open_input
from engine.cli.networks import network_of, refuse_idle, source_of, usual_of
from engine.cli.results import FAILURES, Failed, Results
from engine.errors import EngineError
from engine.experiment.provenance import digest_of
from engine.features.extraction import Extraction, extract
from engine.features.presets import PRESETS
from engine.features.representation import (
    Representation,
    RepresentationParams,
    represent,
    represent_embedding,
)
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore
from engine.params import Params

_FEWEST, _MOST = 2, 10  # clusters, where nothing tells how many


@dataclass
class Work:
    """A command on its way, with its clips extracted.

    Parameters
    ----------
    arguments : Namespace
    console : Console
    params : dict of section to Params
        The method's under "method_params".
    method : str
        "" where the command takes none.
    given : frozenset of str
        The parameters that were not left to their defaults.
    found : Input
    extraction : Extraction
    results : Results
    network : str
        What describes the clips, "" where it is features.
    """

    arguments: argparse.Namespace
    console: Console
    params: dict[str, Params]
    method: str
    given: frozenset[str]
    found: Input
    extraction: Extraction
    results: Results
    network: str = ""

    @property
    def dataset(self) -> Dataset:
        """The clips."""
        return self.found.dataset

    def truth(self) -> tuple[str, ...]:
        """Return the labels, "" for every clip where there are none."""
        return self.dataset.labels or ("",) * len(self.dataset)

    def matrix(self) -> Representation:
        """Make the matrix of the clips that have features."""
        extraction, chosen = self.extraction, self.params["representation"]
        assert isinstance(chosen, RepresentationParams)
        store = FeatureStore(
            cache_of(self.arguments), extraction.params, extraction.preparation
        )
        report = self.console.report
        if not self.network:
            return represent(store, extraction.keys, chosen, report)
        rows, embedding = embedded(store, extraction.keys, self.network, report)
        return represent_embedding(embedding, rows, chosen, report)

    def usual_k(self, n_rows: int) -> int:
        """Return as many clusters as there are labels; without any, a few."""
        classes = len({label for label in self.truth() if label})
        few = max(_FEWEST, min(_MOST, round(math.sqrt(n_rows))))
        return min(classes or few, n_rows)

    def end(self, **facts: Any) -> Document:
        """Write ``failures.csv`` and ``manifest.json``, and return the latter."""
        self.results.failures(self.extraction.failures)
        return self.results.manifest(self.document() | facts)

    def document(self) -> Document:
        """Return what was asked, of which clips, and which of them failed."""
        extraction = self.extraction
        parameters: Document = {name: p.to_dict() for name, p in self.params.items()}
        if self.method:
            parameters = {"method": self.method} | parameters
        digest = digest_of(extraction.keys, self.dataset.labels)
        described = {"network": self.network} if self.network else {}
        return described | {
            "command": self.arguments.command,
            "command_line": self.arguments.words,
            "input": self.found.about() | {"digest": digest},
            "parameters": parameters,
            "computed": extraction.computed,
            "reused": extraction.reused,
            "failures": failures_as_json(extraction.failures),
        }


def begin(
    arguments: argparse.Namespace,
    console: Console,
    flags: ParamFlags,
    out: Path,
    usual: Mapping[str, Params] | None = None,
) -> Work:
    """Read the flags, find the clips and see that their features are in the store.

    Parameters
    ----------
    arguments : Namespace
    console : Console
    flags : ParamFlags
    out : Path
        Where the results go.
    usual : mapping of section to Params, optional
        Instead of the declared defaults.

    Raises
    ------
    ParameterError
        If a flag is wrong.
    EngineError
        If there is no clip that can be used. One that cannot be is a warning.
    """
    early, _, _ = flags.read(arguments)  # mistakes are told before any work is done
    network = network_of(arguments)
    if network:
        refuse_idle(arguments, early, "--network")
        usual = usual_of(network)
    found = open_input(arguments, console)
    results = Results(out)
    if arguments.out is not None:
        results.check()
    usual = preset_of(arguments, found.dataset) | dict(usual or {})
    params, method, given = flags.read(arguments, usual)
    if network:  # whatever an earlier run's manifest says
        params |= source_of(network.partition("@")[0])
    features, preparation = params["features"], params["preparation"]
    assert isinstance(features, FeatureParams)
    assert isinstance(preparation, PreparationParams)
    extraction = extract(
        found.dataset,
        features,
        preparation,
        folder=cache_of(arguments),
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        report=console.report,
    )
    warn_of(console, extraction.failures, arguments.out)
    if len(extraction.failures) == len(found.dataset):
        if arguments.out is not None:
            results.failures(extraction.failures)
        first = extraction.failures[0]
        raise EngineError(
            f"of {counted(len(found.dataset), 'clip')} none can be used; the first, "
            f"{first.path}: {first.reason}"
        )
    asked = (arguments, console, params, method, given)
    return Work(*asked, found, extraction, results, network)


def preset_of(arguments: argparse.Namespace, dataset: Dataset) -> dict[str, Params]:
    """Return the feature parameters of the chosen preset, where one was chosen."""
    if arguments.preset is None:
        return {}
    return {"features": PRESETS[arguments.preset].resolve(dataset)}


def warn_of(console: Console, failures: tuple[Failed, ...], out: Path | None) -> None:
    """Warn of clips that could not be used."""
    texts = [f"{failure.path}: {failure.reason}" for failure in failures]
    console.warn_each(texts, "" if out is None else f"; all are in {out / FAILURES}")


def failures_as_json(failures: tuple[Failed, ...]) -> list[dict[str, str]]:
    """Return the clips that could not be used, and why."""
    return [{"path": f.path, "reason": f.reason} for f in failures]
