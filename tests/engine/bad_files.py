"""A folder of broken and odd files, as they turn up on real disks.

Every entry of `FILES` makes one path below a folder. Its outcome is what must come of
it: DECODED (features), FAILED (a clip with a reason), SKIPPED (no clip, but a reason),
PASSED (no clip: not a sound by its name, or the same folder once more), or EITHER,
where it depends on the codecs of the machine.
"""

import io
import os
import socket
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import soundfile

DECODED, FAILED, SKIPPED = "decoded", "failed", "skipped"
PASSED, EITHER = "passed", "either"
RATE = 22_050

Maker = Callable[[Path], object]


class UnavailableError(Exception):
    """This system has no such file."""


def noise(path: Path, n: int = 6000, channels: int = 1) -> np.ndarray:
    """Return samples that differ from file to file, so that no two share features."""
    rng = np.random.default_rng(zlib.crc32(os.fsencode(path.name)))
    return 0.1 * rng.standard_normal((n, channels))


def encoded(samples: np.ndarray, rate: int = RATE, kind: str = "WAV", **how) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, **how)
    return file.getvalue()


def sound(rate: int = RATE, kind: str = "WAV", n: int = 6000, channels: int = 1, **how):
    return lambda path: path.write_bytes(
        encoded(noise(path, n, channels), rate, kind, **how)
    )


def values(make: Callable[[], np.ndarray], subtype: str = "FLOAT") -> Maker:
    return lambda path: path.write_bytes(encoded(make(), subtype=subtype))


def changed(change: Callable[[bytearray], bytes], **how) -> Maker:
    """Make a sound whose bytes were changed."""

    def make(path: Path) -> None:
        sound(**how)(path)
        path.write_bytes(change(bytearray(path.read_bytes())))

    return make


def cut(share: float, **how) -> Maker:
    return changed(lambda data: data[: round(share * len(data))], **how)


def patched(place: int, content: bytes, **how) -> Maker:
    def patch(data: bytearray) -> bytes:
        data[place : place + len(content)] = content
        return data

    return changed(patch, **how)


def flipped(data: bytearray) -> bytes:
    for place in range(len(data) // 2, len(data) // 2 + 40):
        data[place] ^= 0xFF
    return data


def content(data: bytes) -> Maker:
    return lambda path: path.write_bytes(data)


def link(target: str) -> Maker:
    return lambda path: path.symlink_to(path.parent / target)


def inside_a_folder_of_that_name(path: Path) -> None:
    path.mkdir()
    sound()(path / "inside.wav")


def locked(path: Path) -> None:
    sound()(path)
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read anything
        raise UnavailableError


def pipe(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        raise UnavailableError
    os.mkfifo(path)


def bound_socket(path: Path) -> None:
    if not hasattr(socket, "AF_UNIX"):
        raise UnavailableError
    before = Path.cwd()
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(path.parent)  # an address has room for about a hundred bytes
        try:
            server.bind(path.name)
        finally:
            os.chdir(before)


def one_hour(path: Path) -> None:
    with soundfile.SoundFile(path, "w", 8000, 1, "PCM_S8", format="FLAC") as file:
        for _ in range(60):
            file.write(np.zeros(8000 * 60, np.int16))


def twelve_bits(path: Path) -> None:
    sound()(path)
    data = bytearray(path.read_bytes())
    data[34:36] = struct.pack("<H", 12)
    path.write_bytes(data)


def format_after_data(path: Path) -> None:
    data = encoded(noise(path))
    path.write_bytes(data[:12] + data[36:] + data[12:36])


def chunk(name: bytes, length: int, pad: int = 0) -> Callable[[bytearray], bytes]:
    extra = name + struct.pack("<I", length) + bytes(length + pad)
    return lambda data: bytes(data[:36]) + extra + bytes(data[36:])


def sizes(riff: int, data_size: int) -> Callable[[bytearray], bytes]:
    def change(data: bytearray) -> bytes:
        data[4:8], data[40:44] = struct.pack("<I", riff), struct.pack("<I", data_size)
        return data

    return change


def streamed_flac(data: bytearray) -> bytes:
    data[21] &= 0xF0  # the count of samples: 36 bits, 0 where it was not known
    data[22:26] = bytes(4)
    return data


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.wav", encoded(noise(path)))


def tagged(size: int) -> Callable[[bytearray], bytes]:
    head = b"ID3\x04\0\0" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return lambda data: head + bytes(size) + bytes(data)


def packed_in_wave(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((3, 3, RATE, 0, "NONE", ""))
        file.writeframes(bytes(range(90)) * 200)


RANDOM = np.random.default_rng(7).bytes(30_000)
WORDS = b"these are words, and no sound at all\n" * 100
LONG = "n" * 246 + ".wav"

FILES: dict[str | bytes, tuple[str, Maker]] = {
    # No sound at all.
    "empty.wav": (FAILED, content(b"")),
    "empty.mp3": (FAILED, content(b"")),
    "one byte.wav": (FAILED, content(b"R")),
    "text.wav": (FAILED, content(WORDS)),
    "text.mp3": (FAILED, content(b"2" + WORDS)),
    "text.flac": (FAILED, content(b"3" + WORDS)),
    "page.ogg": (FAILED, content(b"<html><body>404 Not Found</body></html>")),
    "zeros.wav": (FAILED, content(bytes(5000))),
    "zeros.mp3": (FAILED, content(bytes(5001))),
    "random.wav": (FAILED, content(RANDOM)),
    "random.mp3": (EITHER, content(b"\xff\xfb\x90\x00" + RANDOM)),
    "random.aiff": (FAILED, content(b"FORM" + RANDOM)),
    "archive.wav": (FAILED, zipped),
    "needs ffmpeg.m4a": (EITHER, content(b"\0\0\0\x20ftypM4A " + RANDOM)),
    "needs ffmpeg.wma": (EITHER, content(b"\x30\x26\xb2\x75" + RANDOM)),
    # Cut short.
    "cut in its first word.wav": (FAILED, content(b"RIFF")),
    "cut in its header.wav": (FAILED, cut(0.002)),
    "cut after its header.wav": (FAILED, changed(lambda data: data[:44])),
    "cut at a third.wav": (FAILED, cut(0.33)),
    "cut at the very end.wav": (DECODED, cut(0.999)),
    "cut.aiff": (FAILED, cut(0.5, kind="AIFF")),
    "cut.flac": (FAILED, cut(0.5, kind="FLAC")),
    "cut in its header.flac": (FAILED, changed(lambda d: d[:30], kind="FLAC")),
    "cut.ogg": (DECODED, cut(0.6, kind="OGG", n=60_000)),
    "cut in its header.ogg": (FAILED, changed(lambda d: d[:60], kind="OGG")),
    "cut.mp3": (DECODED, cut(0.5, kind="MP3", n=60_000)),
    "cut.caf": (EITHER, cut(0.5, kind="CAF")),
    # Headers that are wrong or unusual.
    "sizes unknown.wav": (DECODED, changed(sizes(0xFFFF_FFFF, 0xFFFF_FFFF))),
    "sizes zero.wav": (FAILED, changed(sizes(0, 0))),
    "size of the file wrong.wav": (DECODED, changed(sizes(17, 12_000))),
    "data too large.wav": (FAILED, changed(sizes(0x7FFF_0000, 0x7FFF_0000))),
    "no channels.wav": (FAILED, patched(22, b"\0\0")),
    "65535 channels.wav": (FAILED, patched(22, b"\xff\xff")),
    "no rate.wav": (FAILED, patched(24, bytes(4))),
    "one hertz.wav": (FAILED, patched(24, struct.pack("<I", 1))),
    "four gigahertz.wav": (FAILED, patched(24, struct.pack("<I", 0xFFFF_FFF0))),
    "two gigahertz.wav": (FAILED, patched(24, struct.pack("<I", 0x7FFF_FFF0))),
    "frames of no bytes.wav": (EITHER, patched(32, b"\0\0")),
    "no bits.wav": (EITHER, patched(34, b"\0\0")),
    "twelve bits.wav": (EITHER, twelve_bits),
    "a coding nobody knows.wav": (FAILED, patched(20, b"\x77\x77")),
    "an odd chunk.wav": (DECODED, changed(chunk(b"LIST", 13, pad=1))),
    "an odd chunk without its pad.wav": (FAILED, changed(chunk(b"LIST", 13))),
    "a large chunk.wav": (DECODED, changed(chunk(b"junk", 200_000))),
    "format after data.wav": (EITHER, format_after_data),
    "no data.wav": (FAILED, sound(n=0)),
    "no data.flac": (FAILED, sound(n=0, kind="FLAC")),
    "no data.ogg": (FAILED, sound(n=0, kind="OGG")),
    "bad blocks.flac": (EITHER, changed(flipped, kind="FLAC")),
    "bad pages.ogg": (EITHER, changed(flipped, kind="OGG", n=60_000)),
    "bad frames.mp3": (EITHER, changed(flipped, kind="MP3", n=60_000)),
    "length unknown.flac": (DECODED, changed(streamed_flac, kind="FLAC")),
    "large tag.mp3": (DECODED, changed(tagged(100_000), kind="MP3")),
    "only a tag.mp3": (FAILED, content(tagged(2000)(bytearray()))),
    # Named otherwise.
    "an mp3.wav": (DECODED, sound(kind="MP3")),
    "a wav.mp3": (DECODED, sound()),
    "a flac.ogg": (DECODED, sound(kind="FLAC")),
    "an ogg.aiff": (DECODED, sound(kind="OGG")),
    "a wav.m4a": (DECODED, sound()),
    # Every coding.
    "8 bit.wav": (DECODED, sound(subtype="PCM_U8")),
    "24 bit.wav": (DECODED, sound(subtype="PCM_24")),
    "24 bit, 3 channels.wav": (DECODED, packed_in_wave),
    "32 bit.wav": (DECODED, sound(subtype="PCM_32")),
    "float64.wav": (DECODED, sound(subtype="DOUBLE")),
    "mu-law.wav": (DECODED, sound(subtype="ULAW")),
    "a-law.au": (DECODED, sound(kind="AU", subtype="ALAW")),
    "ima adpcm.wav": (DECODED, sound(subtype="IMA_ADPCM")),
    "ms adpcm.wav": (DECODED, sound(subtype="MS_ADPCM")),
    "gsm.wav": (DECODED, sound(8000, subtype="GSM610")),
    "extensible.wav": (DECODED, sound(kind="WAVEX", channels=6)),
    "rf64.wav": (DECODED, sound(kind="RF64")),
    "sony.w64": (DECODED, sound(kind="W64")),
    "apple.caf": (DECODED, sound(kind="CAF")),
    "creative.voc": (DECODED, sound(kind="VOC", subtype="PCM_16")),
    "sphere.sph": (DECODED, sound(kind="NIST")),
    "plain.aiff": (DECODED, sound(kind="AIFF")),
    "float.aifc": (DECODED, sound(kind="AIFF", subtype="FLOAT")),
    "opus.opus": (DECODED, sound(48_000, kind="OGG", subtype="OPUS")),
    "UPPER CASE.WAV": (DECODED, sound()),
    "eight channels.wav": (DECODED, sound(channels=8)),
    "192 kHz.wav": (DECODED, sound(192_000)),
    "384 kHz.flac": (DECODED, sound(384_000, kind="FLAC")),
    "1000 Hz.wav": (DECODED, sound(1000)),
    # Odd content.
    "one sample.wav": (DECODED, sound(n=1)),
    "two samples.flac": (DECODED, sound(n=2, kind="FLAC")),
    "ten samples.mp3": (DECODED, sound(n=10, kind="MP3")),
    "one hour.flac": (DECODED, one_hour),
    "silence.wav": (DECODED, values(lambda: np.zeros(5000))),
    "direct current.wav": (DECODED, values(lambda: np.full(5000, 0.5))),
    "clipping.wav": (
        DECODED,
        values(lambda: np.sign(np.sin(np.arange(5000))), "PCM_16"),
    ),
    "far beyond full scale.wav": (DECODED, values(lambda: np.full(5000, 1e30))),
    "hardly there.wav": (DECODED, values(lambda: np.full(5000, 1e-42))),
    "one click.wav": (DECODED, values(lambda: np.eye(1, 5000, 2500)[0])),
    "nan.wav": (FAILED, values(lambda: np.array([0.0, np.nan] * 50))),
    "inf.wav": (FAILED, values(lambda: np.array([0.0, np.inf] * 50))),
    "too large for float32.wav": (FAILED, values(lambda: np.full(99, 1e300), "DOUBLE")),
    # Odd places.
    "locked.wav": (FAILED, locked),
    "broken link.wav": (FAILED, link("gone.wav")),
    "link to itself.wav": (FAILED, link("link to itself.wav")),
    "link to a sound.wav": (DECODED, link("8 bit.wav")),
    "link to the folder": (PASSED, link(".")),
    "folder.wav": (DECODED, inside_a_folder_of_that_name),
    "pipe.wav": (SKIPPED, pipe),
    "socket.wav": (SKIPPED, bound_socket),
    # Odd names.
    "new\nline.wav": (DECODED, sound()),
    "tab\tand\rreturn.wav": (DECODED, sound()),
    "🥁🎶.wav": (DECODED, sound()),
    "шум 鼓 ضوضاء.wav": (DECODED, sound()),
    "cafe\u0301.wav": (DECODED, sound()),
    b"caf\xe9 \xff.wav": (DECODED, sound()),
    LONG: (DECODED, sound()),
    "-rf.wav": (DECODED, sound()),
    "=1+1.wav": (DECODED, sound()),
    "%s {0} $HOME `id`.wav": (DECODED, sound()),
    "quotes '\".wav": (DECODED, sound()),
    "space before the dot .wav": (DECODED, sound()),
    "space at the end.wav ": (DECODED, sound()),
    "two.dots..wav": (DECODED, sound()),
    "two.wav.mp3.flac": (DECODED, sound(kind="FLAC")),
    "no extension": (PASSED, sound()),
    "._of a Mac.wav": (PASSED, content(b"\0\5\x16\7" + bytes(100))),
}


def write_bad_files(folder: Path) -> dict[str, str]:
    """Make what this system can have of it.

    Returns
    -------
    dict of str to str
        What was made and the outcome: the path below the folder, slashes forward.
    """
    made = {}
    for name, (outcome, make) in FILES.items():
        path = folder / os.fsdecode(name)
        try:
            make(path)
        except (OSError, UnicodeError, UnavailableError, NotImplementedError):
            with suppress(OSError):
                path.unlink()
            continue
        inside = path / "inside.wav"
        made_path = inside if path.is_dir() and inside.exists() else path
        made[made_path.relative_to(folder).as_posix()] = outcome
    return made
