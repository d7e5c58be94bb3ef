"""Sound files in, samples out: look at a file, decode it or a span of it, write one.

libsndfile (soundfile) reads WAV, FLAC, OGG, Opus, MP3, AIFF and their kin; what it
cannot open goes to audioread, which asks FFmpeg or the system's own codecs. Samples
equal those of `librosa.load`, whose definitions of mixing, resampling (soxr, "HQ") and
length are followed. Every function may be called from several threads at once.
"""

from __future__ import annotations

import errno
import io
import math
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.audio.reasons import UNWRITTEN, duration, plain_reason
from engine.errors import AudioError

if TYPE_CHECKING:
    from engine.audio.readers import Blocks, Reader

RATE = 22_050
"""The rate at which the engine listens, in Hz."""

LOWEST_RATE, HIGHEST_RATE = 1000, 10_000_000
"""Outside of these, in Hz, a header is taken to be damaged: no sound is recorded so."""


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file says about itself.

    Parameters
    ----------
    rate : int
        Sample rate in Hz, at least 1.
    channels : int
        Number of channels, at least 1.
    duration : float
        Length in seconds, above 0. An estimate for MP3 and for what FFmpeg decodes.
    format : str
        Container and coding, such as "WAV PCM_24".
    """

    rate: int
    channels: int
    duration: float
    format: str


def probe(path: str | Path) -> AudioInfo:
    """Look at a file without decoding it.

    Parameters
    ----------
    path : str or Path
        The file; names that are not UTF-8 are welcome.

    Returns
    -------
    AudioInfo

    Raises
    ------
    AudioError
        If there is no such file, it is no sound, or it holds no samples.
    """
    with _opened(path) as reader:
        seconds = reader.frames / reader.rate
        return AudioInfo(reader.rate, reader.channels, seconds, reader.format)


def decode(
    path: str | Path,
    start: float = 0.0,
    end: float | None = None,
    *,
    rate: int | None = RATE,
    mono: bool = True,
    longest: float = math.inf,
) -> NDArray[np.float32]:
    """Decode a file, or only a span of it.

    Parameters
    ----------
    path : str or Path
        The file; names that are not UTF-8 are welcome.
    start : float
        Where the span begins, in seconds, at least 0.
    end : float, optional
        Where it ends, in seconds, above ``start``. None, or a time past the end of the
        file, stands for the end of the file.
    rate : int, optional
        The rate wanted, in Hz; None keeps the file's own.
    mono : bool
        Whether to average the channels.
    longest : float
        How many seconds the caller has memory for; a longer span is refused before
        any of it is decoded.

    Returns
    -------
    float32 array, shape (n,), or (n, channels) unless ``mono``
        At least one sample, all finite; full scale is -1 to 1, which files of floats
        may exceed.

    Raises
    ------
    AudioError
        If the file is missing, empty, no sound, damaged or cut short, the span lies
        outside it or is too long, or it holds samples that are not finite.
    """
    try:
        pieces = list(_span(path, start, end, rate, mono, longest=longest))
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
    except MemoryError:
        raise AudioError(
            str(path), "it does not fit into memory; cut it into shorter spans"
        ) from None


def blocks(
    path: str | Path,
    start: float = 0.0,
    end: float | None = None,
    *,
    rate: int | None = RATE,
    mono: bool = True,
    seconds: float = 10.0,
) -> Iterator[NDArray[np.float32]]:
    """Decode a file, or a span of it, piece by piece: in flat memory, however long.

    The pieces put together are what `decode` returns for the same span, to the bit.
    The file is opened when the first piece is asked for, and closed after the last one
    or with the iterator.

    Parameters
    ----------
    path, start, end, rate, mono
        As for `decode`.
    seconds : float
        Roughly the length of a piece, above 0; resampling shifts its edges a little.

    Yields
    ------
    float32 array, shape (n,), or (n, channels) unless ``mono``
        At least one sample, all finite.

    Raises
    ------
    AudioError
        As `decode` does; but what is wrong further on is found only there.
    """
    return _span(path, start, end, rate, mono, seconds=seconds)


def write_wav(path: str | Path, samples: ArrayLike, rate: int) -> None:
    """Write a 16-bit WAV file; it appears under its name only when it is complete.

    Parameters
    ----------
    path : str or Path
        The file; one that exists is replaced.
    samples : array, shape (n,) or (n, channels)
        Full scale is -1 to 1; what lies outside is clipped.
    rate : int
        Sample rate in Hz.

    Raises
    ------
    AudioError
        If the file cannot be written.
    """
    import soundfile

    path = Path(path)
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    data = np.asarray(samples, dtype=np.float32)
    # By way of memory: of a full disk libsndfile says no more than "System error".
    sound = io.BytesIO()
    try:
        soundfile.write(sound, data, rate, subtype="PCM_16", format="WAV")
        part.write_bytes(sound.getbuffer())
        part.replace(path)
    except (OSError, soundfile.LibsndfileError) as error:
        known = getattr(error, "errno", None) is not None
        reason = plain_reason(error) if known else UNWRITTEN
        raise AudioError(str(path), f"not written: {reason}") from error
    finally:
        with suppress(OSError):
            part.unlink()


def _opened(path: str | Path) -> Reader:
    """Open a file after the checks that give a better reason than any codec."""
    from engine.audio.tape import opened

    try:
        status = os.stat(path)  # noqa: PTH116 - str and Path alike
    except (OSError, ValueError) as error:
        raise AudioError(str(path), plain_reason(error)) from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
        raise AudioError(str(path), f"it is {kind}, not a file; remove it")
    if status.st_size == 0:
        reason = "the file is empty (0 bytes); copy or export it again"
        raise AudioError(str(path), reason)
    if not os.access(path, os.R_OK):  # libsndfile would call it a "System error"
        raise AudioError(str(path), plain_reason(PermissionError(errno.EACCES, "")))
    reader = opened(path, status)
    if reader.frames <= 0 or reader.rate <= 0:
        reader.close()
        reason = "it holds no samples; it is empty or cut short, export it again"
        raise AudioError(str(path), reason)
    if not LOWEST_RATE <= reader.rate <= HIGHEST_RATE:
        reader.close()
        raise AudioError(
            str(path),
            f"its header gives a sample rate of {reader.rate} Hz, and must be damaged; "
            f"copy or export it again at {LOWEST_RATE} to {HIGHEST_RATE} Hz",
        )
    return reader


def _span(
    path: str | Path,
    start: float,
    end: float | None,
    rate: int | None,
    mono: bool,
    *,
    longest: float = math.inf,
    seconds: float = math.inf,
) -> Blocks:
    """Yield a span at the rate wanted, after the checks that can be made ahead."""
    last = math.inf if end is None else end
    if not 0 <= start < last:
        raise AudioError(
            str(path), f"the span {start:g} to {last:g} s does not run forward from 0"
        )
    with _opened(path) as reader:
        have = reader.rate
        first = round(start * have)
        stop = None if end is None else max(round(end * have), first + 1)
        if first >= reader.frames:
            raise AudioError(
                str(path),
                f"the span starts at {start:g} s, but the sound ends at "
                f"{reader.frames / have:g} s",
            )
        ends = reader.frames if stop is None else min(stop, reader.frames)
        if (length := (ends - first) / have) > longest:
            raise AudioError(
                str(path),
                f"it lasts {duration(length)}; at most {duration(longest)} fit "
                "into this machine's memory; cut it into shorter files",
            )
        pieces = reader.blocks(first, stop, mono, seconds)
        for piece in _resampled(pieces, have, have if rate is None else rate):
            if not np.isfinite(piece).all():
                reason = "it holds samples that are NaN or infinite; export it again"
                raise AudioError(str(path), reason)
            yield piece


def _resampled(blocks: Blocks, have: int, want: int) -> Blocks:
    """Resample along time to the length librosa defines: ceil(n * want / have).

    A sound of several blocks is resampled on the way, to the same samples: then it is
    never in memory at its own rate, nor with all of its channels if these are averaged.
    """
    import soxr

    if have == want:
        yield from blocks
        return
    head = list(islice(blocks, 2))
    empty = head[0][:0].copy()
    n = given = 0
    if len(head) == 1:
        n, rest = len(head[0]), soxr.resample(head[0], have, want, quality="HQ")
    else:
        channels = 1 if empty.ndim == 1 else empty.shape[1]
        stream = soxr.ResampleStream(have, want, channels, "float32", "HQ")
        while head:
            block = head.pop(0)
            head.extend(islice(blocks, 1))
            n += len(block)
            piece = stream.resample_chunk(block)
            given += len(piece)
            if len(piece):
                yield piece
        rest = stream.resample_chunk(empty, last=True)
    # The end that soxr leaves out where it rounds down.
    length = math.ceil(n * (want / have)) - given
    if len(rest) < length:
        rest = np.pad(rest, [(0, length - len(rest))] + [(0, 0)] * (rest.ndim - 1))
    if length > 0:
        yield np.ascontiguousarray(rest[:length])
