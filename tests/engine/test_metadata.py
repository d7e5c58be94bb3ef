"""Tables name sounds, however they were written."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.audio.dataset import Clip, Dataset
from engine.audio.metadata import Listing, read_table, write_table
from engine.audio.tables import cell_text, plain_text
from engine.errors import AudioError, Cancelled
from engine.progress import Step
from engine.projects.exporting import write_csv
from engine.projects.project import Project

SOUNDS = ("cat/1.wav", "cat/2.wav", "dog/3.wav", "dog/4.wav", "é 5.ogg")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in SOUNDS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def read(root: Path, text: str, encoding: str = "utf-8") -> Listing:
    (root / "table.csv").write_bytes(text.encode(encoding))
    return read_table(root / "table.csv")


def paths(listing: Listing) -> list[str]:
    return [clip.path for clip in listing.dataset.clips]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_delimiter_and_encoding(
    root: Path, encoding: str, delimiter: str, end: str
) -> None:
    rows = ["File Name:Species", "cat/1.wav:Kater, müde", "é 5.ogg:Hündin"]
    text = "".join(row.replace(":", delimiter) + end for row in rows)
    quoted = text.replace("Kater, müde", '"Kater, müde"')
    dataset = read(root, quoted, encoding).dataset
    assert [clip.path for clip in dataset.clips] == ["cat/1.wav", "é 5.ogg"]
    assert dataset.label_column == "Species"
    assert dataset.labels == ("Kater, müde", "Hündin")


@pytest.mark.parametrize(
    "text",
    [
        "path,label\ncat/1.wav,x\ndog/3.wav,y\n",
        "cat/1.wav,x\ndog/3.wav,y\n",
        "x,cat/1.wav\ny,dog/3.wav\n",
        "label,dateiname\nx,./cat//1.wav\ny,cat\\..\\dog\\3.wav\n",
        "CLASS, file\nx, cat\\1.wav\ny, dog\\3.wav\n",
        "filename,folder,label\n1.wav,cat,x\n3.wav,dog,y\n",
        "label,name\nx,1.WAV\ny,3\n",
        "1,x\n3,y\n",
        "sep=;\nfile;label\n1;x\n3;y\n",
        "id|name|label\n7|1.mp3|x\n9|3.flac|y\n",
        "path,label\nC:\\sets\\cat\\1.wav,x\n/home/me/dog/3.wav,y\n",
        'label,note,path\nx,"two\nlines",cat/1.wav\ny,,dog/3.wav\n',
        'path,note,label\ncat/1.wav,5" disk,x\ndog/3.wav,"open,y\n',
    ],
)
def test_files_are_found_by_what_people_write(root: Path, text: str) -> None:
    listing = read(root, text)
    assert paths(listing) == ["cat/1.wav", "dog/3.wav"]
    assert listing.missing == ()
    assert listing.dataset.labels == ("x", "y")
    assert all(listing.dataset.file(c).is_file() for c in listing.dataset.clips)


def test_a_list_of_names_is_a_table(root: Path) -> None:
    listing = read(root, "cat/1.wav\nnothing, here.wav\né 5.ogg\n")
    assert paths(listing) == ["cat/1.wav", "é 5.ogg"]
    assert listing.dataset.label_column is None
    assert [error.path for error in listing.missing] == ["nothing, here.wav"]


def test_what_is_listed_and_missing_and_what_is_not_listed_is_said(root: Path) -> None:
    (root / "other").mkdir()
    (root / "other" / "4.wav").touch()
    listing = read(root, "path,x\ncat/1.wav,\n\nfox/1.wav,\n4.wav,\né 5,\n,z\na\0b,\n")
    assert paths(listing) == ["cat/1.wav", "é 5.ogg"]
    reasons = {error.path: error.reason for error in listing.missing}
    assert reasons["fox/1.wav"] == "line 4: there is no such file"
    assert "line 5: 2 files" in reasons["4.wav"]
    assert "line 7: there is no file name" in reasons[""]
    assert "line 8" in reasons["a\0b"]
    assert any("4 sounds" in note for note in listing.notes)


def test_columns_are_kept_whatever_they_are_called(root: Path) -> None:
    text = "path,note,note,,label\ncat/1.wav,a,b,c,d,more\ndog/3.wav,e\n"
    columns = read(root, text).dataset.columns
    assert columns == {
        "note": ("a", "e"),
        "note (2)": ("b", ""),
        "column 4": ("c", ""),
        "label": ("d", ""),
        "column 6": ("more", ""),
    }


def test_rows_with_times_are_spans(root: Path) -> None:
    text = (
        "file;start;end;label\ncat/1.wav;;;a\ncat/1.wav;1,5;2,5;b\ncat/1.wav;0:02;;c\n"
        "cat/1.wav;3;2;d\ncat/1.wav;-1;2;d\ncat/1.wav;x;2;d\ncat/1.wav;1;nan;d\n"
        "cat/1.wav;1.5;2.5;b\n"
    )
    listing = read(root, text)
    assert listing.dataset.clips == (
        Clip("cat/1.wav"),
        Clip("cat/1.wav", 1.5, 2.5),
        Clip("cat/1.wav", 2.0),
    )
    assert listing.dataset.columns == {"label": ("a", "b", "c")}
    lines = [error.reason.partition(":")[0] for error in listing.missing]
    assert lines == ["line 5", "line 6", "line 7", "line 8"]
    assert "1 rows name a clip" in listing.notes[0]


@pytest.mark.parametrize("start", ["inf", "-Infinity", "1e999", "1,5e999"])
def test_a_start_that_is_never_is_no_whole_file(root: Path, start: str) -> None:
    listing = read(root, f"file;start;end\n1;{start};2\n3;;2\n")
    assert listing.dataset.clips == (Clip("dog/3.wav", 0.0, 2.0),)
    (error,) = listing.missing
    assert error.reason == f"line 2: a span must start at 0 s or later; it is {start!r}"
    listing = read(root, "file;from;to\n1;nan;Rome\n3;Bonn;Paris\n")
    assert listing.dataset.clips == (Clip("cat/1.wav"), Clip("dog/3.wav"))


def test_times_may_be_an_offset_and_a_duration(root: Path) -> None:
    listing = read(root, "audio_filepath,offset,duration\n1,0.5,2\n")
    assert listing.dataset.clips == (Clip("cat/1.wav", 0.5, 2.5),)
    listing = read(root, "audio_filepath,duration\n1,2\n")  # how long the file is
    assert listing.dataset.clips == (Clip("cat/1.wav"),)
    assert listing.dataset.columns == {"duration": ("2",)}


@pytest.mark.parametrize(
    ("header", "columns", "expected"),
    [
        (
            "fold,target,category",
            ["1 3 dog", "2 5 cat", "1 3 dog", "2 5 cat"],
            "category",
        ),
        ("id,digit", ["11 1", "12 1", "13 2", "14 2"], "digit"),
        ("id,weather", ["1 sun", "1 rain", "2 sun", "2 rain"], "weather"),
        ("id,group", ["1 1", "1 2", "2 1", "2 2"], None),
        ("split,flag", ["a True", "b False", "a True", "b False"], None),
        ("title,label", ["a x", "b x", "c x", "d x"], None),
    ],
)
def test_the_label_is_guessed(
    root: Path, header: str, columns: list[str], expected: str | None
) -> None:
    rows = zip(SOUNDS, columns, strict=False)
    text = "".join(f"{name},{cells.replace(' ', ',')}\n" for name, cells in rows)
    assert read(root, f"path,{header}\n{text}").dataset.label_column == expected


def test_a_table_in_a_folder_of_its_own(root: Path) -> None:
    (root / "meta").mkdir()
    table = root / "meta" / "all.csv"
    table.write_text("name,label\n1.wav,a\n3.wav,b\n")
    assert read_table(table).dataset.root == str(root)
    table.write_text("path,label\n../cat/1.wav,a\n../cat/2.wav,b\n")
    listing = read_table(table)
    assert listing.dataset.root == str(root / "cat")
    assert paths(listing) == ["1.wav", "2.wav"]


def test_nothing_outside_a_given_root_is_touched(root: Path) -> None:
    table = root / "t.csv"
    table.write_text(f"path\n../dog/3.wav\n{root / 'dog' / '4.wav'}\n1.wav\n")
    listing = read_table(table, root / "cat")
    assert paths(listing) == ["1.wav"]
    assert all("outside" in error.reason for error in listing.missing)
    assert len(listing.missing) == 2


def test_what_is_no_sound_must_lie_below_the_root(root: Path) -> None:
    (root / "private").write_text("secret")
    (root / "dog" / "odd").touch()
    table = root / "dog" / "t.csv"
    rows = [root / "private", "../private", "3.wav", root / "cat" / "1.wav", "odd"]
    table.write_text("path\n" + "".join(f"{row}\n" for row in rows))
    listing = read_table(table)
    assert listing.dataset.root == str(root)
    assert paths(listing) == ["dog/3.wav", "cat/1.wav", "dog/odd"]
    reasons = [error.reason for error in listing.missing]
    assert [reason[:6] for reason in reasons] == ["line 2", "line 3"]
    assert all("outside" in reason and "no sound" in reason for reason in reasons)


def test_absolute_paths_below_the_root_become_relative(root: Path) -> None:
    listing = read(root, f"path\n{root / 'dog' / '4.wav'}\n")
    assert (listing.dataset.root, paths(listing)) == (str(root), ["dog/4.wav"])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"a,b\n1,2\n", "path"),
        (bytes(range(256)) * 40, "path"),
    ],
)
def test_what_is_no_table_of_sounds_is_refused(
    root: Path, data: bytes, reason: str
) -> None:
    (root / "t.csv").write_bytes(data)
    with pytest.raises(AudioError, match=reason):
        read_table(root / "t.csv")
    with pytest.raises(AudioError, match="no such file"):
        read_table(root / "missing.csv")


# Whatever a file system and a codec may bring, but not what would be another path.
TEXT = st.text(
    st.characters(codec="utf-8") | st.sampled_from("'=+-@\t\r\n\";,|\0\udcff 1"),
    max_size=8,
)
NAMES = st.text(st.characters(codec="utf-8") | st.sampled_from("'=+-@\n\\ \udcff"))
FILES = NAMES.map(lambda name: name.replace("/", "").replace("\0", "")[:8] + ".wav")
SPANS = st.tuples(st.floats(0, 1e3), st.none() | st.floats(1001, 1e6)) | st.just(
    (0.0, None)
)
COLUMNS = st.sampled_from(
    ["label", "start", "end", "path", "name", "file", "onset", "=x", "a b", "\udcff"]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    clips=st.lists(st.tuples(FILES, SPANS), unique=True, max_size=4),
    names=st.lists(COLUMNS, unique=True, max_size=4),
    data=st.data(),
)
def test_what_is_written_is_read_back(tmp_path: Path, clips, names, data) -> None:
    if os.name == "nt":
        pytest.skip("half of these names are not allowed here")
    for name, _ in clips:
        try:
            (tmp_path / name).touch()
        except (OSError, UnicodeError):
            return  # this file system refuses the name
    n = len(clips)
    cells = st.lists(TEXT, min_size=n, max_size=n).map(tuple)
    columns = {name: data.draw(cells) for name in names}
    label = data.draw(st.none() | st.sampled_from(names)) if names else None
    if label is not None and not any(columns[label]):
        label = None  # no truth is no truth
    made = tuple(Clip(name, *span) for name, span in clips)
    dataset = Dataset(str(tmp_path), made, columns, label)
    table = write_table(dataset, tmp_path / "t.table")
    listing = read_table(table, tmp_path)
    assert listing.dataset == dataset
    assert listing.missing == ()


@given(TEXT)
def test_the_apostrophe_goes_as_it_came(text: str) -> None:
    assert plain_text(cell_text(text)) == text
    numeric = set(text) <= set("+-.0123456789eE")
    assert cell_text(text)[:1] not in {*"=@\t\r"}
    assert numeric or cell_text(text)[:1] not in {*"+-"}


def test_an_export_has_name_extension_path_and_label(root: Path) -> None:
    clips = (Clip("cat/1.wav"), Clip("é 5.ogg"))
    dataset = Dataset(str(root), clips, {"folder": ("cat", "-")}, "folder")
    text = write_table(dataset, root / "t.csv").read_text(encoding="utf-8")
    assert text.splitlines() == [
        "name,extension,path,label,folder",
        "1,wav,cat/1.wav,cat,cat",
        "é 5,ogg,é 5.ogg,'-,'-",
    ]


def test_a_file_that_cannot_be_written_leaves_what_was_there(root: Path) -> None:
    dataset = Dataset(str(root), (Clip("cat/1.wav"),))
    (root / "t.csv").mkdir()
    with pytest.raises(AudioError, match=r"t\.csv"):
        write_table(dataset, root / "t.csv")

    def cancel(step: Step) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_table(dataset, root / "u.csv", cancel)
    assert not [*root.glob("*.part"), *root.glob("u.csv")]


def test_a_long_table_tells_how_far_it_is(root: Path) -> None:
    rows = (f"{SOUNDS[i % 4]},{i},{i + 1},l{i % 7}\n" for i in range(20_000))
    table = root / "t.csv"
    table.write_text("path,start,end,label\n" + "".join(rows))
    steps: list[Step] = []
    listing = read_table(table, report=steps.append)
    assert len(listing.dataset) == 20_000
    assert {step.total for step in steps} >= {0, 20_000}


def test_a_cell_of_any_length_is_read(root: Path) -> None:
    listing = read(root, f"path,text,label\ncat/1.wav,{'x' * 300_000},a\n3,,b\n")
    assert len(listing.dataset.columns["text"][0]) == 300_000


@pytest.mark.skipif(sys.platform != "linux", reason="names are text here")
def test_a_name_that_is_no_text_is_found_by_how_the_clusters_spell_it(tmp_path) -> None:
    clips = (Clip("caf\udce9.wav"), Clip("plain.wav"))
    for clip in clips:
        (tmp_path / clip.path).touch()
    write_csv(Project(Dataset(str(tmp_path), clips)), tmp_path / "clusters.csv")
    assert read_table(tmp_path / "clusters.csv").dataset.clips == clips
