"""Tables that list sounds: opened, dropped, found again, given on the command line."""

import csv

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from audioclust_gui.__main__ import parser
from tests.gui.road import WAIT, is_done, open_and_finish


@pytest.fixture
def table(small):
    """Half of the clips of a folder, as spans, with a word on each."""
    path = small / "список.csv"
    sounds = sorted(small.rglob("*.wav"))[::2]
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "start", "end", "вид"])
        for i, sound in enumerate(sounds):
            name = sound.relative_to(small).as_posix()
            rows.writerow([name, 0.05, 0.3, f"род {i % 4}"])
        rows.writerow(["gone.wav", 0, 1, "род 0"])
    return path


def drop(window, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def test_a_table_becomes_a_map_of_its_spans(qtbot, app, table):
    notes = []
    app.session.noted.connect(lambda _, text: notes.append(text))
    open_and_finish(qtbot, app, table)
    dataset = app.document.project.dataset
    assert len(dataset) == 20
    assert dataset.label_column == "вид"
    assert app.document.project.cut == 4
    assert app.document.project.scores.nmi is not None
    assert any("gone.wav" in note for note in notes)
    assert app.session.recent == [str(table)]
    with qtbot.waitSignal(app.playback.started, timeout=WAIT) as started:
        app.window.dataset.step(1)
    assert started.args[1] == pytest.approx(0.25, abs=0.01)
    viewer = app.window.viewer
    qtbot.waitUntil(lambda: viewer.waveform.duration > 0, timeout=WAIT)
    assert viewer.waveform.duration == pytest.approx(0.25, abs=0.01)


def test_a_table_is_taken_up_where_it_was_left(qtbot, start, table):
    first = start()
    open_and_finish(qtbot, first, table)
    first.window.cut.spin.setValue(3)
    qtbot.waitUntil(lambda: is_done(first), timeout=WAIT)
    first.window.close()
    again = start()
    again.session.open_last()
    qtbot.waitUntil(lambda: len(again.document.project.dataset) == 20, timeout=WAIT)
    assert again.document.project.cut == 3


def test_a_dropped_table_opens_and_a_dropped_sound_opens_its_folder(
    qtbot, app, table, small
):
    drop(app.window, table)
    qtbot.waitUntil(lambda: len(app.document.project.dataset) == 20, timeout=WAIT)
    drop(app.window, next((small / "bell").glob("*.wav")))
    qtbot.waitUntil(lambda: len(app.document.project.dataset) == 8, timeout=WAIT)


def test_a_table_without_sounds_is_explained_and_changes_nothing(qtbot, opened, places):
    before = opened.document.project
    path = places / "notes.txt"
    path.write_text("a poem\nof two lines\n")
    with qtbot.waitSignal(opened.session.troubled, timeout=WAIT) as trouble:
        opened.session.open(path)
    assert "notes.txt" in trouble.args[1]
    assert opened.document.project is before


def test_the_command_line_says_that_it_takes_a_table():
    assert "TABLE" in parser().format_usage()
    assert parser().parse_args(["list.csv"]).path == "list.csv"
