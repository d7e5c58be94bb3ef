"""The file that a name in a table means, however much of the path it leaves out."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property

from engine.audio.scanning import AUDIO_EXTENSIONS, sounds_below
from engine.errors import AudioError
from engine.progress import Report, silent

_SPELLED_BYTE = re.compile(r"\\u(dc[89a-f][0-9a-f])")


class Lookup:
    """Finds files by what a table calls them.

    A name is a path from the base folder, with either kind of slash, or an absolute
    one; failing that, the file below the base that is the only one to carry the name,
    with or without its folder and extension, in upper or lower case. Folders are listed
    once.

    Parameters
    ----------
    base : str
        An absolute path.
    report : Report
    inside : bool
        Whether files must lie below the base. Otherwise those that lie outside must be
        sounds by their extension.
    among : sequence of str, optional
        Paths of the sounds below, as those of clips: the disk is not looked at then.
    """

    def __init__(
        self,
        base: str,
        report: Report = silent,
        *,
        inside: bool = False,
        among: Sequence[str] | None = None,
    ) -> None:
        self.base = base
        self._inside = inside
        self._report = report
        self._listings: dict[str, frozenset[str]] = {}
        self._folders: dict[str, str] = {}
        self._found: dict[tuple[str, str], str | AudioError] = {}
        self._on_disk = among is None
        if among is not None:
            self.below = list(among)
            names = defaultdict(set)
            for path in among:
                folder, _, name = path.rpartition("/")
                names[_slashed(os.path.join(base, *folder.split("/")))].add(name)  # noqa: PTH118
            self._listings = {here: frozenset(found) for here, found in names.items()}

    def find(self, name: str, folder: str = "") -> str:
        """Return the absolute path of a file.

        Parameters
        ----------
        name : str
            As the table has it.
        folder : str
            What the table has beside it for a folder.

        Raises
        ------
        AudioError
            If there is none, or there are several; the path is the name.
        """
        key = (folder, name)
        if key not in self._found:
            try:
                self._found[key] = self._search(name, folder)
            except AudioError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, AudioError):
            raise found
        return found

    @cached_property
    def below(self) -> list[str]:
        """Paths of the sounds below the base, from there, with forward slashes."""
        return sounds_below(self.base, self._report)

    def sounds_in(self, folder: str) -> list[str]:
        """Return the absolute paths of the sounds below a folder."""
        walked = "below" in vars(self) and is_below(folder + os.sep, self.base)
        top = self.base if walked else folder
        paths = self.below if walked else sounds_below(folder, self._report)
        prefix, within = _slashed(top), _slashed(folder)
        found = (prefix + path.replace("/", os.sep) for path in paths)
        return [path for path in found if path.startswith(within)]

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Paths of the sounds below, by name and by name less extension."""
        found = defaultdict(list)
        for path in self.below:
            name = path.rpartition("/")[2]
            for key in {_key(name), _key(os.path.splitext(name)[0])}:  # noqa: PTH122
                found[key].append(path)
        return found

    def _search(self, name: str, folder: str) -> str:
        slashed = name.replace("\\", "/")
        for spelling in dict.fromkeys((name, _with_bytes(name), slashed)):
            plain = self._in_folder(spelling)
            if plain is not None:
                return plain
        if not name.strip() or "\0" in name:
            raise AudioError(name, "there is no file name")
        stripped = slashed.strip()
        spellings = dict.fromkeys((name, slashed, stripped))
        if folder:
            spellings[f"{folder.strip()}/{stripped}".replace("\\", "/")] = None
        for spelling in spellings:
            full = os.path.normpath(os.path.join(self.base, spelling))  # noqa: PTH118
            # Another drive may be a stranger's server, which must not even be asked.
            ours = _drive(full) == _drive(self.base)
            if ours and self._is_file(full):
                if self._inside and not is_below(full, self.base):
                    raise AudioError(name, f"it lies outside {self.base}")
                # Any file at all may be named, and a decoder must not be set on it.
                if not (is_sound(full) or is_below(full, self.base)):
                    reason = f"it lies outside {self.base}, and is no sound by its name"
                    raise AudioError(name, reason)
                return full
        if folder:
            with suppress(AudioError):  # it may be a kind, and no folder
                return self._named(name, f"{folder.strip()}/{stripped}")
        return self._named(name, stripped)

    def _in_folder(self, name: str) -> str | None:
        """Return the file that a name as it is means, the way that most are found."""
        cut = name.rfind("/") + 1
        written, last = name[:cut], name[cut:]
        if written not in self._folders:
            self._folders[written] = self._usable(written)
        folder = self._folders[written]
        if not folder or not is_sound(last) or last not in self._listed(folder):
            return None
        return folder + last

    def _usable(self, written: str) -> str:
        """Return a folder's absolute path with a slash, "" where it is none of ours."""
        if "\0" in written or _drive(written):
            return ""
        folder = os.path.normpath(os.path.join(self.base, written))  # noqa: PTH118
        usable = folder == self.base or is_below(folder, self.base)
        return _slashed(folder) if usable else ""

    def _is_file(self, full: str) -> bool:
        if self._on_disk:
            return os.path.isfile(full)  # noqa: PTH113 - does not raise
        folder, name = os.path.split(full)
        return name in self._listed(_slashed(folder))

    def _listed(self, folder: str) -> frozenset[str]:
        if folder not in self._listings and not self._on_disk:
            return frozenset()
        if folder not in self._listings:
            try:
                self._listings[folder] = frozenset(os.listdir(folder))  # noqa: PTH208
            except (OSError, ValueError):
                self._listings[folder] = frozenset()
        return self._listings[folder]

    def _named(self, name: str, path: str) -> str:
        """Return the one file below the base whose path ends like this one."""
        *folders, last = [part for part in path.split("/") if part not in (".", "..")]
        stem, extension = os.path.splitext(last)  # noqa: PTH122
        candidates = self._by_name.get(_key(last))
        if not candidates and extension.lower() in AUDIO_EXTENSIONS:
            candidates = self._by_name.get(_key(stem))  # converted since
        ranked = defaultdict(list)
        for candidate in candidates or ():
            ranked[_shared(folders, candidate.split("/")[:-1])].append(candidate)
        # Of a path from elsewhere one folder has to agree, of one from here them all.
        elsewhere = path.startswith("/") or path[1:2] == ":"
        least = min(len(folders), 1) if elsewhere else len(folders)
        best = ranked[max(ranked)] if ranked and max(ranked) >= least else []
        if elsewhere and not best and len(candidates or ()) == 1:
            best = [c for c in candidates or () if "/" not in c]
        if len(best) > 1:
            raise AudioError(
                name, f"{len(best)} files below {self.base} have this name"
            )
        if not best:
            raise AudioError(name, "there is no such file")
        return os.path.join(self.base, *best[0].split("/"))  # noqa: PTH118


def is_sound(name: str) -> bool:
    """Tell whether a text is a sound's name by its extension."""
    return _extension(name.strip()) in AUDIO_EXTENSIONS


def is_below(file: str, folder: str) -> bool:
    """Tell whether an absolute path lies below another."""
    return file.startswith(_slashed(folder))


def common_folder(files: Iterable[str]) -> str:
    """Return the deepest folder that holds all files, which are absolute paths."""
    return os.path.commonpath({os.path.dirname(file) for file in files})  # noqa: PTH120


def _shared(wanted: list[str], found: list[str]) -> int:
    """Count the folders in which two paths agree, from the last one on."""
    count = 0
    for a, b in zip(reversed(wanted), reversed(found), strict=False):
        if _key(a) != _key(b):
            break
        count += 1
    return count


def _slashed(folder: str) -> str:
    return folder if folder.endswith(os.sep) else folder + os.sep


def _key(name: str) -> str:
    """Return a name as file systems compare it that care least."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", name).casefold()


def _with_bytes(name: str) -> str:
    """Return a name with its undecodable bytes, where a table spells them out.

    Ours that are text throughout, such as the clusters, write such a byte as a
    backslash, "udc" and its two digits.
    """
    return _SPELLED_BYTE.sub(lambda byte: chr(int(byte[1], 16)), name)


def _drive(path: str) -> str:
    return os.path.splitdrive(path)[0].casefold()


def _extension(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122
