"""ESC-50: 2 000 environmental sounds of 50 classes, and its first edition, ESC-10.

``audio/FOLD-SOURCE-TAKE-TARGET.wav`` and ``meta/esc50.csv`` (Piczak, 2015); ESC-10 came
as ``CLASS/FOLD-SOURCE-TAKE.ogg``. Without the table, the class comes from the name.
"""

from __future__ import annotations

import re

from engine.audio.dataset import Dataset
from engine.audio.layouts.layout import (
    MOST,
    Columns,
    Layout,
    folder_in,
    group_of,
    matches,
    stem,
    table_of,
)

CATEGORIES = (
    *("dog", "rooster", "pig", "cow", "frog", "cat", "hen", "insects", "sheep"),
    *("crow", "rain", "sea_waves", "crackling_fire", "crickets", "chirping_birds"),
    *("water_drops", "wind", "pouring_water", "toilet_flush", "thunderstorm"),
    *("crying_baby", "sneezing", "clapping", "breathing", "coughing", "footsteps"),
    *("laughing", "brushing_teeth", "snoring", "drinking_sipping"),
    *("door_wood_knock", "mouse_click", "keyboard_typing", "door_wood_creaks"),
    *("can_opening", "washing_machine", "vacuum_cleaner", "clock_alarm"),
    *("clock_tick", "glass_breaking", "helicopter", "chainsaw", "siren", "car_horn"),
    *("engine", "train", "church_bells", "airplane", "fireworks", "hand_saw"),
)
"""By their target."""
ESC10_TARGETS = frozenset({0, 1, 10, 11, 12, 20, 21, 38, 40, 41})
"""The targets of ESC-50 that make up ESC-10."""

_NAME = re.compile(
    r"(?P<fold>[1-5])-(?P<source>\d+)-(?P<take>[A-Z]{1,2})-(?P<target>\d{1,2})"
)
_OLD_NAME = re.compile(r"(?P<fold>[1-5])-(?P<source>\d+)-(?P<take>[A-Z]{1,2})")
_NUMBERED = re.compile(r"^\d+\s*-\s*")  # "001 - Dog bark"
_OLD_KINDS = frozenset(
    {"babycry", "chainsaw", "clocktick", "dogbark", "firecrackling", "helicopter"}
    | {"personsneeze", "rain", "rooster", "seawaves"}
)


def _read_esc50(dataset: Dataset) -> Columns | None:
    names = matches(dataset, stem, _NAME)
    if names is None:
        return None
    targets = [int(text or -1) for text in group_of(names, "target")]
    if sum(target < len(CATEGORIES) for target in targets) < MOST * len(targets):
        return None
    known = [i if i < len(CATEGORIES) else -1 for i in targets]
    category = tuple(CATEGORIES[i] if i >= 0 else "" for i in known)
    table = table_of(dataset, "meta/esc50.csv", "esc50.csv")
    if "category" in table:
        both = zip(table["category"], category, strict=True)
        category = tuple(listed or named for listed, named in both)
    ten = tuple("" if i < 0 else str(i in ESC10_TARGETS) for i in known)
    return {
        "category": category,
        "fold": group_of(names, "fold"),
        "esc10": ten,
        "source": group_of(names, "source"),
    }


def _read_esc10(dataset: Dataset) -> Columns | None:
    names = matches(dataset, stem, _OLD_NAME)
    if names is None:
        return None
    folders = map(folder_in(dataset), dataset.clips)
    kinds = [_NUMBERED.sub("", folder).strip() for folder in folders]
    known = sum(re.sub(r"[\W_]", "", k).casefold() in _OLD_KINDS for k in kinds)
    if known < MOST * len(kinds):
        return None
    return {
        "category": tuple(kinds),
        "fold": group_of(names, "fold"),
        "source": group_of(names, "source"),
    }


ESC50 = Layout("esc50", "ESC-50", ("category",), _read_esc50)
ESC10 = Layout("esc10", "ESC-10", ("category",), _read_esc10)
