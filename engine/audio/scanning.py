"""A folder in, a `Dataset` out: every sound below it, in an order people expect.

Hidden files and folders, what macOS and NAS boxes leave behind, and everything that is
no sound by its extension are passed over; the last are counted. Nothing is opened: a
file that turns out to be broken is found, by name and reason, when it is decoded.
"""

from __future__ import annotations

import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from engine.audio.dataset import Clip, Dataset
from engine.audio.readers import FOREIGN_EXTENSIONS, NATIVE_EXTENSIONS
from engine.audio.reasons import plain_reason
from engine.errors import AudioError
from engine.progress import Report, Step, silent

AUDIO_EXTENSIONS = NATIVE_EXTENSIONS | FOREIGN_EXTENSIONS
"""What counts as a sound, in lower case; names match in any case."""

LABEL_COLUMN = "folder"
"""The column with the name of the folder that a clip lies in, "" for the root."""

TEXT_EXTENSIONS = frozenset({".csv", ".tsv", ".txt"})
"""What may be a table of sounds, or labels of one, in lower case."""

_LEFTOVERS = frozenset({"__MACOSX", "@eaDir"})
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds, and what could not be looked at.

    Parameters
    ----------
    dataset : Dataset
        The sounds found.
    skipped : tuple of AudioError
        One for each folder below the root that could not be read, and for each pipe,
        socket or device with the name of a sound.
    texts : tuple of str
        Paths from the root, as those of clips, of the files that may be tables or
        labels by their extension.
    """

    dataset: Dataset
    skipped: tuple[AudioError, ...]
    texts: tuple[str, ...] = ()


def scan_folder(root: str | Path, report: Report = silent) -> Dataset:
    """Find every sound below a folder.

    The shorter way to `scan`, for callers to whom it does not matter what was skipped;
    the last step's message names it all the same.
    """
    return scan(root, report).dataset


def scan(root: str | Path, report: Report = silent) -> Scan:
    """Find every sound below a folder, and say what could not be looked at.

    Clips are ordered folder by folder, digits by their value ("clip2" before "clip10"),
    whatever the case and the file system. Each folder is visited once, so that links
    in a circle end; a link to a missing file is listed, and fails when it is decoded.

    Parameters
    ----------
    root : str or Path
        The folder.
    report : callable
        Told how many sounds were found so far; the last message sums up, and its
        ``partial`` holds what was skipped.

    Returns
    -------
    Scan
        The dataset has the column "folder". It is the label column where it tells at
        least two folders apart; otherwise there are no labels.

    Raises
    ------
    AudioError
        If the root is missing, is no folder or cannot be read.
    """
    walk = _Walk(os.path.abspath(root), report)  # noqa: PTH100 - links stay as they are
    paths = sorted(walk.paths(), key=natural_key)
    clips = tuple(map(Clip, paths))
    folders = tuple(clip.folder.rpartition("/")[2] for clip in clips)
    labelled = len(set(folders) - {""}) >= 2
    dataset = Dataset(
        walk.root, clips, {LABEL_COLUMN: folders}, LABEL_COLUMN if labelled else None
    )
    message = f"Found {len(clips)} sounds"
    if walk.passed_over:
        message += f"; {walk.passed_over} other files were passed over"
    if walk.skipped:
        message += "; not looked at: " + "; ".join(map(str, walk.skipped))
    report(Step(len(clips), len(clips), message, tuple(walk.skipped)))
    texts = tuple(sorted(walk.texts, key=natural_key))
    return Scan(dataset, tuple(walk.skipped), texts)


def sounds_below(root: str | Path, report: Report = silent) -> list[str]:
    """Return the paths of a folder's sounds as `scan` finds them, in no order.

    Raises
    ------
    AudioError
        If the root is missing, is no folder or cannot be read.
    """
    walk = _Walk(os.path.abspath(root), report)  # noqa: PTH100 - links stay as they are
    return walk.paths()


def natural_key(path: str) -> tuple[list[list[str | int]], str]:
    """Order paths folder by folder, digits by value, upper and lower case alike."""
    parts = []
    for part in path.casefold().split("/"):
        pieces: list[str | int] = list(_DIGITS.split(part))
        pieces[1::2] = map(int, pieces[1::2])
        parts.append(pieces)
    return parts, path  # the path itself settles "A.wav" and "a.wav", "1" and "01"


class _Walk:
    """One walk over a tree of folders."""

    def __init__(self, root: str, report: Report) -> None:
        self.root = root
        self.skipped: list[AudioError] = []
        self.texts: list[str] = []
        self.passed_over = 0  # files that are no sound by their extension
        self._report = report
        self._reported = -1.0

    def paths(self) -> list[str]:
        """Return the sounds' paths below the root, unordered, with forward slashes."""
        found: list[str] = []
        # Folders that are links wait until all others are done: a folder is then
        # listed under its own name, and under a link's only where it lies elsewhere.
        folders, links = [""], list[str]()
        visited: set[tuple[int, int]] = set()
        while folders or links:
            if not folders:
                links.sort(key=natural_key, reverse=True)
            folder = (folders or links).pop()
            try:
                status = os.stat(self._full(folder))  # noqa: PTH116 - 100 000 of them
                if status.st_ino and (status.st_dev, status.st_ino) in visited:
                    continue
                visited.add((status.st_dev, status.st_ino))
                self._look_into(folder, found, folders, links)
            except OSError as error:
                self._skip(folder, error)
        return found

    def _look_into(
        self, folder: str, found: list[str], folders: list[str], links: list[str]
    ) -> None:
        prefix = f"{folder}/" if folder else ""
        with os.scandir(self._full(folder)) as entries:
            for count, entry in enumerate(entries):
                if count % 256 == 0:
                    self._say(len(found))
                if _is_hidden(entry):
                    continue
                path = prefix + entry.name
                if _is_folder(entry):
                    (links if entry.is_symlink() else folders).append(path)
                elif (extension := _extension(entry)) not in AUDIO_EXTENSIONS:
                    self.passed_over += 1
                    if extension in TEXT_EXTENSIONS and not _would_block(entry):
                        self.texts.append(path)
                elif _would_block(entry):
                    reason = "it is a device or a pipe, not a file; remove it"
                    self.skipped.append(AudioError(self._full(path), reason))
                else:
                    found.append(path)

    def _full(self, folder: str) -> str:
        return os.path.join(self.root, *folder.split("/"))  # noqa: PTH118

    def _skip(self, folder: str, error: OSError) -> None:
        if not folder:
            reason = (error.strerror or str(error)).lower()
            raise AudioError(self.root, reason) from error
        self.skipped.append(AudioError(self._full(folder), plain_reason(error)))

    def _say(self, found: int) -> None:
        now = time.monotonic()
        if now - self._reported >= 0.1:
            self._reported = now
            self._report(Step(found, 0, f"Looking for sounds: {found} found"))


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in _LEFTOVERS:
        return True
    if os.name != "nt":
        return False
    # On Windows a scan brings the attributes along, at no cost.
    attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link to itself


def _extension(entry: os.DirEntry[str]) -> str:
    # A space at the end, which nobody sees, does not make it another kind of file.
    return os.path.splitext(entry.name.rstrip())[1].lower()  # noqa: PTH122


def _would_block(entry: os.DirEntry[str]) -> bool:
    """Tell a pipe, a socket or a device, or a link to one, from a file."""
    try:
        return not entry.is_file() and not stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return False  # a broken link: listed, so that somebody is told
