"""The cut in the hand: all views follow, the sound goes on, undo takes it back."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from audioclust_gui.app import build
from audioclust_gui.sound.playback import Playback
from audioclust_gui.widgets import clip_table, cluster_table
from engine.audio.decoding import write_wav
from tests.gui import on_paper

RATE = 48_000
BLOCK = RATE // 50
WAIT = 10_000
N = 120
Key, Button, Held = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier


class PulledSink:
    """A device that the test turns by hand, block by block."""

    def __init__(self):
        self.alive = False
        self.render = None

    def open(self, connect):
        self.render = connect(RATE)
        self.alive = True

    def close(self):
        self.alive = False

    def pull(self):
        return self.render(BLOCK).copy()


@pytest.fixture
def sink():
    return PulledSink()


@pytest.fixture
def app(places, qtbot, sink):
    """The application with a tree of 120 clips in it, and no worker behind it."""
    app = build(QApplication.instance(), "light", Playback(sink=sink))
    app.jobs.close()
    app.window.resize(1280, 800)
    app.window.show()
    qtbot.waitExposed(app.window)
    project = on_paper.collection(N, kinds=6, root=str(places))
    app.document.open(project, places / "paper.audioclust")
    on_paper.know(app)
    QApplication.processEvents()
    yield app
    app.window.close()
    app.window.deleteLater()
    qtbot.wait(1)


def mouse(widget, kind, place, button=Button.NoButton, held=Held.NoModifier):
    """Send what a real mouse sends: moves of QTest do not say which button is down."""
    kinds = QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease
    of_its_own = button if kind in kinds else Button.NoButton
    down = Button.NoButton if kind == kinds[1] else button
    at = QPointF(widget.mapToGlobal(QPointF(place).toPoint()))
    event = QMouseEvent(kind, QPointF(place), at, of_its_own, down, held)
    QApplication.sendEvent(widget, event)
    QApplication.processEvents()


def drag(widget, places, between=lambda: None):
    """Press at the first place, move through the others, let go at the last."""
    mouse(widget, QEvent.Type.MouseMove, places[0])
    mouse(widget, QEvent.Type.MouseButtonPress, places[0], Button.LeftButton)
    for place in places[1:]:
        mouse(widget, QEvent.Type.MouseMove, place, Button.LeftButton)
        between()
    mouse(widget, QEvent.Type.MouseButtonRelease, places[-1], Button.LeftButton)


def choose_log_heights(app):
    """Make room between merges, so that a drag of some pixels meets several cuts."""
    scale = app.window.tree.controls.scale
    scale.setCurrentIndex(scale.findData("log"))


def all_agree(app):
    """Compare every view with the document."""
    project, window = app.document.project, app.window
    labels, k = project.labels, project.cut
    np.testing.assert_array_equal(window.map.plot.shown.rows, labels)
    nodes = project.cuts.node_labels_at(k)
    np.testing.assert_array_equal(window.tree.plot.shown.labels, nodes)

    clips = window.dataset.model
    shown = [clips.index(row, clip_table.CLUSTER).data() for row in range(N)]
    of_row = labels[[clips.clip_at(row) for row in range(N)]].tolist()
    assert shown == [project.names.get(label, str(label)) for label in of_row]

    listed = window.clusters.model
    rows = range(listed.rowCount())
    columns = cluster_table.CLUSTER, cluster_table.CLIPS
    sizes = {tuple(listed.index(row, i).data() for i in columns) for row in rows}
    ids, counts = np.unique(labels, return_counts=True)
    assert sizes == {
        (project.title(label), str(count))
        for label, count in zip(ids.tolist(), counts.tolist(), strict=True)
    }

    tree, controls = project.grouping.hierarchy, window.tree.controls
    low, high = tree.height_interval(k)
    assert controls.spin.value() == window.cut.spin.value() == window.tree.strip.k == k
    assert low <= window.tree.plot.shown.line < high
    assert low <= float(controls.height_line.text()) + 1e-3 * high
    if app.document.dragging:
        expected = on_paper.study(N).curves.nmi[k - 1]
        assert window.results.values["nmi"].text() == f"{expected:.2f}"
    return labels


def test_dragging_the_line_is_followed_everywhere_and_is_one_step(app):
    document, plot = app.document, app.window.tree.plot
    choose_log_heights(app)
    before, seen = document.project, []

    def look():
        assert document.dragging
        all_agree(app)
        seen.append(document.project.cut)

    x, y = plot.width() // 2, plot.place_of_height(plot.shown.line)
    down = plot.place_of_height(before.grouping.hierarchy.height_interval(40)[0])
    drag(plot, [QPointF(x, at) for at in np.linspace(y, down, 12)], look)
    assert len(set(seen)) > 3
    assert document.project.cut == seen[-1] > before.cut
    assert not document.dragging
    all_agree(app)
    assert document.undo_text == "move the cut"
    document.undo()
    assert document.undo_text is None
    np.testing.assert_array_equal(all_agree(app), before.labels)
    document.redo()
    assert document.project.cut == seen[-1]
    all_agree(app)


def test_a_drag_there_and_back_leaves_no_step(app):
    plot = app.window.tree.plot
    choose_log_heights(app)
    x, y = plot.width() // 2, plot.place_of_height(plot.shown.line)
    drag(plot, [QPointF(x, at) for at in (y, y + 60, y + 90, y + 20, y)])
    assert app.document.undo_text is None
    assert app.document.project.cut == 8
    all_agree(app)


def test_what_is_on_the_screen_after_a_drag_is_what_drawing_anew_gives(app, qtbot):
    plot, window = app.window.tree.plot, app.window
    choose_log_heights(app)
    x, y = plot.width() // 2, plot.place_of_height(plot.shown.line)
    drag(plot, [QPointF(x, y + down) for down in (0, 4, 9, 30, 22, 15)])
    assert app.document.undo_text == "move the cut"
    mouse(plot, QEvent.Type.MouseMove, QPointF(3, 3))

    def same():
        """Compare, as scores may come between one picture and the other."""
        shown = window.screen().grabWindow(window.winId()).toImage()
        anew = window.grab().toImage().convertToFormat(shown.format())
        assert shown.size() == anew.size() == window.size()
        return shown == anew

    qtbot.waitUntil(same, timeout=5000)


def test_dragging_the_strip_is_followed_everywhere_and_is_one_step(app):
    document, strip = app.document, app.window.tree.strip
    before, seen = document.project.labels, set()

    def look():
        all_agree(app)
        seen.add(document.project.cut)

    middle = strip.slider.geometry().center()
    places = [QPoint(x, middle.y()) for x in range(150, strip.width() - 150, 40)]
    drag(strip.slider, [strip.slider.mapFrom(strip, place) for place in places], look)
    assert len(seen) > 5
    assert not document.dragging
    all_agree(app)
    document.undo()
    assert document.undo_text is None
    np.testing.assert_array_equal(all_agree(app), before)


def test_up_and_down_go_one_merge_at_a_time(qtbot, app):
    document, plot = app.document, app.window.tree.plot
    before = document.project.labels
    for key, k in (
        (Key.Key_Down, 9),
        (Key.Key_Down, 10),
        (Key.Key_Up, 9),
        (Key.Key_Up, 8),
        (Key.Key_Up, 7),
    ):
        was = document.project.labels
        qtbot.keyClick(plot, key)
        assert document.project.cut == k
        now = all_agree(app)
        changed = was != now  # one cluster is split off, or goes into another
        assert len(set(was[changed])) == len(set(now[changed])) == 1
    document.undo()
    assert document.undo_text is None
    np.testing.assert_array_equal(all_agree(app), before)


def test_a_number_typed_is_a_cut(qtbot, app):
    spin = app.window.tree.controls.spin
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "23")
    qtbot.keyClick(spin, Key.Key_Return)
    assert app.document.project.cut == 23
    assert len(set(all_agree(app))) == 23
    app.document.undo()
    assert app.document.project.cut == 8
    all_agree(app)


def test_a_height_typed_is_a_cut(qtbot, app):
    line = app.window.tree.controls.height_line
    line.setFocus()
    low, high = app.document.project.grouping.hierarchy.height_interval(5)
    line.selectAll()
    qtbot.keyClicks(line, f"{(low + high) / 2:.6g}")
    qtbot.keyClick(line, Key.Key_Return)
    assert app.document.project.cut == 5
    all_agree(app)
    app.document.undo()
    assert app.document.project.cut == 8
    all_agree(app)


def a_branch(app, least=12, most=40):
    """A branch of a few clips, below the line, that can be seen and pointed at."""
    tree, plot = app.document.project.grouping.hierarchy, app.window.tree.plot
    nodes = np.flatnonzero((tree.sizes >= least) & (tree.sizes <= most))[::-1]
    for node in nodes.tolist():
        place = plot.place_of(node)
        if plot.node_at(place) == node:
            return node, place
    raise AssertionError("no branch can be seen")


def test_a_branch_is_cut_alone_and_follows_the_line_again(app):
    document, view = app.document, app.window.tree
    node, _ = a_branch(app)
    tree = document.project.grouping.hierarchy
    inside = set(tree.members(node).tolist())
    before = document.project.labels
    height = 0.6 * tree.height(node)
    view.plot.menu_asked.emit(node, height, view.mapToGlobal(QPoint(40, 40)))
    actions = {a.text().replace("&", "").split("\t")[0]: a for a in view.plot.actions()}
    actions["Cut here only"].trigger()
    QApplication.activePopupWidget().close()
    now = all_agree(app)
    assert set(np.flatnonzero(now != before).tolist()) < inside
    alone = tree.labels_at(tree.k_at_height(height))
    members = np.array(sorted(inside))
    pairs = set(zip(now[members].tolist(), alone[members].tolist(), strict=True))
    assert len(pairs) == len(set(now[members])) == len(set(alone[members])) > 1
    for k in (4, 30):  # wherever the line goes, the branch stays as it is
        view.controls.spin.setValue(k)
        np.testing.assert_array_equal(all_agree(app)[members], now[members])
    document.undo()
    np.testing.assert_array_equal(all_agree(app), now)
    view.plot.set_current(node)
    actions["Follow the line again"].trigger()
    np.testing.assert_array_equal(all_agree(app), before)
    document.undo()
    document.undo()
    np.testing.assert_array_equal(all_agree(app), before)
    assert document.undo_text is None


def test_pointing_at_a_branch_lights_it_everywhere(app):
    window = app.window
    node, place = a_branch(app)
    clips = app.document.project.grouping.hierarchy.members(node)
    app.window.dataset.table.scrollTo(app.window.dataset.model.index(int(clips[0]), 0))
    QApplication.processEvents()
    views = (window.tree.plot, window.map.plot, window.dataset.table)
    dark = [view.grab().toImage() for view in views]
    mouse(window.tree.plot, QEvent.Type.MouseMove, place)
    assert set(app.document.lit) == set(clips)
    lit = [view.grab().toImage() for view in views]
    assert all(a != b for a, b in zip(dark, lit, strict=True))
    QApplication.sendEvent(window.tree.plot, QEvent(QEvent.Type.Leave))
    assert app.document.lit is None
    after = [view.grab().toImage() for view in views]
    assert all(a == b for a, b in zip(dark, after, strict=True))


def test_a_whole_cluster_pointed_at_is_lit_in_the_list(app):
    tree = app.document.project.grouping.hierarchy
    node = int(tree.nodes_at(8)[2])
    app.document.light(tree.members(node))
    model = app.window.clusters.model
    rows = range(model.rowCount())
    bold = [model.index(r, 0).data(Qt.ItemDataRole.FontRole) is not None for r in rows]
    label = app.document.project.labels[tree.members(node)[0]]
    assert [model.id_at(row) for row in rows if bold[row]] == [label]


def test_a_click_selects_the_clips_of_a_branch(app):
    document, plot = app.document, app.window.tree.plot
    node, place = a_branch(app)
    clips = set(document.project.grouping.hierarchy.members(node).tolist())

    def click(held=Held.NoModifier):
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            mouse(plot, kind, place, Button.LeftButton, held)

    click()
    assert set(document.selection) == clips
    rows = app.window.dataset.table.selectionModel().selectedRows()
    found = {app.window.dataset.model.clip_at(row.row()) for row in rows}
    assert found == clips == set(app.window.map.plot.shown.selected.tolist())
    click(Held.ControlModifier)
    assert not len(document.selection)
    click(Held.ShiftModifier)
    assert set(document.selection) == clips
    click(Held.AltModifier)
    assert not len(document.selection)
    assert document.undo_text is None  # looking is no change


@pytest.fixture
def sound(app):
    """A clip of the collection that can be heard: two seconds of a rising tone."""
    file = app.document.project.dataset.file(app.document.project.dataset.clips[3])
    file.parent.mkdir(parents=True)
    t = np.arange(2 * RATE) / RATE
    write_wav(file, 0.5 * np.sin(2 * np.pi * (200 * t + 300 * t**2)), RATE)
    return 3


def heard(qtbot, app, sink, clip, meanwhile=lambda block: None):
    """Play a clip block by block, doing something between any two: all samples."""
    with qtbot.waitSignal(app.playback.started, timeout=WAIT):
        app.window.map.plot.activated.emit(clip)
    blocks = []
    for block in range(2 * RATE // BLOCK + 5):
        blocks.append(sink.pull())
        meanwhile(block)
        QApplication.processEvents()
    qtbot.waitUntil(lambda: not app.playback.is_playing(), timeout=WAIT)
    return np.concatenate(blocks)


def test_a_drag_is_not_heard(qtbot, app, sink, sound):
    stops = []
    app.playback.stopped.connect(lambda: stops.append("stopped"))
    undisturbed = heard(qtbot, app, sink, sound)
    assert np.abs(undisturbed).max() > 0.03  # matched to -23 LUFS
    plot, seen = app.window.tree.plot, set()
    choose_log_heights(app)
    x, y = plot.width() // 2, plot.place_of_height(plot.shown.line)

    def move(block):
        if block == 4:
            mouse(plot, QEvent.Type.MouseButtonPress, QPointF(x, y), Button.LeftButton)
        elif 5 <= block < 65:
            place = QPointF(x, y + 2 * (block - 4))
            mouse(plot, QEvent.Type.MouseMove, place, Button.LeftButton)
            seen.add(app.document.project.cut)
        elif block == 65:
            place = QPointF(x, y + 120)
            mouse(plot, QEvent.Type.MouseButtonRelease, place, Button.LeftButton)

    dragged = heard(qtbot, app, sink, sound, move)
    np.testing.assert_array_equal(dragged, undisturbed)
    assert len(seen) > 5
    assert app.document.undo_text == "move the cut"
    assert not stops


def test_pointing_and_selecting_are_not_heard(qtbot, app, sink, sound):
    undisturbed = heard(qtbot, app, sink, sound)
    plot = app.window.tree.plot
    node, place = a_branch(app)

    def point(block):
        aside = place + QPointF(0, 40 * (block % 2))
        mouse(plot, QEvent.Type.MouseMove, aside)
        if block % 10 == 0:
            app.window.tree.plot.clicked.emit(node, Held.ControlModifier)

    np.testing.assert_array_equal(heard(qtbot, app, sink, sound, point), undisturbed)
