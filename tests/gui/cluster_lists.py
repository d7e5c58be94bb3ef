"""A list of clusters on the screen, and a hand on it."""

from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from audioclust_gui.audition import Audition
from audioclust_gui.sound.playback import Playback
from audioclust_gui.sound.sink import SilentSink
from audioclust_gui.views.clusters import ClustersView
from audioclust_gui.widgets.cluster_table import CLIPS, CLUSTER
from audioclust_gui.widgets.selected_rows import selected_runs
from engine.clustering.describing import describe


class Heard(Audition):
    """An audition that writes down what is played."""

    def __init__(self, document, playback):
        super().__init__(document, playback)
        self.played = []

    def play(self, index, at=0.0):
        self.played.append(index)


class Known(QObject):
    """What is known of the clusters, as a test says."""

    changed = Signal()
    reports = {}  # noqa: RUF012

    def learn(self, project):
        matrix = np.arange(len(project.dataset), dtype=float)[:, None]
        found = describe(project.labels, project.dataset.labels, matrix)
        self.reports = {report.id: report for report in found}
        self.changed.emit()


def ids(view):
    return [view.model.id_at(row) for row in range(view.model.rowCount())]


def texts(view, column):
    rows = range(view.model.rowCount())
    return [view.model.index(row, column).data() for row in rows]


def selected(view):
    runs = selected_runs(view.table.selectionModel())
    return [view.model.id_at(r) for first, last in runs for r in range(first, last + 1)]


def lit(view):
    background = Qt.ItemDataRole.BackgroundRole
    return [
        view.model.id_at(row)
        for row in range(view.model.rowCount())
        if view.model.index(row, 0).data(background) is not None
    ]


def clips_of(document, *labels):
    return frozenset(np.flatnonzero(np.isin(document.project.labels, labels)).tolist())


def place_of(view, label, column=CLUSTER):
    index = view.model.index(view.model.row_of(label), column)
    return view.table.visualRect(index).center()


def click(view, label, modifiers=Qt.KeyboardModifier.NoModifier):
    viewport, button = view.table.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseClick(viewport, button, modifiers, place_of(view, label))


def act(view, name):
    found = {a.text().replace("&", ""): a for a in view.table.actions()}
    found[name].trigger()


def type_name(qtbot, view, label, text, key=Qt.Key.Key_Return):
    view.table.setFocus()
    view.table.setCurrentIndex(view.model.index(view.model.row_of(label), CLIPS))
    qtbot.keyClick(view.table, Qt.Key.Key_F2)
    line = view.table.findChild(QLineEdit)
    line.clear()
    line.insert(text)
    qtbot.keyClick(line, key)
    qtbot.waitUntil(lambda: view.table.findChild(QLineEdit) is None)


@contextmanager
def shown(qtbot, document, known):
    """Show the list of clusters of a document."""
    playback = Playback(sink=SilentSink())
    view = ClustersView(document, known, Heard(document, playback))
    qtbot.addWidget(view)
    view.resize(320, 400)
    view.show()
    qtbot.waitExposed(view)
    yield view
    playback.shutdown()
