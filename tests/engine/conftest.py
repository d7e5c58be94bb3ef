"""A small project with results, made once; and audioclust-batch with its sounds."""

from pathlib import Path

import pytest

from engine.audio.demo import write_demo
from engine.cli import main
from engine.projects.opening import fresh
from engine.projects.steps import run


@pytest.fixture(scope="session")
def finished(cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOCLUST_CACHE", str(cache))
        return run(fresh(write_demo(cache / "little-demo", per_class=4)))


@pytest.fixture(scope="session")
def sounds(cache) -> Path:
    folder = cache / "cli-demo"
    write_demo(folder, per_class=3)
    return folder


@pytest.fixture
def batch(cache, capsys):
    """Run the program; return exit code, stdout and stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        here = [] if words[0] == "runs" else ["--workers", 0]
        here += ["--cache", cache]
        if words[0] in ("demo", "scan", "prepare", "segment"):
            here = []
        try:
            code = main([str(word) for word in (*words, *here)])
        except SystemExit as end:  # argparse's way
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run
