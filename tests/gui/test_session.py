"""What was opened, where it is written, and how it is found again."""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox

from audioclust_gui.document import Document
from audioclust_gui.file_questions import file_to_write
from audioclust_gui.jobs import Jobs
from audioclust_gui.session import Session
from engine.audio.dataset import Clip, Dataset
from engine.features.extraction import Extraction, Failure
from engine.projects.file import read
from engine.projects.opening import project_file_of
from engine.projects.project import Project, View

WAIT = 20_000


@pytest.fixture
def session(qapp, places):
    document, jobs = Document(), Jobs()
    session = Session(document, jobs)
    session.document, session.jobs = document, jobs
    folder = places / "sounds"
    folder.mkdir()
    clips = tuple(Clip(f"{name}.wav") for name in "abc")
    for clip in clips:
        (folder / clip.path).touch()
    document.open(Project(Dataset(str(folder), clips)), places / "first.audioclust")
    yield session
    session.close()
    jobs.close()


def test_save_as_goes_on_there_only_when_it_was_written(qtbot, session, places):
    document, first = session.document, session.document.path
    foreign = places / "mine.audioclust"
    foreign.write_text("not a project at all")
    said = []
    session.noted.connect(lambda *_: said.append(1))
    with qtbot.waitSignal(session.troubled, timeout=WAIT):
        session.save_as(foreign)
    assert document.path == first
    assert not said
    assert session.recent == []
    assert foreign.read_text() == "not a project at all"
    document.set_current(2)
    assert session.autosave.flush()
    assert read(first)[1] == View(2)
    foreign.unlink()
    with qtbot.waitSignal(document.renamed, timeout=WAIT):
        session.save_as(foreign.with_suffix(""))
    assert document.path == foreign
    assert session.recent == [str(foreign)]
    document.set_current(1)
    assert session.autosave.flush()
    assert read(foreign)[1] == View(1)


def test_the_same_trouble_is_told_again_after_it_had_passed(qtbot, session, places):
    troubles, document = [], session.document
    session.troubled.connect(lambda *_: troubles.append(1))
    for i in range(3):
        document.path.write_text("somebody was here")
        document.set_current(i)
        qtbot.waitUntil(lambda i=i: len(troubles) == i + 1, timeout=WAIT)
        document.path.unlink()
        with qtbot.waitSignal(session.autosave.saved, timeout=WAIT):
            document.select({i})


def test_opening_waits_for_what_is_still_to_be_written(qtbot, session):
    path = session.document.path
    session.document.set_current(0)
    assert session.autosave.flush()
    started = []
    session.jobs.started.connect(lambda job: started.append(read(path)[1]))
    with session.autosave._condition:  # the thread cannot take anything meanwhile
        session.document.set_current(2)
        session.open(path)
        assert session.opening
        assert not started
    with qtbot.waitSignal(session.document.replaced, timeout=WAIT):
        pass
    assert started == [View(2)]
    assert session.document.current == 2


def test_a_project_opened_twice_says_so_and_stays_whole(qtbot, session, places):
    path = session.document.path
    other = Session(Document(), session.jobs)
    try:
        session.document.set_current(0)
        assert session.autosave.flush()
        few = Project(Dataset("sounds", (Clip("a.wav"),)))
        other.autosave.save(path, few, View())
        assert other.autosave.flush()
        with qtbot.waitSignal(session.troubled, timeout=WAIT) as trouble:
            session.document.set_current(1)
        assert "another window" in trouble.args[1]
        assert read(path)[0].dataset == session.document.project.dataset
    finally:
        other.close()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode")
def test_a_name_that_is_not_utf8_is_found_again(qtbot, session, places):
    folder = Path(os.fsdecode(os.fsencode(places) + b"/caf\xe9 100%"))
    folder.mkdir()
    (folder / "a.wav").touch()
    session.open(folder)
    with qtbot.waitSignal(session.document.replaced, timeout=WAIT):
        pass
    session.settings.sync()
    again = Session(Document(), session.jobs)
    assert again.recent == [str(folder)]
    again.open_last()
    with qtbot.waitSignal(again._document.replaced, timeout=WAIT):
        pass
    assert again._document.project.dataset.root == str(folder)
    again.close()


def test_what_was_made_of_sounds_that_are_away_is_opened_without_them(
    qtbot, session, places
):
    folder = places / "on a drive"
    folder.mkdir()
    (folder / "a.wav").touch()
    session.open(folder)
    qtbot.waitUntil(lambda: session.document.project.dataset.root == str(folder))
    session.document.commit(session.document.project.choosing("kmeans"), "method")
    qtbot.waitUntil(lambda: project_file_of(folder).exists() and session.autosave.idle)
    folder.rename(places / "moved")
    session.settings.sync()
    again = Session(Document(), session.jobs)
    with qtbot.waitSignal(again.noted, timeout=WAIT) as noted:
        again.open_last()
    assert "Locate sounds" in noted.args[1]
    assert again._document.pipeline.method == "kmeans"
    assert again.recent == [str(folder)]
    again.close()


def test_a_start_without_what_was_open_last_says_so(qtbot, session, places):
    gone = places / "gone.audioclust"
    session.settings.setValue("last", str(gone))
    with qtbot.waitSignal(session.troubled) as troubled:
        session.open_last()
    assert str(gone) in troubled.args[1]


def test_sounds_are_located_only_where_they_are(qtbot, session, places):
    document = session.document
    before = document.project
    failures = tuple(Failure(i, f"{i}", "gone") for i in range(3))
    failed = Extraction((None,) * 3, failures, 0, 0)
    document.amend(Project(before.dataset, extraction=failed))
    (places / "empty").mkdir()
    with qtbot.waitSignal(session.troubled):
        session.locate(places / "empty")
    assert document.project.dataset == before.dataset
    Path(before.dataset.root).rename(places / "moved")
    session.locate(places / "moved")
    assert document.project.dataset.root == str(places / "moved")
    assert document.project.extraction is None


@pytest.mark.parametrize("typed", ["kept", "kept.b"])
def test_another_file_is_not_replaced_unasked(qtbot, places, typed):
    (places / f"{typed}.csv").write_text("mine")
    window = QFileDialog()
    qtbot.addWidget(window)
    asked = []

    def answer():
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            asked.append(box.text())
            box.done(QMessageBox.StandardButton.No)
            QTimer.singleShot(50, answer)
        elif isinstance(box, QFileDialog) and not asked:
            box.findChild(QLineEdit).setText(str(places / typed))
            QTimer.singleShot(50, answer)
            box.accept()
        elif isinstance(box, QFileDialog):
            box.reject()

    QTimer.singleShot(50, answer)
    start = places / "x.csv"
    settings = QSettings(str(places / "s.ini"), QSettings.Format.IniFormat)
    where = file_to_write(window, "Export", start, {".csv": "Tables"}, settings)
    assert where is None
    assert typed in asked[0]
