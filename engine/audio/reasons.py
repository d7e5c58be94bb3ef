"""What a codec or the system complains about, in words that say what to do next."""

from __future__ import annotations

import errno
import os

_DAMAGED = (
    "its header is damaged, or the file is cut short; copy or export it again "
    "(libsndfile: {})"
)
# libsndfile's codes: of the others, its parsers' own, each names one broken field.
_NO_SOUND_FORMAT = (1, 7)  # 7 is what the MP3 parser says of any other content
_SYSTEM_ERROR = 2

_BY_NUMBER = {
    errno.ENOENT: "there is no such file",
    errno.EACCES: "permission denied: change its permissions, or copy it to a folder of"
    " your own",
    errno.ELOOP: "it is a link that leads back to itself (too many levels of symbolic "
    "links); replace it by the file",
    errno.EIO: "the disk cannot read or write it (input/output error); copy it to "
    "another one",
    errno.ENAMETOOLONG: "its name or path is too long; shorten it",
    errno.ENOSPC: "no space left: the disk is full; free some space",
}
_BY_NUMBER[errno.EPERM] = _BY_NUMBER[errno.EACCES]
_DANGLING = "it is a link to a file that is not there; replace it by the file"
UNWRITTEN = "the disk is full or the folder cannot be written"
"""What is known of a failure to write for which the system gave no number."""


def plain_reason(error: Exception) -> str:
    """Say in words what a library or the system complains about."""
    if isinstance(error, FileNotFoundError) and os.path.islink(error.filename or ""):  # noqa: PTH114
        return _DANGLING
    if isinstance(error, OSError) and error.errno in _BY_NUMBER:
        return _BY_NUMBER[error.errno]
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    code = getattr(error, "code", None)
    if code in _NO_SOUND_FORMAT or isinstance(error, TypeError):
        return (
            "its content is not in a sound format that can be read; convert it to WAV "
            "or FLAC, or remove it"
        )
    text = getattr(error, "error_string", "") or str(error) or type(error).__name__
    text = text.strip().rstrip(".").strip()
    if code == _SYSTEM_ERROR:
        return f"the system cannot read or write it ({text.lower()})"
    return text if code is None else _DAMAGED.format(text)


def duration(seconds: float) -> str:
    """Say how long something lasts: "45 s", "12 min", "6.1 h"."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
