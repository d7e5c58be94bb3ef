"""Presets: parameters that suit the sounds at hand."""

from pathlib import Path

import numpy as np
import pytest

from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import write_wav
from engine.features.presets import PRESETS
from engine.features.spectral import FeatureParams


def collection(folder: Path, rates: list[int]) -> Dataset:
    for i, rate in enumerate(rates):
        write_wav(folder / f"{i}.wav", np.zeros(100), rate)
    return Dataset(str(folder), tuple(Clip(f"{i}.wav") for i in range(len(rates))))


def test_the_study_is_the_default_and_short_sounds_have_short_windows() -> None:
    nothing = Dataset("")
    assert PRESETS["study"].resolve(nothing) == FeatureParams()
    short = PRESETS["short_sounds"].resolve(nothing)
    assert (short.rate, short.n_fft, short.hop) == (22_050, 512, 128)
    assert all(preset.label and preset.help for preset in PRESETS.values())


@pytest.mark.parametrize(
    ("rates", "rate", "n_fft"),
    [
        ([250_000] * 3, 250_000, 1024),
        ([384_000] * 3, 384_000, 2048),
        ([44_100, 8000, 44_100], 44_100, 512),
        ([192_000, 192_000, 48_000, 22_050], 192_000, 1024),
        ([192_000, 48_000, 48_000, 22_050], 48_000, 512),
        ([768_000], 500_000, 2048),
    ],
)
def test_high_frequency_takes_the_rate_of_most_files(
    tmp_path: Path, rates: list[int], rate: int, n_fft: int
) -> None:
    params = PRESETS["high_frequency"].resolve(collection(tmp_path, rates))
    assert (params.rate, params.n_fft, params.hop) == (rate, n_fft, n_fft // 2)
    assert (params.fmin > 0) == (rate > 100_000)
    assert params.highest == rate / 2


def test_what_cannot_be_read_has_no_say(tmp_path: Path) -> None:
    dataset = collection(tmp_path, [96_000])
    (tmp_path / "bad.wav").write_text("no sound")
    clips = (*(Clip("bad.wav", float(i)) for i in range(5)), *dataset.clips)
    high = PRESETS["high_frequency"]
    assert high.resolve(Dataset(dataset.root, clips)).rate == 96_000
    assert high.resolve(Dataset(dataset.root, clips[:5])).rate == 22_050
    assert high.resolve(Dataset(dataset.root)).rate == 22_050
