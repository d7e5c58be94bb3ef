"""Command-line flags made from Params: names, help, ranges and checks.

A flag belongs to every parameter set that has a field of its name, so ``--seed`` seeds
them all. Values are read once it is known which sets take part: the same name may have
another range in another method.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.audio.reasons import plain_reason
from engine.errors import ParameterError
from engine.params import Declared, Params

ALIASES = {"n_clusters": "--k"}
"""Second names, for what everybody types."""

RENAMED = {
    "TrainingParams.rate": "learning_rate",
    "LayerParams.rate": "layer_rate",
    "LayerParams.epochs": "layer_epochs",
}
"""What some fields are called here, where one flag would mean two things."""

_ANYWHERE = frozenset({"seed"})  # may be given where nothing is random
_DEST = "param_"
_METAVARS = {int: "N", float: "X", str: "NAME", bool: ""}


@dataclass(frozen=True)
class ParamFlags:
    """The flags of one command.

    Parameters
    ----------
    sections : mapping of name to type of Params
        Parameter sets that always take part, under their names in a manifest.
    methods : mapping of name to type of Params
        Of these only the one that ``--method`` chooses takes part; may be empty.
    method : str
        The method when none is chosen.
    skip : frozenset of str
        Fields without a flag, as "section.field": the command sets them itself.
    defaults : mapping of field name to str
        What help says of a default that depends on the collection.
    """

    sections: Mapping[str, type[Params]]
    methods: Mapping[str, type[Params]] = field(default_factory=dict)
    method: str = ""
    skip: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def _own(self) -> frozenset[str]:
        """Fields that the command sets itself, to this value and to others."""
        return frozenset(name.partition(".")[2] for name in self.skip)

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Declare the flags, and ``--params``."""
        parser.add_argument(
            "--params",
            metavar="FILE",
            type=Path,
            help="take parameters from a JSON file, such as the manifest.json of an "
            "earlier run; flags given as well override it",
        )
        for name, cls in self.sections.items():
            group = parser.add_argument_group(f"{name} parameters")
            for flag, declared in named(cls).items():
                if self._owners(flag)[:1] == [(name, cls)]:
                    self._add(group, flag, declared)
        if not self.methods:
            return
        group = parser.add_argument_group("method parameters")
        group.add_argument(
            "--method",
            choices=list(self.methods),
            metavar="NAME",
            help=f"one of {', '.join(self.methods)}; default {self.method}",
        )
        for name, cls in self.methods.items():
            for flag, declared in named(cls).items():
                if self._owners(flag)[:1] == [(name, cls)]:
                    knowing = [n for n, c in self._owners(flag) if c is not cls]
                    self._add(group, flag, declared, ", ".join([name, *knowing]))

    def read(
        self,
        arguments: argparse.Namespace,
        usual: Mapping[str, Params] | None = None,
    ) -> tuple[dict[str, Params], str, frozenset[str]]:
        """Make the parameter sets from flags, the ``--params`` file and defaults.

        Parameters
        ----------
        arguments : Namespace
        usual : mapping of section to Params, optional
            Instead of the declared defaults.

        Returns
        -------
        sets : dict of section name to Params
            With the chosen method's under "method_params", where there are methods.
        method : str
            The chosen method, "" where there are none.
        given : frozenset of str
            The fields that were not left to their defaults.

        Raises
        ------
        ParameterError
            If a value is out of range, or a flag has no effect.
        """
        values = self._from_file(getattr(arguments, "params", None))
        told_method = values.pop("method", self.method)
        method = getattr(arguments, "method", None) or told_method
        if method != told_method:
            values.pop("method_params", None)  # another method's
        if self.methods and method not in tuple(self.methods):
            raise ParameterError(
                f"--method must be one of {', '.join(self.methods)}; it is {method!r}"
            )
        chosen = dict(self.sections)
        if self.methods:
            chosen["method_params"] = self.methods[method]
        flags = flags_given(arguments)
        sets = {}
        for section, cls in chosen.items():
            base = usual[section].to_dict() if usual and section in usual else {}
            told = base | dict(values.get(section, {}))
            for flag, declared in named(cls).items():
                skipped = f"{section}.{declared.name}" in self.skip
                if flag in flags and not skipped:
                    told[declared.name] = typed(declared, flags[flag], flag)
            sets[section] = cls.from_dict(told)
        if not self.methods:
            method = ""
        self._refuse_idle(flags, sets, method)
        given = {name for told in values.values() for name in told} | set(flags)
        return sets, method, frozenset(given)

    def _owners(self, name: str) -> list[tuple[str, type[Params]]]:
        everyone = [*self.sections.items(), *self.methods.items()]
        return [
            (owner, cls)
            for owner, cls in everyone
            if (declared := named(cls).get(name))
            and f"{owner}.{declared.name}" not in self.skip
        ]

    def _add(
        self,
        group: argparse._ArgumentGroup,
        name: str,
        declared: Declared,
        of: str = "",
    ) -> None:
        full = "--" + name.replace("_", "-")
        group.add_argument(
            *dict.fromkeys((flag_of(name), full)),
            dest=_DEST + name,
            default=argparse.SUPPRESS,
            help=self._help(declared, of).replace("%", "%%"),
            **(
                {"action": argparse.BooleanOptionalAction}
                if declared.kind is bool
                else {"metavar": _METAVARS[declared.kind]}
            ),
        )

    def _help(self, declared: Declared, of: str) -> str:
        default = self.defaults.get(declared.name)
        if default is None:
            default = (
                {True: "yes", False: "no"}.get(declared.default)
                if (declared.kind is bool)
                else f"{declared.default}"
            )
        facts = [f"default {default}"]
        if declared.kind is not bool:
            facts.insert(0, declared.range_text())
        about = f"{declared.label}. {declared.help}".rstrip(". ")
        return f"{about} ({'; '.join(facts)}){f' [{of}]' if of else ''}"

    def _from_file(self, path: Path | None) -> dict[str, Any]:
        """Read a manifest, its "parameters" alone, or names and values."""
        if path is None:
            return {}
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            found = dict(document.get("parameters", document))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            reason = plain_reason(error) if isinstance(error, OSError) else error
            raise ParameterError(
                f"--params must be a JSON file of parameters; {path}: {reason}"
            ) from error
        values: dict[str, Any] = {}
        for name, value in found.items():
            if name == "method" and (self.methods or "parameters" in document):
                values[name] = value  # which of a manifest is that of the clusters
            elif isinstance(value, dict):
                if name in self.sections or name == "method_params":
                    values.setdefault(name, {}).update(value)
            else:
                self._place(values, name, value, path)
        return values

    def _place(self, values: dict[str, Any], name: str, value: Any, path: Path) -> None:
        """Put a value that stands alone where a flag would."""
        owners = self._owners(name)
        if not owners:
            raise ParameterError(f"{path}: there is no parameter {name!r}")
        for owner, cls in owners:
            section = owner if owner in self.sections else "method_params"
            values.setdefault(section, {})[named(cls)[name].name] = value

    def _refuse_idle(
        self, flags: Mapping[str, Any], sets: Mapping[str, Params], method: str
    ) -> None:
        """Refuse flags that would change nothing: the person expects that they do."""
        for name in flags.keys() - _ANYWHERE:
            knowing = [s for s in sets.values() if name in named(type(s))]
            if not knowing:
                others = [n for n, _ in self._owners(name)]
                raise ParameterError(
                    f"{flag_of(name)} is no parameter of {method}; "
                    f"it is one of {', '.join(others)}"
                )
            if not any(s.matters(named(type(s))[name].name) for s in knowing):
                needs = named(type(knowing[0]))[name].needs
                assert needs is not None  # or it would matter
                if needs[0] in self._own:
                    continue
                raise ParameterError(
                    f"{flag_of(name)} has no effect without {_setting(*needs)}"
                )


def named(cls: type[Params]) -> dict[str, Declared]:
    """Return the fields of a class by what they are called on the command line."""
    return {
        RENAMED.get(f"{cls.__name__}.{declared.name}", declared.name): declared
        for declared in cls.declared()
    }


def flag_of(name: str) -> str:
    """Return the flag of a field: ``--n-fft`` of ``n_fft``, ``--k`` of its alias."""
    return ALIASES.get(name) or "--" + name.replace("_", "-")


def flags_given(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the fields that have a flag on the command line itself, and its text."""
    return {
        name.removeprefix(_DEST): value
        for name, value in vars(arguments).items()
        if name.startswith(_DEST)
    }


def in_flags(message: str) -> str:
    """Call parameters in an error of the engine by what stands on the command line."""
    return re.sub(
        r"\b(?:\w+Params|Grid)\.(\w+)",
        lambda found: flag_of(RENAMED.get(found[0], found[1])),
        message,
    )


def typed(declared: Declared, value: Any, name: str = "") -> Any:
    """Return the value that a flag's text stands for.

    Parameters
    ----------
    declared : Declared
    value : object
    name : str
        What the field is called on the command line, where that is not its own name.

    Raises
    ------
    ParameterError
        By the name of the flag, if it is out of range.
    """
    try:
        return declared.checked(_number(declared, value), "")
    except ParameterError as error:
        raise ParameterError(
            f"{flag_of(name or declared.name)} ({declared.label}) must be "
            f"{declared.range_text()}; it is {value!r}"
        ) from error


def _number(declared: Declared, value: Any) -> Any:
    """Turn a flag's text into a number where one is wanted and it is one."""
    if isinstance(value, str) and declared.kind in (int, float):
        try:
            return declared.kind(value)
        except ValueError:
            return value
    return value


def _setting(name: str, values: tuple[Any, ...]) -> str:
    if values == (True,):
        return flag_of(name)
    if values == (False,):
        return flag_of("no_" + name)
    return f"{flag_of(name)} {' or '.join(map(str, values))}"
