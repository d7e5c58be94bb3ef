"""Which spans of a dataset's recordings label files name."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.audio.dataset import Clip, Dataset
from engine.audio.label_files import Span, labels_beside, read_labels
from engine.audio.lookup import Lookup
from engine.errors import AudioError, ParameterError

_TOLD = 3  # problems of one label file that are told one by one


class LabelTrack:
    """The spans that are named of one recording.

    Parameters
    ----------
    spans : sequence of Span
        In the label file's order.
    """

    def __init__(self, spans: Sequence[Span] = ()) -> None:
        self._spans = spans
        self._starts = np.array([span.start for span in spans])
        self._ends = np.array([span.end for span in spans])

    def within(self, start: float, end: float) -> list[Span]:
        """Return the spans that share some time with another, in their order."""
        shared = (self._starts < end) & (self._ends > start)
        return [self._spans[i] for i in np.flatnonzero(shared).tolist()]

    def from_on(self, time: float) -> int:
        """Return how many spans begin at a time or later."""
        return int((self._starts >= time).sum())


class LabelledSpans:
    """The spans that label files name: those beside the recordings, or one for all.

    Parameters
    ----------
    dataset : Dataset
    file : str
        The label file for all recordings, from the dataset's folder or absolute; "" for
        those beside them.

    Attributes
    ----------
    notes : list of str
        What could not be used of the label files read so far.

    Raises
    ------
    AudioError
        If the one label file cannot be read.
    ParameterError
        If it does not say which of several recordings it is about.
    """

    def __init__(self, dataset: Dataset, file: str) -> None:
        self.notes: list[str] = []
        self._dataset = dataset
        self._beside: dict[Path, Path | None] = {}
        self._read: dict[Path, tuple[Span, ...]] = {}
        self._tracks: dict[str, LabelTrack] = {}
        self._of_all: dict[str, list[Span]] | None = None
        if file:
            self._of_all = self._sorted_out(Path(dataset.root, file))

    def of(self, clip: Clip) -> LabelTrack:
        """Return the spans of a clip's recording.

        Raises
        ------
        AudioError
            If no label file belongs to it, or that cannot be read.
        """
        if clip.path not in self._tracks:
            spans = self._spans_of(self._dataset.file(clip))
            self._tracks[clip.path] = LabelTrack(spans)
        return self._tracks[clip.path]

    def _spans_of(self, recording: Path) -> Sequence[Span]:
        if self._of_all is not None:
            return self._of_all.get(_key(recording), ())
        if recording not in self._beside:
            self._beside[recording] = labels_beside(recording)
        path = self._beside[recording]
        if path is None:
            raise AudioError(str(recording), "no label file belongs to it")
        if path not in self._read:
            self._read[path] = self._spans(path)
        spans = self._read[path]
        names = {Path(s.path.replace("\\", "/")).name for s in spans if s.path}
        # A table beside a recording may be about its neighbours too.
        if len(names) > 1 and recording.name in names:
            spans = tuple(s for s in spans if s.path is None or _is(s, recording))
        return spans

    def _sorted_out(self, path: Path) -> dict[str, list[Span]]:
        """Return the spans of one label file by the recordings they are about."""
        spans = self._spans(path)
        recordings = {_key(self._dataset.file(c)) for c in self._dataset.clips}
        found: dict[str, list[Span]] = defaultdict(list)
        lookup = Lookup(self._dataset.root)
        missing: dict[str, str] = {}
        for span in spans:
            if span.path is None and len(recordings) != 1:
                raise ParameterError(
                    f"SegmentationParams.label_file (Label file) must say in a column "
                    f"which of {len(recordings)} recordings each span is of; it is "
                    f"{path}"
                )
            try:
                place = lookup.find(span.path) if span.path else next(iter(recordings))
            except AudioError as error:
                missing[error.path] = error.reason
                continue
            found[_key(place)].append(span)
        problems = [f"{name}: {reason}" for name, reason in missing.items()]
        self._note(path, "names recordings that were not found", problems)
        return found

    def _spans(self, path: Path) -> tuple[Span, ...]:
        labels = read_labels(path)
        problems = [problem.reason for problem in labels.problems]
        self._note(path, "has rows that are no spans", problems)
        return labels.spans

    def _note(self, path: Path, what: str, problems: list[str]) -> None:
        if problems:
            told = "; ".join(problems[:_TOLD])
            more = f"; and {len(problems) - _TOLD} more" * (len(problems) > _TOLD)
            self.notes.append(f"{path} {what}: {told}{more}")


def _is(span: Span, recording: Path) -> bool:
    return Path((span.path or "").replace("\\", "/")).name == recording.name


def _key(path: str | Path) -> str:
    return os.path.normcase(os.path.abspath(path))  # noqa: PTH100 - links stay
