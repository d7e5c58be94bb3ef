"""Whether what was extracted is still what the files hold."""

from __future__ import annotations

import errno
import os
import time

from engine.audio.dataset import Clip, Dataset
from engine.features.extraction import Extraction
from engine.features.identity import DigestCache, Stamp, clip_key, file_digest
from engine.features.store import default_folder
from engine.progress import Report, Step, silent

_REPORT = 0.1  # seconds between two reports
# What the system said, and not a decoder: the drive was away, or a right was missing.
_UNREACHED = frozenset({os.strerror(code).lower() for code in errno.errorcode}) | {
    "there is no such file"
}


def outdated(
    dataset: Dataset, extraction: Extraction, report: Report = silent
) -> frozenset[int]:
    """Find the clips whose extraction would come out differently now.

    Those are clips whose file has other content than the features were computed of, and
    clips that failed and whose file could not be reached or was another one. Only files
    whose size or time of change is new are read. A file that cannot be
    reached now is not counted: nothing is known about it, and what is shown may stay.

    Parameters
    ----------
    dataset : Dataset
    extraction : Extraction
        Of the same clips.
    report : Report

    Returns
    -------
    frozenset of int
        Indices of clips.
    """
    reasons = {failure.index: failure.reason for failure in extraction.failures}
    found = set()
    with DigestCache(default_folder() / "digests.sqlite") as digests:
        check = _Check(dataset, digests, report)
        for i, (clip, key) in enumerate(
            zip(dataset.clips, extraction.keys, strict=True)
        ):
            check.beat(i)
            try:
                if key is None:
                    other = reasons.get(i) in _UNREACHED or not check.is_known(clip)
                    differs = other and bool(check.key(clip))
                else:
                    differs = check.key(clip) != key
            except (OSError, ValueError):
                continue
            if differs:
                found.add(i)
        digests.remember(check.read)
    return frozenset(found)


class _Check:
    """One look at the files of a dataset."""

    def __init__(self, dataset: Dataset, digests: DigestCache, report: Report) -> None:
        self.read: list[tuple[str, Stamp, bytes]] = []
        self._dataset, self._digests, self._report = dataset, digests, report
        self._done = 0
        self._reported = time.monotonic()

    def beat(self, done: int) -> None:
        """Say how far it is, a few times a second."""
        self._done = done
        if time.monotonic() - self._reported >= _REPORT:
            self._reported = time.monotonic()
            total = len(self._dataset)
            self._report(Step(done, total, "Looking for changed recordings"))

    def is_known(self, clip: Clip) -> bool:
        """Tell whether the file was read before as it is now; raises OSError."""
        path = str(self._dataset.file(clip))
        return self._digests.get(path, Stamp.of(path)) is not None

    def key(self, clip: Clip) -> str:
        """Return the key the clip has now; raises OSError."""
        path = str(self._dataset.file(clip))
        stamp = Stamp.of(path)
        digest = self._digests.get(path, stamp)
        if digest is None:
            digest = file_digest(path, lambda: self.beat(self._done))
            self.read.append((path, stamp, digest))
        return clip_key(digest, clip.start, clip.end)
