"""Names for the files that are made from clips: below one folder, and none twice."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, count
from pathlib import Path, PurePosixPath

from engine.audio.dataset import Clip

_LONGEST = 240  # bytes of a name; no file system in use allows more than 255

# What Windows or a terminal cannot take; lone surrogates stand for bytes that were no
# UTF-8, which macOS refuses.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def target_path(folder: Path, clip: Clip, suffix: str, taken: set[str]) -> Path:
    """Return where to keep what is made from a clip.

    Parameters
    ----------
    folder : Path
        Where it all goes.
    clip : Clip
        The folders of its path are kept; of ".." and of what some system cannot take in
        a name an underscore is left. A span gets its times behind the name.
    suffix : str
        With the dot, such as ".npy", in place of the clip's own.
    taken : set of str
        The names given so far, to which this one is added. The same clips in the same
        order get the same names.

    Returns
    -------
    Path
        Below ``folder``, and different from all others even where letters' cases do not
        count: what would share a name keeps its own suffix as well ("a.wav" and "a.mp3"
        give "a.npy" and "a.mp3.npy"), and then gets a number.
    """
    parts = [part for part in clip.path.split("/") if part not in ("", ".")] or ["_"]
    *folders, name = parts
    stem, extension = PurePosixPath(name).stem, PurePosixPath(name).suffix[:20]
    span = _span(clip)
    parent = "".join(f"{_safe(part, _LONGEST)}/" for part in folders)
    endings = chain(
        (f"{span}{suffix}", f"{extension}{span}{suffix}"),
        (f"{span}-{number}{suffix}" for number in count(2)),
    )
    for ending in endings:
        safe_ending = _UNSAFE.sub("_", ending)
        room = _LONGEST - len(safe_ending.encode())
        relative = f"{parent}{_safe(stem, room)}{safe_ending}"
        seen = unicodedata.normalize("NFC", relative).casefold()
        if seen not in taken:
            break
    taken.add(seen)
    return folder.joinpath(*relative.split("/"))


def _span(clip: Clip) -> str:
    if clip.start == 0.0 and clip.end is None:
        return ""
    return f"_{clip.start:.3f}-{'end' if clip.end is None else f'{clip.end:.3f}'}"


def _safe(part: str, room: int) -> str:
    """Return one part of a path as every system takes it, in at most so many bytes."""
    part = _UNSAFE.sub("_", part)
    part = part.encode()[:room].decode(errors="ignore")
    if part.rstrip(". ") != part:  # Windows drops them, and ".." leads out
        part = part.rstrip(". ") + "_"
    return f"_{part}" if _RESERVED.fullmatch(part) else part
