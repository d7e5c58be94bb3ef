"""The main window: the views in their docks, and what passes between them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QVBoxLayout, QWidget

from audioclust_gui.dialogs import Dialogs
from audioclust_gui.exports import Exports
from audioclust_gui.menus import Menus
from audioclust_gui.parts import Parts
from audioclust_gui.plots.plain import one_line
from audioclust_gui.session import TABLES
from audioclust_gui.views.clusters import ClustersView
from audioclust_gui.views.cut import CutView
from audioclust_gui.views.dataset import DatasetView
from audioclust_gui.views.map import MapView
from audioclust_gui.views.messages import MessagesView
from audioclust_gui.views.neighbours import NeighboursView
from audioclust_gui.views.pipeline import PipelineView
from audioclust_gui.views.results import ResultsView
from audioclust_gui.views.status import StatusView
from audioclust_gui.views.suggestions import SuggestionsView
from audioclust_gui.views.training import TrainingView
from audioclust_gui.views.transport import TransportView
from audioclust_gui.views.tree import TreeView
from audioclust_gui.views.viewer import ViewerView
from engine.projects.file import SUFFIX
from engine.projects.opening import projects_folder

_LAYOUT_VERSION = 5
_Area = Qt.DockWidgetArea


class Window(QMainWindow):
    """Puts the views in their places, and carries word from one to another.

    Parameters
    ----------
    parts : Parts
    """

    closed = Signal()

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        document, jobs, audition = parts.document, parts.jobs, parts.audition
        self._document = document
        self._session = parts.session
        self._neighbouring = parts.neighbouring
        self.dialogs = Dialogs(
            self,
            document,
            parts.session,
            parts.suggesting,
            parts.branching,
            parts.second,
        )
        self.exports = Exports(self, document, jobs, parts.session.settings)
        self.dataset = DatasetView(document, audition)
        self.clusters = ClustersView(document, parts.describing, audition)
        self.map = MapView(
            document,
            parts.first,
            parts.second,
            parts.colouring,
            audition,
            parts.listening,
            parts.neighbouring,
            parts.thumbnails,
        )
        self.cut = CutView(document)
        self.results = ResultsView(document, parts.studying)
        second = parts.second.making
        self.pipeline = PipelineView(
            document, parts.workflow, parts.presets, second, parts.training
        )
        self.tree = TreeView(document, parts.studying, parts.branching, audition)
        self.viewer = ViewerView(document, jobs, audition)
        self.messages = MessagesView(document)
        self.suggestions = SuggestionsView(document, parts.suggesting)
        self.neighbours = NeighboursView(
            document, parts.neighbouring, audition, parts.training
        )
        self.training = TrainingView(parts.training, document, audition)
        self.transport = TransportView(document, audition, parts.listening)
        self.status = StatusView(jobs, parts.workflow, parts.training)
        self.docks: dict[str, QDockWidget] = {}
        self._arrange()
        self._take_preferences(parts)
        self._menus = Menus(self, parts)
        self._connect(parts)
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        self._first_layout = self.saveState(_LAYOUT_VERSION)
        self._shared = self._restore_layout()  # whether the panels have their sizes
        self._show_theme(parts.theme.dark)
        self._show_title()

    def action(self, name: str) -> QAction:
        """Return one of the window's actions by its text, without "&" and "…"."""
        return self._menus.actions[name]

    def find(self) -> None:
        """Put the cursor into the filter."""
        self.docks["Sounds"].show()
        self.dataset.filter.setFocus()
        self.dataset.filter.selectAll()

    def go_to(self, title: str) -> None:
        """Bring a panel to the front, and the keyboard into it."""
        self._bring(title)
        self.docks[title].widget().setFocus()

    def find_neighbours(self) -> None:
        """List the clips that sound most like the current one."""
        self._bring("Neighbours")
        self._neighbouring.find()

    def reset_panels(self) -> None:
        """Put every panel back where it was at first."""
        self.restoreState(self._first_layout, _LAYOUT_VERSION)
        self._share_room()

    def _arrange(self) -> None:
        self.setCentralWidget(_column(self.map, self.transport))
        top = _column(self.cut, self.results)
        top.setContentsMargins(10, 4, 10, 4)
        top.layout().setSpacing(6)
        self.setCorner(Qt.Corner.BottomLeftCorner, _Area.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, _Area.BottomDockWidgetArea)
        self._dock("Sounds", self.dataset, _Area.LeftDockWidgetArea)
        self._dock("Clusters", self.clusters, _Area.LeftDockWidgetArea)
        panel = _column(top, self.pipeline, self.results.notes)
        panel.setMinimumWidth(300)
        self._dock("Pipeline", panel, _Area.RightDockWidgetArea)
        bottom = _Area.BottomDockWidgetArea
        tree = self._dock("Tree", self.tree, bottom)
        clip = self._dock("Clip", self.viewer, bottom)
        notes = self._dock("Messages", self.messages, bottom)
        near = self._dock("Neighbours", self.neighbours, bottom)
        advice = self._dock("Suggestions", self.suggestions, bottom)
        learning = self._dock("Training", self.training, bottom)
        for left, right in pairwise((tree, clip, learning, notes, near, advice)):
            self.tabifyDockWidget(left, right)
        near.hide()
        advice.hide()
        tree.raise_()
        self.setStatusBar(self.status)

    def _share_room(self) -> None:
        names, widths = ("Sounds", "Pipeline"), (290, 300)
        docks = [self.docks[name] for name in names]
        self.resizeDocks(docks, widths, Qt.Orientation.Horizontal)
        self.resizeDocks([self.docks["Tree"]], [380], Qt.Orientation.Vertical)
        left = [self.docks[name] for name in ("Sounds", "Clusters")]
        self.resizeDocks(left, [60, 40], Qt.Orientation.Vertical)

    def _dock(self, title: str, widget: QWidget, area: _Area) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(title)
        widget.setAutoFillBackground(True)  # else the dock is painted below it as well
        dock.setWidget(widget)
        dock.setAllowedAreas(_Area.AllDockWidgetAreas & ~_Area.TopDockWidgetArea)
        self.addDockWidget(area, dock)
        self.docks[title] = dock
        return dock

    def _bring(self, title: str) -> None:
        self.docks[title].show()
        self.docks[title].raise_()

    def _take_preferences(self, parts: Parts) -> None:
        """Begin as the last session ended; a menu shows what it finds."""
        parts.preferences.restore()
        self.transport.show_settings()
        self.map.set_aloud(parts.preferences.on_hover)
        self.map.aloud_changed.connect(parts.preferences.set_on_hover)

    def _connect(self, parts: Parts) -> None:
        models = (parts.session, parts.workflow, parts.suggesting, parts.studying)
        models += (parts.branching, parts.describing, parts.neighbouring)
        models += (parts.colouring, parts.second.making, parts.training)
        for asking in (*models, self.dialogs, self.exports):
            asking.troubled.connect(self._trouble)
        for writing in (self._session, self.exports):
            writing.noted.connect(self._note)
            writing.failed_for.connect(self.messages.add_failures)
        parts.training.noted.connect(self._note)
        parts.training.offered.connect(self._show_offer)
        self.status.training.clicked.connect(lambda: self.go_to("Training"))
        parts.suggesting.found.connect(self._show_suggestions)
        self.docks["Neighbours"].toggleViewAction().toggled.connect(self._follow)
        self._session.opening_changed.connect(parts.first.set_opening)
        commanded = (self.pipeline, parts.presets, self.clusters, parts.listening)
        commanded += (self.training,)
        for refusing in commanded:
            refusing.refused.connect(self._refuse)
        parts.listening.set_table_order(self.dataset.clips)
        self.map.second_asked.connect(self.dialogs.choose_second_map)
        self.tree.recluster_asked.connect(self.dialogs.recluster_branch)
        sound = parts.playback
        sound.failed.connect(self._cannot_play)
        sound.noted.connect(self._say_of_sound)
        sound.device_changed.connect(self._say_of_device)
        self.messages.count_changed.connect(self._count_messages)
        parts.theme.changed.connect(self._show_theme)
        self._document.replaced.connect(self._show_title)
        self._document.renamed.connect(self._show_title)

    def _show_suggestions(self) -> None:
        self._bring("Suggestions")

    def _show_offer(self) -> None:
        self._bring("Training")

    def _follow(self, shown: bool) -> None:
        """Look for neighbours as long as there is a panel to list them in."""
        if shown:
            self._neighbouring.find()
        else:
            self._neighbouring.clear()

    def _refuse(self, why: str) -> None:
        self._trouble("Not possible", why)

    def _trouble(self, title: str, text: str) -> None:
        self.messages.add(title, text)
        self.status.say(f"{title}: {text}")

    def _note(self, title: str, text: str) -> None:
        self.messages.add(title, text, trouble=False)
        self.status.say(text)

    def _cannot_play(self, _: object, why: str) -> None:
        self._trouble("Cannot play", why)

    def _say_of_sound(self, _: object, why: str) -> None:
        self._note("Playing", why)

    def _say_of_device(self, why: str) -> None:
        if why:
            self._trouble("Sound", why)

    def _count_messages(self, count: int) -> None:
        title = f"Messages ({count:,})" if count else "Messages"
        self.docks["Messages"].setWindowTitle(title)

    def _show_theme(self, dark: bool) -> None:
        sides = (self.dataset, self.clusters, self.map, self.transport)
        for view in (*sides, self.tree, self.viewer, self.neighbours, self.training):
            view.set_dark(dark)

    def _show_title(self) -> None:
        document = self._document
        own = document.path is not None and document.path.parent != projects_folder()
        dataset = document.project.dataset
        name = one_line(document.path.stem if own else dataset.name)
        if any(clip.end is not None for clip in dataset.clips):
            name += ", split"  # the same folder may have a project of whole files
        self.setWindowTitle(f"{name} – AudioClust" if name else "AudioClust")

    def _restore_layout(self) -> bool:
        settings = self._session.settings
        shape, docks = settings.value("geometry"), settings.value("docks")
        if isinstance(shape, QByteArray) and isinstance(docks, QByteArray):
            self.restoreGeometry(shape)
            return self.restoreState(docks, _LAYOUT_VERSION)
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._shared:  # before, there was nothing to share
            self._shared = True
            self._share_room()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self._session.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        settings = self._session.settings
        settings.setValue("geometry", self.saveGeometry())
        settings.setValue("docks", self.saveState(_LAYOUT_VERSION))
        self.closed.emit()
        super().closeEvent(event)


def _column(*widgets: QWidget) -> QWidget:
    """Return widgets one above the other, the tallest growing."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget)
    return column


def _dropped(data: QMimeData) -> Path | None:
    """Return the folder, table or project that is dropped, or the folder of a sound."""
    for url in data.urls():
        if url.isLocalFile():
            path = Path(url.toLocalFile())
            inside = path.is_file() and path.suffix.lower() not in (SUFFIX, *TABLES)
            return path.parent if inside else path
    return None
