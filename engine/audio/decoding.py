"""Sound files in, samples out: look at a file, decode it or a span of it, write one.

libsndfile (soundfile) reads WAV, FLAC, OGG, Opus, MP3, AIFF and their kin; what it
cannot open goes to audioread, which asks FFmpeg or the system's own codecs. Samples
equal those of `librosa.load`, whose definitions of mixing, resampling (soxr, "HQ") and
length are followed. Every function may be called from several threads at once.
"""

from __future__ import annotations

import math
import os
import stat
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import AudioError

if TYPE_CHECKING:
    from engine.audio.readers import Reader

RATE = 22_050
"""The rate at which the engine listens, in Hz."""


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
        duration = reader.frames / reader.rate
        return AudioInfo(reader.rate, reader.channels, duration, reader.format)


def decode(
    path: str | Path,
    start: float = 0.0,
    end: float | None = None,
    *,
    rate: int | None = RATE,
    mono: bool = True,
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

    Returns
    -------
    float32 array, shape (n,), or (n, channels) unless ``mono``
        At least one sample, all finite; full scale is -1 to 1, which files of floats
        may exceed.

    Raises
    ------
    AudioError
        If the file is missing, empty, no sound, damaged or cut short, the span lies
        outside it, or it holds samples that are not finite.
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
            samples = reader.read(first, stop, mono)
        # Files of floats hold anything; the check below speaks for all of it.
        with np.errstate(over="ignore", invalid="ignore"):
            samples = _resampled(samples, native, native if rate is None else rate)
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

    from engine.audio.readers import c_name, plain_reason

    path = Path(path)
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    data = np.asarray(samples, dtype=np.float32)
    try:
        soundfile.write(c_name(part), data, rate, subtype="PCM_16", format="WAV")
        part.replace(path)
    except (OSError, soundfile.LibsndfileError) as error:
        raise AudioError(str(path), f"not written: {plain_reason(error)}") from error
    finally:
        with suppress(OSError):
            part.unlink()


def _opened(path: str | Path) -> Reader:
    """Open a file after the checks that give a better reason than any codec."""
    from engine.audio.readers import open_reader, plain_reason

    try:
        status = os.stat(path)  # noqa: PTH116 - str and Path alike
    except (OSError, ValueError) as error:
        raise AudioError(str(path), plain_reason(error)) from error
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
        raise AudioError(str(path), f"it is {kind}, not a file")
    if status.st_size == 0:
        raise AudioError(str(path), "the file is empty (0 bytes)")
    reader = open_reader(path)
    if reader.frames <= 0 or reader.rate <= 0:
        reader.close()
        raise AudioError(str(path), "it holds no samples; it is empty or cut short")
    return reader


def _resampled(
    samples: NDArray[np.float32], have: int, want: int
) -> NDArray[np.float32]:
    """Resample along time to the length librosa defines: ceil(n * want / have)."""
    if have == want:
        return samples
    import soxr

    length = math.ceil(len(samples) * (want / have))
    out: NDArray[np.float32] = soxr.resample(samples, have, want, quality="HQ")
    if len(out) < length:
        padding = [(0, length - len(out))] + [(0, 0)] * (out.ndim - 1)
        return np.pad(out, padding)
    return np.ascontiguousarray(out[:length])
