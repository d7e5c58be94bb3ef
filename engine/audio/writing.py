"""Samples into a WAV file, piece by piece."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audio.readers import c_name
from engine.audio.reasons import UNWRITTEN, plain_reason
from engine.errors import AudioError

Pieces = Iterator[NDArray[np.float32]]

SUBTYPES: dict[str, str] = {
    "PCM_16": "16 bit",
    "PCM_24": "24 bit",
    "FLOAT": "32 bit, floating point",
}
"""How samples may be stored, by libsndfile's names."""

_BITS = {"PCM_16": 16, "PCM_24": 24, "FLOAT": 32}
_LARGEST_WAV = 0xFFFF_0000  # bytes; what is longer becomes RF64, which has no limit


def write_pieces(
    path: Path, pieces: Pieces, rate: int, channels: int, subtype: str, n: int
) -> None:
    """Write a WAV file; it appears under its name only when it is complete.

    Parameters
    ----------
    path : Path
        The file; one that exists is replaced.
    pieces : iterator of float32 array, shape (n,) or (n, channels)
        Full scale is -1 to 1; what lies outside is clipped, unless it is stored in
        floating point. Samples of a file of so many bits are stored as they were there.
    rate : int
        Sample rate in Hz.
    channels : int
    subtype : str
        One of `SUBTYPES`.
    n : int
        About how many frames there will be.

    Raises
    ------
    AudioError
        If the file cannot be written; what the iterator raises passes through.
    """
    import soundfile

    part = path.with_name(f".{uuid.uuid4().hex}.part")
    kind = "RF64" if n * channels * _BITS[subtype] / 8 > _LARGEST_WAV else "WAV"
    try:
        part.touch()  # says what is wrong, where libsndfile says "System error"
        with soundfile.SoundFile(
            c_name(part), "w", rate, channels, subtype, format=kind
        ) as sound:
            for piece in pieces:
                sound.write(_stored(piece, subtype))
        part.replace(path)
    except OSError as error:
        raise AudioError(str(path), f"not written: {plain_reason(error)}") from error
    except (soundfile.LibsndfileError, AssertionError) as error:
        # soundfile asserts that all was written.
        raise AudioError(str(path), f"not written: {UNWRITTEN}") from error
    finally:
        with suppress(OSError):
            part.unlink()


def _stored(piece: NDArray[np.float32], subtype: str) -> NDArray[np.generic]:
    """Return samples as libsndfile writes them unchanged; its own scaling truncates."""
    if subtype == "FLOAT":
        return piece
    full = np.float32(1 << (_BITS[subtype] - 1))
    steps = np.rint(piece.clip(-1.0, 1.0) * full).clip(-full, full - 1)
    if subtype == "PCM_16":
        return steps.astype(np.int16)
    return steps.astype(np.int32) << 8
