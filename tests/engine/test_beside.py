"""Tables and label files that lie beside the sounds of a folder are pointed out."""

from __future__ import annotations

import os
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.audio.beside import notes_beside
from engine.audio.scanning import scan
from engine.projects.opening import open_folder, open_table

CLIPS = [f"{day}/{i}.wav" for day in ("lundi", "mardi") for i in range(10)]


@pytest.fixture
def folder(places):
    root = places / "sons"
    for path in CLIPS:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


def table(head, line, delimiter=";"):
    rows = [head, *([path, line(i)] for i, path in enumerate(CLIPS))]
    return "".join(delimiter.join(row) + "\n" for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_a_table_beside_the_sounds_is_told_with_its_labels(folder, encoding, delimiter):
    words = table(["où", "espèce"], lambda i: "mésange" if i % 2 else "geai", delimiter)
    text = words.replace("mardi/9.wav", "mardi/gone.wav")
    (folder / "métadonnées.csv").write_text(text, encoding)
    opened = open_folder(str(folder))
    assert opened.notes == (
        "métadonnées.csv beside the sounds lists 19 of these 20 clips: File > Open "
        "table opens it with its labels (espèce).",
    )
    labels = open_table(str(folder / "métadonnées.csv")).project.dataset.labels
    assert set(labels) == {"mésange", "geai"}


def test_a_long_table_is_read_in_part(folder, monkeypatch):
    (folder / "all.csv").write_text(table(["file", "kind"], lambda i: "ab"[i % 2]))
    monkeypatch.setattr("engine.audio.beside._MOST_OF_A_TABLE", 100)
    (note,) = notes_beside(scan(folder))
    assert "lists at least 6 of these 20 clips" in note


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("READ ME.txt", "These are sounds, of birds.\nThank you, all of you.\n"),
        ("list.txt", "\n".join(CLIPS)),  # says no more than the folder does
        ("other.csv", "file,kind\nx.wav,a\ny.wav,b\nlundi/1.wav,a\n"),
        ("prices.csv", "name,price\napple,1\npear,2\n"),
        ("deeper/table.csv", table(["file", "kind"], lambda i: "ab"[i % 2])),
        ("archive.csv", "PK\x03\x04"),
        ("empty.csv", ""),
        ("lundi/3.txt", "What is said in this recording\n"),
        ("mardi/other.txt", "0.0\t1.0\tgeai\n"),
    ],
)
def test_what_is_not_about_these_sounds_is_not_told(folder, name, text):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    assert open_folder(str(folder)).notes == ()


def test_label_files_beside_recordings_are_told(folder):
    (folder / "lundi" / "1.txt").write_text("0,1\t0,7\tgeai\n0,8\t0,9\tpie\n")
    (folder / "lundi" / "2.txt").write_text("no labels at all\n")
    raven = "Selection\tView\tBegin Time (s)\tEnd Time (s)\n1\tWaveform 1\t0\t1\n"
    (folder / "mardi" / "4.Table.1.selections.txt").write_text(raven)
    (folder / "mardi" / "labels").mkdir()
    (folder / "mardi" / "labels" / "5.wav.csv").write_text("start,end\n0,1\n")
    assert open_folder(str(folder)).notes == (
        "3 of the 20 recordings have label files beside them: File > Split recordings "
        "cuts them, by Label files.",
    )


def test_of_many_label_files_some_are_read(folder, monkeypatch):
    monkeypatch.setattr("engine.audio.beside._MOST_LABEL_FILES", 5)
    for path in CLIPS:
        (folder / path).with_suffix(".txt").write_text("0\t1\ta\n")
    (note,) = notes_beside(scan(folder))
    assert note.startswith("At least 5 of the 20 recordings")


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_what_cannot_be_read_holds_nothing_up(folder):
    os.mkfifo(folder / "lundi" / "1.txt")
    os.mkfifo(folder / "table.csv")
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    (folder / "table.tsv").mkdir()
    assert open_folder(str(folder)).notes == ()


def test_a_matrix_of_numbers_takes_no_time(folder):
    row = ",".join(map(str, range(20_000))) + "\n"
    (folder / "features.csv").write_text(row * 4)
    began = time.perf_counter()
    assert notes_beside(scan(folder)) == []
    assert time.perf_counter() - began < 2


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | st.lists(
        st.sampled_from(["lundi/1.wav", "1", ";", ",", "\n", "\r", '"', "\t", "\0"])
    ).map(lambda parts: "".join(parts).encode())
)
def test_nothing_that_a_file_may_hold_keeps_a_folder_from_opening(folder, content):
    for name in ("table.csv", "lundi/1.txt"):
        (folder / name).write_bytes(content)
    assert all(isinstance(note, str) for note in notes_beside(scan(folder)))
