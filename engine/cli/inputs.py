"""From what stands on the command line to a dataset."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.audio.dataset import Clip, Dataset
from engine.audio.scanning import AUDIO_EXTENSIONS, scan
from engine.cli.console import Console
from engine.errors import AudioError, EngineError, ParameterError

_TABLES = frozenset({".csv", ".tsv", ".tab", ".txt"})
_NONE = "none"


@dataclass(frozen=True)
class Input:
    """The clips that a command works on.

    Parameters
    ----------
    dataset : Dataset
    path : Path
        The folder, table or file.
    layout : str
        The name of the layout that gave the labels, "" for none.
    missing : tuple of AudioError
        What was listed and is not there, or could not be looked at.
    """

    dataset: Dataset
    path: Path
    layout: str = ""
    missing: tuple[AudioError, ...] = ()

    def about(self) -> dict[str, Any]:
        """Return what a manifest keeps of it."""
        return {
            "path": str(self.path.absolute()),
            "root": self.dataset.root,
            "label": self.dataset.label_column or _NONE,
            "layout": self.layout or _NONE,
            "clips": len(self.dataset),
        }


def open_input(arguments: argparse.Namespace, console: Console) -> Input:
    """Find the clips, and warn of those that are missing.

    Raises
    ------
    ParameterError
        If the label or the layout is unknown.
    EngineError
        If there is no sound, or what was given cannot be read.
    """
    given = {name: getattr(arguments, name) for name in ("root", "label", "layout")}
    asked = {name: value for name, value in given.items() if value is not None}
    path = arguments.input
    if path is None:
        asked = earlier_input(arguments) | asked
        path = asked.get("path")
    if path is None:
        raise ParameterError(
            "INPUT is missing: a folder of sounds, a table, or one sound"
        )
    _refuse_idle(arguments, Path(path))
    found = _opened(Path(path), asked.get("root"), asked.get("layout", "auto"), console)
    console.warn_each([str(error) for error in found.missing], "")
    if not len(found.dataset):
        raise EngineError(f"{path}: {_why_empty(found)}")
    return replace(found, dataset=_labelled(found.dataset, asked.get("label")))


def manifest(params: Path | None) -> dict[str, Any]:
    """Return the manifest of an earlier run, empty where the file is something else."""
    if params is None:
        return {}
    try:
        found = json.loads(params.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # whoever reads the parameters from it says what is wrong
    return found if isinstance(found, dict) else {}


def earlier_input(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the manifest of an earlier run says of its input."""
    found = manifest(getattr(arguments, "params", None)).get("input")
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if type(value) is str}


def _why_empty(found: Input) -> str:
    if found.path.is_dir():
        return "there is no sound in it"
    listed = f"none of the sounds that it lists is below {found.dataset.root}"
    return f"{listed}; --root says which folder its paths start from"


def _refuse_idle(arguments: argparse.Namespace, path: Path) -> None:
    """Refuse flags that would change nothing: the person expects that they do."""
    is_table = not path.is_dir() and path.suffix.lower() in _TABLES
    if arguments.root is not None and not is_table:
        raise ParameterError(f"--root is for tables, and {path} is none")
    if arguments.layout is not None and not path.is_dir():
        raise ParameterError(f"--layout is for folders, and {path} is none")


def _opened(
    path: Path, root: str | Path | None, layout: str, console: Console
) -> Input:
    if path.is_dir():
        found = scan(path, console.report)
        dataset, name = _laid_out(found.dataset, layout, console)
        return Input(dataset, path, name, found.skipped)
    suffix = path.suffix.lower()
    if suffix in AUDIO_EXTENSIONS:
        if not path.exists():
            raise AudioError(str(path), "there is no such file")
        return Input(Dataset(str(path.absolute().parent), (Clip(path.name),)), path)
    if suffix in _TABLES:
        from engine.audio.metadata import read_table

        listing = read_table(path, root, report=console.report)
        for note in listing.notes:
            console.warn(note)
        return Input(listing.dataset, path, "", listing.missing)
    if not path.exists():
        raise AudioError(str(path), "there is no such file or folder")
    raise AudioError(str(path), "it is neither a folder, nor a table, nor a sound")


def _labelled(dataset: Dataset, label: str | None) -> Dataset:
    if label is None:
        return dataset
    if label == _NONE and _NONE not in dataset.columns:
        return dataset.with_label_column(None)
    if label not in dataset.columns:
        raise ParameterError(
            f"--label must be one of {', '.join(dataset.columns) or 'no column'}, or "
            f"{_NONE}; it is {label!r}"
        )
    return dataset.with_label_column(label)


def _laid_out(dataset: Dataset, layout: str, console: Console) -> tuple[Dataset, str]:
    """Take labels from a known collection's layout, where it is one."""
    if layout == _NONE:
        return dataset, ""
    from engine.audio.layouts import LAYOUTS, recognise

    names = [known.name for known in LAYOUTS]
    if layout not in ("auto", *names):
        raise ParameterError(
            f"--layout must be auto, none or one of {', '.join(names)}; it is "
            f"{layout!r}"
        )
    found = recognise(dataset)
    if layout != "auto" and (found is None or found.name != layout):
        seems = "no known collection" if found is None else found.name
        raise ParameterError(
            f"--layout is {layout!r}, but {dataset.root} looks like {seems}"
        )
    if found is None:
        return dataset, ""
    console.say(found.sentence)
    return found.dataset, found.name
