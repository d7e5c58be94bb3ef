"""The application without a display: cluster, then leave a picture and a table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

from audioclust_gui.plots.plain import one_line
from engine.errors import EngineError
from engine.projects.exporting import write_csv

if TYPE_CHECKING:
    from audioclust_gui.app import Application

SIZE = (1280, 800)
_LOOK_MS = 200


def take(application: Application, path: str | None, folder: Path) -> int:
    """Open a collection, wait for its results, and write PNG and CSV.

    Parameters
    ----------
    application : Application
    path : str or None
        A folder, a table or a project; None for the demo.
    folder : Path
        Where ``audioclust.png`` and ``clusters.csv`` go; made where it is missing.

    Returns
    -------
    int
        0, or 1 if there is no result. Files that could not be used, and what else went
        wrong, are printed to the standard error.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        troubles = _wait(application, path)
        if not troubles:
            picture = _write_picture(application, folder / "audioclust.png")
            table = write_csv(application.document.project, folder / "clusters.csv")
            print(f"Window:   {picture}\nClusters: {table}")
    except (OSError, EngineError) as error:
        troubles = [str(error)]
    finally:
        application.window.close()
    _print_failures(application)
    for text in troubles:
        print(text, file=sys.stderr)
    return 1 if troubles else 0


def _wait(application: Application, path: str | None) -> list[str]:
    """Run until there are results, or a reason why there are none."""
    loop, troubles = QEventLoop(), []
    session, workflow = application.session, application.workflow
    document, viewer = application.document, application.window.viewer

    def trouble(title: str, text: str) -> None:
        if session.opening or not workflow.finished:
            troubles.append(f"{title}: {text}")
            loop.exit()

    def look() -> None:
        if troubles:
            loop.exit()  # it came before the loop ran
        elif workflow.finished and document.current < 0:
            document.set_current(_first_usable(application))
        elif workflow.finished and not viewer.waiting:
            loop.exit()

    session.troubled.connect(trouble)
    workflow.troubled.connect(trouble)
    application.window.resize(*SIZE)
    application.window.show()
    application.begin(path, demo=path is None)
    watch = QTimer(interval=_LOOK_MS)
    watch.timeout.connect(look)
    watch.start()
    loop.exec()
    return troubles


def _first_usable(application: Application) -> int:
    extraction = application.document.project.extraction
    keys = () if extraction is None else extraction.keys
    return next((i for i, key in enumerate(keys) if key is not None), 0)


def _write_picture(application: Application, picture: Path) -> Path:
    if not application.window.grab().save(str(picture)):
        raise OSError(f"{picture}: cannot be written")
    return picture


def _print_failures(application: Application) -> None:
    project = application.document.project
    failures = project.extraction.failures if project.extraction else ()
    if failures:
        total = len(project.dataset)
        print(f"{len(failures)} of {total} clips could not be used:", file=sys.stderr)
    for failure in failures:
        print(
            f"  {one_line(failure.path)}: {one_line(failure.reason)}", file=sys.stderr
        )
