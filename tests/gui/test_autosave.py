"""What was changed last is in the file, whatever happens to the file."""

import pytest

from audioclust_gui.autosave import Autosave
from engine.audio.dataset import Clip, Dataset
from engine.projects.file import read
from engine.projects.project import Project, View


@pytest.fixture
def autosave(qapp):
    autosave = Autosave()
    yield autosave
    autosave.close()


@pytest.fixture
def project():
    return Project(Dataset("sounds", (Clip("a.wav"), Clip("b.wav"))))


def test_every_project_keeps_its_own_last_change(autosave, project, tmp_path):
    a, b = tmp_path / "a.audioclust", tmp_path / "b.audioclust"
    with autosave._condition:  # the thread cannot take anything meanwhile
        autosave.save(a, project, View(0))
        autosave.save(b, project, View(1))
        autosave.save(b, project, View(0))
        assert not autosave.idle
    assert autosave.flush()
    assert autosave.idle
    assert read(a)[1] == View(0)
    assert read(b)[1] == View(0)


def test_a_file_replaced_under_the_window_gets_the_next_change(
    autosave, project, tmp_path
):
    path, backup = tmp_path / "a.audioclust", tmp_path / "backup"
    autosave.save(path, project, View(0))
    assert autosave.flush()
    backup.write_bytes(path.read_bytes())
    backup.replace(path)
    autosave.save(path, project, View(1))
    assert autosave.flush()
    assert read(path)[1] == View(1)


def test_what_nobody_expected_is_reported_and_the_next_change_is_written(
    qtbot, autosave, project, tmp_path, monkeypatch
):
    def refuse(*_):
        raise PermissionError("not you")

    path = tmp_path / "a.audioclust"
    with monkeypatch.context() as patch, qtbot.waitSignal(autosave.failed) as failed:
        patch.setattr("audioclust_gui.autosave.ProjectFile", refuse)
        autosave.save(path, project, View(0))
        assert autosave.flush()
    assert failed.args[0] == path
    assert "not you" in failed.args[1]
    with qtbot.waitSignal(autosave.saved):
        autosave.save(path, project, View(1))
    assert read(path)[1] == View(1)
