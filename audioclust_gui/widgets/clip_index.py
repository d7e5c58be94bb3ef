"""What a table of clips is sorted and filtered by, made once per collection."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.plots.plain import one_line
from engine.audio.dataset import Dataset


class ClipIndex:
    """Orders and matches the clips of one collection; every answer is an array.

    Parameters
    ----------
    dataset : Dataset
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._orders: dict[str, NDArray[np.int64]] = {}
        self._paths: list[str] = []
        self._texts: list[str] = []

    def order(self, by: str) -> NDArray[np.int64]:
        """Return all clips, ordered by "name", "folder" or "label" without case.

        Clips that are alike stay in the order of the collection.
        """
        if by not in self._orders:
            keys = [one_line(text).casefold() for text in self._column(by)]
            ordered = sorted(range(len(keys)), key=keys.__getitem__)
            self._orders[by] = np.array(ordered, np.int64)
        return self._orders[by]

    def matching(self, words: Sequence[str], folder: str) -> NDArray[np.bool_]:
        """Tell which clips lie below a folder and hold every word.

        Parameters
        ----------
        words : sequence of str
            Without case, looked for in path and label.
        folder : str
            Relative to the root, "" for all.
        """
        keep = np.ones(len(self._dataset), np.bool_)
        if folder:
            inside = f"{folder}/"
            if not self._paths:
                self._paths = [clip.path for clip in self._dataset.clips]
            keep &= [path.startswith(inside) for path in self._paths]
        for word in words:
            keep &= [word in text for text in self._searched()]
        return keep

    def _searched(self) -> list[str]:
        if not self._texts:
            clips, labels = self._dataset.clips, self._column("label")
            pairs = zip(clips, labels, strict=True)
            self._texts = [f"{clip.path}\n{label}".casefold() for clip, label in pairs]
        return self._texts

    def _column(self, name: str) -> Sequence[str]:
        if name == "label":
            return self._dataset.labels or ("",) * len(self._dataset)
        return [getattr(clip, name) for clip in self._dataset.clips]
