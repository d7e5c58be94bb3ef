"""Errors: they travel from the worker process and arrive with their words."""

import pickle

import pytest

from engine.errors import (
    AudioError,
    Cancelled,
    EngineError,
    ParameterError,
    ProjectError,
)

ERRORS = [
    EngineError("what happened"),
    ParameterError("eps must be at least 1e-06; it is 0"),
    AudioError("snares/été \udcff.wav", "the header is broken"),
    ProjectError("no such table"),
    Cancelled(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_the_way_between_processes(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_an_audio_error_names_file_and_reason():
    error = AudioError("kick.wav", "it is empty")
    assert (error.path, error.reason) == ("kick.wav", "it is empty")
    assert str(error) == "kick.wav: it is empty"


def test_cancelling_is_no_error_and_everything_else_is_one():
    assert not isinstance(Cancelled(), EngineError)
    assert all(
        isinstance(e, EngineError) for e in ERRORS if not isinstance(e, Cancelled)
    )
    assert isinstance(ParameterError(""), ValueError)
