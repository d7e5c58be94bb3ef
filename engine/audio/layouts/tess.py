"""TESS: 2 800 sentences of two actresses in seven emotions.

``OAF_Fear/OAF_back_fear.wav`` and the like, spelled in several ways (Pichora-Fuller and
Dupuis, 2020). A common download holds all of it twice, one inside the other.
"""

from __future__ import annotations

import re

from engine.audio.dataset import Dataset
from engine.audio.layouts.layout import MOST, Columns, Layout, folder_in, stem

_EMOTIONS = {
    **dict.fromkeys(("angry", "anger"), "angry"),
    **dict.fromkeys(("disgust", "disgusted"), "disgust"),
    **dict.fromkeys(("fear", "fearful"), "fear"),
    **dict.fromkeys(("happy", "happiness"), "happy"),
    **dict.fromkeys(("neutral",), "neutral"),
    **dict.fromkeys(
        ("ps", "pleasantsurprise", "pleasantsurprised", "surprise", "surprised"),
        "pleasant_surprise",
    ),
    **dict.fromkeys(("sad", "sadness"), "sad"),
}
# One file is called OA_bite_neutral.
_NAME = re.compile(
    r"(?P<actress>[OY]AF?)[ _-]+(?P<word>[A-Za-z]+)[ _-]+(?P<emotion>[A-Za-z_ -]+)",
    re.IGNORECASE,
)
_FOLDER = re.compile(
    r"(?P<actress>[OY]AF?)[ _-]+(?P<emotion>[A-Za-z_ -]+)", re.IGNORECASE
)


def _read(dataset: Dataset) -> Columns | None:
    actresses, emotions, words = [], [], []
    unknown = 0
    folder_of = folder_in(dataset)
    for clip in dataset.clips:
        actress, emotion, word = _told_by(stem(clip), folder_of(clip))
        actresses.append(actress)
        emotions.append(emotion)
        words.append(word)
        unknown += not emotion
        if unknown > (1 - MOST) * len(dataset):
            return None
    both = zip(actresses, emotions, strict=True)
    return {
        "actress and emotion": tuple(f"{a}_{e}" if e else "" for a, e in both),
        "emotion": tuple(emotions),
        "actress": tuple(actresses),
        "word": tuple(words),
    }


def _told_by(name: str, folder: str) -> tuple[str, str, str]:
    """Return actress, emotion and word by the file's name, else by its folder."""
    for text, pattern in ((name, _NAME), (folder, _FOLDER)):
        found = pattern.fullmatch(text)
        if found is not None:
            emotion = _EMOTIONS.get(re.sub(r"[ _-]", "", found["emotion"]).casefold())
            if emotion is not None:
                word = found["word"].casefold() if pattern is _NAME else ""
                return found["actress"][:2].upper() + "F", emotion, word
    return "", "", ""


TESS = Layout(
    "tess",
    "Toronto Emotional Speech Set",
    ("actress and emotion", "emotion"),
    _read,
    names_once=True,
)
