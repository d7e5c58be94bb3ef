"""Music Audio Benchmark: 1 886 songs in nine folders, one for each genre.

The folders' names are those of the set by Homburg and others (2005).
"""

from __future__ import annotations

from pathlib import Path

from engine.audio.dataset import Dataset
from engine.audio.layouts.layout import MOST, Columns, Layout

GENRES = frozenset(
    {"alternative", "blues", "electronic", "folkcountry", "funksoulrnb", "jazz"}
    | {"pop", "raphiphop", "rock"}
)
"""The names of the folders, of which no other collection has those of two genres."""

_PECULIAR = frozenset({"folkcountry", "funksoulrnb", "raphiphop"})
_FEWEST = 3  # genres, of a part of the collection


def _read(dataset: Dataset) -> Columns | None:
    root = Path(dataset.root).name
    folders = [clip.folder or root for clip in dataset.clips]
    genre_of = {folder: _genre_of(folder.casefold()) for folder in set(folders)}
    genres = tuple(genre_of[folder] for folder in folders)
    found = set(genres) - {""}
    enough = len(genres) - genres.count("") >= MOST * len(genres)
    if not enough or len(found) < _FEWEST or not found & _PECULIAR:
        return None
    return {"genre": genres}


def _genre_of(folder: str) -> str:
    parts = reversed(folder.split("/"))
    return next((part for part in parts if part in GENRES), "")


MUSIC_AUDIO_BENCHMARK = Layout(
    "music_audio_benchmark", "Music Audio Benchmark", ("genre",), _read
)
