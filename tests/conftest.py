"""What every test shares: no screen, folders of its own, and the recordings."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The same examples everywhere, always: whoever has what CI has sees what CI sees.
# `make fuzz` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("same")

RECORDINGS = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def realdata() -> Path:
    if not (RECORDINGS / "README.txt").is_file():
        pytest.skip("no recordings beside the project (../shared/data)")
    return RECORDINGS


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """A cache that the tests of one process share, so that the demo is made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def places(tmp_path, cache, monkeypatch):
    """Keep projects, settings and features away from those of the person."""
    monkeypatch.setenv("AUDIOCLUST_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("AUDIOCLUST_CACHE", str(cache))
    return tmp_path
