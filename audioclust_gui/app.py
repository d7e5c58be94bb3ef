"""The one place where objects are created and wired."""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from audioclust_gui import assets
from audioclust_gui.audition import Audition
from audioclust_gui.branching import Branching
from audioclust_gui.collecting import Collecting
from audioclust_gui.colouring import Colouring
from audioclust_gui.describing import Describing
from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.listening import Listening
from audioclust_gui.neighbouring import Neighbouring
from audioclust_gui.parts import Parts
from audioclust_gui.places import FirstPlaces, SecondPlaces
from audioclust_gui.plots.swatch import swatch_pixels
from audioclust_gui.preferences import Preferences
from audioclust_gui.presets import Presets
from audioclust_gui.session import Session
from audioclust_gui.sound.loader import warm_up
from audioclust_gui.sound.playback import Playback
from audioclust_gui.studying import Studying
from audioclust_gui.suggesting import Suggesting
from audioclust_gui.theme import Theme
from audioclust_gui.thumbnails import Thumbnails
from audioclust_gui.training import Training
from audioclust_gui.window import Window
from audioclust_gui.workflow import Workflow

_WARM_UP = "engine.projects.steps:warm_up"
_TURN = 0.001  # seconds


@dataclass(frozen=True)
class Application(Parts):
    """Everything that lives as long as the window."""

    window: Window

    def begin(self, path: str | Path | None = None, *, demo: bool = False) -> None:
        """Open the first collection, and make ready what will be needed next.

        Parameters
        ----------
        path : str or Path, optional
            A folder, a table or a project; by default what was open last.
        demo : bool
            Open the demo instead.
        """
        if path is not None:
            self.session.open(path)
        elif demo:
            self.session.open_demo()
        else:
            self.session.open_last()
        self.jobs.ask(_WARM_UP, title="Warming up", then=lambda _: None)
        # Each takes 50 ms, once: in a thread nobody waits for it.
        for work in (partial(swatch_pixels, 0, self.theme.dark), warm_up):
            threading.Thread(target=work, daemon=True).start()

    def close(self) -> None:
        """Silence, save, and end the worker processes, in this order."""
        self.playback.shutdown()
        self.preferences.keep()
        self.session.close()
        self.jobs.close()


def build(
    qt: QApplication, theme: str | None = None, playback: Playback | None = None
) -> Application:
    """Make the parts and connect them; shows nothing yet.

    Parameters
    ----------
    qt : QApplication
    theme : str, optional
        "system", "light" or "dark"; by default what was chosen last.
    playback : Playback, optional
        For tests, one with a sink of their own.
    """
    document = Document()
    jobs = Jobs()
    session = Session(document, jobs)
    stored = str(session.settings.value("theme", "system"))
    studying = Studying(document, jobs)
    workflow = Workflow(document, jobs, studying)
    session.opening_changed.connect(workflow.hold)
    playback = playback or Playback()
    audition = Audition(document, playback)
    listening = Listening(document, jobs, audition)
    training = Training(document, jobs)
    training.used.connect(workflow.run)
    colouring = Colouring(document, jobs)
    chosen = (document, playback, listening, colouring, training)
    likes = Preferences(session.settings, *chosen)
    parts = Parts(
        document=document,
        jobs=jobs,
        session=session,
        theme=Theme(qt, theme or stored),
        studying=studying,
        workflow=workflow,
        playback=playback,
        audition=audition,
        branching=Branching(document, jobs, studying, audition),
        presets=Presets(document, jobs),
        suggesting=Suggesting(document, jobs),
        describing=Describing(document, jobs),
        neighbouring=Neighbouring(document, jobs),
        listening=listening,
        colouring=colouring,
        first=FirstPlaces(document, workflow),
        second=SecondPlaces(document, jobs),
        thumbnails=Thumbnails(document, jobs),
        training=training,
        preferences=likes,
    )
    window = Window(parts)
    application = Application(**vars(parts), window=window)
    collecting = Collecting(window)
    window.closed.connect(application.close)
    window.closed.connect(collecting.end)
    document.replaced.connect(collecting.spare)
    return application


def run(
    path: str | None,
    *,
    demo: bool = False,
    snapshot: Path | None = None,
    theme: str | None = None,
) -> int:
    """Run the application until its window is closed.

    Returns
    -------
    int
        The exit code: 0 when all went well.
    """
    if snapshot is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        qInstallMessageHandler(_report)
    elif sys.platform.startswith("linux") and not _display():
        print(
            "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set). "
            "audioclust --snapshot DIR does the same without one.",
            file=sys.stderr,
        )
        return 2
    # The audio callback waits for the interpreter at most this long, where Python's
    # own 5 ms, several times over, would be heard.
    sys.setswitchinterval(_TURN)
    qt = QApplication.instance() or QApplication(["audioclust"])
    qt.setApplicationName("AudioClust")
    qt.setWindowIcon(assets.app_icon())
    application = build(qt, theme)
    # Python handles Ctrl+C only between its own instructions: give it some.
    heartbeat = QTimer(interval=250)
    heartbeat.timeout.connect(lambda: None)
    heartbeat.start()
    if snapshot is not None:
        from audioclust_gui.snapshot import take

        signal.signal(signal.SIGINT, lambda *_: _leave(application))
        return take(application, path, snapshot)
    signal.signal(signal.SIGINT, lambda *_: application.window.close())
    application.window.show()
    QTimer.singleShot(0, lambda: application.begin(path, demo=demo))
    return int(qt.exec())


def _leave(application: Application) -> None:
    """End at once, with the worker processes, and without a result."""
    application.close()
    os._exit(130)  # as a shell says of Ctrl+C; a nested event loop cannot be left else


def _report(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Pass on what Qt says, but not that a window without a screen has no hints."""
    if "propagateSizeHints" not in message:
        print(message, file=sys.stderr)


def _display() -> bool:
    return any(
        os.environ.get(name)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
