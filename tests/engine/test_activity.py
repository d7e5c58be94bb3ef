"""What stands out of the background is sound, wherever the background lies."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio import activity
from engine.audio.dataset import Clip, Dataset
from engine.audio.segmentation import SegmentationParams, Segmented, segment

RATE = 8000


def tone(seconds: float) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)


def noise(seconds: float, level: float) -> np.ndarray:
    generator = np.random.default_rng(0)
    return level * generator.standard_normal(round(seconds * RATE))


def sounds_of(samples: np.ndarray, folder: Path) -> Segmented:
    soundfile.write(folder / "a.wav", samples, RATE, subtype="FLOAT")
    dataset = Dataset(str(folder), (Clip("a.wav"),))
    return segment(dataset, SegmentationParams(method="silence", padding=0.0))


def spans_of(samples: np.ndarray, folder: Path) -> list[tuple[float, float | None]]:
    clips = sounds_of(samples, folder).dataset.clips
    return [(clip.start, clip.end) for clip in clips]


@pytest.mark.parametrize("samples", [tone(20.0), noise(20.0, 0.1)])
def test_a_recording_without_a_quiet_part_is_one_sound(
    tmp_path: Path, samples: np.ndarray
) -> None:
    assert sounds_of(samples, tmp_path).dataset.clips == (Clip("a.wav"),)


def test_a_short_gap_in_a_tone_is_no_sound(tmp_path: Path) -> None:
    samples = tone(20.0)
    samples[8 * RATE : 9 * RATE] = 0.0
    found = [(start, end or 20.0) for start, end in spans_of(samples, tmp_path)]
    np.testing.assert_allclose(found, [(0.0, 8.0), (9.0, 20.0)], atol=0.011)


@pytest.mark.parametrize("seconds", [40, 400])
def test_sounds_are_found_after_the_noise_has_risen(
    tmp_path: Path, seconds: int
) -> None:
    half = seconds / 2
    samples = np.concatenate([noise(half, 1e-3), noise(half, 2e-2)])
    starts = np.arange(1.0, seconds - 1.0, 4.7)
    for start in starts:
        first = round(start * RATE)
        samples[first : first + RATE // 2] += tone(0.5)
    found = np.array(spans_of(samples, tmp_path))
    alone = (found[:, 1] - found[:, 0]) < 0.6
    assert (~alone).sum() <= 1  # the change itself may pass for a sound
    assert len(found) <= len(starts) + 1
    off = np.abs(found[alone, 0] - starts[:, None]).min(axis=1)
    assert (off < 0.03).sum() >= len(starts) - 2


def test_a_long_sound_far_above_the_noise_stays_whole(tmp_path: Path) -> None:
    samples = noise(400.0, 1e-4)
    samples[100 * RATE : 250 * RATE] += tone(150.0)
    np.testing.assert_allclose(
        spans_of(samples, tmp_path), [(100.0, 250.0)], atol=0.011
    )


def test_the_threshold_follows_the_background() -> None:
    levels = np.repeat(np.float32([-60, -40]), 12_000)
    above = activity.threshold(levels, "background", 12.0)
    np.testing.assert_allclose(np.asarray(above)[[0, -1]], [-48, -28], atol=1e-3)
    assert np.isscalar(activity.threshold(levels, "loudest", 12.0))
