"""Whatever lies in a folder: it becomes features, or a person is told why not."""

import re
from contextlib import suppress
from pathlib import Path

import audioread
import numpy as np
import pytest

from engine.audio.converting import convert
from engine.audio.decoding import blocks, decode, probe
from engine.audio.scanning import scan
from engine.errors import AudioError
from engine.features.extraction import extract
from engine.features.spectral import FeatureParams
from engine.features.store import FeatureStore
from tests.engine import bad_files
from tests.engine.bad_files import DECODED, EITHER, FAILED, PASSED, SKIPPED

# An hour in frames of half a second takes a moment, and not half a minute.
COARSE = FeatureParams(rate=4000, n_fft=128, hop=4096, n_mels=20)

ADVICE = re.compile(
    r"\b(copy|export|install|convert|remove|replace|change|shorten|cut|free|move)\b"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("odd") / "in"


@pytest.fixture(scope="module")
def made(folder):
    folder.mkdir()
    return bad_files.write_bad_files(folder)


@pytest.fixture(scope="module", autouse=True)
def without_ffmpeg():
    """With FFmpeg the same files have other outcomes; see test_foreign_codecs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audioread, "available_backends", list)
        yield


@pytest.fixture(scope="module")
def outcomes(folder, made, without_ffmpeg):
    """What came of each file: the outcome, and the reason if there is one."""
    found = scan(folder)
    cache = folder.parent / "cache"
    extraction = extract(found.dataset, COARSE, folder=cache, workers=0)
    paths = [clip.path for clip in found.dataset.clips]
    result = dict.fromkeys(paths, (DECODED, ""))
    for failure in extraction.failures:
        assert extraction.keys[failure.index] is None
        assert paths[failure.index] == failure.path
        result[failure.path] = FAILED, failure.reason
    for error in found.skipped:
        result[Path(error.path).relative_to(folder).as_posix()] = SKIPPED, error.reason
    assert sum(key is None for key in extraction.keys) == len(extraction.failures)
    return result


def test_there_are_at_least_forty_of_them(made) -> None:
    assert len(made) >= 100


@pytest.mark.timeout(120)
def test_every_file_is_decoded_or_listed(made, outcomes) -> None:
    listed = {path: outcomes.get(path, (PASSED, ""))[0] for path in made}
    wrong = {
        path: f"{listed[path]} instead of {expected}"
        for path, expected in made.items()
        if listed[path] != expected
        and not (expected == EITHER and listed[path] in (DECODED, FAILED))
    }
    assert not wrong
    assert set(outcomes) <= set(made)


def test_every_reason_says_what_is_wrong_and_what_to_do(made, outcomes) -> None:
    told = {path: reason for path, (kind, reason) in outcomes.items() if reason}
    assert len(told) > 30
    for path, reason in told.items():
        assert reason[0].islower(), reason
        assert len(reason.split()) >= 4, reason
        assert "Error(" not in reason
        assert "Traceback" not in reason
        assert "\n" not in reason
        assert ADVICE.search(reason), reason
        assert path != "broken link.wav" or "link to a file that is not" in reason


def test_all_features_are_finite(folder, made, outcomes) -> None:
    dataset = scan(folder).dataset
    cache = folder.parent / "cache"
    extraction = extract(dataset, COARSE, folder=cache, workers=0)
    assert extraction.computed == 0
    store = FeatureStore(cache, COARSE)
    keys = [key for key in extraction.keys if key is not None]
    assert len(keys) == sum(kind == DECODED for kind, _ in outcomes.values())
    for name in store.dtype.names:
        values = store.gather(keys, name).reshape(len(keys), -1)
        if name == "descriptors":  # where NaN says that a sound has none of the kind
            values = np.nan_to_num(values, posinf=np.inf, neginf=-np.inf)
        assert np.isfinite(values).all(), name


def test_looking_decoding_and_reading_on_agree(folder, made, outcomes) -> None:
    hour = folder / "one hour.flac"
    for path, (kind, _) in outcomes.items():
        file = folder / path
        if kind == SKIPPED or file == hour:
            continue
        if kind == DECODED:
            assert probe(file).duration > 0
            whole = decode(file, rate=None)
            pieces = np.concatenate(list(blocks(file, rate=None, seconds=0.05)))
            np.testing.assert_array_equal(pieces, whole)
        else:
            with pytest.raises(AudioError):
                decode(file, rate=None)
            with pytest.raises(AudioError):
                list(blocks(file, rate=None, seconds=0.05))


def test_all_that_can_be_decoded_can_be_converted(folder, made, outcomes) -> None:
    dataset = scan(folder).dataset
    out = folder.parent / "out"
    converted = convert(dataset, out)
    failed = {path for path, (kind, _) in outcomes.items() if kind == FAILED}
    assert {failure.path for failure in converted.failures} == failed
    again = scan(out).dataset
    assert {c.path for c in again.clips} == set(converted.written) - {None}
    assert not [p for p in out.rglob("*") if p.name.endswith(".part")]
    for clip in again.clips:
        assert clip.path.isprintable()
        assert probe(again.file(clip)).duration > 0


@pytest.mark.parametrize("kind", ["GSM610", "G721_32", "flac"])
def test_what_cannot_be_wound_is_read_from_the_beginning(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "a.wav"
    if kind == "flac":
        bad_files.changed(bad_files.streamed_flac, kind="FLAC", n=9000)(path)
    else:
        bad_files.sound(8000, n=9000, subtype=kind)(path)
    whole = decode(path, rate=None)
    assert 9000 <= len(whole) <= 9600  # coded in blocks
    rate = probe(path).rate
    for first, stop in [(0, 500), (4000, 9000), (100, 300), (8800, 9000)]:
        part = decode(path, first / rate, stop / rate, rate=None)
        np.testing.assert_array_equal(part, whole[first:stop])


def test_a_file_is_cut_anywhere_and_never_more_than_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    kinds = [("WAV", "wav"), ("FLAC", "flac"), ("OGG", "ogg"), ("MP3", "mp3")]
    for kind, suffix in [*kinds, ("AIFF", "aiff"), ("CAF", "caf"), ("W64", "w64")]:
        data = bad_files.encoded(rng.uniform(-0.1, 0.1, 4000), kind=kind)
        path = tmp_path / f"cut.{suffix}"
        for length in rng.integers(1, len(data), 25):
            path.write_bytes(data[:length])
            with suppress(AudioError):
                samples = decode(path)
                assert np.isfinite(samples).all()
                assert 1 <= len(samples) <= 9000
