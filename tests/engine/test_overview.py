"""A long recording at a glance: what is drawn of it, and how it is left half way."""

import numpy as np
import pytest

from engine.audio.decoding import write_wav
from engine.audio.overview import overview
from engine.errors import Cancelled

RATE = 8000


@pytest.fixture
def minute(tmp_path):
    """A minute of silence with a click at 45 s."""
    samples = np.zeros(60 * RATE + 7)
    samples[45 * RATE] = -0.5
    write_wav(tmp_path / "minute.wav", samples, RATE)
    return tmp_path / "minute.wav"


def test_every_sample_counts_and_stands_at_its_time(minute):
    found = overview(minute)
    assert len(found.samples) / found.rate == pytest.approx(60, abs=0.06)
    (place,) = np.flatnonzero(found.samples)
    assert place / found.rate == pytest.approx(45, abs=0.06)
    assert found.samples[place] == pytest.approx(-0.5, abs=1e-3)


def test_a_span_begins_at_its_own_beginning(minute):
    found = overview(minute, 40.0, 50.0)
    assert len(found.samples) / found.rate == pytest.approx(10)
    assert np.argmin(found.samples) / found.rate == pytest.approx(5, abs=0.06)


def test_it_can_be_left(minute):
    def leave(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        overview(minute, report=leave)
