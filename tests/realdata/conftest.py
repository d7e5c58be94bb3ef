"""Where the real recordings are: beside the project, never inside it."""

from pathlib import Path

import pytest

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def realdata() -> Path:
    if not (RECORDINGS / "README.txt").is_file():
        pytest.skip("no recordings beside the project (../shared/data)")
    return RECORDINGS
