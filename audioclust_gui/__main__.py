"""The command ``audioclust``.

Light on purpose: the worker process passes through this module and must not meet Qt.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import engine


def parser() -> argparse.ArgumentParser:
    """Return the command line of ``audioclust``."""
    parser = argparse.ArgumentParser(
        prog="audioclust",
        description="Cluster audio by pointing, looking and listening.",
    )
    parser.add_argument(
        "path",
        nargs="?",
        metavar="FOLDER|TABLE|PROJECT",
        help="a folder of sounds, a table that lists some (CSV, TSV) or a project; by "
        "default what was open last",
    )
    parser.add_argument("--demo", action="store_true", help="open the demo collection")
    parser.add_argument(
        "--snapshot",
        metavar="DIR",
        type=Path,
        help="no window: cluster, then write a picture of the window and a CSV to DIR",
    )
    parser.add_argument(
        "--theme", choices=("system", "light", "dark"), help="colours of the window"
    )
    parser.add_argument(
        "--version", action="version", version=f"AudioClust {engine.__version__}"
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the application and return its exit code."""
    options = parser().parse_args(argv)
    from audioclust_gui.app import run

    return run(
        path=options.path,
        demo=options.demo,
        snapshot=options.snapshot,
        theme=options.theme,
    )


if __name__ == "__main__":
    sys.exit(main())
