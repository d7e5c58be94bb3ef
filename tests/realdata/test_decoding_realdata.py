"""Real recordings decode to what librosa makes of them."""

from pathlib import Path

import numpy as np
import pytest

from engine.audio.decoding import RATE, decode, probe
from engine.audio.scanning import scan_folder

pytestmark = pytest.mark.realdata


@pytest.mark.parametrize(
    "name", ["esc10", "drum_oneshots", "fsdd", "bengalese_finch_syllables"]
)
def test_samples_equal_librosa(realdata: Path, name: str) -> None:
    import librosa

    dataset = scan_folder(realdata / name)
    clips = dataset.clips[:: max(1, len(dataset) // 12)]
    for clip in clips:
        path = dataset.file(clip)
        expected, _ = librosa.load(path, sr=RATE, mono=True)
        samples = decode(path)
        assert samples.shape == expected.shape
        np.testing.assert_allclose(samples, expected, atol=1e-4)


def test_the_drums_hold_the_formats_they_are_here_for(realdata: Path) -> None:
    dataset = scan_folder(realdata / "drum_oneshots")
    formats = {probe(dataset.file(clip)).format.split()[1] for clip in dataset.clips}
    assert {"PCM_16", "PCM_24"} <= formats


@pytest.mark.parametrize("name", ["esc10", "fsdd"])
def test_a_span_equals_librosa(realdata: Path, name: str) -> None:
    import librosa

    dataset = scan_folder(realdata / name)
    for clip in dataset.clips[::60]:
        path = dataset.file(clip)
        middle = probe(path).duration / 2
        whole = decode(path, rate=None)
        rate = probe(path).rate
        part = decode(path, middle, middle + 0.1, rate=None)
        first = round(middle * rate)
        np.testing.assert_allclose(part, whole[first : first + len(part)], atol=1e-5)
        expected = librosa.resample(part, orig_sr=rate, target_sr=RATE)
        np.testing.assert_allclose(
            decode(path, middle, middle + 0.1), expected, atol=1e-4
        )


@pytest.mark.parametrize(
    ("name", "clips", "classes"),
    [("esc10", 240, 10), ("drum_oneshots", 308, 15), ("fsdd", 600, 10)],
)
def test_collections_are_found_whole(
    realdata: Path, name: str, clips: int, classes: int
) -> None:
    dataset = scan_folder(realdata / name)
    assert len(dataset) == clips
    assert len(set(dataset.labels or ())) == classes
