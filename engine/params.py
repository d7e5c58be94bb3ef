"""A parameter is declared once: type, default, label, unit, range and help.

The same declaration is the form in the window, the flag on the command line, the
validation, the entry in the project file and the documentation.

>>> @dataclass(frozen=True)
... class Smoothing(Params):
...     width: int = param(3, label="Width", unit="frames", low=1, high=99)
>>> Smoothing(width=5).to_dict()
{'width': 5}
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Self

from engine.errors import ParameterError

_KEY = "audioclust"


@dataclass(frozen=True, slots=True)
class Declared:
    """What `param` says about one field, with its name, type and default.

    Parameters
    ----------
    name, label, unit, help : str
        The attribute; the words for a form; the unit shown behind the value.
    kind : type
        One of int, float, bool, str.
    default : object
        The value when nothing is chosen.
    low, high : float or None
        The allowed range, both ends included.
    choices : tuple of (value, label)
        The allowed values of a choice, empty for a free value.
    logarithmic : bool
        Whether equal steps are equal ratios, for sliders and grids.
    several : bool
        Whether the value is any number of the choices, at least one, joined by "+".
    needs : tuple of (field name, values) or None
        The field matters only while the other field has one of these values.
    zero : str
        What 0 stands for where it is no number, such as "no limit", or an empty text.
    grid : tuple
        Values worth trying in a search, empty where none but the chosen one is.
    """

    name: str
    kind: type
    default: Any
    label: str
    unit: str
    help: str
    low: float | None
    high: float | None
    choices: tuple[tuple[Any, str], ...]
    logarithmic: bool
    several: bool
    needs: tuple[str, tuple[Any, ...]] | None
    zero: str
    grid: tuple[Any, ...]

    def range_text(self) -> str:
        """Say the allowed values in words, for messages and tooltips."""
        if self.choices:
            words = 'one or more, joined by "+", of ' if self.several else "one of "
            return words + ", ".join(str(value) for value, _ in self.choices)
        unit = f" {self.unit}" if self.unit else ""
        low, high = (None if v is None else _plain(v) for v in (self.low, self.high))
        if self.low is not None and self.high is not None:
            return f"{low} to {high}{unit}"
        if self.low is not None:
            return f"at least {low}{unit}"
        if self.high is not None:
            return f"at most {high}{unit}"
        return "yes or no" if self.kind is bool else f"any {self.kind.__name__}"

    def checked(self, value: Any, owner: str) -> Any:
        """Return the value in its own type, or raise ParameterError.

        An int is accepted for a float, and a float without a fraction for an int
        (JSON and spin boxes produce both); nothing else is converted.
        """
        good = self._coerced(value)
        if good is None or not self._inside(good):
            raise ParameterError(
                f"{owner}.{self.name} ({self.label}) must be {self.range_text()}; "
                f"it is {value!r}"
            )
        return good

    def _coerced(self, value: Any) -> Any:
        if self.several and isinstance(value, str):
            return self._ordered(value)
        if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
            value = value.item()  # a NumPy scalar
        if isinstance(value, bool) or self.kind is bool:
            return value if isinstance(value, bool) and self.kind is bool else None
        if self.kind is float and isinstance(value, int | float):
            return float(value) if math.isfinite(value) else None
        if self.kind is int and isinstance(value, float):
            return int(value) if value.is_integer() else None
        return value if isinstance(value, self.kind) else None

    def _ordered(self, value: str) -> str | None:
        """Join what was chosen in the order in which it is offered, each once."""
        chosen, offered = set(value.split("+")), [str(name) for name, _ in self.choices]
        known = chosen <= set(offered)
        return "+".join(name for name in offered if name in chosen) if known else None

    def _inside(self, value: Any) -> bool:
        if self.several:
            return True
        if self.choices:
            return any(value == allowed for allowed, _ in self.choices)
        if self.low is not None and value < self.low:
            return False
        return not (self.high is not None and value > self.high)


def _plain(number: float) -> str:
    """Return a whole number in full: 2147483647, not 2.14748e+09."""
    return str(int(number)) if float(number).is_integer() else f"{number:g}"


def param(
    default: Any,
    *,
    label: str,
    unit: str = "",
    help: str = "",  # noqa: A002 - the word argparse and forms use
    low: float | None = None,
    high: float | None = None,
    choices: Mapping[Any, str] | None = None,
    logarithmic: bool = False,
    several: bool = False,
    needs: tuple[str, tuple[Any, ...]] | None = None,
    zero: str = "",
    grid: Iterable[Any] = (),
) -> Any:
    """Declare one field of a `Params` class.

    Parameters
    ----------
    default : int, float, bool or str
        The value when nothing is chosen.
    label, unit, help : str
        The words of the form, the flag and the documentation.
    low, high : float, optional
        The allowed range, both ends included.
    choices : mapping of value to label, optional
        The allowed values, in the order in which they are offered.
    logarithmic : bool
        Whether equal steps are equal ratios.
    several : bool
        Whether the value is any number of the choices, at least one, joined by "+", in
        the order in which they are offered.
    needs : (field name, values), optional
        The field matters only while that field has one of these values.
    zero : str
        What 0 stands for where it is no number; then ``low`` is 0. Of a text, what an
        empty one stands for.
    grid : iterable, optional
        Values worth trying in a search.

    Returns
    -------
    dataclasses.Field
        A field for a frozen dataclass that derives from `Params`.
    """
    declaration = {
        "label": label,
        "unit": unit,
        "help": help,
        "low": low,
        "high": high,
        "choices": tuple((choices or {}).items()),
        "logarithmic": logarithmic,
        "several": several,
        "needs": needs,
        "zero": zero,
        "grid": tuple(grid),
    }
    return dataclasses.field(default=default, metadata={_KEY: declaration})


@dataclass(frozen=True)
class Params:
    """Base of every parameter set: frozen, checked when made, JSON both ways."""

    def __post_init__(self) -> None:
        """Check every field, then what only the fields together can tell."""
        for field in self.declared():
            value = field.checked(getattr(self, field.name), type(self).__name__)
            object.__setattr__(self, field.name, value)
        self.check()

    def check(self) -> None:
        """Raise ParameterError where two fields contradict; by default, never."""

    @classmethod
    def declared(cls) -> tuple[Declared, ...]:
        """Return the declarations in the order in which they were written."""
        return _declared(cls)  # type: ignore[arg-type]  # mypy 2.4 takes a class for its instance

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make a parameter set from names and values; missing ones take the default.

        Raises
        ------
        ParameterError
            For an unknown name or a value outside its range.
        """
        known = {field.name for field in cls.declared()}
        for name in values:
            if name not in known:
                raise ParameterError(
                    f"{cls.__name__} has no parameter {name!r}; it has {sorted(known)}"
                )
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return names and values, all of them JSON scalars."""
        return {field.name: getattr(self, field.name) for field in self.declared()}

    def replace(self, **changes: Any) -> Self:
        """Return a checked copy with some values changed."""
        return dataclasses.replace(self, **changes)

    def matters(self, name: str) -> bool:
        """Tell whether a field has any effect, given the other fields."""
        needs = next(f.needs for f in self.declared() if f.name == name)
        return needs is None or getattr(self, needs[0]) in needs[1]

    def key(self) -> str:
        """Return a short stable name of these values, for content-addressed stores.

        Fields that have no effect do not count, so two sets that compute the same
        thing share one key.
        """
        return _key_of(self)


@lru_cache(maxsize=1024)
def _key_of(params: Params) -> str:
    effective = {n: v for n, v in params.to_dict().items() if params.matters(n)}
    text = json.dumps([type(params).__name__, effective], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


@cache
def _declared(cls: type[Params]) -> tuple[Declared, ...]:
    hints = typing.get_type_hints(cls)
    return tuple(
        Declared(
            name=field.name,
            kind=hints[field.name],
            default=field.default,
            **field.metadata[_KEY],
        )
        for field in dataclasses.fields(cls)
    )
