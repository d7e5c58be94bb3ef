"""The table of clips: sorted, filtered and selected, with any number of clips."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QObject, Qt, Signal
from PySide6.QtWidgets import QHeaderView

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.sound.playback import Playback
from audioclust_gui.sound.sink import SilentSink
from audioclust_gui.views.dataset import DatasetView
from audioclust_gui.widgets import clip_table
from audioclust_gui.widgets.clip_table import CLUSTER, FOLDER, LABEL, NAME, ClipTable
from audioclust_gui.widgets.selected_rows import selected_runs
from engine.audio.dataset import Clip, Dataset
from engine.clustering.partition import UNPLACED
from engine.features.extraction import Extraction, Failure
from engine.progress import Step
from engine.projects.edits import Edits
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Project

RISING, FALLING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
PATHS = (
    "b/Zoe.wav",
    "a/adam.wav",
    "a/sub/eva.wav",
    "b/Adam.wav",
    "ä/<b>&.wav",
    "x.wav",
)
LABELS = ("two", "one", "", "two", "one", "Three")


def collection(n=None):
    paths = PATHS if n is None else [f"f{i % 3}/{i * 7 % n:05}.wav" for i in range(n)]
    labels = LABELS if n is None else tuple(f"{i % 5}" for i in range(n))
    clips = tuple(Clip(path) for path in paths)
    return Dataset("sounds", clips, {"kind": labels}, "kind")


@pytest.fixture
def document():
    return Document()


@pytest.fixture
def view(qtbot, document):
    playback = Playback(sink=SilentSink())
    view = DatasetView(document, Audition(document, playback))
    qtbot.addWidget(view)
    view.resize(400, 600)
    view.show()
    yield view
    playback.shutdown()


def opened(view, document, tmp_path, n=None):
    document.open(Project(collection(n)), tmp_path / "p.audioclust")
    return view


def shown(view):
    return [view.model.clip_at(row) for row in range(view.model.rowCount())]


def test_columns_sort_without_case_and_the_third_click_clears(
    qtbot, view, document, tmp_path
):
    opened(view, document, tmp_path)
    header = view.table.horizontalHeader()
    at = header.sectionViewportPosition(LABEL) + 8

    def click():
        place = header.viewport().rect().topLeft()
        place.setX(at)
        place.setY(5)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)

    click()
    assert shown(view) == [2, 1, 4, 5, 0, 3]
    assert (header.sortIndicatorSection(), header.sortIndicatorOrder()) == (
        LABEL,
        RISING,
    )
    click()
    assert shown(view) == [3, 0, 5, 4, 1, 2]
    click()
    assert shown(view) == list(range(6))
    assert header.sortIndicatorSection() == -1
    view.table.sortByColumn(NAME, RISING)
    assert shown(view) == [4, 1, 3, 2, 5, 0]
    view.table.sortByColumn(FOLDER, FALLING)
    assert shown(view)[-1] == 5


def test_a_filter_keeps_the_order_and_clusters_sort_by_number(view, document, tmp_path):
    opened(view, document, tmp_path)
    view.model.set_labels(np.array([10, 2, -1, 2, 1, 10], np.int32))
    view.table.sortByColumn(CLUSTER, RISING)
    assert shown(view) == [2, 4, 1, 3, 0, 5]
    view.model.set_filter("ADAM", "")
    assert shown(view) == [1, 3]
    view.model.set_filter("a two", "b")
    view.table.sortByColumn(NAME, FALLING)
    assert shown(view) == [0, 3]
    view.model.set_filter("", "a")
    assert sorted(shown(view)) == [1, 2]
    view.model.set_filter("nothing like it", "")
    assert shown(view) == []
    assert view.model.row_of(0) == -1


def test_names_are_read_once_however_often_the_table_is_sorted(monkeypatch):
    read = []
    monkeypatch.setattr(
        "audioclust_gui.widgets.clip_index.one_line",
        lambda text: read.append(text) or text,
    )
    model = ClipTable()
    model.set_dataset(collection(50))
    for order in (RISING, FALLING, RISING):
        model.sort(NAME, order)
        model.set_filter("1", "")
        model.set_filter("", "f1")
    assert len(read) == 50


def test_all_clips_are_selected_as_one_run(view, document, tmp_path, monkeypatch):
    opened(view, document, tmp_path, 3000)
    view.table.sortByColumn(NAME, RISING)
    monkeypatch.setattr(
        QItemSelectionModel, "selectedRows", lambda *_: pytest.fail("row by row")
    )
    view.table.selectAll()
    assert set(document.selection) == frozenset(range(3000))
    document.select(())
    assert selected_runs(view.table.selectionModel()) == []
    document.select(range(3000))
    assert selected_runs(view.table.selectionModel()) == [(0, 2999)]


def test_the_header_does_not_ask_every_row_whether_it_is_selected(
    view, document, tmp_path, monkeypatch
):
    opened(view, document, tmp_path, 500)
    asked = []
    flags = clip_table.ClipTable.flags
    monkeypatch.setattr(
        clip_table.ClipTable,
        "flags",
        lambda self, index: asked.append(index.row()) or flags(self, index),
    )
    view.table.selectAll()
    view.table.horizontalHeader().viewport().repaint()
    assert sum(row > 100 for row in asked) < 5


def test_a_selection_survives_sorting_and_filtering(view, document, tmp_path):
    opened(view, document, tmp_path, 200)
    chosen = frozenset(range(0, 200, 7))
    document.select(chosen)
    document.set_current(14)
    for act in (
        lambda: view.table.sortByColumn(NAME, RISING),
        lambda: view.table.sortByColumn(CLUSTER, FALLING),
        lambda: view.model.set_filter("1", ""),
        lambda: view.model.set_filter("", ""),
    ):
        act()
        visible = {clip for clip in chosen if view.model.row_of(clip) >= 0}
        runs = selected_runs(view.table.selectionModel())
        rows = [row for first, last in runs for row in range(first, last + 1)]
        assert {view.model.clip_at(row) for row in rows} == visible
        assert set(document.selection) == chosen
    assert view.model.clip_at(view.table.currentIndex().row()) == 14


def test_after_locating_the_sounds_tree_and_table_show_the_same(
    view, document, tmp_path
):
    opened(view, document, tmp_path)
    folder = view.tree.topLevelItem(0).child(0)
    view.tree.setCurrentItem(folder)
    assert view.model.rowCount() == 2
    moved = replace(document.project.dataset, root="elsewhere")
    document.amend(replace(document.project, dataset=moved))
    assert view.tree.currentItem() is view.tree.topLevelItem(0)
    assert view.model.rowCount() == len(PATHS)


def test_clips_that_failed_are_grey_and_tooltips_show_markup_letter_by_letter(
    view, document, tmp_path
):
    opened(view, document, tmp_path)
    project = document.project
    failed = (Failure(4, PATHS[4], "<i>no</i> sound"),)
    keys = (None,) * len(PATHS)
    done = Extraction(keys, failed, 0, 0, project.pipeline.features)
    document.amend(replace(project, extraction=done))
    cell = view.model.index(4, CLUSTER)
    assert cell.data() == project.title(UNPLACED) == "Not grouped"
    faint = view.palette().placeholderText().color()
    assert cell.data(Qt.ItemDataRole.ForegroundRole).color() == faint
    words = cell.data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;&amp;.wav" in words
    assert "&lt;i&gt;no&lt;/i&gt;" in words
    assert view.model.index(0, 0).data(Qt.ItemDataRole.ForegroundRole) is None


class Cancelled(QObject):
    """A job on paper."""

    progressed = Signal(object)
    ended = Signal(str)

    def __init__(self, title):
        super().__init__()
        self.title = title


def test_hostile_names_neither_widen_the_window_nor_become_markup(qtbot, app, places):
    window = app.window
    name = "<img src='x.png'> <b>" + "w" * 250
    job = Cancelled(f"Opening {name}")
    app.jobs.started.emit(job)
    assert window.status.words.text().startswith("Opening <img src='x.png'> <b>w")
    job.progressed.emit(Step(1, 4, f"Looking\n{name}"))
    assert window.status.words.text().startswith("Looking\N{REPLACEMENT CHARACTER}<img")
    assert window.status.minimumSizeHint().width() < 600
    job.ended.emit("cancelled")
    assert window.status.words.text().endswith("w: cancelled")
    window.status.say(name)
    assert window.status.minimumSizeHint().width() < 600
    clips = (Clip(f"{name}/{name}.wav"), Clip("b.wav"))
    app.document.open(Project(Dataset(f"/{name}", clips)), places / "p.audioclust")
    app.document.set_current(0)
    for part in (window.dataset, window.transport, window.messages, window.results):
        assert part.minimumSizeHint().width() < 450


def test_the_name_column_takes_the_room_there_is(view):
    header = view.table.horizontalHeader()
    assert header.sectionResizeMode(NAME) == QHeaderView.ResizeMode.Stretch


def test_another_column_labels_and_scores(view, document, tmp_path, qtbot):
    opened(view, document, tmp_path)
    dataset = document.project.dataset
    columns = {**dataset.columns, "same": ("x",) * 6, "day": tuple("mtwtfs")}
    project = Project(replace(dataset, columns=columns))
    document.open(project, tmp_path / "x.audioclust")
    view.tree.chosen.emit("b")
    offered = [view.label.itemText(i) for i in range(view.label.count())]
    assert offered == ["No label", "kind", "day"]
    view.label.setFocus()
    qtbot.keyClick(view.label, Qt.Key.Key_Down)
    assert document.project.dataset.label_column == "day"
    assert document.undo_text == "score by day"
    assert view.model.rowCount() == 2, "the folder stays chosen"
    document.undo()
    assert document.project.dataset.label_column == "kind"
    assert view.label.currentText() == "kind"
    view.label.setCurrentIndex(0)
    view.label.activated.emit(0)
    assert document.project.dataset.labels is None


def test_the_tooltip_says_which_span_of_a_recording_a_row_is():
    clips = (Clip("night/owls.wav", 16.63, 17.07), Clip("night/owls.wav"))
    model = ClipTable()
    model.set_dataset(Dataset("sounds", clips))
    tips = [model.index(row, NAME).data(Qt.ItemDataRole.ToolTipRole) for row in (0, 1)]
    assert "night/owls.wav [16.63-17.07 s]" in tips[0]
    assert "[" not in tips[1]


def test_one_clip_is_not_spoken_of_in_the_plural(view, document, tmp_path):
    opened(view, document, tmp_path, n=1)
    assert view._count.text() == "1 clip"


def grouped(names, labels=(1, 0, 0, -1, 1)):
    """Return the collection, grouped by a flat method; the last clip took no part."""
    asked = Pipeline().choosing("dbscan")
    rows = np.arange(len(labels))
    grouping = Grouping(asked, rows, np.array(labels, np.int32))
    return Project(collection(), asked, grouping=grouping, edits=Edits(names=names))


def lit_rows(view):
    role = Qt.ItemDataRole.BackgroundRole
    rows = range(view.model.rowCount())
    return [row for row in rows if view.model.index(row, NAME).data(role) is not None]


def test_clusters_are_called_by_name_and_sorting_keeps_them_together(
    view, document, tmp_path
):
    document.open(grouped({1: "Zoo"}), tmp_path / "p.audioclust")
    cells = [view.model.index(row, CLUSTER) for row in range(6)]
    assert [cell.data() for cell in cells] == ["Zoo", "0", "0", "noise", "Zoo", "–"]
    assert "Zoo" in cells[0].data(Qt.ItemDataRole.ToolTipRole)
    view.table.sortByColumn(CLUSTER, RISING)
    assert [cell.data() for cell in cells] == ["–", "noise", "0", "0", "Zoo", "Zoo"]
    renamed = replace(document.project, edits=Edits(names={0: "ara"}))
    document.commit(renamed, "rename cluster")
    assert [cell.data() for cell in cells] == ["–", "noise", "ara", "ara", "1", "1"]
    document.undo()
    assert cells[5].data() == "Zoo"


def test_long_and_hostile_cluster_names_widen_nothing(view, document, tmp_path):
    names = {0: "🦉" * 200, 1: "<b>a</b>\n\u202eb"}
    document.open(grouped(names), tmp_path / "p.audioclust")
    mark = "\N{REPLACEMENT CHARACTER}"
    assert view.model.index(0, CLUSTER).data() == f"<b>a</b>{mark}{mark}b"
    header = view.table.horizontalHeader()
    assert 84 <= header.sectionSize(CLUSTER) <= 100
    assert "&lt;b&gt;" in view.model.index(0, NAME).data(Qt.ItemDataRole.ToolTipRole)
    document.commit(replace(document.project, edits=Edits()), "no names")
    assert header.sectionSize(CLUSTER) < 80


def test_names_of_clusters_leave_those_of_clips_their_room(view, document, tmp_path):
    labels = np.arange(60, dtype=np.int32) % 2  # so many that a scroll bar comes
    clips = tuple(Clip(f"1-{i + 10}241-A.ogg") for i in range(60))
    dataset = Dataset("sounds", clips, {"kind": ("person_sneeze",) * 60}, "kind")
    before = grouped({})
    rows = replace(before.grouping, rows=np.arange(60), labels=labels)
    project = replace(before, dataset=dataset, grouping=rows)
    view.resize(280, 600)
    document.open(project, tmp_path / "p.audioclust")
    names = {0: "Fire and wind, or a helicopter", 1: "Zoo"}
    document.commit(replace(document.project, edits=Edits(names=names)), "rename")
    header, width = view.table.horizontalHeader(), view.fontMetrics().horizontalAdvance
    assert header.sectionSize(NAME) >= width(clips[0].name) + 6
    assert header.sectionSize(CLUSTER) >= 62
    assert view.model.cell(0, CLUSTER).elide == Qt.TextElideMode.ElideRight
    view.resize(500, 600)
    assert header.sectionSize(CLUSTER) > 100


def test_clips_that_are_pointed_at_are_marked_by_more_than_colour(
    view, document, tmp_path
):
    document.open(grouped({}), tmp_path / "p.audioclust")
    document.light(np.array([1, 4]))
    assert lit_rows(view) == [1, 4]
    font = Qt.ItemDataRole.FontRole
    assert view.model.index(4, CLUSTER).data(font).bold()
    assert view.model.index(3, CLUSTER).data(font) is None
    view.table.sortByColumn(NAME, FALLING)
    assert {view.model.clip_at(row) for row in lit_rows(view)} == {1, 4}
    document.light(None)
    assert lit_rows(view) == []
    document.light(np.array([5, 400]))  # a collection that was larger a moment ago
    assert [view.model.clip_at(row) for row in lit_rows(view)] == [5]


def test_a_light_redraws_no_more_than_the_rows_in_view(qtbot, view, document, tmp_path):
    opened(view, document, tmp_path, 3000)
    seen = view.table.rows_in_view()
    assert 3 < len(seen) < 40
    redrawn = []
    view.model.dataChanged.connect(lambda a, b, _: redrawn.append((a.row(), b.row())))
    document.light(np.arange(1000, 3000))
    assert redrawn == []
    document.light(np.array([2, 3, 2999]))
    assert redrawn == [(2, 3)]
    document.light(None)
    assert redrawn == [(2, 3)] * 2
    view.table.scrollToBottom()
    document.light(np.array([0, 2998]))
    assert redrawn[2:] == [(2998, 2998)]
