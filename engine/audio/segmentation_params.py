"""How a long recording is cut into clips: what a person chooses."""

from __future__ import annotations

from dataclasses import dataclass

from engine.params import Params, param


@dataclass(frozen=True)
class SegmentationParams(Params):
    """How recordings are cut into clips."""

    method: str = param(
        "windows",
        label="Cut by",
        choices={
            "windows": "Windows of one length",
            "silence": "Silence between sounds",
            "onsets": "Onsets",
            "labels": "Label files",
        },
    )
    length: float = param(
        5.0,
        label="Length",
        unit="s",
        low=0.01,
        high=3600.0,
        logarithmic=True,
        needs=("method", ("windows",)),
        help="Of a window; a recording that is shorter stays whole",
    )
    overlap: float = param(
        0.0,
        label="Overlap",
        low=0.0,
        high=0.95,
        needs=("method", ("windows",)),
        help="Share of a window that the next one repeats",
    )
    keep_rest: bool = param(
        False,
        label="Keep the rest",
        needs=("method", ("windows",)),
        help="What remains after the last whole window is a shorter one",
    )
    reference: str = param(
        "background",
        label="Level counts",
        choices={
            "background": "Above the background",
            "loudest": "Below the loudest moment",
            "full_scale": "Below full scale",
        },
        needs=("method", ("silence",)),
        help="The background is the level that a tenth of each minute stays below",
    )
    level: float = param(
        12.0,
        label="Level",
        unit="dB",
        low=1.0,
        high=120.0,
        needs=("method", ("silence",)),
        help="What is louder is sound: some 12 above the background, 30 below the "
        "loudest moment, 50 below full scale",
    )
    hang: float = param(
        0.1,
        label="Hang time",
        unit="s",
        low=0.0,
        high=60.0,
        needs=("method", ("silence",)),
        help="Shorter silences do not end a sound",
    )
    shortest: float = param(
        0.05,
        label="Shortest sound",
        unit="s",
        low=0.0,
        high=60.0,
        needs=("method", ("silence",)),
        help="Shorter ones are passed over",
    )
    threshold: float = param(
        0.07,
        label="Threshold",
        low=0.005,
        high=0.95,
        logarithmic=True,
        needs=("method", ("onsets",)),
        help="How far an onset stands out, as a share of the strongest; lower finds "
        "more",
    )
    distance: float = param(
        0.05,
        label="Least distance",
        unit="s",
        low=0.0,
        high=60.0,
        needs=("method", ("onsets",)),
        help="From one onset to the next",
    )
    longest: float = param(
        2.0,
        label="Longest",
        unit="s",
        low=0.01,
        high=3600.0,
        logarithmic=True,
        needs=("method", ("onsets",)),
        help="A clip lasts until the next onset, but no longer",
    )
    padding: float = param(
        0.02,
        label="Padding",
        unit="s",
        low=0.0,
        high=10.0,
        needs=("method", ("silence", "onsets")),
        help="Kept before and after a sound, up to halfway to its neighbour; before an "
        "onset",
    )
    label_file: str = param(
        "",
        label="Label file",
        needs=("method", ("labels",)),
        zero="The one beside each recording",
        help="One for all recordings; if empty, the one beside each recording",
    )
