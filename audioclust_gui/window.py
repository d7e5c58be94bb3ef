"""The main window: docks, menus, actions and shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QMainWindow,
    QMenu,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.plots.plain import one_line
from audioclust_gui.session import Session
from audioclust_gui.theme import SCHEMES, Theme
from audioclust_gui.views.cut import CutView
from audioclust_gui.views.dataset import DatasetView
from audioclust_gui.views.map import MapView
from audioclust_gui.views.messages import MessagesView
from audioclust_gui.views.pipeline import PipelineView
from audioclust_gui.views.results import ResultsView
from audioclust_gui.views.status import StatusView
from audioclust_gui.views.transport import TransportView
from audioclust_gui.views.viewer import ViewerView
from audioclust_gui.workflow import Workflow
from engine.errors import EngineError
from engine.projects.exporting import write_csv
from engine.projects.file import SUFFIX
from engine.projects.opening import projects_folder

_LAYOUT_VERSION = 1
_PROJECTS = f"AudioClust projects (*{SUFFIX})"
_Area = Qt.DockWidgetArea


class Window(QMainWindow):
    """Puts the views in their places, and gives everything a menu and a key.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    session : Session
    workflow : Workflow
    audition : Audition
    theme : Theme
    """

    closed = Signal()

    def __init__(
        self,
        document: Document,
        jobs: Jobs,
        session: Session,
        workflow: Workflow,
        audition: Audition,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._document = document
        self._session = session
        self._workflow = workflow
        self._audition = audition
        self._theme = theme
        self.dataset = DatasetView(document, audition)
        self.map = MapView(document, workflow, audition)
        self.cut = CutView(document)
        self.results = ResultsView(document)
        self.pipeline = PipelineView(document, workflow)
        self.viewer = ViewerView(document, jobs, audition)
        self.messages = MessagesView(document)
        self.transport = TransportView(document, audition)
        self.status = StatusView(jobs, workflow)
        self._docks: dict[str, QDockWidget] = {}
        self._actions: dict[str, QAction] = {}
        self._arrange()
        self._make_menus()
        self._connect()
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        self._remember_layout()
        self._show_theme(theme.dark)
        self._show_title()

    def action(self, name: str) -> QAction:
        """Return one of the window's actions by its text, without "&" and "…"."""
        return self._actions[name]

    def dock(self, name: str) -> QDockWidget:
        """Return one of the window's docks by its title."""
        return self._docks[name]

    def look_at_first(self) -> None:
        """Look at the first clip, in silence."""
        if self._document.current < 0 and self._document.project.dataset.clips:
            self._document.set_current(0)

    def _arrange(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.map, 1)
        column.addWidget(self.transport)
        self.setCentralWidget(centre)
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 4, 0, 0)
        top = QVBoxLayout()
        top.setContentsMargins(10, 2, 10, 4)
        top.addWidget(self.cut)
        top.addWidget(self.results)
        column.addLayout(top)
        column.addWidget(self.pipeline, 1)
        self.setCorner(Qt.Corner.BottomLeftCorner, _Area.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, _Area.RightDockWidgetArea)
        self._dock("Sounds", self.dataset, _Area.LeftDockWidgetArea)
        self._dock("Pipeline", panel, _Area.RightDockWidgetArea)
        clip = self._dock("Clip", self.viewer, _Area.BottomDockWidgetArea)
        notes = self._dock("Messages", self.messages, _Area.BottomDockWidgetArea)
        self.tabifyDockWidget(clip, notes)
        clip.raise_()
        sides = [self._docks["Sounds"], self._docks["Pipeline"]]
        self.resizeDocks(sides, [290, 300], Qt.Orientation.Horizontal)
        self.resizeDocks([clip], [230], Qt.Orientation.Vertical)
        self.setStatusBar(self.status)

    def _dock(self, title: str, widget: QWidget, area: _Area) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(title)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        self._docks[title] = dock
        return dock

    def _make_menus(self) -> None:
        bar, document = self.menuBar(), self._document
        file = bar.addMenu("&File")
        self._add(file, "&Open folder…", self.ask_for_folder, "Ctrl+O")
        self._add(file, "Open &project…", self.ask_for_project, "Ctrl+Shift+O")
        self._recent = file.addMenu("Open &recent")
        self._recent.aboutToShow.connect(self._list_recent)
        file.addSeparator()
        self._add(file, "&Save project as…", self.ask_for_name, "Ctrl+Shift+S")
        self._add(file, "&Locate sounds…", self.ask_where_sounds_are)
        self._add(file, "&Export clusters…", self.ask_for_table, "Ctrl+E")
        file.addSeparator()
        self._add(file, "&Quit", self.close, "Ctrl+Q")
        edit = bar.addMenu("&Edit")
        self._add(edit, "&Undo", document.undo, "Ctrl+Z")
        self._add(edit, "&Redo", document.redo, "Ctrl+Shift+Z")
        edit.addSeparator()
        self._add(edit, "Select &all", self._select_all, "Ctrl+A")
        self._add(edit, "Select &none", lambda: document.select(()), "Ctrl+Shift+A")
        self._add(edit, "&Find clips", self._find, "Ctrl+F")
        run = bar.addMenu("&Run")
        self._add(run, "&Run", self._workflow.run, "Ctrl+R")
        self._add(run, "&Cancel", self.status.cancel, "Ctrl+.")
        run.addSeparator()
        self._add(run, "&More clusters", lambda: self.cut.step(1), "Ctrl+Up")
        self._add(run, "&Fewer clusters", lambda: self.cut.step(-1), "Ctrl+Down")
        sound = bar.addMenu("&Sound")
        self._add(sound, "&Play or stop", self._audition.toggle, "Space")
        self._add(sound, "&Silence", self._audition.stop, "Esc")
        self._add(sound, "&Next clip", lambda: self.dataset.step(1), "Ctrl+Right")
        self._add(sound, "Pre&vious clip", lambda: self.dataset.step(-1), "Ctrl+Left")
        self._add(sound, "&Loop", self.transport.buttons["loop"].toggle, "L")
        view = bar.addMenu("&View")
        self._add(view, "Show &all points", self.map.plot.fit, "Ctrl+0")
        self._add(view, "&Map", self.map.setFocus, "Ctrl+1")
        self._add(view, "&Table", self.dataset.table.setFocus, "Ctrl+2")
        view.addSeparator()
        for dock in self._docks.values():
            view.addAction(dock.toggleViewAction())
        self._add_themes(view.addMenu("&Colours"))
        help_ = bar.addMenu("&Help")
        self._add(help_, "Open the &demo", self._session.open_demo, "F1")
        self._add(help_, "&Keys", self.show_keys, "H")
        self._add(help_, "&About AudioClust", self.show_about)

    def _add(
        self, menu: QMenu, text: str, slot: Callable[[], object], keys: str = ""
    ) -> QAction:
        action = menu.addAction(text)
        if keys:
            action.setShortcut(QKeySequence(keys))
        plain = text.replace("&", "").replace("…", "")
        action.setToolTip(f"{plain}  ({keys})" if keys else plain)
        action.triggered.connect(lambda: slot())
        self._actions[plain] = action
        return action

    def _add_themes(self, menu: QMenu) -> None:
        group = QActionGroup(self)
        for scheme in SCHEMES:
            action = menu.addAction(scheme.capitalize())
            action.setCheckable(True)
            action.setChecked(scheme == self._theme.scheme)
            action.triggered.connect(lambda _, to=scheme: self._choose_theme(to))
            group.addAction(action)

    def _connect(self) -> None:
        messages, session = self.messages, self._session
        session.troubled.connect(self._trouble)
        session.noted.connect(messages.add)
        self._workflow.troubled.connect(self._trouble)
        self.pipeline.refused.connect(lambda text: self._trouble("Not possible", text))
        self.transport.stepped.connect(self.dataset.step)
        sound = self._audition.playback
        sound.failed.connect(lambda _, why: self._trouble("Cannot play", why))
        sound.noted.connect(lambda _, why: messages.add("Playing", why))
        sound.device_changed.connect(self._device_changed)
        messages.count_changed.connect(self._count_messages)
        self._theme.changed.connect(self._show_theme)
        self._document.replaced.connect(self._show_title)
        self._document.settled.connect(self._show_title)
        self._document.history_changed.connect(self._show_history)
        QApplication.instance().focusChanged.connect(self._lend_space)
        self._show_history()

    def ask_for_folder(self) -> None:
        """Let the person choose a folder of sounds."""
        start = self._document.project.dataset.root or str(Path.home())
        path = QFileDialog.getExistingDirectory(self, "Open a folder of sounds", start)
        if path:
            self._session.open(path)

    def ask_for_project(self) -> None:
        """Let the person choose a project file."""
        start = str(projects_folder())
        path, _ = QFileDialog.getOpenFileName(self, "Open a project", start, _PROJECTS)
        if path:
            self._session.open(path)

    def ask_for_name(self) -> None:
        """Let the person choose where the project lives from now on."""
        start = f"{self._document.project.dataset.root}{SUFFIX}"
        path, _ = QFileDialog.getSaveFileName(
            self, "Save the project as", start, _PROJECTS
        )
        if path:
            self._session.save_as(Path(path))

    def ask_where_sounds_are(self) -> None:
        """Let the person say where a moved collection is now."""
        path = QFileDialog.getExistingDirectory(self, "Where are the sounds?")
        if path:
            self._session.locate(path)

    def ask_for_table(self) -> None:
        """Let the person choose where the clusters go as a table."""
        start = str(Path.home() / "clusters.csv")
        path, _ = QFileDialog.getSaveFileName(
            self, "Export the clusters", start, "Tables (*.csv)"
        )
        if path:
            self.export(Path(path))

    def export(self, path: Path) -> None:
        """Write the clusters to a CSV file and say so, or say why not."""
        try:
            write_csv(self._document.project, path)
        except EngineError as error:
            self._trouble("The clusters were not exported", str(error))
        else:
            self.messages.add("Exported", f"The clusters are in {path}")

    def show_keys(self) -> None:
        """List every action that has a key."""
        rows = [
            f"{action.shortcut().toString()}\t{name}"
            for name, action in self._actions.items()
            if not action.shortcut().isEmpty()
        ]
        rows += ["Arrow keys\tWalk over the map or the table", "+ −\tZoom the map"]
        self._tell("Keys", "\n".join(rows))

    def show_about(self) -> None:
        """Say what this is."""
        from engine import __version__

        self._tell(
            "About AudioClust",
            f"AudioClust {__version__}\n\nCluster audio by pointing, looking and "
            "listening.\nMIT licence.",
        )

    def _tell(self, title: str, text: str) -> None:
        box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setModal(False)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.show()

    def _trouble(self, title: str, text: str) -> None:
        self.messages.add(title, text)
        self.status.say(f"{title}: {text}")

    def _device_changed(self, trouble: str) -> None:
        if trouble:
            self.messages.add("Sound", trouble)

    def _count_messages(self, count: int) -> None:
        title = f"Messages ({count:,})" if count else "Messages"
        self._docks["Messages"].setWindowTitle(title)

    def _select_all(self) -> None:
        self._document.select(range(len(self._document.project.dataset)))

    def _find(self) -> None:
        self._docks["Sounds"].show()
        self.dataset.filter.setFocus()
        self.dataset.filter.selectAll()

    def _list_recent(self) -> None:
        self._recent.clear()
        for path in self._session.recent:
            name = one_line(path).replace("&", "&&")
            self._recent.addAction(name, lambda path=path: self._session.open(path))
        if self._recent.isEmpty():
            self._recent.addAction("Nothing yet").setEnabled(False)
        else:
            self._recent.addSeparator()
            self._recent.addAction("Forget these", self._session.clear_recent)

    def _lend_space(self, _: QWidget | None, now: QWidget | None) -> None:
        """Leave the space bar to a button that has the focus: it presses it."""
        theirs = isinstance(now, QAbstractButton | QComboBox)
        keys = QKeySequence() if theirs else QKeySequence("Space")
        self._actions["Play or stop"].setShortcut(keys)

    def _choose_theme(self, scheme: str) -> None:
        self._session.settings.setValue("theme", scheme)
        self._theme.set_scheme(scheme)

    def _show_theme(self, dark: bool) -> None:
        for view in (self.dataset, self.map, self.viewer, self.transport):
            view.set_dark(dark)

    def _show_history(self) -> None:
        document = self._document
        for name, text in (("Undo", document.undo_text), ("Redo", document.redo_text)):
            action = self._actions[name]
            action.setEnabled(text is not None)
            action.setText(f"&{name} {text}" if text else f"&{name}")

    def _show_title(self) -> None:
        document = self._document
        name = document.project.dataset.name if document.path else ""
        title = f"{one_line(name)} – AudioClust" if name else "AudioClust"
        if title != self.windowTitle():
            self.setWindowTitle(title)
            self.setWindowFilePath("")

    def _remember_layout(self) -> None:
        settings = self._session.settings
        shape, docks = settings.value("geometry"), settings.value("docks")
        if isinstance(shape, QByteArray) and isinstance(docks, QByteArray):
            self.restoreGeometry(shape)
            self.restoreState(docks, _LAYOUT_VERSION)

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


def _dropped(data: object) -> Path | None:
    """Return the folder or project that is being dropped, the folder of a sound."""
    for url in data.urls():
        if url.isLocalFile():
            path = Path(url.toLocalFile())
            inside = path.is_file() and path.suffix.lower() != SUFFIX
            return path.parent if inside else path
    return None
