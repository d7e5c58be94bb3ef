"""The two ways into a sound file: libsndfile, and audioread for what that cannot open.

Both answer the same few questions (`Reader`), so `engine.audio.decoding` need not know
which one it talks to.
"""

from __future__ import annotations

import math
import os
import re
import warnings
from collections.abc import Callable, Iterator
from functools import partial, reduce
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
# How much earlier than wanted a seek must arrive for samples as if read from the start:
# an MP3 frame draws on the bits of those before it (without them a span can begin wrong
# by half of full scale), Opus has to converge. Measured, with a margin.
_PREROLL_SECONDS = {"MPEG_LAYER_III": 1, "OPUS": 2}
# libsndfile misplaces a seek into the last page of an Ogg stream (its issue 885). Pages
# last seconds at most.
_LAST_PAGE_SECONDS = 10
_SLOW_SEEK_SECONDS = 10.0  # of MP3 and Opus that are decoded in the time of a seek
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
    seek_cost: float
    """As many seconds as are decoded in the time of a seek; infinite without seeks."""

    def blocks(
        self, first: int, stop: int | None, mono: bool, seconds: float = math.inf
    ) -> Blocks:
        """Yield frames ``first`` to ``stop``, (n,) if ``mono`` else (n, channels).

        At least one frame, or AudioError; at most ``seconds`` of them at a time. May be
        called again, which ends what an earlier call still yields.
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
        return _NativeReader(path)
    except (soundfile.LibsndfileError, TypeError) as error:
        return _foreign_reader(path, plain_reason(error))


class _NativeReader:
    """A file that libsndfile opened."""

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._sound, self._winds = sound, _ = _sound_file(path)
        self._at = 0
        self.rate: int = sound.samplerate
        self.channels: int = sound.channels
        self.frames: int = sound.frames
        self.format = f"{sound.format} {sound.subtype}"
        slow = sound.format == "MP3" or sound.subtype == "OPUS"
        self.seek_cost = _SLOW_SEEK_SECONDS if slow else 0.0
        if not self._winds:
            self.seek_cost = math.inf
        if sound.frames >= _UNKNOWN_FRAMES:
            most = frames_at_once(self, math.inf)
            self.frames = sum(map(len, self._read(0, _UNKNOWN_FRAMES, most)))

    def blocks(
        self, first: int, stop: int | None, mono: bool, seconds: float = math.inf
    ) -> Blocks:
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
            for block in self._read(first, wanted, frames_at_once(self, seconds)):
                if len(block):
                    found = True
                    yield _mixed(block) if mono else block
        except soundfile.LibsndfileError as error:
            raise self._error(plain_reason(error)) from error
        if not found:
            raise self._error(
                f"no sound can be decoded at {first / self.rate:g} s; it is damaged, "
                "copy or export it again"
            )

    def _read(self, first: int, stop: int, most: int) -> Blocks:
        preroll = _PREROLL_SECONDS.get(self._sound.subtype, 0) * self.rate
        last_page = _LAST_PAGE_SECONDS * self.rate
        if self._sound.format == "OGG" and first > self.frames - last_page:
            preroll = last_page
        preroll = min(first, preroll)
        if not self._winds:
            self._rewind()
            preroll = first
        elif self._at != first - preroll:
            self._at = self._sound.seek(first - preroll)
        left = stop - first + preroll
        while left > 0:
            block = self._sound.read(min(left, most), dtype="float32", always_2d=True)
            if not len(block):
                return  # the length of an MP3 without an index is an estimate
            left -= len(block)
            self._at += len(block)
            yield block[preroll:]
            preroll = max(0, preroll - len(block))

    def _rewind(self) -> None:
        """Go back to the beginning of a file that has no other way."""
        if self._at:
            self._sound.close()
            (self._sound, _), self._at = _sound_file(self._path), 0

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
        return AudioError(str(self._path), reason)

    def close(self) -> None:
        self._sound.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _sound_file(path: str | Path) -> tuple[Any, bool]:
    """Open a file by libsndfile; say also whether it can be wound to and fro.

    GSM and G.72x cannot, nor what was written as a stream.
    """
    import soundfile

    sound = soundfile.SoundFile(c_name(path))
    winds = bool(sound.seekable()) and sound.frames < _UNKNOWN_FRAMES
    # After every read soundfile seeks to where it is, unless this says no. MP3 loses
    # the bits carried over, so that the next samples are wrong; in a FLAC written as a
    # stream it fails at the end, which nobody knows; in all formats it takes time.
    sound.seekable = lambda: False
    return sound, winds


class _ForeignReader:
    """A file that audioread opened: 16-bit frames from the first one on, no seeking."""

    seek_cost = math.inf

    def __init__(self, path: str, open_again: Callable[[], Any]) -> None:
        self._path = path
        self._open_again = open_again
        self._sound = sound = open_again()
        self._started = False
        self.rate = int(sound.samplerate)
        self.channels = int(sound.channels)
        # A tenth of a second is as exact as FFmpeg's log is.
        self.frames = int((sound.duration + 0.1) * self.rate) if self.channels else 0
        self.format = Path(path).suffix[1:].upper() or "unknown"

    def blocks(
        self, first: int, stop: int | None, mono: bool, seconds: float = math.inf
    ) -> Blocks:
        width = 2 * self.channels
        most = width * frames_at_once(self, seconds)
        held, at, found = bytearray(), 0, False
        try:
            if self._started:
                self._sound.close()
                self._sound = self._open_again()
            self._started = True
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
        whole = os.path.abspath(path)  # noqa: PTH100
        return _ForeignReader(str(path), partial(audioread.audio_open, whole, backends))
    except _foreign_errors() as error:
        if not backends and Path(path).suffix.lower() in FOREIGN_EXTENSIONS:
            reason = (
                "this format needs FFmpeg, which is not installed; install it, or "
                "convert the file to WAV or FLAC"
            )
        raise AudioError(str(path), reason) from error


def _foreign_errors() -> tuple[type[Exception], ...]:
    import audioread

    return (audioread.DecodeError, OSError, ValueError, EOFError)


def frames_at_once(reader: Reader, seconds: float) -> int:
    """Return how many frames to read at once: those of so many seconds, or fewer."""
    return max(1, round(min(seconds * reader.rate, _BLOCK // reader.channels)))


def _mixed(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average the channels: (n, channels) to (n,)."""
    if frames.shape[1] == 1:
        return frames[:, 0]
    # Files of floats may overflow here; `decode` answers for samples not finite.
    with np.errstate(over="ignore", invalid="ignore"):
        # Column by column: 15 times as fast as a mean over each row.
        total: NDArray[np.float32] = reduce(np.add, frames.T)
        return total / np.float32(frames.shape[1])


def c_name(path: str | Path) -> str | bytes:
    """Return a file name as libsndfile takes it, also where it is not UTF-8."""
    return str(path) if os.name == "nt" else os.fsencode(path)
