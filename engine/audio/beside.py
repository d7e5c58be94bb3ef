"""What lies beside the sounds of a folder and knows more about them, in words.

Tables and label files. Little is read of them: this is for a hint at opening.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from engine.audio.label_files import ENDINGS, FOLDERS, read_labels
from engine.audio.lookup import Lookup
from engine.audio.metadata import skim_table
from engine.audio.scanning import Scan
from engine.errors import AudioError

_MOST_TABLES = 6
_MOST_OF_A_TABLE = 1 << 17  # bytes
_MOST_LABEL_FILES = 24
_MOST_OF_LABELS = 1 << 14  # bytes


def notes_beside(found: Scan) -> list[str]:
    """Say which label files and tables of a folder are about its sounds.

    Parameters
    ----------
    found : Scan

    Returns
    -------
    list of str
        The tables are those in the folder itself, of which most rows are about sounds
        that were found. What cannot be read is passed over.
    """
    labels = _label_files(found)
    tables = [text for text in found.texts if "/" not in text and text not in labels]
    among = [clip.path for clip in found.dataset.clips]
    lookup = Lookup(found.dataset.root, inside=True, among=among)
    notes = [_labels_note(found, labels)]
    notes += [_table_note(lookup, table) for table in tables[:_MOST_TABLES]]
    return [note for note in notes if note]


def _table_note(lookup: Lookup, table: str) -> str:
    """Say what a table lists of the sounds, "" if most of it is about others."""
    path = Path(lookup.base, table)
    try:
        listing = skim_table(path, lookup, _MOST_OF_A_TABLE)
        whole = path.stat().st_size < _MOST_OF_A_TABLE
    except (AudioError, OSError):
        return ""
    listed = listing.dataset
    if len(listed) <= len(listing.missing) or not listed.columns:
        return ""
    count = len({clip.path for clip in listed.clips})
    column = listed.label_column
    more = "its columns" if column is None else f"its labels ({column})"
    return (
        f"{table} beside the sounds lists {'' if whole else 'at least '}{count:,} of "
        f"these {len(lookup.below):,} clips: File > Open table opens it with {more}."
    )


def _labels_note(found: Scan, files: dict[str, str]) -> str:
    """Say how many recordings have label files, "" for none."""
    tried = list(files)[:: -(-len(files) // _MOST_LABEL_FILES) or 1]
    root = found.dataset.root
    named = {files[file] for file in tried if _holds_labels(Path(root, file))}
    if not named:
        return ""
    least = "At least " if len(tried) < len(files) else ""
    have = "have label files" if len(named) > 1 else "has a label file"
    return (
        f"{least}{len(named):,} of the {len(found.dataset):,} recordings {have} beside "
        "them: File > Split recordings cuts them, by Label files."
    )


def _holds_labels(path: Path) -> bool:
    with suppress(AudioError):
        return bool(read_labels(path, _MOST_OF_LABELS).spans)
    return False


def _label_files(found: Scan) -> dict[str, str]:
    """Return the texts that are called like a recording's label file, and of which."""
    recordings = {}
    for clip in found.dataset.clips:
        name = clip.path.rpartition("/")[2]
        for called in (name.rpartition(".")[0], name):
            recordings[clip.folder, called] = clip.path
    files = {}
    for text in found.texts:
        folder, _, name = text.rpartition("/")
        above, _, last = folder.rpartition("/")
        places = (folder, above) if last in FOLDERS else (folder,)
        for ending in ENDINGS:
            for place in places:
                recording = recordings.get((place, name.removesuffix(ending)))
                if recording is not None and name.endswith(ending):
                    files[text] = recording
    return files
