"""The two ways into a sound file: libsndfile, and audioread for what that cannot open.

Both answer the same few questions (`Reader`), so `engine.audio.decoding` need not know
which one it talks to.
"""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import AudioError

# fmt: off
NATIVE_EXTENSIONS = frozenset({
    ".wav", ".wave", ".bwf", ".rf64", ".w64", ".flac", ".ogg", ".oga", ".opus", ".mp3",
    ".mp2", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf",
})
"""What libsndfile reads, in lower case."""

FOREIGN_EXTENSIONS = frozenset({
    ".m4a", ".m4b", ".aac", ".wma", ".ac3", ".amr", ".ape", ".wv", ".mka",
})
"""What needs FFmpeg or the system's own codecs, in lower case."""
# fmt: on

# Enough frames for one read of nearly every clip; more only bounds the memory that
# many channels take before they are averaged.
_BLOCK = 1 << 20
# libsndfile misplaces a seek into the last page of a Vorbis stream (its issue 885), and
# Opus needs time to converge. Pages last seconds at most: arriving this much earlier
# and reading on is exact, and costs about 10 ms.
_PREROLL_SECONDS = 10
# Sizes that streaming programs write for "not known yet"; libsndfile gives them, as
# "no frame count", the largest int64.
_UNKNOWN_BYTES = 0x7FFF_F000
_UNKNOWN_FRAMES = 1 << 62
_CUT_SHORT = re.compile(r"^ *(?:data|SSND) : (\d+) \(should be (\d+)\)", re.MULTILINE)


class Reader(Protocol):
    """An open sound file; a context manager that closes it."""

    rate: int
    channels: int
    frames: int
    format: str

    def read(self, first: int, stop: int | None, mono: bool) -> NDArray[np.float32]:
        """Return frames ``first`` to ``stop``, (n,) if ``mono`` else (n, channels)."""

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

    def read(self, first: int, stop: int | None, mono: bool) -> NDArray[np.float32]:
        import soundfile

        announced = self._announced()
        wanted = announced if stop is None else min(stop, announced)
        if wanted > self.frames:
            share = 100 * self.frames / announced
            raise self._error(
                f"it is cut short: {share:.0f} % of the sound that its header "
                "announces is there; copy or export it again"
            )
        try:
            samples = self._blocks(first, wanted, mono)
        except soundfile.LibsndfileError as error:
            raise self._error(
                f"it is damaged or cut short: {plain_reason(error)}"
            ) from error
        if not len(samples):
            raise self._error(
                f"no sound can be decoded at {first / self.rate:g} s; it is damaged"
            )
        return samples

    def _blocks(self, first: int, stop: int, mono: bool) -> NDArray[np.float32]:
        preroll = 0
        if first and self._sound.format == "OGG":
            preroll = min(first, _PREROLL_SECONDS * self.rate)
        if first > preroll:
            self._sound.seek(first - preroll)
        blocks, left = [], stop - first + preroll
        while left > 0:
            block = self._sound.read(min(left, _BLOCK), dtype="float32", always_2d=True)
            if not len(block):
                break  # the length of an MP3 without an index is an estimate
            left -= len(block)
            wanted = block[preroll:]
            preroll = max(0, preroll - len(block))
            blocks.append(_mixed(wanted) if mono else wanted)
        if len(blocks) == 1:
            return blocks[0]
        empty = np.zeros((0,) if mono else (0, self.channels), np.float32)
        return np.concatenate([empty, *blocks])

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

    def read(self, first: int, stop: int | None, mono: bool) -> NDArray[np.float32]:
        width = 2 * self.channels
        pieces, size = [], 0
        try:
            for piece in self._sound:
                pieces.append(bytes(piece))
                size += len(piece)
                if stop is not None and size >= stop * width:
                    break
        except _foreign_errors() as error:
            raise AudioError(
                self._path, f"it is damaged: {plain_reason(error)}"
            ) from error
        data = b"".join(pieces)[first * width : None if stop is None else stop * width]
        if len(data) < width:
            raise AudioError(
                self._path, f"no sound can be decoded at {first / self.rate:g} s"
            )
        whole = len(data) - len(data) % width
        frames = np.frombuffer(data[:whole], "<i2").reshape(-1, self.channels)
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


def plain_reason(error: Exception) -> str:
    """Say in words what a library or the system complains about."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    code = getattr(error, "code", None)
    if code in (1, 7) or isinstance(error, TypeError):
        # 7, "not a regular file", is what the MP3 parser says of any other content.
        return "its content is not in a sound format that can be read"
    text = getattr(error, "error_string", "") or str(error) or type(error).__name__
    return text.strip().rstrip(".")
