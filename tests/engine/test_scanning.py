"""A folder of anything becomes the collection a person expects."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio import scanning
from engine.audio.scanning import natural_key, scan, scan_folder
from engine.errors import AudioError, Cancelled
from engine.progress import Step


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def paths_of(root: Path) -> list[str]:
    return [clip.path for clip in scan_folder(root).clips]


def test_folders_are_labels(tmp_path: Path) -> None:
    touch(tmp_path, "dog/b.wav", "dog/a.flac", "cat/train/x.ogg", "loose.mp3")
    dataset = scan_folder(tmp_path)
    assert [c.path for c in dataset.clips] == [
        "cat/train/x.ogg",
        "dog/a.flac",
        "dog/b.wav",
        "loose.mp3",
    ]
    assert dataset.labels == ("train", "dog", "dog", "")
    assert dataset.label_column == "folder"
    assert all(dataset.file(clip).is_file() for clip in dataset.clips)


@pytest.mark.parametrize("names", [["a.wav", "b.wav"], ["only/a.wav", "only/b.wav"]])
def test_one_folder_tells_nothing(tmp_path: Path, names: list[str]) -> None:
    touch(tmp_path, *names)
    dataset = scan_folder(tmp_path)
    assert len(dataset) == 2
    assert dataset.labels is None


def test_what_is_no_sound_or_hidden_is_passed_over(tmp_path: Path) -> None:
    touch(
        tmp_path,
        *("a.WAV", "b.Aiff", "c.OPUS", "notes.txt", "cover.jpg", "wav", "d.wav.part"),
        *("._a.wav", ".hidden.wav", ".git/e.wav", "__MACOSX/f.wav", "@eaDir/g.wav"),
    )
    (tmp_path / "folder.wav").mkdir()
    assert paths_of(tmp_path) == ["a.WAV", "b.Aiff", "c.OPUS"]


def test_a_hidden_root_may_be_opened(tmp_path: Path) -> None:
    touch(tmp_path, ".cache/a.wav")
    assert paths_of(tmp_path / ".cache") == ["a.wav"]


def test_numbers_count(tmp_path: Path) -> None:
    touch(tmp_path, *(f"take {t}/clip{n}.wav" for t in (10, 9) for n in (10, 2, 1)))
    expected = [f"take {t}/clip{n}.wav" for t in (9, 10) for n in (1, 2, 10)]
    assert paths_of(tmp_path) == expected


@given(st.lists(st.text(min_size=1, max_size=8), unique=True), st.randoms())
def test_the_order_never_depends_on_the_file_system(names, random) -> None:
    shuffled = random.sample(names, len(names))
    assert sorted(shuffled, key=natural_key) == sorted(names, key=natural_key)


@pytest.mark.parametrize("name", ["🥁.wav", "new\nline.wav", b"\xe9\xff.wav"])
def test_any_name_is_found(tmp_path: Path, name: str | bytes) -> None:
    name = os.fsdecode(name) if isinstance(name, bytes) else name
    try:
        touch(tmp_path, name)
    except (OSError, UnicodeError):
        pytest.skip("this file system refuses the name")
    dataset = scan_folder(tmp_path)
    assert [clip.path for clip in dataset.clips] == [name]
    assert dataset.file(dataset.clips[0]).is_file()


def link(target: Path, path: Path) -> None:
    try:
        path.symlink_to(target, target_is_directory=target.is_dir())
    except OSError:
        pytest.skip("links are not allowed here")


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    touch(tmp_path, "root/b/x.wav", "elsewhere/y.wav")
    link(tmp_path / "root", tmp_path / "root" / "b" / "up")
    link(tmp_path / "root" / "b", tmp_path / "root" / "a")
    link(tmp_path / "elsewhere", tmp_path / "root" / "c")
    # A folder goes by its own name where it has one below the root.
    assert paths_of(tmp_path / "root") == ["b/x.wav", "c/y.wav"]


def test_broken_links_are_listed(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    link(tmp_path / "gone.wav", tmp_path / "b.wav")
    link(tmp_path / "gone", tmp_path / "c")
    link(tmp_path / "self.wav", tmp_path / "self.wav")
    assert paths_of(tmp_path) == ["a.wav", "b.wav", "self.wav"]


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "good/a.wav", "locked/b.wav")
    real = os.scandir

    def scandir(path: str):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(scanning.os, "scandir", scandir)
    steps: list[Step] = []
    found = scan(tmp_path, steps.append)
    assert [clip.path for clip in found.dataset.clips] == ["good/a.wav"]
    assert "permission denied" in found.skipped[0].reason
    assert "copy it" in found.skipped[0].reason  # what to do next
    assert "locked" in found.skipped[0].path
    assert "locked" in steps[-1].message
    assert steps[-1].partial == found.skipped


def test_what_would_block_its_reader_is_named(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    touch(tmp_path, "a.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    link(tmp_path / "pipe.wav", tmp_path / "b.wav")
    link(Path(os.devnull), tmp_path / "c.wav")
    link(tmp_path / "a.wav", tmp_path / "d.wav")
    steps: list[Step] = []
    found = scan(tmp_path, steps.append)
    assert [clip.path for clip in found.dataset.clips] == ["a.wav", "d.wav"]
    skipped = {Path(error.path).name: error.reason for error in found.skipped}
    assert sorted(skipped) == ["b.wav", "c.wav", "pipe.wav"]
    assert all("not a file" in reason for reason in skipped.values())
    assert "pipe.wav" in steps[-1].message


def test_how_many_other_files_were_passed_over_is_said(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.voc", "film.mp4", "sub/notes.txt", "sub/c.wav~")
    steps: list[Step] = []
    assert len(scan_folder(tmp_path, steps.append)) == 2
    assert "3 other files" in steps[-1].message


def test_a_root_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    touch(tmp_path, "file.wav")
    for root in (tmp_path / "missing", tmp_path / "file.wav"):
        with pytest.raises(AudioError, match="director"):
            scan_folder(root)


def test_an_empty_folder_is_an_empty_collection(tmp_path: Path) -> None:
    dataset = scan_folder(tmp_path)
    assert len(dataset) == 0
    assert dataset.labels is None


def test_a_relative_root_stays_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "set/a.wav")
    monkeypatch.chdir(tmp_path)
    dataset = scan_folder("set")
    monkeypatch.chdir("/")
    assert dataset.file(dataset.clips[0]).is_file()
    assert dataset.name == "set"


def test_scanning_can_be_cancelled(tmp_path: Path) -> None:
    touch(tmp_path, "a/a.wav")

    def stop(step: Step) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        scan_folder(tmp_path, stop)
