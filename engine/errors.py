"""The few kinds of trouble the engine reports.

Every message is written for the person at the screen: what happened, to which
parameter or file, the allowed range and the value that was found. All of them survive
pickling, because they travel from the worker process to the window.
"""

from __future__ import annotations


class EngineError(Exception):
    """Base of every error the engine raises on purpose."""


class ParameterError(EngineError, ValueError):
    """A parameter lies outside its declared range, or two of them contradict."""


class AudioError(EngineError):
    """One sound could not be used; the rest of the collection still can.

    Parameters
    ----------
    path : str
        The file in question, as the person knows it.
    reason : str
        What is wrong with it, in words.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        """Return the file and the reason in one line."""
        return f"{self.path}: {self.reason}"


class FeaturesMissingError(EngineError):
    """Features that had been computed are not in the store any more."""


class ProjectError(EngineError):
    """A project file cannot be read, written or understood."""


class DamagedProjectError(ProjectError):
    """What a file holds is no project, and waiting will not make it one."""


class Cancelled(Exception):  # noqa: N818 - an outcome, not an error
    """The person asked for a run to end.

    Raised by a `Report` callable, and let through by every engine function.
    """
