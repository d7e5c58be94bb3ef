"""Free Spoken Digits: ``DIGIT_SPEAKER_TAKE.wav`` (Jackson, 2016)."""

from __future__ import annotations

import re
from collections import defaultdict

from engine.audio.dataset import Dataset
from engine.audio.layouts.layout import Columns, Layout, group_of, matches, stem

SPEAKERS = frozenset({"george", "jackson", "lucas", "nicolas", "theo", "yweweler"})
"""Those of the published collection; others have recorded their own."""

_NAME = re.compile(r"(?P<digit>\d)_(?P<speaker>[^\W\d_]+)_(?P<take>\d+)")


def _read(dataset: Dataset) -> Columns | None:
    names = matches(dataset, stem, _NAME)
    if names is None:
        return None
    digits, speakers = group_of(names, "digit"), group_of(names, "speaker")
    known = sum(speaker.casefold() in SPEAKERS for speaker in speakers)
    if known < len(speakers) / 2 and not _all_say_all(digits, speakers):
        return None
    return {"digit": digits, "speaker": speakers, "take": group_of(names, "take")}


def _all_say_all(digits: tuple[str, ...], speakers: tuple[str, ...]) -> bool:
    """Tell speakers, who say most digits, from kinds ("1_kick_01", "2_snare_01")."""
    said = defaultdict(set)
    for digit, speaker in zip(digits, speakers, strict=True):
        if speaker:
            said[speaker].add(digit)
    most = max(len(by_one) for by_one in said.values())
    return most >= 5 and len(said) >= 2 and min(map(len, said.values())) * 2 >= most


FREE_SPOKEN_DIGITS = Layout("fsdd", "Free Spoken Digits", ("digit", "speaker"), _read)
