"""A tree on the screen, and a hand on it."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from audioclust_gui.plots.tree import TreePlot
from engine.clustering.cut import Cut
from tests.gui.trees import arrays, four

Button, Held = Qt.MouseButton, Qt.KeyboardModifier
LEFT_PAIR, RIGHT_PAIR, ROOT = 4, 5, 6


def shown(qtbot):
    """Return an empty plot."""
    plot = TreePlot()
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def show_four(plot):
    """Show the tree of four, cut into its two pairs at height 3."""
    plot.set_tree(arrays(four()))
    plot.set_labels(Cut(four()).node_labels_at(2))
    plot.set_line(3.0, 2.0, 4.0, "2 clusters")
    return plot


def send(plot, kind, place, button=Button.NoButton, held=Held.NoModifier):
    buttons = button
    if kind == QEvent.Type.MouseMove:
        button = Button.NoButton
    elif kind == QEvent.Type.MouseButtonRelease:
        buttons = Button.NoButton
    place = QPointF(place)
    event = QMouseEvent(kind, place, plot.mapToGlobal(place), button, buttons, held)
    QApplication.sendEvent(plot, event)


def drag(plot, start, *stops, held=Held.NoModifier, release=True):
    send(plot, QEvent.Type.MouseButtonPress, start, Button.LeftButton, held)
    for stop in stops:
        send(plot, QEvent.Type.MouseMove, stop, Button.LeftButton, held)
    if release:
        place = stops[-1] if stops else start
        send(plot, QEvent.Type.MouseButtonRelease, place, Button.LeftButton, held)


def hover(plot, place):
    send(plot, QEvent.Type.MouseMove, place)


def wheel(plot, place, up, held=Held.NoModifier, across=0):
    place = QPointF(place)
    event = QWheelEvent(
        place,
        plot.mapToGlobal(place),
        QPoint(),
        QPoint(across, up),
        Button.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot, event)


def heard(signal):
    """Collect what a signal says."""
    said = []
    signal.connect(lambda *args: said.append(args if len(args) > 1 else args[0]))
    return said


def on_line(plot, height, x=300.0):
    return QPointF(x, plot.place_of_height(height))
