"""UrbanSound8K: 8 732 city sounds of 10 classes in 10 folds.

``audio/foldN/FSID-CLASSID-OCCURRENCE-SLICE.wav`` and ``metadata/UrbanSound8K.csv``
(Salamon, Jacoby and Bello, 2014). Without the table, the class comes from the name.
"""

from __future__ import annotations

import re

from engine.audio.dataset import Dataset
from engine.audio.layouts.layout import (
    Columns,
    Layout,
    folder_in,
    group_of,
    matches,
    stem,
    table_of,
)

CLASSES = (
    *("air_conditioner", "car_horn", "children_playing", "dog_bark", "drilling"),
    *("engine_idling", "gun_shot", "jackhammer", "siren", "street_music"),
)
"""By their number."""

_NAME = re.compile(r"(?P<fsid>\d+)-(?P<id>\d)-(?P<occurrence>\d+)-(?P<slice>\d+)")
_FOLD = re.compile(r"fold[ _-]?(?P<fold>\d+)", re.IGNORECASE)
_SALIENCE = {"1": "foreground", "2": "background"}


def _read(dataset: Dataset) -> Columns | None:
    names = matches(dataset, stem, _NAME)
    if names is None:
        return None
    folds = matches(dataset, folder_in(dataset), _FOLD)
    if folds is None and "urbansound" not in dataset.root.casefold():
        return None  # four numbers may also be a date
    table = table_of(dataset, "metadata/UrbanSound8K.csv", "UrbanSound8K.csv")
    named = (CLASSES[int(i)] if i else "" for i in group_of(names, "id"))
    fold = table.get("fold") or ("",) * len(dataset)
    if folds is not None:
        fold = group_of(folds, "fold")
    columns = {
        "class": _first(table.get("class"), tuple(named)),
        "fold": fold,
        "fsID": group_of(names, "fsid"),
    }
    if "salience" in table:
        columns["salience"] = tuple(_SALIENCE.get(s, s) for s in table["salience"])
    return columns


def _first(
    preferred: tuple[str, ...] | None, otherwise: tuple[str, ...]
) -> tuple[str, ...]:
    if preferred is None:
        return otherwise
    return tuple(a or b for a, b in zip(preferred, otherwise, strict=True))


URBANSOUND8K = Layout("urbansound8k", "UrbanSound8K", ("class",), _read)
