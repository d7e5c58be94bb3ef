"""The two ways into a sound file: libsndfile, and audioread for what that cannot open.

Both answer the same few questions (`Reader`), so `engine.audio.decoding` need not know
which one it talks to.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from engine.audio.reasons import plain_reason
from engine.errors import AudioError

# fmt: off
NATIVE_EXTENSIONS = frozenset({
    ".wav", ".wave", ".bwf", ".rf64", ".w64", ".flac", ".ogg", ".oga", ".opus", ".mp3",
    ".mp2", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".voc", ".sph",
})
"""What libsndfile reads, in lower case."""

FOREIGN_EXTENSIONS = frozenset({
    ".m4a", ".m4b", ".aac", ".wma", ".ac3", ".amr", ".ape", ".wv", ".mka",
})
"""What needs FFmpeg or the system's own codecs, in lower case."""
# fmt: on

# Samples of all channels in one read: enough for nearly every clip as a whole, and a
# bound (16 MB) for the memory of long recordings and of many channels.
_BLOCK = 1 << 22
# libsndfile misplaces a seek into the last page of a Vorbis stream (its issue 885), and
# Opus needs time to converge. Pages last seconds at most: arriving this much earlier
# and reading on is exact, and costs about 10 ms.
_PREROLL_SECONDS = 10
# Sizes that streaming programs write for "not known yet"; libsndfile gives them, as
# "no frame count", the largest int64.
_UNKNOWN_BYTES = 0x7FFF_F000
_UNKNOWN_FRAMES = 1 << 62
_CUT_SHORT = re.compile(r"^ *(?:data|SSND) : (\d+) \(should be (\d+)\)", re.MULTILINE)


Blocks = Iterator[NDArray[np.float32]]


class Reader(Protocol):
    """An open sound file; a context manager that closes it."""

    rate: int
    channels: int
    frames: int
    format: str

    def blocks(self, first: int, stop: int | None, mono: bool) -> Blocks:
        """Yield frames ``first`` to ``stop``, (n,) if ``mono`` else (n, channels).

        At least one frame, or AudioError.
        """

    def close(self) -> None:
        """Close the file."""

    def __enter__(self) -> Self:
        """Return the reader itself."""

    def __exit__(self, *_: object) -> None:
        """Close the file."""


def open_reader(path: str | Path) -> Reader:
    """Open a sound file by whichever library knows it.

    Raises
    ------
    AudioError
        If neither does.
    """
    import soundfile

    try:
        sound = soundfile.SoundFile(c_name(path))
    except (soundfile.LibsndfileError, TypeError) as error:
        reason = plain_reason(error)
    else:
        if sound.frames < _UNKNOWN_FRAMES:
            return _NativeReader(str(path), sound)
        sound.close()
        reason = "its header does not say how long it is (it was written as a stream)"
    return _foreign_reader(path, reason)


class _NativeReader:
    """A file that libsndfile opened."""

    def __init__(self, path: str, sound: Any) -> None:
        self._path = path
        self._sound = sound
        self.rate: int = sound.samplerate
        self.channels: int = sound.channels
        self.frames: int = sound.frames
        self.format = f"{sound.format} {sound.subtype}"

    def blocks(self, first: int, stop: int | None, mono: bool) -> Blocks:
        import soundfile

        announced = self._announced()
        wanted = announced if stop is None else min(stop, announced)
        if wanted > self.frames:
            percent = 100 * self.frames / announced
            share = f"{percent:.0f} %" if percent >= 0.5 else "almost nothing"
            raise self._error(
                f"it is cut short: {share} of the sound that its header "
                "announces is there; copy or export it again"
            )
        found = False
        try:
            for block in self._read(first, wanted):
                if len(block):
                    found = True
                    yield _mixed(block) if mono else block
        except soundfile.LibsndfileError as error:
            raise self._error(plain_reason(error)) from error
        if not found:
            raise self._error(
                f"no sound can be decoded at {first / self.rate:g} s; it is damaged"
            )

    def _read(self, first: int, stop: int) -> Blocks:
        preroll = 0
        if first and self._sound.format == "OGG":
            preroll = min(first, _PREROLL_SECONDS * self.rate)
        if first > preroll:
            self._sound.seek(first - preroll)
        most = max(1, _BLOCK // self.channels)
        left = stop - first + preroll
        while left > 0:
            block = self._sound.read(min(left, most), dtype="float32", always_2d=True)
            if not len(block):
                return  # the length of an MP3 without an index is an estimate
            left -= len(block)
            yield block[preroll:]
            preroll = max(0, preroll - len(block))

    def _announced(self) -> int:
        """Return the frames that the header promises, at least those that are there.

        libsndfile mends the header of a WAV or AIFF that was cut off, and tells only
        its log. A last per cent is let go: many writers are off by a chunk.
        """
        cut = _CUT_SHORT.search(self._sound.extra_info)
        if cut is None:
            return self.frames
        claimed, present = int(cut[1]), int(cut[2])
        if claimed >= _UNKNOWN_BYTES or present * 1.01 >= claimed or present <= 0:
            return self.frames
        return round(self.frames * claimed / present)

    def _error(self, reason: str) -> AudioError:
        return AudioError(self._path, reason)

    def close(self) -> None:
        self._sound.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _ForeignReader:
    """A file that audioread opened: 16-bit frames from the first one on, no seeking."""

    def __init__(self, path: str, sound: Any) -> None:
        self._path = path
        self._sound = sound
        self.rate = int(sound.samplerate)
        self.channels = int(sound.channels)
        # A tenth of a second is as exact as FFmpeg's log is.
        self.frames = int((sound.duration + 0.1) * self.rate) if self.channels else 0
        self.format = Path(path).suffix[1:].upper() or "unknown"

    def blocks(self, first: int, stop: int | None, mono: bool) -> Blocks:
        width = 2 * self.channels
        most = width * max(1, _BLOCK // self.channels)
        held, at, found = bytearray(), 0, False
        try:
            for piece in self._sound:
                until = None if stop is None else max(0, stop * width - at)
                held += bytes(piece)[max(0, first * width - at) : until]
                at += len(piece)
                if len(held) >= most:
                    found = True
                    yield self._frames(bytes(held[:most]), mono)
                    del held[:most]
                if until is not None and len(piece) >= until:
                    break
        except _foreign_errors() as error:
            raise AudioError(
                self._path, f"it is damaged: {plain_reason(error)}"
            ) from error
        if whole := len(held) - len(held) % width:
            yield self._frames(bytes(held[:whole]), mono)
        elif not found:
            raise AudioError(
                self._path, f"no sound can be decoded at {first / self.rate:g} s"
            )

    def _frames(self, data: bytes, mono: bool) -> NDArray[np.float32]:
        frames = np.frombuffer(data, "<i2").reshape(-1, self.channels)
        samples = (frames / np.float32(32768)).astype(np.float32)
        return _mixed(samples) if mono else samples

    def close(self) -> None:
        self._sound.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _foreign_reader(path: str | Path, reason: str) -> _ForeignReader:
    """Open by audioread what libsndfile could not, or raise libsndfile's reason."""
    import audioread

    # Its first use imports modules that Python 3.11 and 3.12 call deprecated.
    warnings.filterwarnings(
        "ignore", r"'(aifc|audioop|sunau)' is deprecated", DeprecationWarning
    )
    # audioread's own reader of WAV and AIFF knows nothing that libsndfile does not.
    backends = [
        backend
        for backend in audioread.available_backends()
        if backend.__module__ != "audioread.rawread"
    ]
    try:
        # An absolute path is never mistaken for a flag or an address.
        sound = audioread.audio_open(os.path.abspath(path), backends)  # noqa: PTH100
    except _foreign_errors() as error:
        if not backends and Path(path).suffix.lower() in FOREIGN_EXTENSIONS:
            reason = "this format needs FFmpeg, which is not installed"
        raise AudioError(str(path), reason) from error
    return _ForeignReader(str(path), sound)


def _foreign_errors() -> tuple[type[Exception], ...]:
    import audioread

    return (audioread.DecodeError, OSError, ValueError, EOFError)


def _mixed(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average the channels: (n, channels) to (n,)."""
    if frames.shape[1] == 1:
        return frames[:, 0]
    # Files of floats may overflow here; `decode` answers for samples not finite.
    with np.errstate(over="ignore", invalid="ignore"):
        mono: NDArray[np.float32] = frames.mean(axis=1)
    return mono


def c_name(path: str | Path) -> str | bytes:
    """Return a file name as libsndfile takes it, also where it is not UTF-8."""
    return str(path) if os.name == "nt" else os.fsencode(path)
