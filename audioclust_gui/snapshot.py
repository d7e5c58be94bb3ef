"""The application without a display: cluster, then leave a picture and a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

from engine.projects.exporting import write_csv

if TYPE_CHECKING:
    from audioclust_gui.app import Application

SIZE = (1280, 800)


def take(application: Application, path: str | None, folder: Path) -> int:
    """Open a collection, wait for its results, and write PNG and CSV.

    Parameters
    ----------
    application : Application
    path : str or None
        A folder or a project; None for the demo.
    folder : Path
        Where ``audioclust.png`` and ``clusters.csv`` go.

    Returns
    -------
    int
        0, or 1 if there is no result; the reason is printed.
    """
    loop = QEventLoop()
    troubles: list[str] = []
    session, workflow, window = (
        application.session,
        application.workflow,
        application.window,
    )

    def trouble(title: str, text: str) -> None:
        troubles.append(f"{title}: {text}")
        loop.exit(1)

    def leave() -> None:
        if workflow.finished:
            loop.exit(0)

    session.troubled.connect(trouble)
    workflow.troubled.connect(trouble)

    def look() -> None:
        if workflow.finished:
            application.document.set_current(max(application.document.current, 0))

    workflow.state_changed.connect(look)
    # One more turn of the event loop, so that the last change is painted.
    window.viewer.shown.connect(lambda _: QTimer.singleShot(200, leave))
    window.resize(*SIZE)
    window.show()
    application.begin(path, demo=path is None)
    code = 1 if troubles else loop.exec()
    if code == 0:
        folder.mkdir(parents=True, exist_ok=True)
        picture = folder / "audioclust.png"
        if not window.grab().save(str(picture)):
            troubles.append(f"{picture}: cannot be written")
            code = 1
        table = write_csv(application.document.project, folder / "clusters.csv")
        print(f"Window:   {picture}\nClusters: {table}")
    window.close()
    for text in troubles:
        print(text, file=sys.stderr)
    return code
