"""What is handed to other programs, and what is said about it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QFileDialog

from audioclust_gui.file_questions import file_to_write, folder_to_write
from audioclust_gui.form_dialog import FormDialog
from engine.audio.converting import ConversionParams
from engine.audio.dataset import Dataset
from engine.audio.metadata import read_table
from engine.clustering.linkage_files import read_linkage
from engine.features.exporting import FeatureExportParams
from engine.projects.importing import with_linkage
from engine.projects.project import Project
from tests.gui.road import WAIT, is_done, open_and_finish


@pytest.fixture
def said(opened):
    """Collect what is said of exports, good and bad."""
    words = []
    for signal in (opened.window.exports.noted, opened.window.exports.troubled):
        signal.connect(lambda title, text: words.append(text))
    return words


def test_metadata_is_a_table_that_opens_again(qtbot, opened, said, small):
    target = small / "metadata.csv"
    opened.window.exports.metadata(target)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    assert said == [f"The metadata are in {target}"]
    dataset = opened.document.project.dataset
    assert read_table(target).dataset.clips == dataset.clips
    elsewhere = small.parent / "list.csv"
    opened.window.exports.metadata(elsewhere)
    qtbot.waitUntil(lambda: len(said) == 2, timeout=WAIT)
    assert str(small) in said[1]


def test_prepared_sounds_keep_their_folders(qtbot, opened, said, places):
    opened.window.pipeline.preparation.field("length").setValue(0.5)
    opened.window.exports.sounds(places / "out", ConversionParams(rate=32_000))
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    assert said == [f"40 clips written to {places / 'out'}"]
    for clip in opened.document.project.dataset.clips[:3]:
        info = soundfile.info(places / "out" / clip.path)
        assert (info.samplerate, info.frames) == (32_000, 16_000)


def test_features_are_written_and_failures_listed(qtbot, app, small, places):
    (small / "bell" / "broken.wav").write_text("hello")
    open_and_finish(qtbot, app, small)
    clip = [c.path for c in app.document.project.dataset.clips].index("bell/broken.wav")
    before = app.window.messages.count
    with qtbot.waitSignal(app.window.exports.noted, timeout=WAIT) as noted:
        app.window.exports.features(
            places / "out", FeatureExportParams(feature="mel", kind="npy+grey")
        )
    assert noted.args[1].startswith("Features of 40 clips written to")
    assert "1 not" in noted.args[1]
    assert len(list((places / "out" / "mel" / "grey").rglob("*.png"))) == 40
    array = np.load(next((places / "out" / "mel" / "npy").rglob("*.npy")))
    assert array.shape[0] == 128
    messages = app.window.messages
    assert messages.count == before + 2
    row = next(i for i in range(2) if messages.model.message(i).clip == clip)
    messages.list.clicked.emit(messages.model.index(row, 0))
    assert app.document.current == clip


def test_originals_are_not_overwritten(qtbot, opened, said, small):
    opened.window.exports.sounds(small, ConversionParams())
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT)
    assert "overwritten" in said[0]


def test_an_export_can_be_cancelled(qtbot, opened, places):
    with qtbot.waitSignal(opened.jobs.started) as started:
        opened.window.exports.features(places / "out", FeatureExportParams())
    with qtbot.waitSignal(started.args[0].cancelled, timeout=WAIT):
        opened.window.action("Cancel").trigger()


def test_the_form_comes_first_and_the_folder_after(qtbot, opened, places, monkeypatch):
    folder = str(places / "out")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: folder)
    opened.window.action("Export features").trigger()
    dialog = opened.window.findChild(FormDialog)
    dialog.form.field("kind").set_value("grey")
    dialog.form.field("kind").changed.emit("grey")
    with qtbot.waitSignal(opened.window.exports.noted, timeout=WAIT):
        dialog.action.click()
    written = list((places / "out" / "mfcc_without_first" / "grey").rglob("*.png"))
    assert len(written) == 40


def test_the_form_of_sounds_says_what_is_done_to_them(qtbot, opened):
    opened.window.pipeline.preparation.field("trim").setChecked(True)
    opened.window.action("Export prepared sounds").trigger()
    words = opened.window.findChild(FormDialog).words.text()
    assert "40 clips" in words
    assert "Trim silence" in words


def test_the_tree_is_written_as_what_its_name_says(qtbot, opened, said, places):
    project = opened.document.project
    for i, name in enumerate(("t.nwk", "t.npy", "t.csv")):
        opened.window.exports.tree(places / name)
        qtbot.waitUntil(lambda i=i: len(said) == i + 1, timeout=WAIT)
        assert said[i] == f"The tree is in {places / name}"
    text = (places / "t.nwk").read_text(encoding="utf-8")
    assert all(clip.path in text for clip in project.dataset.clips)
    for name in ("t.npy", "t.csv"):
        np.testing.assert_array_equal(
            read_linkage(places / name), project.grouping.linkage
        )


def test_without_a_tree_the_export_says_what_to_do(app, monkeypatch):
    said = []
    app.window.exports.troubled.connect(lambda title, text: said.append(text))
    monkeypatch.setattr(QFileDialog, "exec", lambda _: pytest.fail("asked for a file"))
    app.window.action("Export tree").trigger()
    assert "choose Agglomerative" in said[0]


@pytest.mark.parametrize(
    ("name", "kind", "written"),
    [
        ("mine", "NumPy linkages (*.npy)", "mine.npy"),
        ("mine", "", "mine.nwk"),
        ("mine.csv", "NumPy linkages (*.npy)", "mine.csv"),
        ("v1.2", "NumPy linkages (*.npy)", "v1.2.npy"),
    ],
)
def test_the_kind_that_is_chosen_names_the_file(
    app, places, monkeypatch, name, kind, written
):
    def answer(dialog):
        if kind:
            dialog.selectNameFilter(kind)
        dialog.setDirectory(str(places))
        dialog.selectFile(name)
        return True

    monkeypatch.setattr(QFileDialog, "exec", answer)
    kinds = {".nwk": "Newick trees", ".npy": "NumPy linkages", ".csv": "Tables"}
    path = file_to_write(app.window, "Export", "tree.nwk", kinds, app.session.settings)
    assert path == places / written


def test_the_next_file_is_asked_for_where_the_last_one_was_written(
    opened, places, monkeypatch
):
    asked = []

    def answer(dialog):
        asked.append(Path(dialog.directory().path()))
        dialog.setDirectory(str(places))
        return True

    def folder(parent, title, start):
        asked.append(Path(start))
        return str(places / "features")

    (places / "features").mkdir()
    monkeypatch.setattr(QFileDialog, "exec", answer)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", folder)
    exports, settings = opened.window.exports, opened.session.settings
    monkeypatch.setattr(exports, "clusters", lambda path: None)
    exports.ask_clusters()
    assert folder_to_write(opened.window, "Export", settings)
    exports.ask_clusters()
    (places / "features").rename(places / "gone")
    settings.setValue("written to", str(places / "features"))
    exports.ask_clusters()
    home = Path.home()
    assert asked == [home, places, places / "features", home]


@pytest.fixture
def imported(opened, places, monkeypatch):
    """Let the file dialog answer with a tree of chance that is read by its menu."""

    def begin(tree):
        path = places / "grown elsewhere.npy"
        np.save(path, tree)
        answer = (str(path), "")
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: answer)
        opened.window.action("Import tree").trigger()

    return begin


def any_tree(n):
    """Return the linkage of a chain."""
    nodes = np.arange(1.0, n)
    return np.column_stack([np.append(0, n + nodes[:-1] - 1), nodes, nodes, nodes + 1])


def test_an_imported_tree_is_cut_and_undone_in_one_step(qtbot, opened, imported):
    document = opened.document
    before = document.project
    with qtbot.waitSignal(opened.session.noted, timeout=WAIT) as noted:
        imported(any_tree(40))
    assert "grown elsewhere.npy" in noted.args[1]
    qtbot.waitUntil(lambda: is_done(opened), timeout=WAIT)
    project = document.project
    np.testing.assert_array_equal(project.grouping.linkage, any_tree(40))
    assert (project.cut, project.layout) == (before.cut, before.layout)
    assert document.undo_text == "import tree"
    document.undo()
    np.testing.assert_array_equal(document.project.labels, before.labels)
    document.redo()
    np.testing.assert_array_equal(document.project.labels, project.labels)
    qtbot.wait(300)  # nothing groups them anew
    assert document.project.grouping is project.grouping


def test_a_tree_that_does_not_fit_changes_nothing(qtbot, opened, imported):
    before = opened.document.project.grouping
    for tree, words in (
        (any_tree(33), "The tree must have 40 leaves, one per clip; it has 33"),
        (np.zeros((5, 3)), "no linkage can be read"),
    ):
        with qtbot.waitSignal(opened.session.troubled, timeout=WAIT) as troubled:
            imported(tree)
        assert f"grown elsewhere.npy: {words}" in troubled.args[1]
    assert opened.document.project.grouping is before
    with qtbot.waitSignal(opened.jobs.started) as started:
        imported(any_tree(40))
    with qtbot.waitSignal(started.args[0].succeeded, timeout=WAIT):
        opened.document.open(Project(Dataset("")), opened.document.path)
    assert opened.document.undo_text is None  # it was of clips that are not here


def test_without_sounds_a_tree_has_no_leaves(qtbot, app):
    with qtbot.waitSignal(app.session.troubled) as troubled:
        app.session.import_tree("tree.npy")
    assert "Open its sounds first" in troubled.args[1]


def test_a_tree_wins_over_groups_that_come_late(qtbot, opened):
    document, before = opened.document, opened.document.project
    asked = replace(before, pipeline=before.pipeline.choosing("kmeans"))
    with qtbot.waitSignal(opened.jobs.started, timeout=WAIT) as started:
        document.commit(asked, "choose method")
    document.commit(
        with_linkage(document.project, any_tree(40), "z.npy"), "import tree"
    )
    (job,) = started.args
    job.succeeded.emit(before.grouping)
    qtbot.waitUntil(lambda: is_done(opened), timeout=WAIT)
    np.testing.assert_array_equal(document.project.grouping.linkage, any_tree(40))
