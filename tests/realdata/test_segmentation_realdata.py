"""Recorded sounds, strung together with silences, are found again."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import decode, probe
from engine.audio.scanning import scan_folder
from engine.audio.segmentation import SegmentationParams, segment

pytestmark = pytest.mark.realdata

NAMES = ["fsdd", "bengalese_finch_syllables"]


def strung(
    realdata: Path, name: str, folder: Path, noise: float
) -> tuple[Dataset, np.ndarray]:
    """Write a hundred clips of a collection with silences in between.

    Returns where each of them sounds: clips have faint ends of their own, so these are
    the first and the last moment within 25 dB of its loudest.
    """
    dataset = scan_folder(realdata / name)
    clips = dataset.clips[:: len(dataset) // 100]
    rate = probe(dataset.file(clips[0])).rate
    rng = np.random.default_rng(0)
    parts, truth, at = [np.zeros(rate // 2)], [], rate // 2
    for clip in clips:
        samples = decode(dataset.file(clip), rate=rate)
        samples = 0.5 * samples / np.abs(samples).max()
        loud = np.flatnonzero(np.abs(samples) > 0.5 * 10 ** (-25 / 20))
        truth.append((at + loud[0], at + loud[-1] + 1))
        gap = round(rng.uniform(0.4, 1.0) * rate)
        parts += [samples, np.zeros(gap)]
        at += len(samples) + gap
    long = np.concatenate(parts)
    long += noise * rng.standard_normal(len(long))
    soundfile.write(folder / "long.wav", long, rate)
    return Dataset(str(folder), (Clip("long.wav"),)), np.array(truth) / rate


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("noise", [0.0, 0.002])
@pytest.mark.parametrize(("reference", "level"), [("background", 12), ("loudest", 30)])
def test_sounds_between_silences_are_found_again(
    realdata: Path,
    tmp_path: Path,
    name: str,
    noise: float,
    reference: str,
    level: float,
) -> None:
    dataset, truth = strung(realdata, name, tmp_path, noise)
    params = SegmentationParams(
        method="silence", reference=reference, level=level, hang=0.3, shortest=0.01
    )
    found = segment(dataset, params)
    assert found.failures == ()
    spans = np.array([(clip.start, clip.end) for clip in found.dataset.clips])
    # A span finds a sound that it holds, but for 30 ms, and no other sound.
    inside = (spans[:, :1] <= truth[:, 0] + 0.03) & (spans[:, 1:] >= truth[:, 1] - 0.03)
    touched = (spans[:, :1] < truth[:, 1]) & (spans[:, 1:] > truth[:, 0])
    alone = touched.sum(axis=1) == 1
    assert (inside & alone[:, None]).any(axis=0).mean() >= 0.95
    assert (inside.any(axis=1) & alone).mean() >= 0.95


@pytest.mark.parametrize("name", NAMES)
def test_onsets_of_recorded_sounds_are_found_again(
    realdata: Path, tmp_path: Path, name: str
) -> None:
    dataset, truth = strung(realdata, name, tmp_path, 0.002)
    params = SegmentationParams(method="onsets", distance=0.3, padding=0.0)
    spans = segment(dataset, params).dataset.clips
    starts = np.array([clip.start for clip in spans])
    # Digits fade in; the loud part may begin some time after the onset.
    off = truth[:, :1] - starts
    assert ((off > -0.05) & (off < 0.15)).any(axis=1).mean() >= 0.95


def test_windows_of_a_real_recording_are_all_of_it(
    realdata: Path, tmp_path: Path
) -> None:
    dataset, _ = strung(realdata, "fsdd", tmp_path, 0.002)
    params = SegmentationParams(length=3.0, keep_rest=True)
    path = tmp_path / "long.wav"
    parts = [
        decode(path, clip.start, clip.end, rate=None)
        for clip in segment(dataset, params).dataset.clips
    ]
    np.testing.assert_array_equal(np.concatenate(parts), decode(path, rate=None))
