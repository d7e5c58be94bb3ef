"""What the columns of a table are, by the words that people use for them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

PATH = (
    *("path", "file_path", "filepath", "relative_path", "rel_path", "full_path"),
    *("audio_path", "audio_filepath", "wav_path", "clip_path", "sound_path"),
    *("file", "filename", "file_name", "slice_file_name", "fname", "audio_file"),
    *("audio_filename", "audio_file_name", "wav_file", "wav_filename", "sound_file"),
    *("soundfile", "sound_filename", "wavfile", "begin_path", "begin_file", "in_file"),
    *("audio", "wav", "uri"),
)
"""Names of a column of files, the surest first; see `heading` for the spelling."""
VAGUE_PATH = ("recording", "clip", "sound", "track", "sample", "name", "itemid", "id")
"""Names that a column of files may have, and columns of other things as well."""
FOLDER = ("folder", "directory", "dir", "subfolder", "indir")
START = (
    *("start", "start_time", "begin", "begin_time", "onset", "onset_time", "from"),
    *("tmin", "min_t", "starttime", "offset_start", "time_start", "start_seconds"),
)
END = (
    *("end", "end_time", "stop", "stop_time", "offset", "offset_time", "to"),
    *("tmax", "max_t", "endtime", "offset_end", "time_end", "end_seconds"),
)
DURATION = ("duration", "dur", "length", "delta_time")
LABEL = (
    *("label", "labels", "class", "class_name", "category", "species", "emotion"),
    *("annotation", "annotations", "common_name", "scientific_name", "species_code"),
    *("genre", "call_type", "event_label", "tag", "tags", "type", "text", "target"),
    *("ebird_code", "primary_label", "digit", "instrument", "truth"),
)
_UNIT = re.compile(r"_(s|sec|secs|second|seconds|ms|msec|milliseconds)$")
_MILLISECONDS = re.compile(r"_(ms|msec|milliseconds)$")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)")


def heading(cell: str) -> str:
    """Return a column's name in one spelling: "Begin Time (s)" is begin_time_s."""
    text = unicodedata.normalize("NFKC", cell).casefold()
    return re.sub(r"[\W_]+", "_", text).strip("_")


def column(names: Sequence[str], role: Iterable[str]) -> int | None:
    """Return where the column with a role is, None if there is none.

    Parameters
    ----------
    names : sequence of str
        As from `heading`; a unit of time at the end does not count.
    role : iterable of str
        One of the lists of this module.
    """
    bare = [_UNIT.sub("", name) for name in names]
    return next((bare.index(word) for word in role if word in bare), None)


def scale(name: str) -> float:
    """Return the seconds in one unit of a column of times."""
    return 1e-3 if _MILLISECONDS.search(name) else 1.0


def seconds(text: str) -> float | None:
    """Read a time: "1.5", "1,5" or "0:01:02.5"; None where it is no time.

    Returns
    -------
    float or None
        Finite; it may be negative.
    """
    text = text.strip()
    try:
        found = float(text.replace(",", ".") if text.count(",") == 1 else text)
    except ValueError:
        clock = _CLOCK.fullmatch(text)
        if clock is None:
            return None
        hours, minutes, rest = clock.groups("0")
        rest = rest.replace(",", ".")
        return int(hours) * 3600 + int(minutes) * 60 + float(rest)
    return found if math.isfinite(found) else None


def span(
    texts: tuple[str, str],
    units: tuple[float, float] = (1.0, 1.0),
    *,
    lasts: bool = False,
) -> tuple[float, float | None]:
    """Read a span of time.

    Parameters
    ----------
    texts : (str, str)
        Start, 0 where it is empty, and end.
    units : (float, float)
        Seconds in one unit of each.
    lasts : bool
        Whether the end is a duration.

    Returns
    -------
    start, end : float, float or None
        In seconds, 0 <= start < end; None for the end of the file.

    Raises
    ------
    ValueError
        Where they are no span, with the reason.
    """
    begin, until = texts[0].strip(), texts[1].strip()
    start = seconds(begin or "0")
    if start is None or start < 0:
        raise ValueError(f"a span must start at 0 s or later; it is {begin!r}")
    start *= units[0]
    if not until:
        return start, None
    end = seconds(until)
    if end is None:
        raise ValueError(f"a span must end at a time; it is {until!r}")
    end = end * units[1] + (start if lasts else 0.0)
    if not start < end < math.inf:
        raise ValueError(
            f"a span must end after it starts; it is {start:g} to {end:g} s"
        )
    return start, end


def unique(names: Iterable[str]) -> list[str]:
    """Return names for columns: none empty, none twice ("note", "note (2)")."""
    found: dict[str, None] = {}
    for i, given in enumerate(names, 1):
        name = given.strip() or f"column {i}"
        n, candidate = 1, name
        while candidate in found:
            n += 1
            candidate = f"{name} ({n})"
        found[candidate] = None
    return list(found)
