"""The files of one feature and kind: where they lie, what they hold, when they are old.

A folder of such files holds beside them the settings that they were made with. A file
that is newer than these and than its sound is as it should be.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio.dataset import Clip
from engine.audio.naming import target_path
from engine.audio.reasons import plain_reason
from engine.errors import EngineError
from engine.features.colours import colour_table
from engine.features.images import grey, image_of
from engine.features.spectral import FeatureParams

KINDS: dict[str, str] = {
    "npy": "Numbers (NPY)",
    "grey": "Grey pictures (PNG)",
    "colour": "Pictures in colour (PNG)",
}


@dataclass
class ClipFiles:
    """The files of one feature and kind, below one folder.

    Parameters
    ----------
    folder : Path
        Where everything is exported to.
    feature, kind : str
        Of `engine.features.spectral.FEATURES` and of `KINDS`.
    settings : mapping
        What the files are made with, JSON; files made with others count as old.

    Raises
    ------
    EngineError
        If the folder cannot be written.
    """

    folder: Path
    feature: str
    kind: str
    settings: Mapping[str, Any]
    _taken: set[str] = field(default_factory=set)
    _since: float = 0.0

    def __post_init__(self) -> None:
        """Write down the settings, unless they are there already."""
        self.folder = self.folder / self.feature / self.kind
        path = self.folder / "settings.json"
        text = json.dumps(self.settings, indent=1, sort_keys=True).encode()
        try:
            if not (path.is_file() and path.read_bytes() == text):
                write_whole(path, text)
            self._since = path.stat().st_mtime
        except (OSError, ValueError) as error:
            raise EngineError(
                f"{self.folder}: cannot be written: {plain_reason(error)}"
            ) from error

    def target(self, clip: Clip) -> Path:
        """Return the file of a clip; to be asked once for each, in their order."""
        suffix = ".npy" if self.kind == "npy" else ".png"
        return target_path(self.folder, clip, suffix, self._taken)

    def is_done(self, target: Path, changed: float) -> bool:
        """Tell whether a file is there, and newer than a change to its sound."""
        try:
            return target.stat().st_mtime >= max(self._since, changed)
        except OSError:
            return False


def content(
    feature: NDArray[np.float32],
    name: str,
    kind: str,
    size: str,
    params: FeatureParams,
) -> bytes:
    """Return what is in the file of one clip.

    Parameters
    ----------
    feature : float32 array, shape (rows, frames)
        As `engine.features.spectral.features_of` returns it.
    name, kind : str
        Of `engine.features.spectral.FEATURES` and of `KINDS`.
    size : {"image", "full"}
        Of a picture: 48x96, or one pixel per value.
    params : FeatureParams
        The parameters that the feature was computed with.
    """
    file = io.BytesIO()
    if kind == "npy":
        np.save(file, np.ascontiguousarray(feature), allow_pickle=False)
        return file.getvalue()
    from PIL import Image

    picture = grey(feature) if size == "full" else image_of(name, feature, params)
    if kind == "colour":
        picture = colour_table()[picture]
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears under its name only when it is complete.

    Raises
    ------
    OSError
        If it, or a folder on the way to it, cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()
