"""Learning curves of runs: losses above, scores below, and an epoch to choose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from audioclust_gui.plots.curve_picture import CurvePicture
from audioclust_gui.plots.curve_runs import QUANTITIES, RunCurves
from audioclust_gui.plots.plain import one_line, plain, tooltip

_SLICE = 0.008  # seconds of drawing at a time
_RADIUS = 14.0  # pixels from a curve at which a click still means its run
_EPOCHS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_RUNS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class CurvesPlot(QWidget):
    """Curves of several runs over their epochs, some of them still growing.

    A run has a colour and a shape, a quantity a way of dashing. The epochs whose
    networks were kept have a sign on the curve, the best a larger one. One of them is
    chosen by clicking or dragging over the plot, by Left, Right, Home and End; Up and
    Down go to the run before and after, L changes between a linear and a logarithmic
    axis. Setters never emit.

    Parameters
    ----------
    parent : QWidget, optional
    """

    epoch_chosen = Signal(str, int)
    """The run and the kept epoch that the person chose."""

    logarithmic_changed = Signal(bool)
    """A key chose the other axis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = CurvePicture()
        self.setMinimumSize(200, 96)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Learning curves")
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self.update)
        self.set_message("No run is shown")

    # What is shown ----------------------------------------------------------------

    def set_runs(self, runs: Iterable[RunCurves]) -> None:
        """Show these runs, in this order.

        A run that is the same object as before, or equal to it, costs nothing.
        """
        picture = self._picture
        if not picture.set_runs(runs):
            return
        if picture.chosen is not None and picture.chosen[0] not in picture.runs:
            picture.chosen = None
        if picture.hovered is not None and picture.hovered[0] not in picture.runs:
            self._point_at(None)
        self._describe()
        self.update()

    def set_run(self, run: RunCurves) -> None:
        """Show a run that has gone on; the others stay. A new one comes last."""
        self.set_runs({**self._picture.runs, run.run: run}.values())

    def set_quantities(self, names: Iterable[str]) -> None:
        """Choose which curves are drawn, of `curve_runs.QUANTITIES`."""
        self._picture.quantities = tuple(
            name for name in QUANTITIES if name in {*names}
        )
        self._redraw()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Show losses and rates by their logarithm, or as they are."""
        if logarithmic != self._picture.logarithmic:
            self._picture.logarithmic = logarithmic
            self._redraw()

    def set_chosen(self, run: str | None, epoch: int | None = None) -> None:
        """Put the line at an epoch of a run, or take it away."""
        nowhere = run is None or epoch is None or run not in self._picture.runs
        self._picture.chosen = None if nowhere else (run, epoch)
        self._describe()
        self.update()

    def set_dark(self, dark: bool) -> None:
        """Draw for a dark or for a light theme."""
        self._picture.dark = dark
        self._redraw()

    def set_message(self, message: str) -> None:
        """Choose what is said while there is no run, as plain text."""
        self._picture.message = plain(message)
        self._describe()
        self._redraw()

    @property
    def runs(self) -> Sequence[RunCurves]:
        """The runs that are shown."""
        return tuple(self._picture.runs.values())

    @property
    def chosen(self) -> tuple[str, int] | None:
        """The run and the epoch that the line is at."""
        return self._picture.chosen

    @property
    def logarithmic(self) -> bool:
        """Whether losses are shown by their logarithm."""
        return self._picture.logarithmic

    @property
    def finished(self) -> bool:
        """Whether all runs are drawn; many take a few frames."""
        return self._picture.finished

    def _describe(self) -> None:
        runs, chosen = self._picture.runs, self._picture.chosen
        said = self._picture.message
        if chosen is not None:
            said = ", ".join(self._read(*chosen))
        elif runs:
            said = "; ".join(
                f"{one_line(run.name)}, {run.last:,} epochs"
                for run in [*runs.values()][:5]
            )
            said += f"; {len(runs) - 5:,} more" if len(runs) > 5 else ""
        if said != self.accessibleDescription():
            self.setAccessibleDescription(said)

    def _read(self, run_id: str, epoch: int) -> list[str]:
        run = self._picture.runs[run_id]
        return [one_line(run.name), *run.read(epoch)]

    # Painting ---------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(520, 340)

    def _redraw(self) -> None:
        self._picture.forget()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        self._picture.prepare(self.size(), ratio, self.font(), _SLICE)
        with QPainter(self) as painter:
            self._picture.paint(painter)
        if not self._picture.finished:
            self._more.start()

    # What the person does ---------------------------------------------------------

    def _choose(self, run: RunCurves | None, epoch: float, *, again: bool) -> None:
        """Choose the kept epoch of a run that is nearest to a place."""
        nearest = None if run is None else run.nearest_epoch(epoch, kept=True)
        if run is None or nearest is None:
            return
        if again or (run.run, nearest) != self.chosen:
            self.set_chosen(run.run, nearest)
            self.epoch_chosen.emit(run.run, nearest)

    @property
    def _current(self) -> RunCurves | None:
        """The run that keys are about: the chosen one, or the first with any kept."""
        if self.chosen is not None:
            return self._picture.runs[self.chosen[0]]
        return next((run for run in self.runs if run.kept), None)

    def _press_at(self, place: QPointF, *, again: bool) -> None:
        found = self._picture.nearest(place)
        run = self._current
        if again and found is not None and found[1] <= _RADIUS:
            near = self._picture.runs[found[0]]
            run = near if near.kept else run
        self._choose(run, self._picture.layout.epoch_at(place.x()), again=again)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._point_at(None)
        self._press_at(event.position(), again=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._press_at(event.position(), again=False)
        elif not event.buttons():
            self._hover(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)
        super().leaveEvent(event)

    def _hover(self, event: QMouseEvent) -> None:
        place, picture = event.position(), self._picture
        found = picture.nearest(place)
        if found is None:
            self._point_at(None)
            return
        run_id = found[0]
        epoch = picture.runs[run_id].nearest_epoch(picture.layout.epoch_at(place.x()))
        if epoch is not None:
            self._point_at((run_id, epoch))
            text = tooltip("\n".join(self._read(run_id, epoch)))
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def _point_at(self, hovered: tuple[str, int] | None) -> None:
        if hovered != self._picture.hovered:
            self._picture.hovered = hovered
            self.update()
            if hovered is None:
                QToolTip.hideText()

    def event(self, event: QEvent) -> bool:
        # A shortcut of the window waits where the plot has a use for the key.
        if event.type() == QEvent.Type.ShortcutOverride and self._wants(event):
            event.accept()
            return True
        return super().event(event)

    def _wants(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        key = event.key()
        return key == Qt.Key.Key_L or key in {**_EPOCHS, **_RUNS, **_ENDS}

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._wants(event):
            event.ignore()
            return
        key, run = event.key(), self._current
        if key == Qt.Key.Key_L:
            self.set_logarithmic(not self.logarithmic)
            self.logarithmic_changed.emit(self.logarithmic)
        elif run is None:
            return
        elif self.chosen is None:  # the first key shows where one is
            best = run.kept[-1] if run.best is None else run.best
            self._choose(run, best, again=True)
        elif key in _RUNS:
            among = [each for each in self.runs if each.kept or each is run]
            place = among.index(run) + _RUNS[key]
            if 0 <= place < len(among):
                self._choose(among[place], self.chosen[1], again=False)
        elif run.kept and key in _ENDS:
            self._choose(run, run.kept[_ENDS[key]], again=False)
        elif run.kept:
            self._step(run, _EPOCHS[key])

    def _step(self, run: RunCurves, way: int) -> None:
        """Go to the kept epoch before or after the chosen one."""
        now = self.chosen[1]
        further = [epoch for epoch in run.kept if (epoch - now) * way > 0]
        if further:
            self._choose(run, min(further, key=lambda e: abs(e - now)), again=False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._picture.focused = True
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._picture.focused = False
        self.update()
