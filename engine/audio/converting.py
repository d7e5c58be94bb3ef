"""Any readable sound as a WAV file: a collection written anew, prepared if asked."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import LOWEST_RATE, blocks, decode, probe
from engine.audio.failure import Failure
from engine.audio.naming import target_path
from engine.audio.preparing import PreparationParams, prepare
from engine.audio.reasons import plain_reason
from engine.audio.writing import SUBTYPES, Pieces, write_pieces
from engine.errors import AudioError, ParameterError
from engine.params import Params, param
from engine.progress import Report, Step, silent

_REPORT = 0.1  # seconds between two reports


@dataclass(frozen=True)
class ConversionParams(Params):
    """What the files that are written are like; by default as the originals."""

    rate: int = param(
        0,
        label="Sample rate",
        unit="Hz",
        low=0,
        high=500_000,
        zero="Each file's own",
        help="Of the files written; 0 is each file's own. The study used 22050",
    )
    allow_lower: bool = param(
        False,
        label="Lower the rate",
        help="Also for files recorded at a higher rate, which lose their treble; "
        "otherwise these keep their own",
    )
    mono: bool = param(True, label="Mono", help="Average the channels")
    subtype: str = param(
        "PCM_16",
        label="Samples",
        choices=SUBTYPES,
        help="Floating point keeps what lies beyond full scale; the others clip it",
    )

    def check(self) -> None:
        """Refuse a rate that no sound is recorded at."""
        if 0 < self.rate < LOWEST_RATE:
            raise ParameterError(
                f"ConversionParams.rate (Sample rate) must be 0, for each file's own, "
                f"or at least {LOWEST_RATE} Hz; it is {self.rate} Hz"
            )

    def rate_for(self, own: int) -> int:
        """Return the rate, in Hz, at which a file of a given rate is written."""
        lower = self.rate < own and not self.allow_lower
        return own if self.rate == 0 or lower else self.rate


@dataclass(frozen=True)
class Converted:
    """What came of a conversion.

    Parameters
    ----------
    written : tuple of str or None
        One per clip: the file below the folder, with forward slashes; None where there
        is none.
    failures : tuple of Failure
        The clips without a file, in the order of the dataset.
    """

    written: tuple[str | None, ...]
    failures: tuple[Failure, ...]

    def dataset(self, source: Dataset, folder: str | Path) -> Dataset:
        """Return the files as a collection, with what is known of their originals.

        Parameters
        ----------
        source : Dataset
            What was converted.
        folder : str or Path
            Where to.
        """
        kept = [i for i, path in enumerate(self.written) if path is not None]
        clips = tuple(Clip(path) for path in self.written if path is not None)
        root = os.path.abspath(folder)  # noqa: PTH100 - links stay as they are
        return replace(source.subset(kept), root=root, clips=clips)


def convert(
    dataset: Dataset,
    folder: str | Path,
    params: ConversionParams | None = None,
    preparation: PreparationParams | None = None,
    *,
    longest: float = math.inf,
    report: Report = silent,
) -> Converted:
    """Write every clip of a dataset as a WAV file of its own.

    Parameters
    ----------
    dataset : Dataset
    folder : str or Path
        Where to write; made if it is missing. The folders of the dataset are kept, a
        span has its times in its name, and no two files get the same name; see
        `engine.audio.naming.target_path`. Files of an earlier conversion are replaced.
    params : ConversionParams, optional
    preparation : PreparationParams, optional
        What is done to the sounds. Where that is nothing, files of any length are
        converted in flat memory; otherwise a clip is in memory as a whole.
    longest : float
        How many seconds of a clip there is memory for; longer ones fail where they
        would have to be in memory.
    report : callable
        Told several times a second; may raise Cancelled: the files that are complete
        stay.

    Returns
    -------
    Converted

    Raises
    ------
    ParameterError
        If a file of the dataset, or another below its root, would be overwritten; if a
        link in the folder leads out of it; or if no clip can have the cut-off.
    AudioError
        If the folder cannot be made.
    """
    params = params or ConversionParams()
    preparation = preparation or PreparationParams()
    if params.rate and params.allow_lower:
        preparation.check_rate(params.rate)
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are
    taken: set[str] = set()
    targets = [target_path(folder, clip, ".wav", taken) for clip in dataset.clips]
    _refuse_overwriting(dataset, folder, targets)
    _make(folder)
    beat = _Beat(len(dataset), report)
    written: list[str | None] = []
    failures: list[Failure] = []
    for index, (clip, target) in enumerate(zip(dataset.clips, targets, strict=True)):
        beat(index)
        try:
            _make(target.parent)
            _convert(
                dataset.file(clip), clip, target, params, preparation, longest, beat
            )
        except (AudioError, ParameterError) as error:
            reason = error.reason if isinstance(error, AudioError) else str(error)
            failures.append(Failure(index, clip.path, reason))
            written.append(None)
        else:
            written.append(target.relative_to(folder).as_posix())
    beat.last()
    return Converted(tuple(written), tuple(failures))


class _Beat:
    """Reports several times a second, however often it is called."""

    def __init__(self, total: int, report: Report) -> None:
        self._done, self._total, self._report = 0, total, report
        self._reported = -math.inf

    def __call__(self, done: int | None = None) -> None:
        self._done = self._done if done is None else done
        if time.monotonic() - self._reported >= _REPORT:
            self._say()

    def last(self) -> None:
        self._done = self._total
        self._say()

    def _say(self) -> None:
        self._reported = time.monotonic()
        self._report(Step(self._done, self._total, "Writing sounds"))


def _convert(
    file: Path,
    clip: Clip,
    target: Path,
    params: ConversionParams,
    preparation: PreparationParams,
    longest: float,
    beat: Callable[[], None],
) -> None:
    info = probe(file)
    rate = params.rate_for(info.rate)
    preparation.check_rate(rate)
    end = info.duration if clip.end is None else min(clip.end, info.duration)
    channels = 1 if params.mono else info.channels
    if preparation.changes_nothing:
        pieces = blocks(file, clip.start, clip.end, rate=rate, mono=params.mono)
    else:
        span = clip.start, clip.end
        pieces = _prepared(file, *span, rate, params.mono, preparation, longest)
        end = max(end, clip.start + preparation.length)
    n = round((end - clip.start) * rate)
    write_pieces(target, _heard(pieces, beat), rate, channels, params.subtype, n)


def _heard(pieces: Pieces, beat: Callable[[], None]) -> Pieces:
    for piece in pieces:
        yield piece
        beat()


def _prepared(
    file: Path,
    start: float,
    end: float | None,
    rate: int,
    mono: bool,
    preparation: PreparationParams,
    longest: float,
) -> Pieces:
    sound = decode(file, start, end, rate=rate, mono=mono, longest=longest)
    try:
        yield prepare(sound, rate, preparation)
    except MemoryError:
        reason = "it does not fit into memory; cut it into shorter files"
        raise AudioError(str(file), reason) from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise AudioError(str(folder), f"not written: {plain_reason(error)}") from error


def _refuse_overwriting(dataset: Dataset, folder: Path, targets: list[Path]) -> None:
    """Raise ParameterError before anything is written where no file may be."""
    if not folder.exists():
        return
    inside, root = _real(folder), _real(Path(dataset.root))
    homes = {parent: _real(parent) for parent in {target.parent for target in targets}}
    for parent, home in homes.items():
        if not home.is_relative_to(inside):
            raise ParameterError(
                f"The folder to write to must hold no link that leads out of it; "
                f"{parent} leads to {home}"
            )
    there = [target for target in targets if os.path.lexists(target)]
    sources = _identities(dataset) if there else frozenset()
    for target in there:
        if homes[target.parent].is_relative_to(root) or _identity(target) in sources:
            raise ParameterError(
                "Sounds must not be written where originals would be overwritten; "
                f"choose an empty folder. {target} exists"
            )


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # never raises, not even for a link loop


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _identities(dataset: Dataset) -> frozenset[tuple[int, int]]:
    found = {_identity(dataset.file(clip)) for clip in dataset.clips}
    return frozenset(identity for identity in found if identity is not None)
