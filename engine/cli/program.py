"""The program: its commands, what they share, and how it ends.

Exit codes
----------
0
    Done. A clip that could not be used is a warning, and a row in ``failures.csv``.
1
    Not done: the reason is one line on stderr. Also when no clip at all can be used.
2
    A flag or a parameter is wrong.
130
    Stopped with Ctrl+C. What was extracted, and rows of an experiment, are kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from engine import __version__
from engine.audio.reasons import plain_reason
from engine.cli.command import Command
from engine.cli.console import PROGRAM, Console, silence, write_whatever_comes
from engine.cli.experimenting import EXPERIMENT
from engine.cli.exporting import EXPORT
from engine.cli.extracting import DEMO, EXTRACT, PREPARE, SCAN
from engine.cli.flags import in_flags
from engine.cli.grouping import CLUSTER
from engine.cli.listing_runs import RUNS
from engine.cli.parsing import Parser
from engine.cli.projecting import PROJECT
from engine.cli.segmenting import SEGMENT
from engine.cli.selecting import SELECT
from engine.cli.training import TRAIN
from engine.cli.verify_mnist import VERIFY_MNIST
from engine.errors import Cancelled, EngineError, ParameterError

COMMANDS: tuple[Command, ...] = (
    *(SCAN, PREPARE, SEGMENT, EXTRACT, CLUSTER, SELECT),
    *(TRAIN, RUNS, EXPERIMENT, PROJECT, EXPORT, VERIFY_MNIST, DEMO),
)

_DONE, _TROUBLE, _USAGE, _STOPPED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after the program's name; by default those of this process.

    Returns
    -------
    int
        The exit code, see above.
    """
    write_whatever_comes()
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = parser_for(words).parse_args(words)
    arguments.words = words
    console = Console(
        as_json=arguments.json, quiet=arguments.quiet, bars=arguments.progress
    )
    command = next(c for c in COMMANDS if c.name == arguments.command)
    try:
        console.document(command.run(arguments, console))
        sys.stdout.flush()
    except ParameterError as error:
        console.error(in_flags(str(error)))
        return _USAGE
    except EngineError as error:
        console.error(in_flags(str(error)))
        return _TROUBLE
    except (KeyboardInterrupt, Cancelled):
        console.error("stopped; what was done is kept")
        return _STOPPED
    except BrokenPipeError:
        silence(sys.stdout)  # whoever read it has seen enough
        return _TROUBLE
    except OSError as error:  # such as a full disk under what is printed
        silence(sys.stdout)
        console.error(f"{error.filename or 'output'}: {plain_reason(error)}")
        return _TROUBLE
    finally:
        console.close()
    return _DONE


def parser_for(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return the parser, with the flags of those commands that are named."""
    shared = Parser(add_help=False)
    group = shared.add_argument_group("output")
    for flags, text in (
        (("--json",), "write one JSON document to stdout"),
        (("--quiet", "-q"), "say nothing but errors"),
    ):
        group.add_argument(
            *flags, action="store_true", default=argparse.SUPPRESS, help=text
        )
    group.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help="draw progress bars; by default on a terminal",
    )
    parser = Parser(
        PROGRAM,
        usage="%(prog)s COMMAND [INPUT] [FLAGS]",
        description="Cluster audio without a window.",
        epilog="Exit codes: 0 done (clips that could not be used are in failures.csv), "
        "1 not done, 2 a flag or a parameter is wrong, 130 stopped.",
        parents=[shared],
        allow_abbrev=False,
    )
    parser.set_defaults(json=False, quiet=False, progress=None)
    parser.add_argument(
        "--version", action="version", version=f"{PROGRAM} {__version__}"
    )
    commands = parser.add_subparsers(
        dest="command",
        metavar="COMMAND",
        required=True,
        title="commands",
        prog=PROGRAM,  # or the whole of the usage
    )
    for command in COMMANDS:
        own = commands.add_parser(
            command.name,
            help=command.help,
            usage=f"{PROGRAM} {command.name} {command.usage}",
            description=command.help + ".",
            parents=[shared],
            allow_abbrev=False,
        )
        if command.name in words:
            command.declare(own)
    return parser
