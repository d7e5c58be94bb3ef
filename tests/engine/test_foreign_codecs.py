"""What FFmpeg reads where it is installed: the same sound, whole and in spans."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from engine.audio.decoding import blocks, decode, probe, write_wav
from engine.audio.scanning import scan
from engine.features.extraction import extract
from engine.features.spectral import FeatureParams
from tests.engine import bad_files

RATE = 44_100
FFMPEG = shutil.which("ffmpeg")

pytestmark = pytest.mark.skipif(FFMPEG is None, reason="FFmpeg is not installed")


@pytest.mark.parametrize("suffix", ["m4a", "aac", "wma", "ac3", "wv", "mka"])
def test_a_sound_survives_a_foreign_codec(tmp_path: Path, suffix: str) -> None:
    time = np.arange(3 * RATE) / RATE
    sung = 0.4 * np.sin(2 * np.pi * 440 * time) * (1 + np.sin(2 * np.pi * 3 * time))
    write_wav(tmp_path / "a.wav", sung, RATE)
    path = tmp_path / f"-ä {suffix}.{suffix.upper()}"
    # By way of a plain name: only ours must read the other one.
    plain = tmp_path / f"b.{suffix}"
    command = [FFMPEG, "-v", "error", "-i", tmp_path / "a.wav", plain]
    subprocess.run(list(map(str, command)), check=True)
    plain.rename(path)

    assert probe(path).duration == pytest.approx(3.0, abs=0.25)
    whole = decode(path, rate=None)
    assert np.abs(whole).max() == pytest.approx(0.8, abs=0.1)
    length = min(len(whole), len(sung))
    spectrum = np.abs(np.fft.rfft(whole[:length]))
    assert abs(spectrum.argmax() * RATE / length - 440) < 2
    np.testing.assert_array_equal(
        decode(path, 1.0, 1.5, rate=None), whole[RATE : RATE + RATE // 2]
    )
    pieces = list(blocks(path, rate=None, seconds=0.4))
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


@pytest.mark.timeout(120)
def test_odd_files_are_decoded_or_listed_with_ffmpeg_too(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    bad_files.write_bad_files(folder)
    found = scan(folder)
    coarse = FeatureParams(rate=4000, n_fft=256, hop=256, n_mels=16, n_mfcc=4)
    extraction = extract(found.dataset, coarse, folder=tmp_path / "cache", workers=1)
    failed = {failure.index for failure in extraction.failures}
    assert failed == {i for i, key in enumerate(extraction.keys) if key is None}
    assert len(failed) > 30
    assert all(len(failure.reason.split()) > 2 for failure in extraction.failures)
