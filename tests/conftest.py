"""What every test shares: no screen, and the recordings beside the project."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

RECORDINGS = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def realdata() -> Path:
    if not (RECORDINGS / "README.txt").is_file():
        pytest.skip("no recordings beside the project (../shared/data)")
    return RECORDINGS
