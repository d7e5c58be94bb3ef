"""A parser that says in a line what is wrong with the words, and where help is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from engine.cli.console import PROGRAM


class Parser(argparse.ArgumentParser):
    """argparse's, less the list of all flags for a single wrong one."""

    def parse_known_args(  # type: ignore[override]  # argparse's has overloads
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse, and name the flags that are meant by those that are unknown."""
        found, unknown = super().parse_known_args(args, namespace)
        for word in unknown:
            if not word.startswith("-"):
                self.error(f"there is no place for {word!r}; INPUT is one")
            known = [flag for a in self._actions for flag in a.option_strings]
            near = get_close_matches(word.partition("=")[0], known, n=1)
            self.error(
                f"there is no flag {word}" + (f"; there is {near[0]}" if near else "")
            )
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        message = message.removeprefix("argument ")
        self.exit(2, f"{PROGRAM}: error: {message}. {self.prog} --help tells more\n")
