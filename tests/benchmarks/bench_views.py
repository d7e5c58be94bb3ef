"""How long the table of clips and the messages keep a person waiting.

Run as ``python -m tests.benchmarks.bench_views``. Each action is timed from the call to
the end of painting; the worst of three goes into the table, in milliseconds. The last
column tells by how much the wait grows where the collection grows tenfold.
"""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

SIZES = (10_000, 100_000)
REPEATS = 3


def main() -> None:
    """Print the table."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from audioclust_gui.plots.swatch import swatch_pixels

    _application = QApplication.instance() or QApplication([])  # lives until the end
    qInstallMessageHandler(lambda *_: None)
    swatch_pixels(0, dark=False)  # the application does this in a thread, early
    worst: dict[str, dict[int, float]] = {}
    for size in (100, *SIZES):  # the first is for what is loaded once
        for _ in range(REPEATS):
            for name, seconds in _measure(size):
                found = worst.setdefault(name, {})
                found[size] = max(found.get(size, 0.0), seconds)
    print("Waiting for the views, painting included, worst of three, milliseconds")
    print(f"{'action':34}" + "".join(f"{n:>10,}" for n in SIZES) + f"{'ratio':>8}")
    for name, found in worst.items():
        times = "".join(f"{1e3 * found[n]:10.1f}" for n in SIZES)
        print(f"{name:34}{times}{found[SIZES[-1]] / found[SIZES[0]]:8.1f}")


def _measure(size: int) -> Iterator[tuple[str, float]]:
    """Yield each action in turn with the seconds it took."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QSplitter

    from audioclust_gui.audition import Audition
    from audioclust_gui.document import Document
    from audioclust_gui.sound.playback import Playback
    from audioclust_gui.sound.sink import SilentSink
    from audioclust_gui.views.dataset import DatasetView
    from audioclust_gui.views.messages import MessagesView
    from audioclust_gui.widgets.clip_table import COLUMNS

    document = Document()
    playback = Playback(sink=SilentSink())
    view = DatasetView(document, Audition(document, playback))
    messages = MessagesView(document)
    window = QSplitter()
    window.addWidget(view)
    window.addWidget(messages)
    window.resize(1000, 800)
    window.show()

    def took(act: Callable[[], object]) -> float:
        QTest.qWait(0)
        began = time.perf_counter()
        act()
        QTest.qWait(0)
        return time.perf_counter() - began

    def narrow(text: str) -> None:
        view.filter.setText(text)
        view._timer.stop()
        view._apply_filter()

    project = _project(size)
    travelling = pickle.dumps(project.dataset)
    yield "pickle the collection", took(lambda: pickle.dumps(project.dataset))
    yield "unpickle the collection", took(lambda: pickle.loads(travelling))  # noqa: S301
    yield "open", took(lambda: document.open(project, Path("p.audioclust")))
    rising = Qt.SortOrder.AscendingOrder
    for column, name in enumerate(COLUMNS):
        act = lambda column=column: view.table.sortByColumn(column, rising)  # noqa: E731
        yield f"sort by {name.lower()}, first time", took(act)
    yield "sort by name again", took(lambda: view.table.sortByColumn(0, rising))
    yield "filter, first time", took(lambda: narrow("rec 17"))
    yield "filter again", took(lambda: narrow("rec 1"))
    yield "no filter", took(lambda: narrow(""))
    folder = view.tree.topLevelItem(0).child(2)
    yield "choose a folder", took(lambda: view.tree.setCurrentItem(folder))
    view.tree.setCurrentItem(view.tree.topLevelItem(0))
    yield "select all in the table", took(view.table.selectAll)
    yield "select none", took(lambda: document.select(()))
    yield "select all in the document", took(lambda: document.select(range(size)))
    yield "next clip with all selected", took(lambda: document.set_current(77))
    by_label = lambda: view.table.sortByColumn(2, rising)  # noqa: E731
    yield "sort with all selected", took(by_label)
    document.select(range(0, size, 40))
    by_name = lambda: view.table.sortByColumn(0, rising)  # noqa: E731
    yield "sort with every 40th selected", took(by_name)
    document.select(range(0, size, 2))
    yield "every second of them selected", took(by_name)
    document.select(())
    labels = (np.arange(size) % 41).astype(np.int32)
    yield "set_labels", took(lambda: view.model.set_labels(labels))
    failed = replace(project, extraction=_failing(project))
    yield "a tenth of the files listed", took(lambda: document.amend(failed))
    yield "clear messages", took(messages.clear)
    yield "copy messages", took(messages.copy)
    window.close()
    window.deleteLater()
    playback.shutdown()
    QTest.qWait(0)


def _project(size: int) -> object:
    from engine.audio.dataset import Clip, Dataset
    from engine.projects.project import Project

    names = np.random.default_rng(0).permutation(size)
    kinds = [f"species {i % 40:02}" for i in range(size)]
    clips = tuple(
        Clip(f"{kind}/station-{i % 7}/REC_{names[i]:06}.wav")
        for i, kind in enumerate(kinds)
    )
    return Project(Dataset("nowhere", clips, {"kind": tuple(kinds)}, "kind"))


def _failing(project: object) -> object:
    from engine.features.extraction import Extraction, Failure

    clips = project.dataset.clips
    failures = tuple(
        Failure(i, clips[i].path, "holds no sound") for i in range(0, len(clips), 10)
    )
    return Extraction((None,) * len(clips), failures, 0, 0, project.pipeline.features)


if __name__ == "__main__":
    main()
