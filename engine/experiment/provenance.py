"""What a result came of: which sounds, and which versions of what computed it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from functools import cache
from importlib import metadata

from engine import __version__

_LIBRARIES = (
    *("numpy", "scipy", "scikit-learn", "fastcluster", "scikit-fuzzy"),
    *("umap-learn", "openTSNE", "torch", "lightning", "soundfile", "soxr"),
)


@cache
def versions() -> dict[str, str]:
    """Return the versions of AudioClust, Python and the libraries that compute."""
    found = {"audioclust": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def digest_of(keys: Sequence[str | None], truth: Sequence[str] | None = None) -> str:
    """Return a short name of some clips' contents, their order and their truth.

    Parameters
    ----------
    keys : sequence of str or None
        As from an `Extraction`: they name content, so a moved collection is the same.
    truth : sequence of str, optional
        Classes, one per clip.

    Returns
    -------
    str
        20 hexadecimal digits.
    """
    digest = hashlib.blake2b(digest_size=10)
    for part in (*(key or "" for key in keys), "\0truth", *(truth or ())):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
