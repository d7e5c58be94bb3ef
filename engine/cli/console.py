"""What the command says: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, TextIO

from engine.clustering.metrics import written
from engine.progress import Step

PROGRAM = "audioclust-batch"

_REDRAW = 0.1  # seconds between two drawings of the bar
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")
_NAMED = 10  # warnings of a kind before the others are only counted


class Console:
    """One run's voice.

    Parameters
    ----------
    as_json : bool
        One JSON document on stdout instead of lines for people.
    quiet : bool
        Neither lines nor bars nor warnings; errors and JSON are still written.
    bars : bool or None
        Whether to draw progress bars; by default where stderr is a terminal.
    """

    def __init__(
        self, *, as_json: bool = False, quiet: bool = False, bars: bool | None = None
    ) -> None:
        self.as_json, self.quiet = as_json, quiet
        asked = sys.stderr.isatty() if bars is None else bars
        self._bars = asked and not quiet
        self._bar: Any = None
        self._drawn = 0.0

    def report(self, step: Step) -> None:
        """Draw how far the run is."""
        now = time.monotonic()
        last = 0 < step.total <= step.done
        if not self._bars or (now - self._drawn < _REDRAW and not last):
            return
        self._drawn = now
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(file=sys.stderr, leave=False, dynamic_ncols=True)
        total = step.total or None
        if total != self._bar.total or step.done < self._bar.n:
            self._bar.reset(total)
        self._bar.n = step.done
        self._bar.set_description_str(_one_line(step.message), refresh=False)
        self._bar.refresh()

    def say(self, text: str) -> None:
        """Tell a person what came of it."""
        self.close()
        if not self.quiet and not self.as_json:
            print(text, flush=True)

    def table(self, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Tell it as a table, numbers to the right."""
        cells = [
            [_shown(*pair) for pair in zip(header, row, strict=True)] for row in rows
        ]
        widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
        for row in (list(header), *cells):
            padded = (
                cell.rjust(width) if _is_number(cell) else cell.ljust(width)
                for cell, width in zip(row, widths, strict=True)
            )
            self.say("  ".join(padded).rstrip())

    def warn(self, text: str) -> None:
        """Say what is not as it should be, and does not stop the run."""
        self.close()
        if not self.quiet:
            print(f"{PROGRAM}: warning: {_one_line(text)}", file=sys.stderr)

    def warn_each(self, texts: Sequence[str], more: str) -> None:
        """Warn of several things of a kind, and count those beyond the first ten."""
        for text in texts[:_NAMED]:
            self.warn(text)
        if len(texts) > _NAMED:
            self.warn(f"and {len(texts) - _NAMED} more{more}")

    def error(self, text: str) -> None:
        """Say in one line why the run ended."""
        self.close()
        print(f"{PROGRAM}: error: {_one_line(text)}", file=sys.stderr)

    def document(self, document: dict[str, Any]) -> None:
        """Write the one JSON document, where that was asked for."""
        self.close()
        if self.as_json:
            # ASCII, so that no console's encoding can garble it.
            print(json.dumps(document, indent=2))

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def write_whatever_comes() -> None:
    """Let names through that the console's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a stream of somebody's own
            _reconfigure(stream)


def silence(stream: TextIO) -> None:
    """Drop what a stream that broke still holds, or Python tries again at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def counted(n: int, noun: str) -> str:
    """Return "1 clip", "2 clips"."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _reconfigure(stream: TextIO) -> None:
    stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]


def _one_line(text: str) -> str:
    """Return text from anywhere, such as a file's name, without orders to terminals."""
    return " ".join(text.translate(_CONTROLS).split())


def _shown(name: str, value: Any) -> str:
    if isinstance(value, float):
        return written(name, value, 3)
    return "" if value is None else _one_line(str(value))


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdigit()
