"""A collection written anew is complete, where it should be, and harms nothing."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio import converting, writing
from engine.audio.converting import ConversionParams, Converted, convert
from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import decode, probe
from engine.audio.preparing import PreparationParams, prepare
from engine.audio.scanning import scan_folder
from engine.errors import AudioError, Cancelled, ParameterError

RATE = 22_050


def sound(path: Path, n: int = 2000, rate: int = RATE, channels: int = 1, **options):
    samples = np.random.default_rng(n).uniform(-0.5, 0.5, (n, channels))
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate, **options)
    return path


def files_below(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)


def test_the_folders_are_kept(tmp_path: Path) -> None:
    for name in ("dog/a.flac", "dog/b.WAV", "cat/deep/a.ogg", "top.mp3"):
        sound(tmp_path / "in" / name)
    dataset = scan_folder(tmp_path / "in")
    out = tmp_path / "new" / "out"
    converted = convert(dataset, out)
    assert converted.failures == ()
    assert converted.written == ("cat/deep/a.wav", "dog/a.wav", "dog/b.wav", "top.wav")
    assert files_below(out) == sorted(converted.written)
    again = scan_folder(out)
    assert again.labels == dataset.labels
    assert convert(dataset, out) == converted  # once more into the same folder


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_samples_stay_what_they_were(tmp_path: Path, subtype: str) -> None:
    path = sound(tmp_path / "in" / "a.wav", 3000, 48_000, 2, subtype=subtype)
    params = ConversionParams(mono=False, subtype=subtype)
    convert(Dataset(str(path.parent), (Clip("a.wav"),)), tmp_path / "out", params)
    before, rate = soundfile.read(path)
    after, same_rate = soundfile.read(tmp_path / "out" / "a.wav")
    assert rate == same_rate
    assert soundfile.info(tmp_path / "out" / "a.wav").subtype == subtype
    np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24"])
def test_samples_are_rounded_and_clipped(tmp_path: Path, subtype: str) -> None:
    values = np.array([0.7 / 32768, -0.7 / 32768, 1.5, -1.5, 1.0, -1.0])
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "a.wav", values, RATE, subtype="FLOAT")
    dataset = Dataset(str(tmp_path / "in"), (Clip("a.wav"),))
    convert(dataset, tmp_path / "out", ConversionParams(subtype=subtype))
    after = decode(tmp_path / "out" / "a.wav", rate=None)
    step = 2.0 ** -(15 if subtype == "PCM_16" else 23)
    np.testing.assert_allclose(after, values.clip(-1, 1 - step), atol=0.51 * step)


@pytest.mark.parametrize(
    ("own", "chosen", "allow_lower", "expected"),
    [
        (44_100, 0, False, 44_100),
        (44_100, 22_050, False, 44_100),
        (44_100, 22_050, True, 22_050),
        (8000, 22_050, False, 22_050),
        (22_050, 22_050, False, 22_050),
    ],
)
def test_the_rate_is_lowered_only_if_asked(
    tmp_path: Path, own: int, chosen: int, allow_lower: bool, expected: int
) -> None:
    sound(tmp_path / "in" / "a.wav", own // 10, own, 2)
    params = ConversionParams(rate=chosen, allow_lower=allow_lower)
    convert(scan_folder(tmp_path / "in"), tmp_path / "out", params)
    info = probe(tmp_path / "out" / "a.wav")
    assert (info.rate, info.channels) == (expected, 1)
    assert info.duration == pytest.approx(0.1, abs=1e-3)


def test_a_rate_nobody_records_at_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"Sample rate.*500"):
        ConversionParams(rate=500)


def test_sounds_are_prepared(tmp_path: Path) -> None:
    path = sound(tmp_path / "in" / "a.wav", 9000)
    preparation = PreparationParams(lowpass=True, length=1.0, normalise="peak")
    dataset = scan_folder(tmp_path / "in")
    params = ConversionParams(subtype="FLOAT")
    convert(dataset, tmp_path / "out", params, preparation)
    np.testing.assert_array_equal(
        decode(tmp_path / "out" / "a.wav"), prepare(decode(path), RATE, preparation)
    )


def test_a_cutoff_that_fits_no_file_is_refused_at_once(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "slow.wav", rate=8000)
    sound(tmp_path / "in" / "quick.wav", rate=44_100)
    dataset, lowpass = scan_folder(tmp_path / "in"), PreparationParams(lowpass=True)
    low = ConversionParams(rate=8000, allow_lower=True)
    with pytest.raises(ParameterError, match="Cut-off"):
        convert(dataset, tmp_path / "out", low, lowpass)
    assert not (tmp_path / "out").exists()
    converted = convert(dataset, tmp_path / "out", None, lowpass)
    assert converted.written == ("quick.wav", None)
    (failure,) = converted.failures
    assert (failure.index, failure.path) == (1, "slow.wav")
    assert "4000 Hz" in failure.reason


def test_spans_and_namesakes_get_names_of_their_own(tmp_path: Path) -> None:
    for name in ("a.wav", "a.flac", "A.ogg"):
        sound(tmp_path / "in" / name, RATE)
    spans = [(0.0, 0.5), (0.5, 1.0), (0.5, None), (0.0, 0.50001)]
    clips = [Clip("a.wav", *span) for span in spans]
    clips += [Clip("a.wav"), Clip("a.flac"), Clip("A.ogg"), Clip("a.wav")]
    converted = convert(Dataset(str(tmp_path / "in"), tuple(clips)), tmp_path / "out")
    assert converted.failures == ()
    names = [str(name).casefold() for name in converted.written]
    assert len(set(names)) == len(clips)
    lengths = [soundfile.info(tmp_path / "out" / n).frames for n in converted.written]
    assert lengths[:3] == [RATE // 2] * 3
    assert lengths[4:] == [RATE] * 4


ODD_NAMES = ["new\nline.wav", "🥁.flac", "-rf.wav", "con.wav", "nul.x.wav", "b .wav"]
ODD_NAMES += ["..wav", "c:d.wav", "шум 鼓.ogg", "n" * 246 + ".wav", "aux/com1.flac"]


@pytest.mark.parametrize("name", [*ODD_NAMES, b"caf\xe9\xff/\xe9.wav"])
def test_any_name_becomes_one_that_every_system_takes(
    tmp_path: Path, name: str | bytes
) -> None:
    name = os.fsdecode(name) if isinstance(name, bytes) else name
    try:
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        plain = sound(tmp_path / "plain.wav")
        (tmp_path / "in" / name).write_bytes(plain.read_bytes())
    except (OSError, UnicodeError):
        pytest.skip("this file system refuses the name")
    dataset = Dataset(str(tmp_path / "in"), (Clip(name), Clip(name)))
    converted = convert(dataset, tmp_path / "out")
    assert converted.failures == ()
    assert len(set(converted.written)) == 2
    assert files_below(tmp_path / "out") == sorted(converted.written)
    for written in converted.written:
        for part in written.split("/"):
            assert not set(part) & set('<>:"|?*\\\n')
            assert len(part.encode("utf-8")) <= 255  # and no surrogates in it
            assert part.partition(".")[0].lower() not in {"con", "nul", "aux", "com1"}


def test_nothing_is_written_outside_the_folder(tmp_path: Path) -> None:
    sound(tmp_path / "elsewhere" / "a.wav")
    (tmp_path / "in").mkdir()
    dataset = Dataset(
        str(tmp_path / "in"), (Clip("../elsewhere/a.wav"), Clip("../../etc/b.wav"))
    )
    before = files_below(tmp_path)
    converted = convert(dataset, tmp_path / "deep" / "out")
    new = set(files_below(tmp_path)) - set(before)
    assert new == {f"deep/out/{converted.written[0]}"}
    assert [failure.index for failure in converted.failures] == [1]


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "dog" / "a.wav")
    (tmp_path / "out").mkdir()
    (tmp_path / "private").mkdir()
    try:
        (tmp_path / "out" / "dog").symlink_to(tmp_path / "private", True)
    except OSError:
        pytest.skip("links are not allowed here")
    with pytest.raises(ParameterError, match="leads out"):
        convert(scan_folder(tmp_path / "in"), tmp_path / "out")
    assert files_below(tmp_path / "private") == []


@pytest.mark.parametrize("folder", ["in", "in/../in", "in/dog", "."])
def test_no_original_is_overwritten(tmp_path: Path, folder: str) -> None:
    for name in ("in/dog/a.wav", "in/a.wav", "in/in/a.wav", "in/cat/b.flac"):
        sound(tmp_path / name, channels=2)
    dataset = scan_folder(tmp_path / "in")
    if folder == ".":  # where a folder of the dataset has the name of the dataset
        dataset = Dataset(str(tmp_path / "in"), (Clip("in/a.wav"), Clip("a.wav")))
    before = {name: (tmp_path / name).read_bytes() for name in files_below(tmp_path)}
    with pytest.raises(ParameterError, match=r"overwritten; choose an empty"):
        convert(dataset, tmp_path / folder)
    after = {name: (tmp_path / name).read_bytes() for name in files_below(tmp_path)}
    assert after == before


def test_originals_of_other_names_may_get_company(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "a.flac")
    converted = convert(scan_folder(tmp_path / "in"), tmp_path / "in")
    assert converted.written == ("a.wav",)
    assert files_below(tmp_path / "in") == ["a.flac", "a.wav"]


def test_one_broken_clip_is_a_failure_and_no_more(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "good.wav")
    (tmp_path / "in" / "bad.wav").write_text("words " * 99, encoding="utf-8")
    (tmp_path / "in" / "nan.wav").touch()
    soundfile.write(tmp_path / "in" / "nan.wav", [0.0, np.nan], RATE, subtype="FLOAT")
    converted = convert(scan_folder(tmp_path / "in"), tmp_path / "out")
    assert converted.written == (None, "good.wav", None)
    assert [failure.path for failure in converted.failures] == ["bad.wav", "nan.wav"]
    assert "not in a sound format" in converted.failures[0].reason
    assert "NaN" in converted.failures[1].reason
    assert files_below(tmp_path / "out") == ["good.wav"]  # and no unfinished ones


def test_a_run_can_be_cancelled_and_leaves_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        sound(tmp_path / "in" / f"{name}.wav")
    monkeypatch.setattr(converting, "_REPORT", 0.0)
    steps = []

    def report(step) -> None:
        steps.append(step)
        if step.done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        convert(scan_folder(tmp_path / "in"), tmp_path / "out", report=report)
    assert files_below(tmp_path / "out") == ["a.wav"]
    assert {step.total for step in steps} == {3}


def test_the_last_report_says_that_all_is_done(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "a.wav")
    steps = []
    convert(scan_folder(tmp_path / "in"), tmp_path / "out", report=steps.append)
    assert (steps[-1].done, steps[-1].total) == (1, 1)
    assert convert(Dataset(str(tmp_path)), tmp_path / "none") == Converted((), ())


def test_a_long_file_is_never_in_memory_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in" / "hour.flac"
    path.parent.mkdir()
    with soundfile.SoundFile(path, "w", 8000, 1) as file:
        for _ in range(60):
            file.write(np.zeros(8000 * 60, np.int16))
    monkeypatch.setattr(
        converting, "decode", lambda *_, **__: pytest.fail("as a whole")
    )
    sizes = []
    stored = writing._stored
    monkeypatch.setattr(
        writing,
        "_stored",
        lambda piece, how: sizes.append(len(piece)) or stored(piece, how),
    )
    params = ConversionParams(rate=11_025)
    converted = convert(scan_folder(path.parent), tmp_path / "out", params)
    assert converted.written == ("hour.wav",)
    assert probe(tmp_path / "out" / "hour.wav").duration == pytest.approx(3600)
    assert max(sizes) < 30 * 11_025


def test_what_has_to_be_in_memory_and_is_too_long_fails(tmp_path: Path) -> None:
    sound(tmp_path / "in" / "a.wav", RATE)
    trim = PreparationParams(trim=True)
    dataset = scan_folder(tmp_path / "in")
    converted = convert(dataset, tmp_path / "out", None, trim, longest=0.5)
    assert "memory" in converted.failures[0].reason


def test_what_exceeds_a_wav_file_is_written_as_rf64(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound(tmp_path / "in" / "a.flac", 5000, channels=2)
    monkeypatch.setattr(writing, "_LARGEST_WAV", 9000)
    convert(scan_folder(tmp_path / "in"), tmp_path / "out")
    assert soundfile.info(tmp_path / "out" / "a.wav").format == "RF64"
    assert len(decode(tmp_path / "out" / "a.wav")) == 5000


def test_where_nothing_can_be_written_the_reason_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound(tmp_path / "in" / "a.wav")
    dataset = scan_folder(tmp_path / "in")
    (tmp_path / "file").touch()
    with pytest.raises(AudioError, match="not written"):
        convert(dataset, tmp_path / "file" / "out")

    def fail(*_: object) -> None:
        raise soundfile.LibsndfileError(2)

    monkeypatch.setattr(soundfile.SoundFile, "write", fail)
    converted = convert(dataset, tmp_path / "out")
    assert "not written: the disk is full" in converted.failures[0].reason
    assert files_below(tmp_path / "out") == []
