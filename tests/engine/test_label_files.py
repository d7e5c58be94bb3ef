"""Labels that were made elsewhere name the same spans here."""

from pathlib import Path

import pytest

from engine.audio.label_files import HIGH, LOW, Span, labels_beside, read_labels
from engine.errors import AudioError


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)"
    "\tHigh Freq (Hz)\tSpecies\n"
    "1\tWaveform 1\t1\t1.25\t2.5\t200\t4000\tParus major\n"
    "1\tSpectrogram 1\t1\t1.25\t2.5\t200\t4000\tParus major\n"
    "2\tSpectrogram 1\t1\t3\t3\t200\t4000\tпеночка\n"
    "3\tSpectrogram 1\t1\t4\t5.5\t200\t4000\tпеночка\n"
)


def test_audacity_labels(tmp_path: Path) -> None:
    text = "0.5\t1.25\tdog, far\n\\\t100.0\t2000.0\n2\t2\tclick\n3,5\t4,5\n"
    found = read_labels(write(tmp_path / "a.txt", text))
    frequencies = {LOW: "100.0", HIGH: "2000.0"}
    assert found.spans == (
        Span(None, 0.5, 1.25, "dog, far", frequencies),
        Span(None, 3.5, 4.5, ""),
    )
    (point,) = found.problems
    assert "line 3" in point.reason
    assert "point" in point.reason


def test_audacity_labels_with_decimal_commas_only(tmp_path: Path) -> None:
    found = read_labels(write(tmp_path / "a.txt", "0,5\t1,5\n1,5\t2,5\n"))
    assert [(s.start, s.end) for s in found.spans] == [(0.5, 1.5), (1.5, 2.5)]


def test_a_selection_of_raven_is_one_span_however_many_views_it_has(
    tmp_path: Path,
) -> None:
    found = read_labels(write(tmp_path / "a.Table.1.selections.txt", RAVEN))
    assert [(s.start, s.end, s.label) for s in found.spans] == [
        (1.25, 2.5, "Parus major"),
        (4.0, 5.5, "пеночка"),
    ]
    assert found.spans[0].columns == {
        "Selection": "1",
        "Channel": "1",
        LOW: "200",
        HIGH: "4000",
    }
    assert "line 4" in found.problems[0].reason


def test_times_that_go_on_from_file_to_file_start_anew_in_each(tmp_path: Path) -> None:
    text = (
        "Selection\tBegin Time (s)\tEnd Time (s)\tBegin Path\tFile Offset (s)\tCall\n"
        "1\t10\t11\tC:\\x\\a.wav\t10\tsong\n"
        "2\t70\t72\tC:\\x\\b.wav\t5\tcall\n"
    )
    spans = read_labels(write(tmp_path / "all.txt", text)).spans
    assert spans[1] == Span("C:\\x\\b.wav", 5.0, 7.0, "call", {"Selection": "2"})


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("path,start,end,label\na/é.wav,1,2.5,chant\n", "utf-8"),
        ("path;start;end;label\na/é.wav;1,0;2,5;chant\n", "cp1252"),
        (
            "File\tOnset (ms)\tDuration (ms)\tClass\na/é.wav\t1000\t1500\tchant\n",
            "utf-16",
        ),
        (
            '"Start (s)","End (s)","Common name","File"\n1,2.5,chant,a/é.wav\n',
            "utf-8-sig",
        ),
        ("begin,stop,filename,category\n0:01,0:02.5,a/é.wav, chant\n", "utf-8"),
    ],
)
def test_tables_of_spans(tmp_path: Path, text: str, encoding: str) -> None:
    (span,) = read_labels(write(tmp_path / "t.csv", text, encoding)).spans
    assert (span.path, span.start, span.end) == ("a/é.wav", 1.0, 2.5)
    assert span.label == "chant"


def test_rows_that_are_no_span_are_named(tmp_path: Path) -> None:
    text = "start,end,label\n1,2,a\n3,2,b\n-1,2,c\nx,2,d\n1,,e\n1,nan,f\n1,inf,g\n"
    found = read_labels(write(tmp_path / "t.csv", text))
    assert [span.label for span in found.spans] == ["a"]
    lines = [problem.reason.partition(":")[0] for problem in found.problems]
    assert lines == [f"line {n}" for n in range(3, 9)]


@pytest.mark.parametrize("text", ["", "just words\n", "a,b\n1,2\n", "\0" * 50])
def test_what_holds_no_labels_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(AudioError, match=r"x\.txt"):
        read_labels(write(tmp_path / "x.txt", text))
    with pytest.raises(AudioError, match="no such file"):
        read_labels(tmp_path / "missing.txt")


@pytest.mark.parametrize(
    "name",
    [
        "rec.txt",
        "rec.wav.txt",
        "rec.Table.1.selections.txt",
        "rec.BirdNET.selection.table.txt",
        "rec.csv",
        "labels/rec.txt",
    ],
)
def test_the_labels_of_a_recording_lie_beside_it(tmp_path: Path, name: str) -> None:
    recording = tmp_path / "rec.wav"
    assert labels_beside(recording) is None
    write(tmp_path / "rec.labels.txt", "notes of a person\n")
    write(tmp_path / "other.txt", RAVEN)
    path = write(tmp_path / name, RAVEN)
    found = labels_beside(recording)
    assert found is not None
    assert found.samefile(path)
