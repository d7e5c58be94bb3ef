"""Features as files: where they lie, what they hold, and what is not made twice."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import decode, write_wav
from engine.audio.naming import target_path
from engine.audio.preparing import PreparationParams
from engine.errors import Cancelled, EngineError, ParameterError
from engine.features.colours import colour_table
from engine.features.exporting import (
    FeatureExportParams,
    export_features,
    save_matrix,
)
from engine.features.images import image_of
from engine.features.representation import Representation
from engine.features.spectral import FeatureParams, features_of
from engine.progress import Step

PARAMS = FeatureParams(rate=8000, n_fft=256, hop=128, n_mels=20)
EVERYTHING = FeatureExportParams(feature="mel+mfcc", kind="npy+grey+colour")


def collection(root: Path, *clips: Clip) -> Dataset:
    """Write a sound for every file that some clips name."""
    for number, path in enumerate({clip.path: None for clip in clips}):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).normal(scale=0.1, size=8000)
        write_wav(root / path, noise, 8000)
    return Dataset(str(root), clips)


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


def export(dataset: Dataset, folder: Path, *args: object, **kwargs: object):
    return export_features(dataset, folder, *args, workers=0, **kwargs)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    clips = (Clip("birds/a.wav"), Clip("birds/b.wav"), Clip("long.wav", 0.25, 0.75))
    return collection(tmp_path / "sounds", *clips)


def test_every_feature_and_kind_has_a_folder_like_the_collections(
    dataset: Dataset, tmp_path: Path
) -> None:
    found = export(dataset, tmp_path / "out", EVERYTHING, PARAMS)
    assert (found.written, found.kept, found.failures) == (3, 0, ())
    names = ("birds/a", "birds/b", "long_0.250-0.750")
    expected = {
        f"{feature}/{kind}/{name}.{'npy' if kind == 'npy' else 'png'}"
        for feature in ("mel", "mfcc")
        for kind in ("npy", "grey", "colour")
        for name in names
    }
    settings = {f"{Path(name).parts[0]}/{Path(name).parts[1]}" for name in expected}
    expected |= {f"{place}/settings.json" for place in settings}
    assert files(tmp_path / "out") == expected


@pytest.mark.parametrize("size", ["image", "full"])
def test_files_hold_the_feature_and_its_picture(
    dataset: Dataset, tmp_path: Path, size: str
) -> None:
    out = tmp_path / "out"
    export(dataset, out, EVERYTHING.replace(size=size), PARAMS)
    clip = dataset.clips[2]
    sound = decode(dataset.file(clip), clip.start, clip.end, rate=8000)
    mel = features_of(sound, PARAMS)["mel"]
    name = "long_0.250-0.750"
    saved = np.load(out / "mel" / "npy" / f"{name}.npy", allow_pickle=False)
    np.testing.assert_array_equal(saved, mel)
    assert saved.dtype == np.float32
    with Image.open(out / "mel" / "grey" / f"{name}.png") as opened:
        assert opened.mode == "L"
        assert not opened.text
        grey = np.array(opened)
    with Image.open(out / "mel" / "colour" / f"{name}.png") as opened:
        assert opened.mode == "RGB"
        colour = np.array(opened)
    np.testing.assert_array_equal(colour, colour_table()[grey])
    if size == "image":
        np.testing.assert_array_equal(grey, image_of("mel", mel, PARAMS))
    else:
        assert grey.shape == mel.shape
        bottom, column = np.unravel_index(mel.argmax(), mel.shape)
        assert grey[len(mel) - 1 - bottom, column] == 255
        assert grey.min() == 0


def test_what_is_there_is_kept_until_sound_or_settings_change(
    dataset: Dataset, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(dataset, out, None, PARAMS)
    assert export(dataset, out, None, PARAMS).kept == 3
    more = export(dataset, out, FeatureExportParams(kind="npy+grey"), PARAMS)
    assert (more.written, more.kept) == (3, 0)
    assert export(dataset, out, None, PARAMS).kept == 3

    target = out / "mfcc_without_first" / "npy" / "birds" / "a.npy"
    target.unlink()
    assert export(dataset, out, None, PARAMS).written == 1
    later = target.stat().st_mtime + 60
    os.utime(dataset.file(dataset.clips[1]), (later, later))
    assert export(dataset, out, None, PARAMS).written == 1

    padded = export(dataset, out, None, PARAMS, PreparationParams(length=2.0))
    assert padded.written == 3
    assert np.load(target, allow_pickle=False).shape == (19, 1 + 16000 // 64)


def test_a_cancelled_export_goes_on_where_it_ended(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.features.exporting._REPORT", 0.0)

    def report(step: Step) -> None:
        if step.done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        export(dataset, tmp_path / "out", None, PARAMS, report=report)
    assert not [name for name in files(tmp_path / "out") if name.endswith(".part")]
    found = export(dataset, tmp_path / "out", None, PARAMS)
    assert found.kept in (1, 2)
    assert found.written == 3 - found.kept


def test_a_broken_clip_is_listed_and_the_others_are_there(
    dataset: Dataset, tmp_path: Path
) -> None:
    clips = (Clip("gone.wav"), *dataset.clips, Clip("broken.wav"))
    (Path(dataset.root) / "broken.wav").write_bytes(b"no sound")
    steps: list[Step] = []
    found = export(
        Dataset(dataset.root, clips), tmp_path, None, PARAMS, report=steps.append
    )
    assert [failure.path for failure in found.failures] == ["gone.wav", "broken.wav"]
    assert [failure.index for failure in found.failures] == [0, 4]
    assert found.failures[0].reason == "there is no such file"
    assert found.written == 3
    assert steps[-1].fraction == 1.0


def test_a_folder_that_cannot_be_made_is_said(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EngineError, match="file"):
        export(dataset, tmp_path / "file", None, PARAMS)
    with pytest.raises(ParameterError, match="Cut-off"):
        export(dataset, tmp_path, None, PARAMS, PreparationParams(lowpass=True))
    with pytest.raises(ParameterError, match="workers"):
        export_features(dataset, tmp_path, workers=-1)


def test_worker_processes_write_the_same_files(
    dataset: Dataset, tmp_path: Path
) -> None:
    export(dataset, tmp_path / "here", EVERYTHING, PARAMS)
    found = export_features(dataset, tmp_path / "there", EVERYTHING, PARAMS, workers=1)
    assert found.written == 3
    for name in files(tmp_path / "here"):
        here, there = tmp_path / "here" / name, tmp_path / "there" / name
        assert here.read_bytes() == there.read_bytes()


def test_names_stay_below_the_folder_and_are_never_shared(tmp_path: Path) -> None:
    clips = [
        Clip("a.wav"),
        Clip("a.mp3"),
        Clip("A.flac"),
        Clip("a.wav"),
        Clip("../../a.wav"),
        Clip("/a.wav"),
        Clip("C:\\a.wav"),
        Clip("con.wav"),
        Clip("...wav"),
        Clip("dot./a.wav"),
        Clip("two\nlines.wav"),
        Clip("not-utf8-\udcff.wav"),
        Clip("not-utf8-\udcfe.wav"),
        Clip("鳥/声.wav"),
        Clip("é.wav"),
        Clip("e\u0301.wav"),
        Clip("x" * 250 + ".wav"),
        Clip("x" * 250 + ".mp3"),
        Clip("é" * 250 + ".wav"),
        Clip("x." + "y" * 240),
        Clip("long.wav", 1.0, 2.0),
        Clip("long.wav", 1.0001, 2.0),
        Clip("long.wav", 1.0),
        Clip(""),
    ]
    taken: set[str] = set()
    targets = [target_path(tmp_path, clip, ".npy", taken) for clip in clips]
    names = [target.relative_to(tmp_path).as_posix() for target in targets]
    assert len({name.casefold() for name in names}) == len(clips)
    assert names[:2] == ["a.npy", "a.mp3.npy"]
    assert names[13] == "鳥/声.npy"
    for target, name in zip(targets, names, strict=True):
        assert ".." not in target.parts
        assert not set(name) & set(':\\\n"<>|?*')
        assert all(part.rstrip(". ") == part for part in name.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
        assert target.resolve().is_relative_to(tmp_path.resolve())
    assert len(files(tmp_path)) == len(clips)


def test_colours_step_evenly_from_dark_to_light() -> None:
    table = colour_table()
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    lightness = table @ np.array([0.299, 0.587, 0.114])
    assert np.diff(lightness).min() >= 0
    assert lightness[0] < 2
    assert lightness[-1] > 240
    assert np.abs(np.diff(table.astype(int), axis=0)).max() <= 6
    assert not table.flags.writeable


def test_a_matrix_is_one_file_that_needs_no_pickle(tmp_path: Path) -> None:
    clips = (Clip("a.wav"), Clip("not-utf8-\udcff.wav", 1.5), Clip("鳥.wav", 0, 2.5))
    dataset = Dataset("root", clips, {"kind": ("x", "", "z")}, "kind")
    matrix = np.arange(4, dtype=np.float32).reshape(2, 2)
    found = Representation(matrix, np.array([1, 2]))
    path = save_matrix(tmp_path / "new" / "matrix.npz", found, dataset)
    with np.load(path, allow_pickle=False) as saved:
        np.testing.assert_array_equal(saved["matrix"], matrix)
        assert saved["rows"].tolist() == [1, 2]
        assert saved["paths"].tolist() == [clips[1].path, clips[2].path]
        assert saved["labels"].tolist() == ["", "z"]
        assert saved["starts"].tolist() == [1.5, 0.0]
        np.testing.assert_array_equal(saved["ends"], [np.nan, 2.5])
    save_matrix(path, found, dataset.with_label_column(None))
    with np.load(path, allow_pickle=False) as saved:
        assert saved["labels"].tolist() == ["", ""]
    with pytest.raises(EngineError, match="cannot be written"):
        save_matrix(tmp_path, found, dataset)
