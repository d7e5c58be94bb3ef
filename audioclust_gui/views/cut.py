"""The number of clusters in the hand: a slider and a spin box.

With a tree every position is a cut of what is already fitted, so a drag recolours
everything at once and its release is one step of undo. A flat method has to be fitted
again, and waits for the release.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSignalBlocker, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QWidget,
)

from audioclust_gui.branching import MOVE
from audioclust_gui.document import Document
from audioclust_gui.widgets.steady_label import SteadyLabel
from engine.clustering.methods import METHODS
from engine.projects.project import Project

SLIDER_END = 60  # beyond, a slider of this width has no fine positions left
_STEP = "change number of clusters"  # where there is no tree to cut


class CutView(QWidget):
    """Shows and changes the number of clusters.

    Parameters
    ----------
    document : Document
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._label = QLabel("C&lusters")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setMinimum(1)
        self.slider.setPageStep(5)
        # Up is fewer clusters, as with the line across the tree.
        self.slider.setInvertedControls(True)
        self.slider.setAccessibleName("Number of clusters, as a slider")
        self.slider.setToolTip(
            "Drag to cut the tree into more or fewer clusters  "
            "(arrow keys; Ctrl+Up fewer, Ctrl+Down more)"
        )
        self.spin = QSpinBox()
        self.spin.setMinimum(1)
        self.spin.setKeyboardTracking(False)
        self.spin.setGroupSeparatorShown(True)
        self.spin.setAccessibleName("Number of clusters")
        self.spin.setToolTip("Number of clusters, up to the number of clips  (Alt+L)")
        self._label.setBuddy(self.spin)
        self._hint = SteadyLabel(wrap=True)
        self._hint.setAccessibleName("Cut")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._label, 0, 0)
        layout.addWidget(self.slider, 0, 1)
        layout.addWidget(self.spin, 0, 2)
        layout.addWidget(self._hint, 1, 0, 1, 3)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self._released)
        self.spin.valueChanged.connect(self._typed)
        # Bound methods, so that connections end with the view.
        document.changed.connect(self._show)
        document.replaced.connect(self._show)
        document.history_changed.connect(self._drop_drag)
        self._show()

    def step(self, by: int) -> None:
        """Ask for that many clusters more or fewer."""
        self.spin.stepBy(by)

    def _drop_drag(self) -> None:
        """Let go of the slider, as after an undo in the middle of a drag."""
        if self.slider.isSliderDown():
            here, left = QPointF(self.slider.rect().center()), Qt.MouseButton.LeftButton
            none, free = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
            up = QEvent.Type.MouseButtonRelease
            with QSignalBlocker(self.slider):
                # There is no other way to make a QSlider forget the mouse.
                QApplication.sendEvent(
                    self.slider, QMouseEvent(up, here, here, left, none, free)
                )
            self._show()

    def _show(self) -> None:
        project = self._document.project
        k = project.pipeline.n_clusters
        method = METHODS[project.pipeline.method]
        chosen = k is not None
        for widget in (self._label, self.slider, self.spin):
            widget.setEnabled(chosen and len(project.dataset) > 0)
        if not chosen:
            self._hint.setText(f"{method.label} finds the number of clusters itself.")
            found = int(project.labels.max(initial=-1)) + 1
            with QSignalBlocker(self.slider), QSignalBlocker(self.spin):
                for shown in (self.slider, self.spin):
                    shown.setMaximum(max(SLIDER_END, found))
                    shown.setValue(found)
            return
        rows = project.grouping.rows.size if project.grouping else len(project.dataset)
        most = max(1, rows)
        with QSignalBlocker(self.slider), QSignalBlocker(self.spin):
            self.slider.setMaximum(min(most, max(SLIDER_END, k)))
            if self.spin.maximum() != most:  # Qt lays out the window again each time
                self.spin.setMaximum(most)
            self.spin.setValue(k)
            if not self.slider.isSliderDown():
                self.slider.setValue(k)
        self._hint.setText(self._words(project))

    def _words(self, project: Project) -> str:
        grouping = project.grouping
        if grouping is None or grouping.hierarchy is None or not project.grouped:
            return ""
        k, tree = project.cut, grouping.hierarchy
        if k is None:
            return ""
        low, high = tree.height_interval(k)
        top = "∞" if k == 1 else f"{high:.4g}"
        return f"Cut between heights {low:.4g} and {top}"

    @property
    def _live(self) -> bool:
        project = self._document.project
        return project.grouped and project.cut is not None

    def _slid(self, k: int) -> None:
        if not self.slider.isSliderDown():
            self._commit(k)
        elif self._live:
            self._document.preview(self._document.project.with_n_clusters(k))
        else:
            with QSignalBlocker(self.spin):
                self.spin.setValue(k)

    def _released(self) -> None:
        self._commit(self.slider.value(), dragged=True)

    def _typed(self, k: int) -> None:
        self._commit(k)

    def _commit(self, k: int, *, dragged: bool = False) -> None:
        document = self._document
        if document.dragging or document.pipeline.n_clusters != k:
            asked = document.project
            if asked.pipeline.n_clusters != k:
                asked = asked.with_n_clusters(k)
            text = MOVE if self._live else _STEP
            document.commit(asked, text, merge=not dragged)
