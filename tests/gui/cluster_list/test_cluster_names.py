"""Clusters are named in their list, by keys and by the mouse."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from audioclust_gui.widgets.cluster_table import CLUSTER, SILHOUETTE
from engine.projects.edits import Edits
from tests.gui.cluster_lists import (
    act,
    click,
    ids,
    texts,
    type_name,
)

RISING, FALLING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def test_f2_names_a_cluster_and_undo_takes_it_back(qtbot, opened, document):
    type_name(qtbot, opened, 2, "  owls ")
    assert texts(opened, CLUSTER)[2] == "owls"
    assert document.undo_text == "rename cluster"
    type_name(qtbot, opened, 2, "doves", Qt.Key.Key_Escape)
    assert texts(opened, CLUSTER)[2] == "owls"
    # The name belongs to the branch: it comes back when the cut does.
    document.preview(document.project.with_n_clusters(1))
    assert texts(opened, CLUSTER) == ["Cluster 0"]
    document.commit(document.project.with_n_clusters(5), "move")
    assert texts(opened, CLUSTER)[2] == "owls"
    type_name(qtbot, opened, 2, "")
    assert texts(opened, CLUSTER)[2] == "Cluster 2"
    document.undo()
    assert texts(opened, CLUSTER)[2] == "owls"
    act(opened, "Take its name away")
    assert document.project.edits.names == {}


def test_a_second_slow_click_opens_the_name(qtbot, opened, document):
    click(opened, 1)
    qtbot.wait(QApplication.doubleClickInterval() + 50)
    assert opened.table.findChild(QLineEdit) is None
    click(opened, 1)
    qtbot.keyClick(opened.table, Qt.Key.Key_F2)  # impatient
    qtbot.waitUntil(lambda: opened.table.findChild(QLineEdit) is not None)
    line = opened.table.findChild(QLineEdit)
    assert line.hasFocus()
    assert not opened._audition.played


def test_the_same_name_again_is_no_step(qtbot, opened, document):
    type_name(qtbot, opened, 2, "owls")
    done = document.project
    type_name(qtbot, opened, 2, "owls")
    assert document.project is done


def test_what_cannot_be_a_name_is_refused_in_words(qtbot, opened, document):
    for text in ("x" * 201, "a\u202eb"):
        with qtbot.waitSignal(opened.refused) as refused:
            type_name(qtbot, opened, 0, text)
        assert "1 to 200 printable" in refused.args[0]
    assert document.undo_text is None


def test_what_comes_in_while_a_name_is_typed_leaves_the_line_alone(
    qtbot, opened, document, known
):
    opened.table.sortByColumn(SILHOUETTE, FALLING)
    opened.table.setCurrentIndex(opened.model.index(opened.model.row_of(3), 0))
    opened.table.edit_name()
    line = opened.table.findChild(QLineEdit)
    assert line.placeholderText() == "Cluster 3"
    line.setText("ow")
    known.learn(document.project)
    assert line.text() == "ow"
    line.insert("ls")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.project.names == {3: "owls"})


def test_names_sort_before_numbers_and_without_case(opened, document):
    nodes = document.project.clusters.nodes.tolist()
    names = {nodes[4]: "ara", nodes[1]: "Zoo", nodes[3]: "Bat"}
    document.commit(replace(document.project, edits=Edits(names=names)), "names")
    opened.table.sortByColumn(CLUSTER, RISING)
    assert ids(opened) == [4, 3, 1, 0, 2]


def test_hostile_names_are_shown_letter_by_letter_on_one_line(opened, document):
    nodes = document.project.clusters.nodes.tolist()
    names = ("<b>x</b>\n\u202ey", "קול " * 50, "🦉" * 200, "\udcff")
    edits = Edits(names=dict(zip(nodes, names, strict=False)))
    document.commit(replace(document.project, edits=edits), "names")
    mark = "\N{REPLACEMENT CHARACTER}"
    shown = texts(opened, CLUSTER)
    assert shown[0] == f"<b>x</b>{mark}{mark}y"
    assert shown[2] == "🦉" * 200
    tip = opened.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;x&lt;/b&gt;" in tip
    assert not opened.grab().isNull()
    assert opened.minimumSizeHint().width() < 300
