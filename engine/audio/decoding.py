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
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
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

LOWEST_RATE = 1000
"""Below this many Hz a header is taken to be damaged: no sound is recorded so."""


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
    last = math.inf if end is None else end
    if not 0 <= start < last:
        raise AudioError(
            str(path), f"the span {start:g} to {last:g} s does not run forward from 0"
        )
    try:
        with _opened(path) as reader:
            native = reader.rate
            first = round(start * native)
            stop = None if end is None else max(round(end * native), first + 1)
            if first >= reader.frames:
                raise AudioError(
                    str(path),
                    f"the span starts at {start:g} s, but the sound ends at "
                    f"{reader.frames / native:g} s",
                )
            ends = reader.frames if stop is None else min(stop, reader.frames)
            if (seconds := (ends - first) / native) > longest:
                raise AudioError(
                    str(path),
                    f"it lasts {duration(seconds)}; at most {duration(longest)} fit "
                    "into this machine's memory; cut it into shorter files",
                )
            blocks = reader.blocks(first, stop, mono)
            # Files of floats hold anything; the check below speaks for all of it.
            with np.errstate(over="ignore", invalid="ignore"):
                samples = _joined(blocks, native, native if rate is None else rate)
    except MemoryError:
        raise AudioError(
            str(path), "it does not fit into memory; cut it into shorter spans"
        ) from None
    if not np.isfinite(samples).all():
        raise AudioError(str(path), "it holds samples that are NaN or infinite")
    return samples


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
    from engine.audio.readers import open_reader

    try:
        status = os.stat(path)  # noqa: PTH116 - str and Path alike
    except (OSError, ValueError) as error:
        raise AudioError(str(path), plain_reason(error)) from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
        raise AudioError(str(path), f"it is {kind}, not a file")
    if status.st_size == 0:
        raise AudioError(str(path), "the file is empty (0 bytes)")
    if not os.access(path, os.R_OK):  # libsndfile would call it a "System error"
        raise AudioError(str(path), plain_reason(PermissionError(errno.EACCES, "")))
    reader = open_reader(path)
    if reader.frames <= 0 or reader.rate <= 0:
        reader.close()
        raise AudioError(str(path), "it holds no samples; it is empty or cut short")
    if reader.rate < LOWEST_RATE:
        reader.close()
        raise AudioError(
            str(path),
            f"its header gives a sample rate of {reader.rate} Hz, and must be damaged; "
            f"copy or export it again at {LOWEST_RATE} Hz or more",
        )
    return reader


def _joined(blocks: Blocks, have: int, want: int) -> NDArray[np.float32]:
    """Resample along time to the length librosa defines: ceil(n * want / have).

    A sound of several blocks is resampled on the way, so that it is never in memory
    at its own rate, nor with all of its channels if these are averaged.
    """
    import soxr

    start = list(islice(blocks, 2))
    if len(start) == 1 and have == want:
        return start[0]
    if len(start) == 1:
        n, out = len(start[0]), soxr.resample(start[0], have, want, quality="HQ")
    else:
        n, pieces = 0, []
        channels = 1 if start[0].ndim == 1 else start[0].shape[1]
        stream = soxr.ResampleStream(have, want, channels, "float32", "HQ")
        for block in chain(start, blocks):
            n += len(block)
            pieces.append(block if have == want else stream.resample_chunk(block))
        if have != want:
            pieces.append(stream.resample_chunk(start[0][:0], last=True))
        start.clear()
        out = np.concatenate(pieces)
    length = math.ceil(n * (want / have))
    if len(out) < length:
        padding = [(0, length - len(out))] + [(0, 0)] * (out.ndim - 1)
        return np.pad(out, padding)
    return np.ascontiguousarray(out[:length])
