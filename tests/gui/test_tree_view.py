"""The tree in the window: its line, its branches, and what is said about them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from audioclust_gui import document as document_module
from audioclust_gui.form_dialog import FormDialog
from audioclust_gui.views import tree as tree_module
from engine.projects import curation
from engine.projects.project import Project
from tests.gui import on_paper

N = 60
Key, Held = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def paper(app, places):
    """The application with a tree of 60 clips in it, and no worker behind it."""
    app.jobs.close()
    app.document.open(on_paper.collection(N, kinds=5), places / "paper.audioclust")
    QApplication.processEvents()
    return app


@pytest.fixture
def view(paper):
    return paper.window.tree


@pytest.fixture
def tree(paper):
    return paper.branching.tree


def go_to(view, node):
    """Make a branch current, as walking there does."""
    view.plot.set_current(node)
    view.plot.walked.emit(node)
    view.plot.setFocus()


def branch_of(app, label=0):
    """The node of a cluster of several clips."""
    clusters = app.document.project.clusters
    some = clusters.nodes[clusters.sizes > 2]
    return int(some[label])


def test_the_tree_is_on_top_and_says_where_the_line_is(paper, view, tree):
    assert not view.visibleRegion().isEmpty()
    assert view.plot.height() > view.strip.height() / 2
    k = paper.document.project.cut
    low, high = tree.height_interval(k)
    words = view.controls.words.text()
    assert words == (f"{k} clusters; the line can move from {low:.4g} to {high:.4g}")
    assert view.plot.shown.text == f"{k} clusters, gap {high - low:.3g}"
    view.controls.spin.setValue(1)
    assert view.controls.words.text().startswith("1 cluster; the line can move from ")
    assert view.controls.words.text().endswith(" up")


def test_ties_are_told(paper, view):
    project = paper.document.project
    tied = project.grouping.linkage.copy()
    tied[-12:, 2] = tied[-12, 2]
    grouping = replace(project.grouping, linkage=tied)
    paper.document.amend(replace(project, grouping=grouping))
    assert "merges tie" in view.controls.words.text()


def test_the_line_stays_where_it_was_let_go(paper, view, tree, monkeypatch):
    monkeypatch.setattr(document_module, "MERGE_SECONDS", 0.0)  # as if time went by
    low, high = tree.height_interval(5)
    height = low + 0.9 * (high - low)
    view.plot.line_dragged.emit(low + 0.2 * (high - low))
    assert paper.document.dragging
    assert paper.document.project.cut == 5
    view.plot.line_dragged.emit(height)
    view.plot.line_released.emit(height)
    assert view.plot.shown.line == height
    assert view.controls.height_line.text() == f"{height:.4g}"
    paper.document.select({3})  # nothing to do with the line
    assert view.plot.shown.line == height
    view.controls.spin.setValue(6)
    low, high = tree.height_interval(6)
    assert view.plot.shown.line == pytest.approx((low + high) / 2)
    paper.document.undo()
    assert view.plot.shown.line == height


def test_a_line_let_go_without_another_cut_is_no_step(paper, view, tree):
    low, high = tree.height_interval(paper.document.project.cut)
    height = low + 0.8 * (high - low)
    view.plot.line_dragged.emit(height)
    assert view.plot.shown.line == height
    view.plot.line_released.emit(height)
    assert paper.document.undo_text is None
    assert view.plot.shown.line == height


def test_a_drag_draws_nothing_anew(paper, view, tree, monkeypatch):
    drawn = []
    monkeypatch.setattr(tree_module, "draw", lambda *a: drawn.append(a))
    monkeypatch.setattr(view.plot, "set_tree", drawn.append)
    for k in (9, 12, 20, 3):
        view.plot.line_dragged.emit(np.mean(tree.height_interval(k)))
        assert paper.document.project.cut == k
    view.plot.line_released.emit(np.mean(tree.height_interval(3)))
    assert not drawn


def test_keys_go_by_merges_and_to_natural_cuts(qtbot, paper, view):
    document = paper.document
    view._natural = (4, 12, 20)
    for key, k in (
        (Key.Key_Down, 9),
        (Key.Key_PageDown, 12),
        (Key.Key_PageDown, 20),
        (Key.Key_PageDown, 20),
        (Key.Key_Up, 19),
        (Key.Key_PageUp, 12),
        (Key.Key_PageUp, 4),
    ):
        qtbot.keyClick(view.plot, key)
        assert document.project.cut == k
    document.undo()
    assert (document.project.cut, document.undo_text) == (8, None)


def test_nonsense_in_the_height_field_goes_away(qtbot, paper, view):
    line = view.controls.height_line
    line.setFocus()
    shown = line.text()
    for typed in ("high", "-3", "nan", ""):
        line.selectAll()
        qtbot.keyClick(line, Key.Key_Delete)
        qtbot.keyClicks(line, typed)
        qtbot.keyClick(line, Key.Key_Return)
        assert line.text() == shown
    assert paper.document.undo_text is None


def test_a_decimal_comma_is_a_height(qtbot, paper, view, tree):
    line = view.controls.height_line
    line.setFocus()
    line.selectAll()
    height = np.mean(tree.height_interval(3))
    qtbot.keyClicks(line, f"{height:.3f}".replace(".", ","))
    qtbot.keyClick(line, Key.Key_Return)
    assert paper.document.project.cut == tree.k_at_height(round(height, 3))


def test_the_scale_changes_slider_and_tree(paper, view):
    scale = view.controls.scale
    seen = []
    for name in ("height", "log", "merges"):
        scale.setCurrentIndex(scale.findData(name))
        seen.append((view.strip._shown.axis.scale, view.plot.shown.scale_name))
    assert seen == [("height", "height"), ("log", "log"), ("merges", "height")]


def test_the_slider_reaches_as_far_as_the_cut(app, places):
    app.jobs.close()
    app.document.open(on_paper.collection(500), places / "paper.audioclust")
    strip, branching = app.window.tree.strip, app.branching
    assert strip._shown.axis.highest == 200
    branching.move_cut(333)
    assert strip._shown.axis.highest == 400
    branching.preview_cut(20)
    assert strip._shown.axis.highest == 400  # not under the hand
    branching.move_cut(20)
    branching.move_cut(19)
    assert strip._shown.axis.highest == 200


def test_curves_appear_when_they_are_known(paper, view):
    assert len(view.strip._shown.curves.k) == 0
    on_paper.know(paper)
    assert view.strip._shown.curves.k[-1] == N
    dataset = replace(paper.document.project.dataset, label_column=None)
    paper.document.commit(replace(paper.document.project, dataset=dataset), "no labels")
    assert len(view.strip._shown.curves.k) == 0


def test_an_old_tree_is_not_cut_by_the_number_of_another_method(paper, view, tree):
    document = paper.document
    paper.workflow.automatic = False
    document.commit(document.project.choosing("kmeans"), "choose K-Means")
    asked = document.pipeline.n_clusters
    view.plot.line_released.emit(np.mean(tree.height_interval(3)))
    assert document.pipeline.n_clusters == asked
    assert document.undo_text == "choose K-Means"


def test_nothing_and_a_single_clip_are_no_trouble(paper, view, places):
    document = paper.document
    document.open(on_paper.collection(1, n_clusters=1), places / "one.audioclust")
    assert document.project.cut == 1
    view.plot.stepped.emit(1)
    view.plot.hovered.emit(0)
    assert document.lit.tolist() == [0]
    document.open(
        Project(
            replace(document.project.dataset, clips=(), columns={}, label_column=None)
        ),
        places / "no.audioclust",
    )
    assert view.plot.shown.tree is None
    assert "drawn here" in view.plot.shown.message


def test_what_is_lit_elsewhere_is_lit_here(paper, view, tree):
    node = branch_of(paper)
    paper.document.light(paper.branching.clips(node))
    inside = tree.inside(np.arange(2 * N - 1), node)
    np.testing.assert_array_equal(view.plot.shown.lit, inside)
    view.plot.hovered.emit(-1)
    assert view.plot.shown.lit is None
    assert paper.document.lit is None


def test_a_selection_made_elsewhere_is_ticked_here(paper, view):
    paper.document.select({4, 7})
    assert np.flatnonzero(view.plot.shown.selected).tolist() == [4, 7]
    paper.document.select(())
    assert view.plot.shown.selected is None


def test_the_current_clip_is_current_here_but_for_a_medoid(paper, view):
    node = branch_of(paper)
    paper.document.set_current(5)
    assert view.plot.current == 5
    view.plot.set_current(node)
    clip = int(paper.branching.clips(node)[1])
    paper.branching.medoids._found[node] = clip
    paper.document.set_current(clip)  # as playing it does
    assert view.plot.current == node


def test_beside_all_branches_a_click_silences_and_selects_nothing(paper, view):
    paper.document.select({1, 2})
    view.plot.clicked.emit(-1, Held.ControlModifier)
    assert set(paper.document.selection) == {1, 2}
    view.plot.clicked.emit(-1, Held.NoModifier)
    assert not len(paper.document.selection)


def test_a_branch_is_named_where_it_is(qtbot, paper, view):
    node = branch_of(paper)
    go_to(view, node)
    qtbot.keyClick(view.plot, Key.Key_F2)
    line = view.name_line
    assert line.isVisible()
    assert line.placeholderText() == paper.document.project.title(
        int(paper.document.project.labels[paper.branching.clips(node)[0]])
    )
    qtbot.keyClicks(line, "warblers")
    qtbot.keyClick(line, Key.Key_Return)
    assert not line.isVisible()
    assert view.plot.hasFocus()
    assert paper.document.project.edits.names == {node: "warblers"}
    assert "warblers" in paper.document.project.names.values()
    assert view.plot.shown.titles == {node: "warblers"}
    qtbot.keyClick(view.plot, Key.Key_F2)
    assert line.text() == "warblers"
    qtbot.keyClicks(line, "nobody")
    qtbot.keyClick(line, Key.Key_Escape)
    assert not line.isVisible()
    assert paper.document.project.edits.names == {node: "warblers"}


def test_a_folded_branch_stays_current_and_the_cut_as_it_is(qtbot, paper, view):
    node = branch_of(paper)
    before = paper.document.project.labels
    go_to(view, node)
    qtbot.keyClick(view.plot, Key.Key_C)
    assert view.plot.shown.tree.collapsed == {node}
    assert view.plot.current == node
    assert paper.document.project.labels is before
    assert "Open" in paper.window.action("Fold the branch").text()
    qtbot.keyClick(view.plot, Key.Key_C)
    assert not view.plot.shown.tree.collapsed


def test_a_branch_is_cut_by_keys_and_shows_its_own_line(qtbot, paper, view, tree):
    node = branch_of(paper)
    go_to(view, node)
    for _ in range(2):
        qtbot.keyClick(view.plot, Key.Key_S)
    ((cut, height),) = view.plot.shown.branches
    assert cut == node
    assert 0 < height < tree.height(node)
    assert len(tree.nodes_at(tree.k_at_height(height), node)) == 3
    assert "some by lines of their own" in view.controls.words.text()
    qtbot.keyClick(view.plot, Key.Key_J)
    assert paper.branching.parts(node) == 2
    view.plot.branch_dragged.emit(node, 0.9 * tree.height(node))
    view.plot.branch_released.emit(node, 0.9 * tree.height(node))
    assert dict(view.plot.shown.branches)[node] == 0.9 * tree.height(node)
    qtbot.keyClick(view.plot, Key.Key_U)
    assert view.plot.shown.branches == ()


def test_a_branch_in_one_piece_has_its_line_above_it(paper, view, tree):
    node = int(tree.nodes_at(3)[0])
    paper.branching.move_cut(30)
    document = paper.document
    document.commit(curation.cut_here(document.project, node, 1), "cut branch")
    ((_, height),) = view.plot.shown.branches
    assert tree.height(node) < height < tree.height(int(tree.parents[node]))


def test_actions_are_offered_where_they_make_sense(paper, view, tree):
    window = paper.window
    offered = [
        window.action(name) for name in ("Select its clips", "Rename the branch")
    ]
    inner = [
        window.action(name) for name in ("Fold the branch", "Recluster the branch")
    ]
    follow = window.action("Follow the line again")
    view.plot.set_current(None)
    view.branch.refresh()
    assert not any(action.isEnabled() for action in (*offered, *inner, follow))
    view.plot.walked.emit(3)
    paper.document.set_current(3)
    assert all(action.isEnabled() for action in offered)
    assert not any(action.isEnabled() for action in inner)
    node = branch_of(paper)
    view.plot.set_current(node)
    view.plot.clicked.emit(node, Held.NoModifier)
    assert all(action.isEnabled() for action in (*offered, *inner))
    assert not follow.isEnabled()
    window.action("Split the branch here only").trigger()
    assert follow.isEnabled()


def test_the_menu_of_a_branch_cuts_at_the_height_of_the_mouse(paper, view, tree):
    node = branch_of(paper)
    top = tree.height(node)

    def words(height):
        view.plot.menu_asked.emit(node, height, view.mapToGlobal(QPoint(50, 50)))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        found = {
            a.text().replace("&", "").partition("\t")[0]: a for a in menu.actions()
        }
        menu.close()
        return found

    words(1.1 * top)["Cut here only"].trigger()
    assert paper.branching.parts(node) == 1
    found = words(0.5 * top)
    assert view.plot.current == node
    found["Cut here only"].trigger()
    k = tree.k_at_height(0.5 * top)
    assert paper.document.project.edits.branches.at(node).k == k


def test_a_branch_is_reclustered_by_a_form(qtbot, paper, view):
    node = branch_of(paper)
    asked = []
    paper.branching.recluster = lambda *answer: asked.append(answer)
    view.plot.set_current(node)
    view.branch.refresh()
    paper.window.action("Recluster the branch").trigger()
    dialog = paper.window.findChild(FormDialog)
    assert f"{len(paper.branching.clips(node))} clips" in dialog.words.text()
    feature = dialog.form.field("linkage")
    feature.setCurrentIndex(feature.findData("average"))
    dialog.action.click()
    ((found, params),) = asked
    assert found == node
    assert params.linkage == "average"
    qtbot.wait(1)
