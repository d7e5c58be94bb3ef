"""A monkey at the window: 10 000 random events, with workers and sound at work.

Run as ``python -m tests.benchmarks.bench_monkey [EVENTS [SEED]]``. Prints the events
after which the window came late, with what it was doing, how much of that it computed
itself (the rest belongs to whatever else the machine runs) and what Python's garbage
collector took; what was raised or complained about; and the memory, every 2 000 events.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

EVENTS = 10_000
REST = 2_000
SHOWN = 40


def main() -> None:
    """Print the table."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AUDIOCLUST_DATA"] = f"{folder}/data"
        os.environ["AUDIOCLUST_CACHE"] = f"{folder}/cache"
        _run(Path(folder), events, seed)


def _run(folder: Path, events: int, seed: int) -> None:
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from audioclust_gui.app import build
    from audioclust_gui.sound.playback import Playback
    from audioclust_gui.sound.sink import SilentSink
    from engine.audio.demo import write_demo
    from tests.gui.monkey import HARMLESS, Monkey, answer_no, memory
    from tests.gui.pulse import Pulse

    troubles: Counter[str] = Counter()

    def raised(*what: Any) -> None:
        words = "".join(traceback.format_exception(*what[:3]))
        troubles[words] += 1
        if troubles[words] == 1:
            print(words, flush=True)

    def complain(_: object, __: object, words: str) -> None:
        if not HARMLESS.search(words):
            troubles[words] += 1

    sys.excepthook = raised
    threading.excepthook = lambda what: raised(*what)
    qInstallMessageHandler(complain)
    answer_no(setattr)
    collections = [folder / name for name in ("first", "other")]
    write_demo(collections[0], per_class=40)
    write_demo(collections[1], per_class=8)
    qt = QApplication([])
    app = build(qt, "light", Playback(sink=SilentSink()))
    app.window.show()
    for failing in (app.session, app.workflow, app.studying, app.describing):
        failing.troubled.connect(
            lambda title, text: troubles.update([f"{title}: {text}"])
        )
    monkey = Monkey(app, seed, collections)
    known = 0

    def tell_memory() -> None:
        sounds = app.playback._cache.n_bytes  # bounded: what was heard or near it
        words = f"{memory() / 2**20:7.0f} MiB, {sounds / 2**20:.0f} of them sounds"
        print(f"{monkey.done:6,} events {words}", flush=True)

    def step() -> None:
        nonlocal known
        if monkey.done >= events:
            pulse.stop()
            qt.quit()
            return
        if monkey.done % REST == 0:
            tell_memory()
        for stall in pulse.stalls[known:]:
            after = monkey.last[-1] if monkey.last else "the beginning"
            words = f"{1e3 * stall.seconds:6.0f} ms, {1e3 * stall.busy:4.0f} its own, "
            words += f"{1e3 * stall.collected:3.0f} collecting"
            print(f"{words}  after {after:22} {stall.what}", flush=True)
        known = len(pulse.stalls)
        monkey.act()

    bare = Pulse()
    bare.start()
    until = time.monotonic() + 2
    while time.monotonic() < until:
        qt.processEvents()
    bare.stop()
    print(f"A window that rests for 2 s: {1e3 * bare.worst:.0f} ms at worst")
    app.begin(collections[0])
    until = time.monotonic() + 60
    while time.monotonic() < until and not app.workflow.finished:
        qt.processEvents()
    pulse = Pulse(step)
    began = time.monotonic()
    pulse.start()
    qt.exec()
    took = time.monotonic() - began
    tell_memory()
    print(f"All of it took {took:.0f} s")
    for bound in (0.05, 0.1):
        late = [stall for stall in pulse.stalls if stall.seconds > bound]
        own = sum(stall.busy > bound for stall in late)
        print(f"Stalls over {1e3 * bound:.0f} ms: {len(late)}, {own} by its own work")
    print(f"The longest: {1e3 * pulse.worst:.0f} ms")
    print(f"Troubles: {len(troubles)}")
    for words, count in troubles.most_common(SHOWN):
        print(f"{count:5} times {words}")
    app.window.close()


if __name__ == "__main__":
    main()
