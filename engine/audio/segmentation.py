"""Long recordings cut into clips: windows, what sounds, onsets, or what labels name."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.audio import activity, onsets
from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import AudioInfo, blocks, probe
from engine.audio.failure import Failure
from engine.audio.labelled import LabelledSpans
from engine.audio.reasons import duration
from engine.audio.segmentation_params import SegmentationParams
from engine.audio.windows import windows
from engine.errors import AudioError
from engine.progress import Report, Step, silent

__all__ = ["SegmentationParams", "Segmented", "segment"]

RECORDING_COLUMN = "recording"
"""The column with the path of the recording that a span was cut from."""
LABEL_COLUMN = "label"
"""The column with the labels of label files."""

_BLOCK_SECONDS = 5.0  # decoded at once: a cancel waits for as long as this takes
_REPORT = 0.1  # seconds between two reports
_NAMED = 3  # recordings that a note names


@dataclass(frozen=True)
class Segmented:
    """What came of a segmentation.

    Parameters
    ----------
    dataset : Dataset
        The spans as clips, recording by recording, with the columns of the recordings
        and "recording"; where label files were read, also with theirs.
    failures : tuple of Failure
        The recordings that could not be used, by their index in what was segmented.
    notes : tuple of str
        What else a person should know.
    """

    dataset: Dataset
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()


def segment(
    dataset: Dataset,
    params: SegmentationParams | None = None,
    report: Report = silent,
) -> Segmented:
    """Cut every clip of a dataset into spans, each a clip of its own.

    Recordings of any length are listened to in flat memory: of an hour no more is kept
    than a few numbers for each hundredth of a second.

    Parameters
    ----------
    dataset : Dataset
        Recordings, or spans of them.
    params : SegmentationParams, optional
    report : callable
        Told the seconds listened to about ten times a second; may raise Cancelled.

    Returns
    -------
    Segmented
        Times are rounded to microseconds, so that they are the same in every run. What
        precedes the first onset of a recording is in no clip.

    Raises
    ------
    AudioError
        If the one label file for all recordings cannot be read.
    ParameterError
        If that does not say which of several recordings it is about.
    """
    return _Run(dataset, params or SegmentationParams(), report).result()


@dataclass(frozen=True, slots=True)
class _Cut:
    """A span, by the index of the clip it was cut from, and what labels say of it."""

    source: int
    clip: Clip
    known: Mapping[str, str] = field(default_factory=dict)


class _Run:
    """One segmentation on its way."""

    def __init__(
        self, dataset: Dataset, params: SegmentationParams, report: Report
    ) -> None:
        self._dataset, self._params, self._report = dataset, params, report
        self._failures: list[Failure] = []
        self._empty: list[str] = []
        self._outside: dict[str, int] = {}
        self._heard = self._total = 0.0
        self._reported = -1.0
        self._labelled = None
        if params.method == "labels":
            self._labelled = LabelledSpans(dataset, params.label_file)

    def result(self) -> Segmented:
        """Cut all clips."""
        infos = dict(self._probed())
        self._total = sum(map(self._seconds, infos, infos.values()))
        cuts: list[_Cut] = []
        for index, info in infos.items():
            before = self._heard
            try:
                found = list(self._cuts(index, info))
            except AudioError as error:
                self._fail(index, error.reason)
            else:
                cuts += found
                if not found:
                    self._empty.append(self._dataset.clips[index].name)
            self._heard = before + self._seconds(index, info)
            self._say("Cutting recordings")
        self._reported = -1.0
        self._say(f"Cut into {len(cuts)} clips")
        failures = tuple(sorted(self._failures, key=lambda failure: failure.index))
        return Segmented(self._cut_up(cuts), failures, self._notes())

    def _probed(self) -> Iterator[tuple[int, AudioInfo]]:
        for index, clip in enumerate(self._dataset.clips):
            self._say("Looking at recordings")
            try:
                info = probe(self._dataset.file(clip))
            except AudioError as error:
                self._fail(index, error.reason)
                continue
            if clip.start < info.duration:
                yield index, info
            else:
                reason = f"the sound ends at {info.duration:g} s, before the span"
                self._fail(index, reason)

    def _seconds(self, index: int, info: AudioInfo) -> float:
        start, end = self._bounds(index, info)
        return end - start

    def _bounds(self, index: int, info: AudioInfo) -> tuple[float, float]:
        clip = self._dataset.clips[index]
        end = info.duration if clip.end is None else min(clip.end, info.duration)
        return clip.start, end

    def _cuts(self, index: int, info: AudioInfo) -> Iterator[_Cut]:
        clip = self._dataset.clips[index]
        start, end = self._bounds(index, info)
        if self._labelled is not None:
            track = self._labelled.of(clip)
            self._outside[clip.path] = track.from_on(info.duration)
            for span in track.within(start, end):
                first, last = max(start, span.start), min(end, span.end)
                known = {**span.columns, LABEL_COLUMN: span.label}
                yield _Cut(index, _span(clip, first, last), known)
            return
        if self._params.method == "windows":
            found = self._windows(clip, start, end, info)
        elif self._params.method == "silence":
            found = self._sounds(clip, start, end, info)
        else:
            found = self._onsets(clip, start, end, info)
        for first, last in found:
            whole = (first, last) == (start, end)
            yield _Cut(index, clip if whole else _span(clip, first, last))

    def _windows(
        self, clip: Clip, start: float, end: float, info: AudioInfo
    ) -> list[tuple[float, float]]:
        chosen = self._params
        # The length of an MP3 is an estimate; so is that of what libsndfile does not
        # open, of which only the container is known.
        if info.format.startswith("MP3") or " " not in info.format:
            samples = sum(map(len, self._listen(clip, start, end)))
            end = min(end, start + samples / info.rate)
        length, overlap = chosen.length, chosen.overlap
        return windows(start, end, length, overlap, keep_rest=chosen.keep_rest)

    def _sounds(
        self, clip: Clip, start: float, end: float, info: AudioInfo
    ) -> list[tuple[float, float]]:
        chosen = self._params
        size = activity.frame_size(info.rate)
        levels = activity.levels(self._listen(clip, start, end), size)
        above = activity.threshold(levels, chosen.reference, chosen.level)
        step = size / info.rate
        spans = activity.active(levels, above, chosen.level / 2)
        spans = activity.bridged(spans, round(chosen.hang / step))
        spans = spans[spans[:, 1] - spans[:, 0] >= chosen.shortest / step]
        times = np.minimum(start + spans * step, end)
        return _pairs(activity.padded(times, chosen.padding, start, end))

    def _onsets(
        self, clip: Clip, start: float, end: float, info: AudioInfo
    ) -> list[tuple[float, float]]:
        chosen = self._params
        flux, step = onsets.flux(self._listen(clip, start, end), info.rate)
        times = start + onsets.pick(flux, step, chosen.threshold, chosen.distance)
        first = np.clip(times - chosen.padding, start, end)
        last = np.minimum(np.append(first[1:], end), times + chosen.longest)
        return _pairs(np.column_stack([first, last]))

    def _listen(
        self, clip: Clip, start: float, end: float
    ) -> Iterator[NDArray[np.float32]]:
        """Yield a recording at its own rate, and say how far it is."""
        path, before = self._dataset.file(clip), self._heard
        seconds = _BLOCK_SECONDS
        for block in blocks(path, start, end, rate=None, seconds=seconds):
            yield block
            self._heard = min(before + end - start, self._heard + seconds)
            self._say("Listening to recordings")

    def _fail(self, index: int, reason: str) -> None:
        path = self._dataset.clips[index].path
        self._failures.append(Failure(index, path, reason))

    def _cut_up(self, cuts: list[_Cut]) -> Dataset:
        """Return the spans as a dataset, with every column that is known of them."""
        source = self._dataset
        columns = {
            name: tuple([values[cut.source] for cut in cuts])
            for name, values in source.columns.items()
        }
        if RECORDING_COLUMN not in columns:
            paths = tuple([source.clips[cut.source].path for cut in cuts])
            columns[RECORDING_COLUMN] = paths
        label_column = source.label_column
        for name in dict.fromkeys(name for cut in cuts for name in cut.known):
            values = tuple([cut.known.get(name, "") for cut in cuts])
            free = name if name not in columns else f"span {name}"
            columns[free] = values
            if name == LABEL_COLUMN and len(set(values) - {""}) >= 2:
                label_column = free
        clips = tuple([cut.clip for cut in cuts])
        return Dataset(source.root, clips, columns, label_column)

    def _notes(self) -> tuple[str, ...]:
        notes = [] if self._labelled is None else list(self._labelled.notes)
        if outside := sum(self._outside.values()):
            lie = "label lies outside its recording and is"
            if outside > 1:
                lie = "labels lie outside their recordings and are"
            notes.append(f"{outside} {lie} left out")
        if self._empty:
            told = ", ".join(self._empty[:_NAMED])
            more = f" and {len(self._empty) - _NAMED} more"
            what = "No label" if self._labelled is not None else "No sound"
            notes.append(
                f"{what} was found in {told}" + more * (len(self._empty) > _NAMED)
            )
        return tuple(notes)

    def _say(self, message: str) -> None:
        now = time.monotonic()
        if now - self._reported >= _REPORT:
            self._reported = now
            if self._total:
                message += f": {duration(self._heard)} of {duration(self._total)}"
            self._report(Step(int(self._heard), int(self._total), message))


def _span(clip: Clip, start: float, end: float) -> Clip:
    return Clip(clip.path, round(start, 6), round(end, 6))


def _pairs(times: NDArray[np.float64]) -> list[tuple[float, float]]:
    return [(float(start), float(end)) for start, end in times if start < end]
