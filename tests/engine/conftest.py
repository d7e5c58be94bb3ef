"""A small project with results, made once: five classes of the demo."""

import pytest

from engine.audio.demo import write_demo
from engine.projects.opening import fresh
from engine.projects.steps import run


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def places(tmp_path, cache, monkeypatch):
    """Keep projects and features away from those of the person."""
    monkeypatch.setenv("AUDIOCLUST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("AUDIOCLUST_CACHE", str(cache))
    return tmp_path


@pytest.fixture(scope="session")
def finished(cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOCLUST_CACHE", str(cache))
        return run(fresh(write_demo(cache / "little-demo", per_class=4)))
