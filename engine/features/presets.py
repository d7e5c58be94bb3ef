"""Feature parameters for kinds of sound, by name."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from engine.audio.dataset import Dataset
from engine.audio.decoding import probe
from engine.errors import AudioError
from engine.features.spectral import FeatureParams

_PROBED = 25  # files, evenly spaced over the collection
_WINDOW = 0.004  # seconds: as long as the short calls of a bat
_SHORTEST = 512  # samples: fewer do not resolve the pitch of audible sounds
_ULTRASONIC = 100_000  # Hz, the rate above which only ultrasound counts
_AUDIBLE = 5_000.0  # Hz, up to which wind and handling rumble


@dataclass(frozen=True, slots=True)
class Preset:
    """Feature parameters that suit a kind of sound.

    Parameters
    ----------
    label, help : str
        The words for a form.
    params : FeatureParams
        What suits it, where that does not depend on the collection.
    own_rate : bool
        Whether sample rate and window are those that suit the collection's files.
    """

    label: str
    help: str
    params: FeatureParams = field(default_factory=FeatureParams)
    own_rate: bool = False

    def resolve(self, dataset: Dataset) -> FeatureParams:
        """Return the parameters for a collection, after a look at some of its files.

        Where they have several rates, the highest counts that half of them reach: for
        no more than half would there be nothing to see in the upper rows. The window is
        the power of two that is nearest to 4 ms, at least 512 samples, and the hop half
        of it. For rates above 100 kHz the mel bands begin at 5 kHz. Files that cannot
        be read are passed over; where none can, the rate remains the default.
        """
        if not self.own_rate:
            return self.params
        rates = sorted(_rates(dataset)) or [self.params.rate]
        declared = {field.name: field for field in FeatureParams.declared()}
        low, high = declared["rate"].low or 1, declared["rate"].high or math.inf
        rate = int(min(max(rates[len(rates) // 2], low), high))
        n_fft = max(_SHORTEST, 1 << round(math.log2(_WINDOW * rate)))
        fmin = _AUDIBLE if rate > _ULTRASONIC else 0.0
        return self.params.replace(rate=rate, n_fft=n_fft, hop=n_fft // 2, fmin=fmin)


def _rates(dataset: Dataset) -> list[int]:
    paths = list(dict.fromkeys(dataset.file(clip) for clip in dataset.clips))
    rates = []
    for path in paths[:: max(1, math.ceil(len(paths) / _PROBED))]:
        try:
            rates.append(probe(path).rate)
        except AudioError:
            continue
    return rates


PRESETS: dict[str, Preset] = {
    "study": Preset("The study's", "Speech, music, surroundings: the defaults"),
    "short_sounds": Preset(
        "Short sounds",
        "Syllables, clicks and drums of some tens of milliseconds: a window of 23 ms",
        FeatureParams(n_fft=512, hop=128),
    ),
    "high_frequency": Preset(
        "High frequency",
        "Bats, mice, insects: the files' own sample rate, and a window of about 4 ms",
        own_rate=True,
    ),
}
