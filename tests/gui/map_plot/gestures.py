"""What a hand does with a mouse: moves that Qt takes for real ones."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

Kind, Button, Held = QEvent.Type, Qt.MouseButton, Qt.KeyboardModifier

PRESS, MOVE, RELEASE = (
    Kind.MouseButtonPress,
    Kind.MouseMove,
    Kind.MouseButtonRelease,
)


def send(plot, kind, place, button, buttons, held):
    """Send one event."""
    place = QPointF(place)
    on_screen = QPointF(plot.viewport().mapToGlobal(place.toPoint()))
    event = QMouseEvent(kind, place, on_screen, button, buttons, held)
    QApplication.sendEvent(plot.viewport(), event)


def move(plot, place, buttons=Button.NoButton, held=Held.NoModifier):
    """Move to a place."""
    send(plot, MOVE, place, Button.NoButton, buttons, held)


def take(plot, *way, button=Button.LeftButton, held=Held.NoModifier):
    """Press at the first place and go by the others, without letting go."""
    send(plot, PRESS, way[0], button, button, held)
    for place in way[1:]:
        move(plot, place, button, held)


def drop(plot, place, button=Button.LeftButton, held=Held.NoModifier):
    """Let go at a place."""
    send(plot, RELEASE, place, button, Button.NoButton, held)


def drag(plot, *way, button=Button.LeftButton, held=Held.NoModifier):
    """Press at the first place, go by the others and let go at the last."""
    take(plot, *way, button=button, held=held)
    drop(plot, way[-1], button, held)


def turn(plot, place, notches):
    """Turn the wheel, away from oneself where positive."""
    place = QPointF(place)
    event = QWheelEvent(
        place,
        QPointF(plot.viewport().mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Button.NoButton,
        Held.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)
