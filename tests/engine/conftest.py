"""A small project with results, made once: five classes of the demo."""

import pytest

from engine.audio.demo import write_demo
from engine.projects.opening import fresh
from engine.projects.steps import run


@pytest.fixture(scope="session")
def finished(cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOCLUST_CACHE", str(cache))
        return run(fresh(write_demo(cache / "little-demo", per_class=4)))
